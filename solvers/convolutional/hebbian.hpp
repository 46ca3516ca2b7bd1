#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "solvers/device/convolution.hpp"

namespace assay::solvers {

struct HebbianOptions {
    double rate = 0.01;           ///< eta
    std::size_t patience = 10;    ///< batches in a row without a use after which an atom is dead; 0: never
    std::size_t candidates = 16;  ///< residual patches that are drawn for a dead atom; it becomes the largest
    std::uint64_t seed = 1;
};

/// A convolutional dictionary that learns by the Hebbian rule (as lca-pytorch counts it)
///   phi_m <- phi_m + eta sum a_m r / (1 + number of a_m that are not zero),   phi_m <- phi_m / ||phi_m||,
/// over the codes of a batch and the residual patches r = x - Phi a under them. An atom that no code uses is
/// dead and starts anew from a residual patch.
template <class Device, class T>
class HebbianLearner {
  public:
    /// Starts from D0 (C k^2 x M) with normalised columns. Throws Error on a shape that does not fit, values
    /// that are not finite and options that are not valid.
    HebbianLearner(const HebbianOptions& options, const Geometry& geometry, const Array<Device, T>& D0);

    /// What one batch of images and their codes teaches; returns the number of atoms that started anew.
    /// Throws Error on shapes that do not fit.
    std::size_t update(const Images<Device, T>& images, const Images<Device, T>& codes);

    const Array<Device, T>& dictionary() const { return D_; }
    const AtomBank<Device, T>& atoms() const { return atoms_; }

  private:
    std::size_t revive(const Images<Device, T>& residual, std::vector<T>& D);
    void draw_patch(const std::vector<T>& residual, std::size_t count, std::size_t atom, T* column) const;

    HebbianOptions options_;
    Array<Device, T> D_;
    AtomBank<Device, T> atoms_;
    std::vector<std::size_t> idle_;  // batches since each atom's last use
    std::uint64_t batches_ = 0;
};

}  // namespace assay::solvers
