#include <cmath>

#include "solvers/device/convolution.hpp"
#include "solvers/device/convolution_shapes.hpp"
#include "solvers/device/cuda/kernels.cuh"

// One thread an entry of what is written: sums need no atomics and have a fixed order. Codes are kept dense;
// a thread of the synthesis skips the atoms that are not there.
namespace assay::solvers {

template <class Device, class T>
struct AtomBank<Device, T>::Layout {
    Array<Device, T> by_atom;   ///< C k^2 x M, as D
    Array<Device, T> by_entry;  ///< M x C k^2: neighbouring threads read neighbouring atoms
};

namespace cuda {

/// The sizes of a geometry as the kernels need them.
struct Grid {
    std::size_t channels, image_height, image_width, canvas_height, canvas_width, code_height, code_width;
    std::size_t atoms, kernel, stride, padding;
    bool crop;

    explicit Grid(const Geometry& g)
        : channels(g.image.channels),
          image_height(g.image.height),
          image_width(g.image.width),
          canvas_height(g.canvas.height),
          canvas_width(g.canvas.width),
          code_height(g.code.height),
          code_width(g.code.width),
          atoms(g.atoms),
          kernel(g.kernel),
          stride(g.stride),
          padding(g.padding),
          crop(g.border == Border::crop) {}

