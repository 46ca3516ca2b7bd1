#include "solvers/device/atom_updates.hpp"

namespace assay::solvers {
namespace {

constexpr std::size_t lanes = 16;

/// <a, b> in interleaved partial sums, which vectorise.
template <class T>
T inner_product(std::size_t n, const T* a, const T* b) {
    T partial[lanes] = {};
    std::size_t i = 0;
    for (; i + lanes <= n; i += lanes) {
        for (std::size_t lane = 0; lane < lanes; ++lane) partial[lane] += a[i + lane] * b[i + lane];
    }
    T sum = 0;
    for (; i < n; ++i) sum += a[i] * b[i];
    for (const T part : partial) sum += part;
    return sum;
}

}  // namespace

template <class Device, class T>
Array<Device, T> atom_direction(const Array<Device, T>& d, const AtomUsers<Device>& users,
                                const SparseCodes<Device, T>& Z, const Array<Device, T>& R) {
    const std::size_t m = R.rows(), width = Z.width();
    Array<Device, T> sum(m, 1);
    T *s = sum.data(), squares = 0;
    for (std::size_t k = users.first; k < users.first + users.count; ++k) {
        const std::size_t slot = users.slots.data()[k];
        const T weight = Z.value.data()[slot];
        const T* r = R.data() + slot / width * m;
        for (std::size_t i = 0; i < m; ++i) s[i] += weight * r[i];
        squares += weight * weight;
    }
    for (std::size_t i = 0; i < m; ++i) s[i] += squares * d.data()[i];
    return sum;
}

template <class Device, class T>
void exchange_atom(const Array<Device, T>& d, const Array<Device, T>& u, const AtomUsers<Device>& users,
                   SparseCodes<Device, T>& Z, Array<Device, T>& R) {
    const std::size_t m = R.rows(), width = Z.width();
    const T *before = d.data(), *after = u.data();
    const T overlap = inner_product(m, before, after);
    for (std::size_t k = users.first; k < users.first + users.count; ++k) {
        const std::size_t slot = users.slots.data()[k];
        T* r = R.data() + slot / width * m;
        T& coefficient = Z.value.data()[slot];
        const T old = coefficient;
        coefficient = inner_product(m, after, r) + overlap * old;
        for (std::size_t i = 0; i < m; ++i) r[i] += old * before[i] - coefficient * after[i];
    }
}

#define ASSAY_INSTANTIATE(T)                                                                       \
    template Array<Cpu, T> atom_direction(const Array<Cpu, T>&, const AtomUsers<Cpu>&,             \
                                          const SparseCodes<Cpu, T>&, const Array<Cpu, T>&);       \
    template void exchange_atom(const Array<Cpu, T>&, const Array<Cpu, T>&, const AtomUsers<Cpu>&, \
                                SparseCodes<Cpu, T>&, Array<Cpu, T>&);

ASSAY_INSTANTIATE(double)
ASSAY_INSTANTIATE(float)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
