#include "experiments/palm/evaluation.hpp"

#include <algorithm>
#include <armadillo>
#include <cmath>
#include <numeric>

#include "solvers/device/instantiate.hpp"
#include "solvers/device/primitives.hpp"

namespace assay::palm {

using namespace assay::solvers;

template <class Device, class T>
std::vector<std::uint32_t> predicted(const Array<Device, T>& classifier, const Encode<Device, T>& encode,
                                     const Array<Device, T>& samples) {
    std::vector<std::uint32_t> labels;
    for (std::size_t first = 0; first < samples.cols(); first += evaluation_block) {
        const std::size_t count = std::min(evaluation_block, samples.cols() - first);
        const auto part = largest_rows(multiply_sparse(classifier, encode(samples.columns(first, count))));
        labels.insert(labels.end(), part.begin(), part.end());
    }
    return labels;
}

double agreement(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b) {
    std::size_t equal = 0;
    for (std::size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i] ? 1 : 0;
    return static_cast<double>(equal) / static_cast<double>(a.size());
}

std::vector<double> confusion(std::size_t classes, std::span<const std::uint32_t> labels,
                              std::span<const std::uint32_t> guesses) {
    std::vector<double> shares(classes * classes, 0.0), counts(classes, 0.0);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        shares[labels[i] * classes + guesses[i]] += 1.0;
        counts[labels[i]] += 1.0;
    }
    for (std::size_t e = 0; e < shares.size(); ++e) shares[e] /= std::max(counts[e / classes], 1.0);
    return shares;
}

AtomUsage::AtomUsage(std::vector<std::size_t> atoms) : classes_(atoms.size()), samples_(atoms.size(), 0.0) {
    for (std::size_t c = 0; c < atoms.size(); ++c) class_of_atom_.insert(class_of_atom_.end(), atoms[c], c);
    users_.assign(classes_ * class_of_atom_.size(), 0.0);
}

template <class T>
void AtomUsage::add(const std::vector<T>& codes, std::span<const std::uint32_t> labels) {
    const std::size_t K = class_of_atom_.size();
    for (std::size_t n = 0; n < labels.size(); ++n) {
        samples_[labels[n]] += 1.0;
        for (std::size_t k = 0; k < K; ++k) {
            const double value = static_cast<double>(codes[n * K + k]);
            if (value == 0.0) continue;
            users_[labels[n] * K + k] += 1.0;
            energy_ += value * value;
            if (class_of_atom_[k] == labels[n]) own_energy_ += value * value;
        }
    }
}
template void AtomUsage::add(const std::vector<float>&, std::span<const std::uint32_t>);
template void AtomUsage::add(const std::vector<double>&, std::span<const std::uint32_t>);

double AtomUsage::mean_nonzeros() const {
    return std::accumulate(users_.begin(), users_.end(), 0.0) /
           std::accumulate(samples_.begin(), samples_.end(), 0.0);
}

double AtomUsage::dead_atoms() const {
    const std::size_t K = class_of_atom_.size();
    std::size_t dead = 0;
    for (std::size_t k = 0; k < K; ++k) {
        bool used = false;
        for (std::size_t c = 0; c < classes_; ++c) used = used || users_[c * K + k] > 0.0;
        dead += used ? 0 : 1;
    }
    return static_cast<double>(dead) / static_cast<double>(K);
}

/// Which of the atoms are among the K / C that most samples of class c use.
std::vector<bool> AtomUsage::most_used(std::size_t c) const {
    const std::size_t K = class_of_atom_.size(), count = K / classes_;
    std::vector<std::size_t> order(K);
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto users = users_.begin() + static_cast<std::ptrdiff_t>(c * K);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return users[static_cast<std::ptrdiff_t>(a)] > users[static_cast<std::ptrdiff_t>(b)];
    });
    std::vector<bool> chosen(K, false);
    for (std::size_t k = 0; k < count; ++k) chosen[order[k]] = true;
    return chosen;
}

double AtomUsage::overlap() const {
    std::vector<std::vector<bool>> chosen;
    for (std::size_t c = 0; c < classes_; ++c) chosen.push_back(most_used(c));
    double sum = 0.0, pairs = 0.0;
    for (std::size_t a = 0; a < classes_; ++a) {
        for (std::size_t b = a + 1; b < classes_; ++b) {
            double both = 0.0, either = 0.0;
            for (std::size_t k = 0; k < chosen[a].size(); ++k) {
                both += chosen[a][k] && chosen[b][k] ? 1.0 : 0.0;
                either += chosen[a][k] || chosen[b][k] ? 1.0 : 0.0;
            }
            sum += both / either;
            pairs += 1.0;
        }
    }
    return pairs > 0.0 ? sum / pairs : 0.0;
}

double AtomUsage::own_class_energy() const {
    return energy_ > 0.0 ? own_energy_ / energy_ : 0.0;
}

template <class Device, class T>
double effective_rank(const Array<Device, T>& S) {
    const std::vector<T> values = S.to_host();
    const std::vector<double> wide(values.begin(), values.end());
    const arma::vec eigenvalues = arma::eig_sym(arma::mat(wide.data(), S.rows(), S.cols()));
    const arma::vec singular = arma::sqrt(arma::clamp(eigenvalues, 0.0, arma::datum::inf));
    const double sum = arma::accu(singular);
    if (!(sum > 0.0)) return 0.0;
    double entropy = 0.0;
    for (const double value : singular)
        if (value > 0.0) entropy -= value / sum * std::log(value / sum);
    return std::exp(entropy);
}

#define ASSAY_INSTANTIATE(Device, T)                                                                 \
    template std::vector<std::uint32_t> predicted(const Array<Device, T>&, const Encode<Device, T>&, \
                                                  const Array<Device, T>&);                          \
    template double effective_rank(const Array<Device, T>&);

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::palm