    __device__ std::size_t image_size() const { return channels * image_height * image_width; }
    __device__ std::size_t canvas_size() const { return channels * canvas_height * canvas_width; }
    __device__ std::size_t code_size() const { return atoms * code_height * code_width; }
    __device__ std::size_t run() const { return kernel * channels; }
    __device__ std::size_t row() const { return canvas_width * channels; }
    __device__ bool in_image(std::size_t y, std::size_t x) const {
        return y >= padding && y < padding + image_height && x >= padding && x < padding + image_width;
    }
    /// The entry of an image that canvas pixel (y, x) shows.
    __device__ std::size_t image_entry(std::size_t c, std::size_t y, std::size_t x) const {
        return c + channels * (x - padding + image_width * (y - padding));
    }
    /// The first canvas entry of a position.
    __device__ std::size_t corner(std::size_t position) const {
        return position / code_width * stride * row() + position % code_width * stride * channels;
    }
    /// The canvas entry that entry k of an atom meets, from the corner.
    __device__ std::size_t offset(std::size_t k) const { return k / run() * row() + k % run(); }
    /// The first position along an axis whose atom reaches `pixel`.
    __device__ std::size_t first_reaching(std::size_t pixel) const {
        return pixel < kernel ? 0 : (pixel - kernel) / stride + 1;
    }
};

/// (Phi a) at one canvas entry.
template <class T>
__device__ T drawn(const Grid& g, const T* atoms, const T* code, std::size_t entry) {
    const std::size_t c = entry % g.channels, pixel = entry / g.channels;
    const std::size_t y = pixel / g.canvas_width, x = pixel % g.canvas_width;
    if (g.crop && !g.in_image(y, x)) return T(0);
    const std::size_t entries = g.kernel * g.run();
    T sum = 0;
    for (std::size_t p = g.first_reaching(y); p < g.code_height && p * g.stride <= y; ++p) {
        for (std::size_t q = g.first_reaching(x); q < g.code_width && q * g.stride <= x; ++q) {
            const std::size_t k = c + g.channels * (x - q * g.stride + g.kernel * (y - p * g.stride));
            const T* codes = code + (p * g.code_width + q) * g.atoms;
            for (std::size_t m = 0; m < g.atoms; ++m) {
                if (codes[m] != T(0)) sum = fma(codes[m], atoms[k + m * entries], sum);
            }
        }
    }
    return sum;
}

/// (Phi^T r) at one code.
template <class T>
__device__ T correlated(const Grid& g, const T* by_entry, const T* canvas, std::size_t position,
                        std::size_t m) {
    const T* patch = canvas + g.corner(position);
    T sum = 0;
    for (std::size_t y = 0, k = 0; y < g.kernel; ++y, patch += g.row()) {
        for (std::size_t i = 0; i < g.run(); ++i, ++k) {
            sum = fma(patch[i], by_entry[m + k * g.atoms], sum);
        }
    }
    return sum;
}

/// Positions that a thread correlates with one atom at a time, so that an atom's entry is read once for all.
constexpr std::size_t thread_positions = 4;

/// use(position, sum) for the positions from `first` on.
template <class T, class Use>
__device__ void correlate_positions(const Grid& g, const T* by_entry, const T* canvas, std::size_t first,
                                    std::size_t m, Use use) {
    const std::size_t last = g.code_height * g.code_width - 1;
    const T* patch[thread_positions];
    T sum[thread_positions];
    for (std::size_t n = 0; n < thread_positions; ++n) {
        patch[n] = canvas + g.corner(first + n < last ? first + n : last);
        sum[n] = 0;
    }
    for (std::size_t y = 0, k = 0; y < g.kernel; ++y) {
        for (std::size_t i = 0; i < g.run(); ++i, ++k) {
            const T atom = by_entry[m + k * g.atoms];
            for (std::size_t n = 0; n < thread_positions; ++n) {
                sum[n] = fma(patch[n][y * g.row() + i], atom, sum[n]);
            }
        }
    }
    for (std::size_t n = 0; n < thread_positions && first + n <= last; ++n) use(first + n, sum[n]);
}

/// Calls use(image, position, m, (Phi^T r)) for every code of `count` canvases.
template <class T, class Use>
void correlate_all(const Geometry& geometry, std::size_t count, const T* by_entry, const T* canvases,
                   Use use) {
    const Grid g(geometry);
    const std::size_t groups = (geometry.positions() + thread_positions - 1) / thread_positions;
    const std::size_t canvas_size = geometry.canvas.size();
    each(count * groups * geometry.atoms, [=] __device__(std::size_t e) {
        const std::size_t m = e % g.atoms, group = e / g.atoms % groups, image = e / g.atoms / groups;
        correlate_positions(g, by_entry, canvases + image * canvas_size, group * thread_positions, m,
                            [=](std::size_t position, T sum) { use(image, position, m, sum); });
    });
}

template <class T>
Array<Cuda, T> transpose(const Array<Cuda, T>& D) {
    Array<Cuda, T> result(D.cols(), D.rows());
    const std::size_t rows = D.rows(), cols = D.cols();
    const T* from = D.data();
    T* to = result.data();
    each(D.size(), [=] __device__(std::size_t e) { to[e] = from[e / cols + e % cols * rows]; });
    return result;
}

/// What sweeps need beside the batch.
template <class T>
struct SweepScratch {
    Array<Cuda, std::uint32_t> listed;
    Array<Cuda, double> rates;
    Array<Cuda, T> residual;  ///< canvas x listed
    Array<Cuda, T> moved;     ///< code x listed: the last change of the states
};

/// r = x - Phi a of the listed images.
template <class T>
void residuals(const Geometry& geometry, const T* atoms, const T* targets, const T* codes,
               SweepScratch<T>& scratch) {
    const Grid g(geometry);
    const std::uint32_t* listed = scratch.listed.data();
    T* residual = scratch.residual.data();
    const std::size_t canvas_size = geometry.canvas.size(), code_size = geometry.code.size();
    each(scratch.residual.size(), [=] __device__(std::size_t e) {
        const std::size_t image = listed[e / canvas_size], entry = e % canvas_size;
        residual[e] =
            targets[image * canvas_size + entry] - drawn(g, atoms, codes + image * code_size, entry);
    });
}

/// One update of the listed images' states and codes from their residuals.
template <class T>
void update(const Geometry& geometry, const T* by_entry, const Dynamics& dynamics, T* states, T* velocity,
            T* codes, SweepScratch<T>& scratch) {
    const std::uint32_t* listed = scratch.listed.data();
    const double* rates = scratch.rates.data();
    T* moved = scratch.moved.data();
    const Threshold<T> threshold = threshold_of<T>(dynamics.penalty, dynamics.gain);
    const T gain = static_cast<T>(dynamics.gain), momentum = static_cast<T>(dynamics.momentum);
    const std::size_t code_size = geometry.code.size(), atoms = geometry.atoms;
    correlate_all(geometry, scratch.listed.size(), by_entry, scratch.residual.data(),
                  [=] __device__(std::size_t n, std::size_t position, std::size_t m, T sum) {
                      const std::size_t place = position * atoms + m;
                      const std::size_t e = listed[n] * code_size + place;
                      T step = static_cast<T>(rates[n]) * (gain * sum + (codes[e] - states[e]));
                      if (velocity != nullptr) velocity[e] = step = momentum * velocity[e] + step;
                      const T now = states[e] + step;
                      moved[n * code_size + place] = now - states[e];
                      states[e] = now;
                      codes[e] = threshold(now);
                  });
}

/// The sums of each listed image, on the host.
template <class T>
std::vector<SweepReading> read(const Geometry& geometry, const Dynamics& dynamics, const T* states,
                               const T* codes, const SweepScratch<T>& scratch) {
    const Penalty penalty = dynamics.penalty;
    const std::uint32_t* listed = scratch.listed.data();
    const T *residual = scratch.residual.data(), *moved = scratch.moved.data();
    const std::size_t canvas_size = geometry.canvas.size(), code_size = geometry.code.size();
    Array<Cuda, double> sums(5, scratch.listed.size());
    double* out = sums.data();
    each_column(scratch.listed.size(), [=] __device__(std::size_t n) {
        const T *r = residual + n * canvas_size, *d = moved + n * code_size;
        const T *u = states + listed[n] * code_size, *a = codes + listed[n] * code_size;
        const auto square = [](T value) { return static_cast<double>(value) * static_cast<double>(value); };
        const double values[5] = {
            column_sum(canvas_size, [=](std::size_t i) { return square(r[i]); }),
            column_sum(code_size,
                       [=](std::size_t i) { return penalty_of(penalty, static_cast<double>(a[i])); }),
            column_sum(code_size, [=](std::size_t i) { return square(d[i]); }),
            column_sum(code_size, [=](std::size_t i) { return square(u[i]); }),
            column_sum(code_size, [=](std::size_t i) { return a[i] != T(0) ? 1.0 : 0.0; })};
        if (threadIdx.x == 0) {
            for (std::size_t k = 0; k < 5; ++k) out[n * 5 + k] = values[k];
        }
    });
    const std::vector<double> host = sums.to_host();
    std::vector<SweepReading> readings;
    for (std::size_t k = 0; k < host.size(); k += 5) {
        readings.push_back({0.5 * host[k], host[k + 1], std::sqrt(host[k + 2]), std::sqrt(host[k + 3]),
                            static_cast<std::uint64_t>(host[k + 4]), dynamics.sweeps * code_size});
    }
    return readings;
}

}  // namespace cuda

template <class Device, class T>
AtomBank<Device, T>::AtomBank(const Geometry& geometry, const Array<Device, T>& D) : geometry_(geometry) {
    require_atoms("atom bank", geometry, D);
    layout_ = std::make_unique<const Layout>(Layout{D.copy(), cuda::transpose(D)});
}
template <class Device, class T>
AtomBank<Device, T>::~AtomBank() = default;
template <class Device, class T>
AtomBank<Device, T>::AtomBank(AtomBank&&) noexcept = default;
template <class Device, class T>
AtomBank<Device, T>& AtomBank<Device, T>::operator=(AtomBank&&) noexcept = default;

template <class Device, class T>
Images<Device, T> on_canvas(const Geometry& geometry, const Images<Device, T>& images) {
    require_images("on_canvas", "the images", images, geometry.image);
    Images<Device, T> canvases(geometry.canvas, images.count());
    const cuda::Grid g(geometry);
    const T* from = images.data.data();
    T* to = canvases.data.data();
    cuda::each(canvases.data.size(), [=] __device__(std::size_t e) {
        const std::size_t image = e / g.canvas_size(), entry = e % g.canvas_size(), c = entry % g.channels;
        const std::size_t y = entry / g.row(), x = entry % g.row() / g.channels;
        to[e] = g.in_image(y, x) ? from[image * g.image_size() + g.image_entry(c, y, x)] : T(0);
    });
    return canvases;
}

template <class Device, class T>
Images<Device, T> off_canvas(const Geometry& geometry, const Images<Device, T>& canvases) {
    require_images("off_canvas", "the canvases", canvases, geometry.canvas);
    Images<Device, T> images(geometry.image, canvases.count());
    const cuda::Grid g(geometry);
    const T* from = canvases.data.data();
    T* to = images.data.data();
    cuda::each(images.data.size(), [=] __device__(std::size_t e) {
        const std::size_t image = e / g.image_size(), entry = e % g.image_size(), c = entry % g.channels;
        const std::size_t pixel = entry / g.channels;
        const std::size_t y = pixel / g.image_width + g.padding, x = pixel % g.image_width + g.padding;
        to[e] = from[image * g.canvas_size() + c + g.channels * (x + g.canvas_width * y)];
    });
    return images;
}

template <class Device, class T>
Images<Device, T> synthesis(const AtomBank<Device, T>& atoms, const Images<Device, T>& codes) {
    const Geometry& geometry = atoms.geometry();
    require_images("synthesis", "the codes", codes, geometry.code);
    Images<Device, T> canvases(geometry.canvas, codes.count());
    const cuda::Grid g(geometry);
    const T *bank = atoms.layout().by_atom.data(), *code = codes.data.data();
    T* canvas = canvases.data.data();
    cuda::each(canvases.data.size(), [=] __device__(std::size_t e) {
        canvas[e] = cuda::drawn(g, bank, code + e / g.canvas_size() * g.code_size(), e % g.canvas_size());
    });
    return canvases;
}

template <class Device, class T>
Images<Device, T> analysis(const AtomBank<Device, T>& atoms, const Images<Device, T>& canvases) {
    const Geometry& geometry = atoms.geometry();
    require_images("analysis", "the canvases", canvases, geometry.canvas);
    Images<Device, T> codes(geometry.code, canvases.count());
    T* code = codes.data.data();
    const std::size_t code_size = geometry.code.size(), width = geometry.atoms;
    cuda::correlate_all(geometry, canvases.count(), atoms.layout().by_entry.data(), canvases.data.data(),
                        [=] __device__(std::size_t image, std::size_t position, std::size_t m, T sum) {
                            code[image * code_size + position * width + m] = sum;
                        });
    return codes;
}

template <class Device, class T>
Images<Device, T> analysis_on_support(const AtomBank<Device, T>& atoms, const Images<Device, T>& canvases,
                                      const Images<Device, T>& codes) {
    const Geometry& geometry = atoms.geometry();
    require_pair("analysis_on_support", geometry, canvases, codes);
    Images<Device, T> result(geometry.code, codes.count());
    const cuda::Grid g(geometry);
    const T *bank = atoms.layout().by_entry.data(), *canvas = canvases.data.data(), *code = codes.data.data();
    T* out = result.data.data();
    cuda::each(result.data.size(), [=] __device__(std::size_t e) {
        if (code[e] == T(0)) return;
        const std::size_t image = e / g.code_size(), place = e % g.code_size();
        out[e] =
            cuda::correlated(g, bank, canvas + image * g.canvas_size(), place / g.atoms, place % g.atoms);
    });
    return result;
}

template <class Device, class T>
void add_patches(const Geometry& geometry, const Images<Device, T>& canvases, const Images<Device, T>& codes,
                 Array<Device, T>& C) {
    require_pair("add_patches", geometry, canvases, codes);
    require_atoms("add_patches", geometry, C);
    const cuda::Grid g(geometry);
    const T *canvas = canvases.data.data(), *code = codes.data.data();
    T* out = C.data();
    const std::size_t entries = C.rows(), count = codes.count(), positions = geometry.positions();
    cuda::each(C.size(), [=] __device__(std::size_t e) {
        const std::size_t m = e / entries, offset = g.offset(e % entries);
        T sum = out[e];
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t position = 0; position < positions; ++position) {
                const T a = code[i * g.code_size() + position * g.atoms + m];
                if (a != T(0)) sum = fma(a, canvas[i * g.canvas_size() + g.corner(position) + offset], sum);
            }
        }
        out[e] = sum;
    });
}

