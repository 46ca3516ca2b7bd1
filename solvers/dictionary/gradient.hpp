#pragma once

#include <span>
#include <vector>

#include "solvers/device/array.hpp"
#include "solvers/sparse/unrolled.hpp"

/// The gradients of PUDLE with respect to the dictionary D (m x p), each a mean over the samples X (m x n).
namespace assay::solvers {

/// One gradient and the codes it was taken at.
template <class Device, class T>
struct CodedGradient {
    Array<Device, T> gradient;  ///< m x p
    Array<Device, T> codes;     ///< z_T, p x n
};

/// g_dec, g_ae-lasso or g_ae-ls at depth T = encoder.layers (PUDLE, equations 6 to 8): the exact total
/// derivative of the batch-mean loss, not projected on the tangent space. Works through the samples in blocks
/// of fixed size.
template <class Device, class T>
CodedGradient<Device, T> unrolled_gradient(const Encoder& encoder, Gradient gradient,
                                           const Array<Device, T>& D, const Array<Device, T>& X);

/// The gradients of several kinds at several depths from one forward pass: result[k][i] belongs to kinds[k]
/// and depths[i] (1 <= depths[i] <= encoder.layers).
template <class Device, class T>
std::vector<std::vector<Array<Device, T>>> gradients_at_depths(const Encoder& encoder,
                                                               std::span<const Gradient> kinds,
                                                               std::span<const std::size_t> depths,
                                                               const Array<Device, T>& D,
                                                               const Array<Device, T>& X);

/// (D Z - X) Z^T / n for given codes Z (p x n): the local direction at z_hat, the global one at z* (PUDLE,
/// eq. 4 and 5).
template <class Device, class T>
Array<Device, T> code_gradient(const Array<Device, T>& D, const Array<Device, T>& X,
                               const Array<Device, T>& Z);

/// (D Z - X) sign(Z)^T / n: the direction of NOODL (Rambhatla et al., 2019).
template <class Device, class T>
Array<Device, T> noodl_gradient(const Array<Device, T>& D, const Array<Device, T>& X,
                                const Array<Device, T>& Z);

}  // namespace assay::solvers
