#pragma once

#include <vector>

#include "solvers/device/composed.hpp"
#include "solvers/device/convolution.hpp"
#include "solvers/device/convolution_shapes.hpp"

/// What the algorithms on convolutional dictionaries share.
namespace assay::solvers {

/// Throws Error unless the images have entries, the geometry's shape and finite values, and `start` (which
/// may be empty) is one code an image, finite as well.
template <class Device, class T>
void require_convolutional_problem(const char* where, const Geometry& geometry,
                                   const Images<Device, T>& images, const Images<Device, T>& start = {}) {
    require_images(where, "the images", images, geometry.image);
    require_entries(where, "the batch of images", images.data);
    require_finite(where, "the batch of images", images.data);
    if (start.count() == 0) return;
    require_images(where, "the states to start from", start, geometry.code);
    require_same_count(where, images, start);
    require_finite(where, "the states to start from", start.data);
}

/// `target` (a canvas) - Phi `codes`.
template <class Device, class T>
Images<Device, T> residual_of(const AtomBank<Device, T>& atoms, const Images<Device, T>& target,
                              const Images<Device, T>& codes) {
    Images<Device, T> residual = target.copy();
    axpy(T(-1), synthesis(atoms, codes).data, residual.data);
    return residual;
}

/// 1/2 ||.||^2 of each column.
template <class Device, class T>
std::vector<double> halved_squares(const Images<Device, T>& images) {
    std::vector<double> result =
        column_distances(images.data, Array<Device, T>(images.data.rows(), images.data.cols()));
    for (double& value : result) value *= 0.5 * value;
    return result;
}

}  // namespace assay::solvers
