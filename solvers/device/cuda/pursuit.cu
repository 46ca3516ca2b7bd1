#include <limits>

#include "solvers/device/cuda/kernels.cuh"
#include "solvers/device/pursuit.hpp"

namespace assay::solvers {

namespace cuda {

/// The device's memory of one sample: alpha (p), distance (p), Q (p x most), L (most x most), z (most).
template <class T>
struct PursuitMemory {
    T *alpha, *distance, *Q, *L, *z;
};

constexpr std::size_t pursuit_memory(std::size_t p, std::size_t most) {
    return 2 * p + p * most + most * most + most;
}

/// The entry of largest score(i), the lower index of equals; every thread gets it.
template <class T, class Score>
__device__ std::size_t find_largest(std::size_t p, Score score) {
    __shared__ T sizes[block_threads];
    __shared__ std::size_t places[block_threads];
    T size = T(-1);
    std::size_t place = 0;
    for (std::size_t i = threadIdx.x; i < p; i += block_threads) {
        const T here = score(i);
        if (here > size) size = here, place = i;
    }
    __syncthreads();  // the places may still be read from the call before
    sizes[threadIdx.x] = size;
    places[threadIdx.x] = place;
    __syncthreads();
    for (unsigned half = block_threads / 2; half > 0; half /= 2) {
        const unsigned other = threadIdx.x + half;
        if (threadIdx.x < half &&
            (sizes[other] > sizes[threadIdx.x] ||
             (sizes[other] == sizes[threadIdx.x] && places[other] < places[threadIdx.x]))) {
            sizes[threadIdx.x] = sizes[other];
            places[threadIdx.x] = places[other];
        }
        __syncthreads();
    }
    return places[0];
}

/// Row n of L from row k of Q; returns the squared distance of atom k to the atoms before it.
template <class T>
__device__ double cholesky_row(std::size_t p, std::size_t most, std::size_t n, std::size_t k, double square,
                               const PursuitMemory<T>& memory) {
    double sum = 0;
    for (std::size_t j = threadIdx.x; j < n; j += block_threads) {
        const T entry = memory.Q[k + j * p];
        memory.L[n * most + j] = entry;
        sum += static_cast<double>(entry) * static_cast<double>(entry);
    }
    return square - block_sum(sum);  // whose barriers also publish the row
}

template <class T>
__device__ void next_column(std::size_t p, std::size_t most, std::size_t n, const T* gram_column, T length,
                            T z, const PursuitMemory<T>& memory) {
    const T* row = memory.L + n * most;
    for (std::size_t i = threadIdx.x; i < p; i += block_threads) {
        T sum = gram_column[i];
        for (std::size_t j = 0; j < n; ++j) sum -= row[j] * memory.Q[i + j * p];
        sum /= length;
        memory.Q[i + n * p] = sum;
        memory.alpha[i] -= z * sum;
        memory.distance[i] -= sum * sum;
    }
}

/// The last solve is a T^2-th of the work: one thread does it.
template <class T>
__device__ void back_substitute(std::size_t count, std::size_t most, const PursuitMemory<T>& memory,
                                T* value) {
    __syncthreads();
    if (threadIdx.x != 0) return;
    for (std::size_t i = count; i-- > 0;) {
        const T* row = memory.L + i * most;
        value[i] = memory.z[i] / row[i];
        for (std::size_t j = 0; j < i; ++j) memory.z[j] -= row[j] * value[i];
    }
}

/// The atom that is taken next; -1 when none is left.
template <class T>
__device__ std::ptrdiff_t choose(std::size_t p, bool by_reduction, T dependent, T noise,
                                 const PursuitMemory<T>& memory) {
    const auto size = [=](std::size_t i) { return fabs(memory.alpha[i]); };
    const auto fall = [=](std::size_t i) {
        const T value = memory.alpha[i];
        return size(i) > noise && memory.distance[i] > dependent ? value * value / memory.distance[i] : T(0);
    };
    const std::size_t k = by_reduction ? find_largest<T>(p, fall) : find_largest<T>(p, size);
    const bool any = by_reduction ? fall(k) > T(0) : size(k) > noise;
    __syncthreads();  // alpha was read by all
    return any ? static_cast<std::ptrdiff_t>(k) : -1;
}

/// The recursion of solvers/device/cpu/pursuit_kernel_omp.hpp by one block.
template <class T>
__device__ void pursue_one(std::size_t p, const T* gram, const T* b, std::size_t most, bool by_reduction,
                           double energy, double small_energy, double rounding,
                           const PursuitMemory<T>& memory, std::uint32_t* index, T* value) {
    for (std::size_t i = threadIdx.x; i < p; i += block_threads) {
        memory.alpha[i] = b[i];
        memory.distance[i] = gram[i + i * p];
    }
    __syncthreads();
    const std::size_t first = find_largest<T>(p, [=](std::size_t i) { return fabs(memory.alpha[i]); });
    const T noise = static_cast<T>(rounding * fabs(static_cast<double>(memory.alpha[first])));
    std::size_t n = 0;
    while (n < most && energy > small_energy) {
        const std::ptrdiff_t chosen = choose(p, by_reduction, static_cast<T>(rounding), noise, memory);
        if (chosen < 0) break;
        const std::size_t k = static_cast<std::size_t>(chosen);
        const double whole = static_cast<double>(gram[k + k * p]);
        const double square = cholesky_row(p, most, n, k, whole, memory);
        if (!(square > rounding * whole)) break;
        const T length = sqrt(static_cast<T>(square)), z = memory.alpha[k] / length;
        energy -= static_cast<double>(z) * static_cast<double>(z);
        __syncthreads();  // alpha_k was read by all
        if (threadIdx.x == 0) {
            memory.L[n * most + n] = length;
            memory.z[n] = z;
            index[n] = static_cast<std::uint32_t>(k);
        }
        next_column(p, most, n, gram + k * p, length, z, memory);
        ++n;
        __syncthreads();
        for (std::size_t j = threadIdx.x; j < n; j += block_threads) memory.alpha[index[j]] = T(0);
        __syncthreads();
    }
    back_substitute(n, most, memory, value);
}

}  // namespace cuda

template <class Device, class T>
SparseCodes<Device, T> pursue(const Pursuit& pursuit, const Array<Device, T>& G, const Array<Device, T>& B,
                              const std::vector<double>& squared_norms) {
    const std::size_t p = G.rows(), most = pursuit.nonzeros, each = cuda::pursuit_memory(p, most);
    const bool until = pursuit.residual > 0;
    const double small =
        until ? pursuit.residual * pursuit.residual : -std::numeric_limits<double>::infinity();
    const std::vector<double> energies = until ? squared_norms : std::vector<double>(B.cols(), 1.0);
    const auto energy = Array<Cuda, double>::from_host(B.cols(), 1, energies);
    const double rounding = 32 * static_cast<double>(std::numeric_limits<T>::epsilon());
    SparseCodes<Device, T> Z(p, most, B.cols());
    Array<Device, T> scratch(each, B.cols());
    const T *gram = G.data(), *b = B.data();
    const bool by_reduction = pursuit.choice == Choice::reduction;
    const double* e = energy.data();
    T *memory = scratch.data(), *value = Z.value.data();
    std::uint32_t* index = Z.index.data();
    cuda::each_column(B.cols(), [=] __device__(std::size_t i) {
        T* own = memory + i * each;
        cuda::pursue_one(
            p, gram, b + i * p, most, by_reduction, e[i], small, rounding,
            {own, own + p, own + 2 * p, own + 2 * p + p * most, own + 2 * p + p * most + most * most},
            index + i * most, value + i * most);
    });
    return Z;
}

template SparseCodes<Cuda, double> pursue(const Pursuit&, const Array<Cuda, double>&,
                                          const Array<Cuda, double>&, const std::vector<double>&);
template SparseCodes<Cuda, float> pursue(const Pursuit&, const Array<Cuda, float>&, const Array<Cuda, float>&,
                                         const std::vector<double>&);

}  // namespace assay::solvers