template <class Device, class T>
std::vector<std::uint64_t> count_uses(const Images<Device, T>& codes) {
    const std::size_t atoms = codes.shape.channels, each_atom = atoms == 0 ? 0 : codes.data.size() / atoms;
    Array<Cuda, std::uint64_t> uses(atoms, 1);
    std::uint64_t* out = uses.data();
    const T* code = codes.data.data();
    cuda::each(atoms, [=] __device__(std::size_t m) {
        std::uint64_t count = 0;
        for (std::size_t n = 0; n < each_atom; ++n) count += code[n * atoms + m] != T(0);
        out[m] = count;
    });
    return uses.to_host();
}

template <class Device, class T>
void threshold_all(const Threshold<T>& threshold, Array<Device, T>& A) {
    T* a = A.data();
    cuda::each(A.size(), [=] __device__(std::size_t i) { a[i] = threshold(a[i]); });
}

template <class Device, class T>
std::vector<double> penalty_sums(const Penalty& penalty, const Array<Device, T>& A) {
    Array<Cuda, double> sums(A.cols(), 1);
    const T* a = A.data();
    double* out = sums.data();
    const std::size_t rows = A.rows();
    cuda::each_column(A.cols(), [=] __device__(std::size_t j) {
        const double sum = cuda::column_sum(
            rows, [=](std::size_t i) { return penalty_of(penalty, static_cast<double>(a[i + j * rows])); });
        if (threadIdx.x == 0) out[j] = sum;
    });
    return sums.to_host();
}

