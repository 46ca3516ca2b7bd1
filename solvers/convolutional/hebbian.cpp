#include "solvers/convolutional/hebbian.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "solvers/convolutional/problem.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/device/random.hpp"

namespace assay::solvers {
namespace {

template <class Device, class T>
Array<Device, T> normalised(const Geometry& geometry, const Array<Device, T>& D) {
    require_atoms("hebbian learner", geometry, D);
    require_finite("hebbian learner", "the dictionary", D);
    Array<Device, T> copy = D.copy();
    normalize_columns(copy);
    return copy;
}

}  // namespace

template <class Device, class T>
HebbianLearner<Device, T>::HebbianLearner(const HebbianOptions& options, const Geometry& geometry,
                                          const Array<Device, T>& D0)
    : options_(options), D_(normalised(geometry, D0)), atoms_(geometry, D_), idle_(geometry.atoms, 0) {
    if (options.rate > 0.0 && options.candidates > 0) return;
    throw Error("rate = " + std::to_string(options.rate) +
                    " and candidates = " + std::to_string(options.candidates) + " are not a valid choice",
                "hebbian learner", "both must be above zero");
}

template <class Device, class T>
std::size_t HebbianLearner<Device, T>::update(const Images<Device, T>& images,
                                              const Images<Device, T>& codes) {
    const Geometry& g = atoms_.geometry();
    require_convolutional_problem("hebbian learner", g, images);
    require_images("hebbian learner", "the codes", codes, g.code);
    require_same_count("hebbian learner", images, codes);
    require_finite("hebbian learner", "the batch of codes", codes.data);
    const Images<Device, T> residual = residual_of(atoms_, on_canvas(g, images), codes);
    Array<Device, T> sums(D_.rows(), D_.cols());
    add_patches(g, residual, codes, sums);
    const std::vector<std::uint64_t> uses = count_uses(codes);
    const std::vector<T> step = sums.to_host();
    std::vector<T> D = D_.to_host();
    for (std::size_t e = 0; e < D.size(); ++e) {
        D[e] += static_cast<T>(options_.rate / (1.0 + static_cast<double>(uses[e / D_.rows()]))) * step[e];
    }
    for (std::size_t m = 0; m < g.atoms; ++m) idle_[m] = uses[m] == 0 ? idle_[m] + 1 : 0;
    const std::size_t revived = revive(residual, D);
    D_ = Array<Device, T>::from_host(D_.rows(), D_.cols(), D);
    normalize_columns(D_);
    atoms_ = AtomBank<Device, T>(g, D_);
    ++batches_;
    return revived;
}

template <class Device, class T>
std::size_t HebbianLearner<Device, T>::revive(const Images<Device, T>& residual, std::vector<T>& D) {
    std::size_t revived = 0;
    std::vector<T> values;
    for (std::size_t m = 0; m < idle_.size(); ++m) {
        if (options_.patience == 0 || idle_[m] < options_.patience) continue;
        if (values.empty()) values = residual.data.to_host();
        draw_patch(values, residual.count(), m, D.data() + m * D_.rows());
        idle_[m] = 0;
        ++revived;
    }
    return revived;
}

/// The largest of the candidates' patches; the column stays as it is when all of them are zero.
template <class Device, class T>
void HebbianLearner<Device, T>::draw_patch(const std::vector<T>& residual, std::size_t count,
                                           std::size_t atom, T* column) const {
    const Geometry& g = atoms_.geometry();
    const std::size_t run = g.kernel * g.image.channels, row = g.canvas.width * g.image.channels;
    Random random(options_.seed, "revived atom", (batches_ * g.atoms + atom) * 2 * options_.candidates);
    std::vector<T> patch(g.atom_entries());
    double largest = 0.0;
    for (std::size_t n = 0; n < options_.candidates; ++n) {
        const std::size_t image = random.below(count), position = random.below(g.positions());
        const std::size_t corner =
            position / g.code.width * g.stride * row + position % g.code.width * g.stride * g.image.channels;
        double size = 0.0;
        for (std::size_t e = 0; e < patch.size(); ++e) {
            patch[e] = residual[image * g.canvas.size() + corner + e / run * row + e % run];
            size += static_cast<double>(patch[e]) * static_cast<double>(patch[e]);
        }
        if (size > largest) std::copy(patch.begin(), patch.end(), column);
        largest = std::max(largest, size);
    }
}

#define ASSAY_INSTANTIATE(Device, T) template class HebbianLearner<Device, T>;
ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
