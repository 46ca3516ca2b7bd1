#pragma once

#include <cstddef>

#include "solvers/device/pursuit.hpp"

/// Orthogonal matching pursuit,  min ||x - D z||_2 subject to ||z||_0 <= T,  greedily: take the atom that
/// correlates most with the residual (or lowers it most), fit all atoms taken, repeat. Batch-OMP (Rubinstein,
/// Zibulevsky and Elad, 2008): D^T D and D^T X are formed first, samples are independent.
namespace assay::solvers {

struct OmpOptions {
    std::size_t nonzeros = Pursuit{}.nonzeros;  ///< T
    double residual = Pursuit{}.residual;       ///< ||x - D z||_2 at which a sample is done; 0: T decides
    Choice choice = Pursuit{}.choice;
    std::size_t block = 512;  ///< samples worked on at a time
};

/// The codes of X (m x n) by D (m x p, unit-norm columns), of width T; the pairs stand in the order of
/// choice. A sample has fewer non-zeros when it is zero, when it is met exactly, and when the atoms that are
/// left depend on those taken (a repeated atom, T above the rank). A zero atom is never taken. Cost: one
/// product D^T X and about p T^2 / 2 multiply-adds a sample. Memory beside the codes: p^2, and about p T on
/// the CPU, p T `block` on the GPU. Throws Error on T = 0, T > p, a negative residual, and empty, ill-fitting
/// or non-finite input.
template <class Device, class T>
SparseCodes<Device, T> omp(const OmpOptions& options, const Array<Device, T>& D, const Array<Device, T>& X);

}  // namespace assay::solvers
