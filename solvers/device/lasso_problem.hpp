#pragma once

#include <cstddef>
#include <cstdint>

#include "solvers/device/portable.hpp"

/// What solvers/device/lasso_sample.hpp works on, as plain pointers that kernels of both devices take.
namespace assay::solvers {

/// What all samples share.
template <class T>
struct LassoProblem {
    std::size_t p;      ///< atoms
    std::size_t ld;     ///< at least p
    const T* gram;      ///< ld x p; rows beyond p are zero
    const T* diagonal;  ///< of the Gram matrix, p entries
    const T* norm;      ///< its roots, the atoms' norms
    double longest;     ///< the largest of them
    T low, lambda;      ///< c_j of an atom without a coefficient is in [low, lambda] at a solution
    double tolerance;
    std::size_t max_rounds;
    bool warm;
    double epsilon;   ///< the spacing of T at 1
    double doubtful;  ///< a squared distance, relative to an atom's squared norm, that rounding may have made
};

/// One sample's memory. S is listed in the order of `index`; lists have `stride` entries, at least p.
template <class T>
struct LassoMemory {
    std::size_t stride;
    T* c;                  ///< b - G z, ld entries
    T* h;                  ///< G_jj z_j, ld entries
    T* value;              ///< z_S
    T* sign;               ///< its signs
    T* slope;              ///< c_S
    T* right;              ///< of a product with the inverse
    T* product;            ///< and what comes out
    T* inverse;            ///< of G_SS, stride x p
    std::uint32_t* index;  ///< S, p entries
    std::uint32_t* place;  ///< an atom's place in S, from 1; 0 outside; p entries
    std::uint32_t* list;   ///< of atoms that come or go, lasso_list(p) entries
};

inline constexpr std::size_t lasso_steps = 10;  ///< of a round; 6 to 16 make little difference
constexpr std::size_t lasso_list(std::size_t p) {
    return p + lasso_steps;
}
constexpr std::size_t lasso_scratch(std::size_t p, std::size_t ld, std::size_t stride) {
    return 2 * ld + 5 * stride + stride * p;
}
constexpr std::size_t lasso_indices(std::size_t p) {
    return 2 * p + lasso_list(p);
}

template <class T>
ASSAY_ON_DEVICE LassoMemory<T> lasso_memory(std::size_t p, std::size_t ld, std::size_t stride, T* scratch,
                                            std::uint32_t* indices) {
    T* list = scratch + 2 * ld;
    return {stride,
            scratch,
            scratch + ld,
            list,
            list + stride,
            list + 2 * stride,
            list + 3 * stride,
            list + 4 * stride,
            list + 5 * stride,
            indices,
            indices + p,
            indices + 2 * p};
}

/// An entry of a list and where it stands.
template <class S>
struct LassoEntry {
    std::size_t index;
    S size;
};

}  // namespace assay::solvers
