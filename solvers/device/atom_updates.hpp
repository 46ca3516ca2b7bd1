#pragma once

#include <cstddef>
#include <cstdint>

#include "solvers/device/sparse_codes.hpp"

namespace assay::solvers {

/// The samples that use one atom: entries `first` .. `first + count - 1` of `slots`, each the position of a
/// pair in a SparseCodes' arrays; pair e belongs to sample e / width.
template <class Device>
struct AtomUsers {
    const Array<Device, std::uint32_t>& slots;
    std::size_t first;
    std::size_t count;
};

/// E g^T (rows of R x 1) for atom d in the residual R = X - D Z: g are the users' coefficients and E = R + d
/// g their columns without the atom.
template <class Device, class T>
Array<Device, T> atom_direction(const Array<Device, T>& d, const AtomUsers<Device>& users,
                                const SparseCodes<Device, T>& Z, const Array<Device, T>& R);

/// Exchanges atom d for the unit vector u (rows of R x 1 each) in Z and R and gives every user the
/// coefficient that is best for u: with e = r + d g, g <- <u, e> and r <- e - u g. One read and one write of
/// the users' columns.
template <class Device, class T>
void exchange_atom(const Array<Device, T>& d, const Array<Device, T>& u, const AtomUsers<Device>& users,
                   SparseCodes<Device, T>& Z, Array<Device, T>& R);

}  // namespace assay::solvers
