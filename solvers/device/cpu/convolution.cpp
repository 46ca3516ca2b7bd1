#include "solvers/device/convolution.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "solvers/device/convolution_shapes.hpp"
#include "solvers/device/cpu/convolution_layout.hpp"

namespace assay::solvers {
namespace {

/// Copies the image's rows between an image and its canvas.
template <class T, class Copy>
void for_each_row(const Geometry& g, T* canvas, const Copy& copy) {
    const std::size_t run = g.image.width * g.image.channels;
    for (std::size_t y = 0; y < g.image.height; ++y) {
        copy(canvas + ((y + g.padding) * g.canvas.width + g.padding) * g.image.channels, y * run, run);
    }
}

template <class T>
void mask_canvas(const std::vector<T>& mask, T* canvas) {
    for (std::size_t i = 0; i < mask.size(); ++i) canvas[i] *= mask[i];
}

/// The sweeps of one image after the other.
template <class T>
class Sweeper {
  public:
    Sweeper(const Geometry& geometry, const BankLayout<T>& layout, const Dynamics& dynamics)
        : geometry_(geometry), layout_(layout), dynamics_(dynamics), work_(geometry, layout) {
        if (dynamics.lazy && dynamics.momentum == 0.0) lazy_.emplace(geometry, layout);
    }

    Workspace<T>& work() { return work_; }

    /// From and to the states, and the velocity if there is one, in the workspace.
    kernels::SweepResult sweep(std::size_t image, double rate, SweepBatch<Cpu, T>& batch) {
        const T* target = batch.targets.data.data() + image * geometry_.canvas.size();
        if (lazy_ && rate <= 1.0) return sweep_lazily(image, job(target, rate), batch);
        kernels::SweepResult result = kernels::best_correlation_kernels<T>().sweep(job(target, rate));
        result.computed = dynamics_.sweeps * geometry_.code.size();
        if (!lazy_) return result;
        std::fill_n(batch.averages.data.data() + image * geometry_.canvas.size(), geometry_.canvas.size(),
                    T(0));
        work_.scatter(work_.states(), batch.rest.data.data() + image * geometry_.code.size());
        return result;
    }

  private:
    kernels::SweepJob<T> job(const T* target, double rate) {
        return {work_.correlation(),
                work_.drawing(),
                geometry_.canvas.size(),
                target,
                layout_.mask.empty() ? nullptr : layout_.mask.data(),
                threshold_of<T>(dynamics_.penalty, dynamics_.gain),
                static_cast<T>(dynamics_.gain),
                static_cast<T>(dynamics_.momentum),
                static_cast<T>(rate),
                dynamics_.sweeps,
                work_.states().data(),
                dynamics_.momentum != 0.0 ? work_.velocity().data() : nullptr,
                work_.index(),
                work_.value()};
    }

    kernels::SweepResult sweep_lazily(std::size_t image, const kernels::SweepJob<T>& job,
                                      SweepBatch<Cpu, T>& batch) {
        T* average = batch.averages.data.data() + image * geometry_.canvas.size();
        T* rest = batch.rest.data.data() + image * geometry_.code.size();
        std::copy_n(average, geometry_.canvas.size(), lazy_->R());
        work_.gather(rest, lazy_->rest());
        const auto result = kernels::best_correlation_kernels<T>().lazy_sweep(lazy_->job(job));
        std::copy_n(lazy_->R(), geometry_.canvas.size(), average);
        work_.scatter(lazy_->rest(), rest);
        return result;
    }

