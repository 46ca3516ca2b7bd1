#include "solvers/device/lasso_descent.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "solvers/device/cpu/pursuit_kernel.hpp"
#include "solvers/device/cpu/unrolled_kernel.hpp"

namespace assay::solvers {

template <class Device, class T>
std::vector<LassoOutcome> lasso_descent(const LassoDescent& descent, const Array<Device, T>& G,
                                        const Array<Device, T>& B, const std::vector<double>& lengths,
                                        Array<Device, T>& Z) {
    const std::size_t p = G.rows(), ld = kernels::padded(p);
    // An odd number of cache lines, so that the columns of a small inverse spread over the cache's sets.
    const std::size_t stride = ld + (ld / kernels::padding % 2 == 0 ? kernels::padding : 0);
    Array<Device, T> gram(ld, p), diagonal(p, 1), norm(p, 1), scratch(lasso_scratch(p, ld, stride), 1);
    Array<Device, std::uint32_t> indices(lasso_indices(p), 1);
    const double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());
    T longest = 0;
    for (std::size_t j = 0; j < p; ++j) {
        std::copy_n(G.data() + j * p, p, gram.data() + j * ld);
        diagonal.data()[j] = G(j, j);
        norm.data()[j] = std::sqrt(G(j, j));
        longest = std::max(longest, norm.data()[j]);
    }
    const LassoProblem<T> problem{
        p,
        ld,
        gram.data(),
        diagonal.data(),
        norm.data(),
        static_cast<double>(longest),
        descent.one_sided ? -std::numeric_limits<T>::infinity() : static_cast<T>(-descent.lambda),
        static_cast<T>(descent.lambda),
        descent.tolerance,
        descent.max_rounds,
        descent.warm,
        epsilon,
        std::cbrt(epsilon)};
    const LassoMemory<T> memory = lasso_memory(p, ld, stride, scratch.data(), indices.data());
    std::vector<LassoOutcome> outcomes(B.cols());
    for (std::size_t i = 0; i < B.cols(); ++i) {
        outcomes[i] = kernels::best_pursuit_kernels<T>().lasso(problem, memory, B.data() + i * p,
                                                               lengths.at(i), Z.data() + i * p);
    }
    return outcomes;
}

template std::vector<LassoOutcome> lasso_descent(const LassoDescent&, const Array<Cpu, double>&,
                                                 const Array<Cpu, double>&, const std::vector<double>&,
                                                 Array<Cpu, double>&);
template std::vector<LassoOutcome> lasso_descent(const LassoDescent&, const Array<Cpu, float>&,
                                                 const Array<Cpu, float>&, const std::vector<double>&,
                                                 Array<Cpu, float>&);

}  // namespace assay::solvers
