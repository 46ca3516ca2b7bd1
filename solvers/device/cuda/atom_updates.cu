#include "solvers/device/atom_updates.hpp"
#include "solvers/device/cuda/kernels.cuh"

namespace assay::solvers {

template <class Device, class T>
Array<Device, T> atom_direction(const Array<Device, T>& d, const AtomUsers<Device>& users,
                                const SparseCodes<Device, T>& Z, const Array<Device, T>& R) {
    const std::size_t m = R.rows(), width = Z.width(), count = users.count;
    Array<Device, T> sum(m, 1);
    const T *r = R.data(), *atom = d.data(), *value = Z.value.data();
    const std::uint32_t* slots = users.slots.data() + users.first;
    T* s = sum.data();
    cuda::each_column(m, [=] __device__(std::size_t i) {  // one block a row of R
        const double total = cuda::column_sum(count, [=](std::size_t k) {
            const T weight = value[slots[k]];
            return static_cast<double>(weight) *
                   static_cast<double>(r[slots[k] / width * m + i] + weight * atom[i]);
        });
        if (threadIdx.x == 0) s[i] = static_cast<T>(total);
    });
    return sum;
}

template <class Device, class T>
void exchange_atom(const Array<Device, T>& d, const Array<Device, T>& u, const AtomUsers<Device>& users,
                   SparseCodes<Device, T>& Z, Array<Device, T>& R) {
    const std::size_t m = R.rows(), width = Z.width();
    const T *before = d.data(), *after = u.data();
    const std::uint32_t* slots = users.slots.data() + users.first;
    T *residual = R.data(), *value = Z.value.data();
    cuda::each_column(users.count, [=] __device__(std::size_t k) {
        T* r = residual + slots[k] / width * m;
        const T old = value[slots[k]];
        const T coefficient = static_cast<T>(cuda::column_sum(m, [=](std::size_t i) {
            return static_cast<double>(after[i]) * static_cast<double>(r[i] + old * before[i]);
        }));
        for (std::size_t i = threadIdx.x; i < m; i += cuda::block_threads)
            r[i] += old * before[i] - coefficient * after[i];
        if (threadIdx.x == 0) value[slots[k]] = coefficient;
    });
}

#define ASSAY_INSTANTIATE(T)                                                                          \
    template Array<Cuda, T> atom_direction(const Array<Cuda, T>&, const AtomUsers<Cuda>&,             \
                                           const SparseCodes<Cuda, T>&, const Array<Cuda, T>&);       \
    template void exchange_atom(const Array<Cuda, T>&, const Array<Cuda, T>&, const AtomUsers<Cuda>&, \
                                SparseCodes<Cuda, T>&, Array<Cuda, T>&);

ASSAY_INSTANTIATE(double)
ASSAY_INSTANTIATE(float)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