template <class Device, class T>
std::vector<SweepReading> sweep(const AtomBank<Device, T>& atoms, const Dynamics& dynamics,
                                std::span<const std::uint32_t> listed, std::span<const double> rates,
                                SweepBatch<Device, T>& batch) {
    const Geometry& g = atoms.geometry();
    require_sweep(g, dynamics, listed, rates, batch);
    if (listed.empty()) return {};
    const std::size_t n = listed.size();
    cuda::SweepScratch<T> scratch{Array<Cuda, std::uint32_t>::from_host(n, 1, listed),
                                  Array<Cuda, double>::from_host(n, 1, rates),
                                  Array<Cuda, T>(g.canvas.size(), n), Array<Cuda, T>(g.code.size(), n)};
    const T *by_atom = atoms.layout().by_atom.data(), *target = batch.targets.data.data();
    T *state = batch.states.data.data(), *code = batch.codes.data.data();
    T* moving = dynamics.momentum != 0.0 ? batch.velocity.data.data() : nullptr;
    const Threshold<T> threshold = threshold_of<T>(dynamics.penalty, dynamics.gain);
    const std::uint32_t* list = scratch.listed.data();
    const std::size_t code_size = g.code.size();
    cuda::each(n * code_size, [=] __device__(std::size_t e) {
        const std::size_t place = list[e / code_size] * code_size + e % code_size;
        code[place] = threshold(state[place]);
    });
    for (std::size_t t = 0; t < dynamics.sweeps; ++t) {
        cuda::residuals(g, by_atom, target, code, scratch);
        cuda::update(g, atoms.layout().by_entry.data(), dynamics, state, moving, code, scratch);
    }
    cuda::residuals(g, by_atom, target, code, scratch);
    return cuda::read(g, dynamics, state, code, scratch);
}

ASSAY_INSTANTIATE_CONVOLUTION(Cuda, double)
ASSAY_INSTANTIATE_CONVOLUTION(Cuda, float)

}  // namespace assay::solvers
