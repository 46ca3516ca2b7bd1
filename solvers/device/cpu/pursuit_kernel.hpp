#pragma once

#include <cstddef>
#include <cstdint>

#include "solvers/device/lasso_descent.hpp"
#include "solvers/device/lasso_problem.hpp"

/// The CPU's kernels for codes that are solutions: the largest entries, matching pursuit and the lasso, one
/// sample at a time. Compiled once per instruction set, like those of the unrolled encoder.
namespace assay::solvers::kernels {

/// The integer of a float's size: sizes compare as these do once the sign bit is cleared.
template <class T>
struct BitsOf;
template <>
struct BitsOf<float> {
    using type = std::int32_t;
};
template <>
struct BitsOf<double> {
    using type = std::int64_t;
};
template <class T>
using Bits = typename BitsOf<T>::type;

inline constexpr std::size_t found_nan = static_cast<std::size_t>(-1);

/// One sample of orthogonal matching pursuit in Gram form.
template <class T>
struct PursuitJob {
    std::size_t p;         ///< atoms
    std::size_t ld;        ///< padded(p)
    const T* gram;         ///< ld x p; rows beyond p are zero
    const T* b;            ///< D^T x (p)
    std::size_t most;      ///< non-zeros at most
    bool by_reduction;     ///< take the atom that lowers the residual most, not the best correlated one
    double energy;         ///< ||x||^2
    double small_energy;   ///< stop when ||x - D z||^2 is at most this; negative: never
    T* scratch;            ///< pursuit_scratch(ld, most) entries
    std::uint32_t* index;  ///< `most` entries, in the order of choice
    T* value;              ///< `most` entries
};

/// `ld` entries of D^T r and as many of the atoms' distances, then Q (ld x most), the Cholesky factor (most x
/// most) and its right-hand side.
constexpr std::size_t pursuit_scratch(std::size_t ld, std::size_t most) {
    return 2 * ld + ld * most + most * most + most;
}

template <class T>
struct PursuitKernels {
    const char* name;
    /// Writes the `count` entries of a[0..n) of largest size, without zeros and ascending by index (ties: the
    /// lower index), and returns how many; found_nan when a NaN is among a. `scratch` has n entries, `index`
    /// and `value` have `count`.
    std::size_t (*largest)(std::size_t n, const T* a, std::size_t count, Bits<T>* scratch,
                           std::uint32_t* index, T* value);
    /// Returns the number of non-zeros.
    std::size_t (*pursue)(const PursuitJob<T>& job);
    /// The sample with correlations `b` and norm `length`; `z` (p entries) holds the start and the solution.
    LassoOutcome (*lasso)(const LassoProblem<T>& problem, const LassoMemory<T>& memory, const T* b,
                          double length, T* z);
};

/// The kernels for this machine.
template <class T>
const PursuitKernels<T>& best_pursuit_kernels();

namespace avx512 {
template <class T>
PursuitKernels<T> pursuit_kernels();
}
namespace avx2 {
template <class T>
PursuitKernels<T> pursuit_kernels();
}
namespace generic {
template <class T>
PursuitKernels<T> pursuit_kernels();
}

}  // namespace assay::solvers::kernels
