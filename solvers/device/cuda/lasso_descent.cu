#include <algorithm>
#include <cmath>
#include <limits>

#include "solvers/device/cuda/kernels.cuh"
#include "solvers/device/lasso_descent.hpp"
#include "solvers/device/lasso_sample.hpp"

namespace assay::solvers {

namespace cuda {

/// The block that works on a sample, for solvers/device/lasso_sample.hpp. What a thread reads outside of
/// these calls is written inside one, between two barriers.
template <class T>
class OneBlock {
  public:
    using Scalar = T;
    static constexpr std::size_t padding = 1;
    static constexpr T largest = std::numeric_limits<T>::max();

    __device__ OneBlock(const LassoProblem<T>& problem, const LassoMemory<T>& memory)
        : problem_(problem), memory_(memory) {}

    template <class F>
    __device__ void each(std::size_t n, const F& f) const {
        __syncthreads();
        for (std::size_t i = threadIdx.x; i < n; i += block_threads) f(i);
        __syncthreads();
    }
    template <class F>
    __device__ void once(const F& f) const {
        __syncthreads();
        if (threadIdx.x == 0) f();
        __syncthreads();
    }

    template <class F>
    __device__ double sum(std::size_t n, const F& f) const {
        return column_sum(n, f);
    }
    __device__ T dot(std::size_t n, const T* a, const T* b) const {
        return static_cast<T>(
            sum(n, [=](std::size_t i) { return static_cast<double>(a[i]) * static_cast<double>(b[i]); }));
    }
    template <class F>
    __device__ LassoEntry<T> smallest(std::size_t n, T limit, const F& f) const {
        LassoEntry<T> own{n, limit};
        for (std::size_t i = threadIdx.x; i < n; i += block_threads) {
            const T value = f(i);
            if (value < own.size) own = {i, value};
        }
        return first(own, [](T a, T b) { return a < b; });
    }

    __device__ void subtract(std::size_t n) const {
        const LassoMemory<T>& m = memory_;
        each(problem_.p, [&](std::size_t j) {
            T sum = m.c[j];
            for (std::size_t k = 0; k < n; ++k)
                sum -= m.value[k] * problem_.gram[j + m.index[k] * problem_.ld];
            m.c[j] = sum;
        });
    }
    __device__ void multiply(std::size_t n) const {
        const LassoMemory<T>& m = memory_;
        each(n, [&](std::size_t i) {
            T sum = 0;
            for (std::size_t k = 0; k < n; ++k) sum += m.inverse[i + k * m.stride] * m.right[k];
            m.product[i] = sum;
        });
    }
    __device__ void add_outer(std::size_t n, T factor) const {
        const LassoMemory<T>& m = memory_;
        each(n * n, [&](std::size_t e) {
            const std::size_t i = e % n, k = e / n;
            m.inverse[i + k * m.stride] += factor * m.product[k] * m.product[i];
        });
    }

    __device__ LassoEntry<double> step(std::size_t j, T delta) const {
        const T* column = problem_.gram + j * problem_.ld;
        each(problem_.p, [&](std::size_t i) { memory_.c[i] -= delta * column[i]; });
        return worst();
    }
    __device__ LassoEntry<double> worst() const {
        LassoEntry<T> own{problem_.p, T(0)};
        for (std::size_t i = threadIdx.x; i < problem_.p; i += block_threads) {
            const T c = memory_.c[i], whole = c + memory_.h[i];
            const T above = whole < problem_.low ? problem_.low : whole;
            const T size = fabs(c - (above > problem_.lambda ? problem_.lambda : above));
            if (size > own.size) own = {i, size};
        }
        const LassoEntry<T> entry = first(own, [](T a, T b) { return a > b; });
        return {entry.index, static_cast<double>(entry.size)};
    }

  private:
    /// Of the threads' entries the one before all others, the lower index of equals; every thread gets it.
    template <class Before>
    __device__ static LassoEntry<T> first(LassoEntry<T> own, const Before& before) {
        __shared__ T sizes[block_threads];
        __shared__ std::size_t places[block_threads];
        __syncthreads();  // they may still be read from the call before
        sizes[threadIdx.x] = own.size;
        places[threadIdx.x] = own.index;
        __syncthreads();
        for (unsigned half = block_threads / 2; half > 0; half /= 2) {
            const unsigned other = threadIdx.x + half;
            if (threadIdx.x < half &&
                (before(sizes[other], sizes[threadIdx.x]) ||
                 (sizes[other] == sizes[threadIdx.x] && places[other] < places[threadIdx.x]))) {
                sizes[threadIdx.x] = sizes[other];
                places[threadIdx.x] = places[other];
            }
            __syncthreads();
        }
        return {places[0], sizes[0]};
    }