    const Geometry& geometry_;
    const BankLayout<T>& layout_;
    const Dynamics& dynamics_;
    Workspace<T> work_;
    std::optional<LazyWorkspace<T>> lazy_;
};

}  // namespace

template <class Device, class T>
AtomBank<Device, T>::AtomBank(const Geometry& geometry, const Array<Device, T>& D) : geometry_(geometry) {
    require_atoms("atom bank", geometry, D);
    layout_ = std::make_unique<const Layout>(geometry, D);
}
template <class Device, class T>
AtomBank<Device, T>::~AtomBank() = default;
template <class Device, class T>
AtomBank<Device, T>::AtomBank(AtomBank&&) noexcept = default;
template <class Device, class T>
AtomBank<Device, T>& AtomBank<Device, T>::operator=(AtomBank&&) noexcept = default;

template <class Device, class T>
Images<Device, T> on_canvas(const Geometry& g, const Images<Device, T>& images) {
    require_images("on_canvas", "the images", images, g.image);
    Images<Device, T> canvases(g.canvas, images.count());
    for (std::size_t i = 0; i < images.count(); ++i) {
        const T* image = images.data.data() + i * g.image.size();
        for_each_row(g, canvases.data.data() + i * g.canvas.size(),
                     [&](T* row, std::size_t at, std::size_t run) { std::copy_n(image + at, run, row); });
    }
    return canvases;
}

template <class Device, class T>
Images<Device, T> off_canvas(const Geometry& g, const Images<Device, T>& canvases) {
    require_images("off_canvas", "the canvases", canvases, g.canvas);
    Images<Device, T> images(g.image, canvases.count());
    for (std::size_t i = 0; i < images.count(); ++i) {
        T* image = images.data.data() + i * g.image.size();
        for_each_row(
            g, canvases.data.data() + i * g.canvas.size(),
            [&](const T* row, std::size_t at, std::size_t run) { std::copy_n(row, run, image + at); });
    }
    return images;
}

template <class Device, class T>
Images<Device, T> synthesis(const AtomBank<Device, T>& atoms, const Images<Device, T>& codes) {
    const Geometry& g = atoms.geometry();
    require_images("synthesis", "the codes", codes, g.code);
    Images<Device, T> canvases(g.canvas, codes.count());
    Workspace<T> work(g, atoms.layout());
    for (std::size_t i = 0; i < codes.count(); ++i) {
        const std::size_t count = work.list(codes.data.data() + i * g.code.size());
        std::fill_n(work.canvas(), g.canvas.size(), T(0));
        kernels::best_correlation_kernels<T>().draw(work.drawing(), T(1), count, work.index(), work.value(),
                                                    work.canvas());
        mask_canvas(atoms.layout().mask, work.canvas());
        std::copy_n(work.canvas(), g.canvas.size(), canvases.data.data() + i * g.canvas.size());
    }
    return canvases;
}

template <class Device, class T>
Images<Device, T> analysis(const AtomBank<Device, T>& atoms, const Images<Device, T>& canvases) {
    const Geometry& g = atoms.geometry();
    require_images("analysis", "the canvases", canvases, g.canvas);
    Images<Device, T> codes(g.code, canvases.count());
    Workspace<T> work(g, atoms.layout());
    for (std::size_t i = 0; i < codes.count(); ++i) {
        std::copy_n(canvases.data.data() + i * g.canvas.size(), g.canvas.size(), work.canvas());
        kernels::best_correlation_kernels<T>().correlate(work.correlation(), work.states().data());
        work.scatter(work.states(), codes.data.data() + i * g.code.size());
    }
    return codes;
}

template <class Device, class T>
Images<Device, T> analysis_on_support(const AtomBank<Device, T>& atoms, const Images<Device, T>& canvases,
                                      const Images<Device, T>& codes) {
    const Geometry& g = atoms.geometry();
    require_pair("analysis_on_support", g, canvases, codes);
    Images<Device, T> result(g.code, codes.count());
    Workspace<T> work(g, atoms.layout());
    for (std::size_t i = 0; i < codes.count(); ++i) {
        const std::size_t count = work.list(codes.data.data() + i * g.code.size());
        std::copy_n(canvases.data.data() + i * g.canvas.size(), g.canvas.size(), work.canvas());
        kernels::best_correlation_kernels<T>().correlate_listed(work.drawing(), count, work.index(),
                                                                work.canvas(), work.value());
        work.spread(count, result.data.data() + i * g.code.size());
    }
    return result;
}

template <class Device, class T>
void add_patches(const Geometry& g, const Images<Device, T>& canvases, const Images<Device, T>& codes,
                 Array<Device, T>& C) {
    require_pair("add_patches", g, canvases, codes);
    require_atoms("add_patches", g, C);
    const std::size_t run = g.kernel * g.image.channels, canvas_row = g.canvas.width * g.image.channels;
    for (std::size_t i = 0; i < codes.count(); ++i) {
        const T* code = codes.data.data() + i * g.code.size();
        const T* canvas = canvases.data.data() + i * g.canvas.size();
        for (std::size_t e = 0; e < g.code.size(); ++e) {
            if (code[e] == T(0)) continue;
            const std::size_t position = e / g.atoms, p = position / g.code.width,
                              q = position % g.code.width;
            const T* patch = canvas + p * g.stride * canvas_row + q * g.stride * g.image.channels;
            T* atom = C.data() + e % g.atoms * C.rows();
            for (std::size_t y = 0; y < g.kernel; ++y, patch += canvas_row, atom += run) {
                for (std::size_t k = 0; k < run; ++k) atom[k] += code[e] * patch[k];
            }
        }
    }
}

template <class Device, class T>
std::vector<std::uint64_t> count_uses(const Images<Device, T>& codes) {
    std::vector<std::uint64_t> uses(codes.shape.channels, 0);
    for (std::size_t e = 0; e < codes.data.size(); ++e) {
        uses[e % codes.shape.channels] += codes.data.data()[e] != T(0);
    }
    return uses;
}

template <class Device, class T>
void threshold_all(const Threshold<T>& threshold, Array<Device, T>& A) {
    std::transform(A.data(), A.data() + A.size(), A.data(), threshold);
}

template <class Device, class T>
std::vector<double> penalty_sums(const Penalty& penalty, const Array<Device, T>& A) {
    std::vector<double> sums(A.cols(), 0.0);
    for (std::size_t j = 0; j < A.cols(); ++j) {
        for (const T a : A.column(j)) {
            if (a != T(0)) sums[j] += penalty_of(penalty, static_cast<double>(a));
        }
    }
    return sums;
}

template <class Device, class T>
std::vector<SweepReading> sweep(const AtomBank<Device, T>& atoms, const Dynamics& dynamics,
                                std::span<const std::uint32_t> listed, std::span<const double> rates,
                                SweepBatch<Device, T>& batch) {
    require_sweep(atoms.geometry(), dynamics, listed, rates, batch);
    const std::size_t code_size = atoms.geometry().code.size();
    const bool moving = dynamics.momentum != 0.0;
    Sweeper<T> sweeper(atoms.geometry(), atoms.layout(), dynamics);
    Workspace<T>& work = sweeper.work();
    std::vector<SweepReading> readings;
    for (std::size_t n = 0; n < listed.size(); ++n) {
        const std::size_t image = listed[n], code = image * code_size;
        work.gather(batch.states.data.data() + code, work.states());
        if (moving) work.gather(batch.velocity.data.data() + code, work.velocity());
        const kernels::SweepResult result = sweeper.sweep(image, rates[n], batch);
        work.scatter(work.states(), batch.states.data.data() + code);
        if (moving) work.scatter(work.velocity(), batch.velocity.data.data() + code);
        work.spread(result.nonzeros, batch.codes.data.data() + code);
        SweepReading reading{0.5 * result.fit,         0.0,
                             std::sqrt(result.change), std::sqrt(result.size),
                             result.nonzeros,          result.computed};
        for (std::size_t k = 0; k < result.nonzeros; ++k) {
            reading.penalty += penalty_of(dynamics.penalty, static_cast<double>(work.value()[k]));
        }
        readings.push_back(reading);
    }
    return readings;
}

ASSAY_INSTANTIATE_CONVOLUTION(Cpu, double)
ASSAY_INSTANTIATE_CONVOLUTION(Cpu, float)

}  // namespace assay::solvers
