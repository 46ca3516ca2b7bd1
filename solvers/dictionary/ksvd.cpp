#include "solvers/dictionary/ksvd.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "solvers/device/atom_updates.hpp"
#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"

namespace assay::solvers {
namespace {

/// The pairs of every atom, atom after atom, samples ascending.
template <class Device>
struct PairsByAtom {
    Array<Device, std::uint32_t> slots;
    std::vector<std::size_t> first;  ///< p + 1 entries

    AtomUsers<Device> of(std::size_t atom) const {
        return {slots, first[atom], first[atom + 1] - first[atom]};
    }
};

template <class Device, class T>
PairsByAtom<Device> pairs_by_atom(const SparseCodes<Device, T>& Z) {
    if (Z.value.size() > std::numeric_limits<std::uint32_t>::max()) {
        throw Error("the codes have more than 2^32 pairs", "ksvd", "use fewer samples or non-zeros");
    }
    const std::vector<std::uint32_t> index = Z.index.to_host();
    const std::vector<T> value = Z.value.to_host();
    std::vector<std::size_t> first(Z.rows + 1, 0);
    for (std::size_t e = 0; e < index.size(); ++e) first[index[e] + 1] += value[e] != T(0);
    for (std::size_t k = 0; k < Z.rows; ++k) first[k + 1] += first[k];
    std::vector<std::uint32_t> slots(first.back());
    std::vector<std::size_t> next(first.begin(), first.end() - 1);
    for (std::size_t e = 0; e < index.size(); ++e) {
        if (value[e] != T(0)) slots[next[index[e]]++] = static_cast<std::uint32_t>(e);
    }
    return {Array<Device, std::uint32_t>::from_host(slots.size(), 1, slots), std::move(first)};
}

/// Samples by the size of their residual, the worst first; ties go to the lower index.
template <class Device, class T>
std::vector<std::size_t> worst_samples(const Array<Device, T>& R, std::size_t count) {
    const std::vector<double> sizes = column_norms(R);
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < sizes.size(); ++i)
        if (sizes[i] > 0) order.push_back(i);
    count = std::min(count, order.size());
    std::partial_sort(
        order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
        [&](std::size_t a, std::size_t b) { return sizes[a] > sizes[b] || (sizes[a] == sizes[b] && a < b); });
    order.resize(count);
    return order;
}

template <class Device, class T>
void replace_unused(const std::vector<std::size_t>& atoms, const Array<Device, T>& X,
                    const Array<Device, T>& R, Array<Device, T>& D) {
    if (atoms.empty()) return;
    const std::vector<std::size_t> samples = worst_samples(R, atoms.size());
    for (std::size_t k = 0; k < samples.size(); ++k) {
        Array<Device, T> atom = X.columns(samples[k], 1);
        normalize_columns(atom);
        D.set_columns(atoms[k], atom);
    }
}

template <class Device, class T>
Array<Device, T> residual(const Array<Device, T>& X, const Array<Device, T>& D,
                          const SparseCodes<Device, T>& Z) {
    Array<Device, T> R = multiply_codes(D, Z);
    scale(T(-1), R);
    axpy(T(1), X, R);
    return R;
}

double square(double a) {
    return a * a;
}

}  // namespace

template <class Device, class T>
void update_atoms(UnusedAtoms unused, const Array<Device, T>& X, Array<Device, T>& D,
                  SparseCodes<Device, T>& Z, Array<Device, T>& R) {
    const PairsByAtom<Device> pairs = pairs_by_atom(Z);
    std::vector<std::size_t> without_users;
    for (std::size_t k = 0; k < D.cols(); ++k) {
        const AtomUsers<Device> users = pairs.of(k);
        if (users.count == 0) {
            without_users.push_back(k);
            continue;
        }
        const Array<Device, T> before = D.columns(k, 1);
        Array<Device, T> after = atom_direction(before, users, Z, R);
        if (!(norm(after) > 0)) continue;
        normalize_columns(after);
        exchange_atom(before, after, users, Z, R);
        D.set_columns(k, after);
    }
    if (unused == UnusedAtoms::replace) replace_unused(without_users, X, R, D);
}

template <class Device, class T>
KsvdResult<Device, T> ksvd(const KsvdOptions& options, const Array<Device, T>& D0, const Array<Device, T>& X,
                           const KsvdObserver<Device, T>& observer) {
    KsvdResult<Device, T> result{D0.copy(), {}};
    normalize_columns(result.dictionary);
    for (std::size_t iteration = 1; iteration <= options.iterations; ++iteration) {
        result.codes = omp({.nonzeros = options.nonzeros}, result.dictionary, X);
        Array<Device, T> R = residual(X, result.dictionary, result.codes);
        const double coded = observer ? square(norm(R)) : 0.0;
        update_atoms(options.unused, X, result.dictionary, result.codes, R);
        if (observer) observer({iteration, coded, square(norm(R)), result.dictionary, result.codes});
    }
    if (options.iterations == 0) result.codes = omp({.nonzeros = options.nonzeros}, result.dictionary, X);
    return result;
}

#define ASSAY_INSTANTIATE(Device, T)                                                              \
    template KsvdResult<Device, T> ksvd(const KsvdOptions&, const Array<Device, T>&,              \
                                        const Array<Device, T>&, const KsvdObserver<Device, T>&); \
    template void update_atoms(UnusedAtoms, const Array<Device, T>&, Array<Device, T>&,           \
                               SparseCodes<Device, T>&, Array<Device, T>&);

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