    const LassoProblem<T>& problem_;
    const LassoMemory<T>& memory_;
};

/// Samples in work at a time: what fits a GiB, as many as keep a GPU busy.
template <class T>
std::size_t teams(std::size_t p, std::size_t samples) {
    const std::size_t each = lasso_scratch(p, p, p) * sizeof(T) + lasso_indices(p) * sizeof(std::uint32_t);
    const std::size_t fit = std::max<std::size_t>((std::size_t{1} << 30) / each, 1);
    return std::min({samples, fit, std::size_t{1056}});
}

}  // namespace cuda

template <class Device, class T>
std::vector<LassoOutcome> lasso_descent(const LassoDescent& descent, const Array<Device, T>& G,
                                        const Array<Device, T>& B, const std::vector<double>& lengths,
                                        Array<Device, T>& Z) {
    const std::size_t p = G.rows(), samples = B.cols(), blocks = cuda::teams<T>(p, samples);
    const std::vector<T> host = G.to_host();
    std::vector<T> diagonal(p), norm(p);
    for (std::size_t j = 0; j < p; ++j) {
        diagonal[j] = host[j + j * p];
        norm[j] = std::sqrt(diagonal[j]);
    }
    const auto d = Array<Device, T>::from_host(p, 1, diagonal),
               roots = Array<Device, T>::from_host(p, 1, norm);
    const auto length = Array<Device, double>::from_host(samples, 1, lengths);
    const double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());
    const LassoProblem<T> problem{
        p,
        p,
        G.data(),
        d.data(),
        roots.data(),
        static_cast<double>(*std::max_element(norm.begin(), norm.end())),
        descent.one_sided ? -std::numeric_limits<T>::infinity() : static_cast<T>(-descent.lambda),
        static_cast<T>(descent.lambda),
        descent.tolerance,
        descent.max_rounds,
        descent.warm,
        epsilon,
        std::cbrt(epsilon)};
    const std::size_t each = lasso_scratch(p, p, p), each_list = lasso_indices(p);
    Array<Device, T> scratch(each, blocks);
    Array<Device, std::uint32_t> indices(each_list, blocks);
    Array<Device, double> ends(4, samples);
    const T* b = B.data();
    const double* x = length.data();
    T *z = Z.data(), *memory = scratch.data();
    std::uint32_t* lists = indices.data();
    double* end = ends.data();
    cuda::each_column(blocks, [=] __device__(std::size_t block) {
        const LassoMemory<T> own = lasso_memory(p, p, p, memory + block * each, lists + block * each_list);
        for (std::size_t i = block; i < samples; i += blocks) {
            const LassoOutcome outcome =
                LassoSample<cuda::OneBlock<T>>(problem, own, b + i * p, x[i], z + i * p).solve();
            if (threadIdx.x != 0) continue;
            end[4 * i] = static_cast<double>(outcome.rounds);
            end[4 * i + 1] = outcome.objective;
            end[4 * i + 2] = outcome.gap;
            end[4 * i + 3] = outcome.converged ? 1.0 : 0.0;
        }
    });
    const std::vector<double> values = ends.to_host();
    std::vector<LassoOutcome> outcomes(samples);
    for (std::size_t i = 0; i < samples; ++i)
        outcomes[i] = {static_cast<std::size_t>(values[4 * i]), values[4 * i + 1], values[4 * i + 2],
                       values[4 * i + 3] > 0.0};
    return outcomes;
}

template std::vector<LassoOutcome> lasso_descent(const LassoDescent&, const Array<Cuda, double>&,
                                                 const Array<Cuda, double>&, const std::vector<double>&,
                                                 Array<Cuda, double>&);
template std::vector<LassoOutcome> lasso_descent(const LassoDescent&, const Array<Cuda, float>&,
                                                 const Array<Cuda, float>&, const std::vector<double>&,
                                                 Array<Cuda, float>&);

}  // namespace assay::solvers
