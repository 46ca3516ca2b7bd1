#pragma once

#include <string>

#include "solvers/device/convolution.hpp"
#include "solvers/device/shapes.hpp"

/// The checks that both devices make before an operation on a convolution, and the list of these operations.
namespace assay::solvers {

template <class Device, class T>
void require_images(const char* operation, const char* name, const Images<Device, T>& images,
                    const ImageShape& shape) {
    if (images.shape == shape) return;
    throw Error(std::string(name) + " are " + shape_text(images.shape) + ", not " + shape_text(shape),
                operation);
}

template <class Device, class T>
void require_same_count(const char* operation, const Images<Device, T>& X, const Images<Device, T>& Y) {
    if (X.count() == Y.count()) return;
    throw Error("batches of " + std::to_string(X.count()) + " and of " + std::to_string(Y.count()) +
                    " do not go together",
                operation);
}

template <class Device, class T>
void require_atoms(const char* operation, const Geometry& geometry, const Array<Device, T>& D) {
    if (D.rows() == geometry.atom_entries() && D.cols() == geometry.atoms) return;
    throw Error("the dictionary is " + shape_text(D) + ", not " + std::to_string(geometry.atom_entries()) +
                    " x " + std::to_string(geometry.atoms),
                operation, "an atom is a column of channels x kernel x kernel entries");
}

template <class Device, class T>
void require_pair(const char* operation, const Geometry& geometry, const Images<Device, T>& canvases,
                  const Images<Device, T>& codes) {
    require_images(operation, "the canvases", canvases, geometry.canvas);
    require_images(operation, "the codes", codes, geometry.code);
    require_same_count(operation, canvases, codes);
}

template <class Device, class T>
void require_sweep(const Geometry& geometry, const Dynamics& dynamics, std::span<const std::uint32_t> listed,
                   std::span<const double> rates, const SweepBatch<Device, T>& batch) {
    require_pair("sweep", geometry, batch.targets, batch.states);
    require_pair("sweep", geometry, batch.targets, batch.codes);
    if (dynamics.momentum != 0.0) require_pair("sweep", geometry, batch.targets, batch.velocity);
    if (dynamics.lazy) {
        require_pair("sweep", geometry, batch.averages, batch.states);
        require_pair("sweep", geometry, batch.averages, batch.rest);
    }
    if (listed.size() != rates.size()) {
        throw Error(std::to_string(listed.size()) + " images with " + std::to_string(rates.size()) + " rates",
                    "sweep");
    }
    for (const std::uint32_t image : listed) {
        if (image >= batch.states.count()) {
            throw Error("image " + std::to_string(image) + " is not in a batch of " +
                            std::to_string(batch.states.count()),
                        "sweep");
        }
    }
}

}  // namespace assay::solvers

#define ASSAY_INSTANTIATE_CONVOLUTION(Device, T)                                                         \
    template class AtomBank<Device, T>;                                                                  \
    template Images<Device, T> on_canvas(const Geometry&, const Images<Device, T>&);                     \
    template Images<Device, T> off_canvas(const Geometry&, const Images<Device, T>&);                    \
    template Images<Device, T> synthesis(const AtomBank<Device, T>&, const Images<Device, T>&);          \
    template Images<Device, T> analysis(const AtomBank<Device, T>&, const Images<Device, T>&);           \
    template Images<Device, T> analysis_on_support(const AtomBank<Device, T>&, const Images<Device, T>&, \
                                                   const Images<Device, T>&);                            \
    template void add_patches(const Geometry&, const Images<Device, T>&, const Images<Device, T>&,       \
                              Array<Device, T>&);                                                        \
    template std::vector<std::uint64_t> count_uses(const Images<Device, T>&);                            \
    template void threshold_all(const Threshold<T>&, Array<Device, T>&);                                 \
    template std::vector<double> penalty_sums(const Penalty&, const Array<Device, T>&);                  \
    template std::vector<SweepReading> sweep(const AtomBank<Device, T>&, const Dynamics&,                \
                                             std::span<const std::uint32_t>, std::span<const double>,    \
                                             SweepBatch<Device, T>&);
