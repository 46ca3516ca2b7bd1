#include "solvers/device/cross_entropy.hpp"
#include "solvers/network/loss.hpp"

namespace assay::solvers {

template <>
double cross_entropy_sum(const Array<Cpu, float>& logits, std::size_t classes, const Labels& labels,
                         float weight, Array<Cpu, float>& gradient) {
    const std::size_t places = logits.rows() / classes;
    double sum = 0.0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const std::size_t first = i / places * logits.rows() + i % places;
        sum += cross_entropy_at(logits.data() + first, gradient.data() + first, classes, places, labels[i],
                                weight);
    }
    return sum;
}

template <>
double regression_sum(const RegressionTerm<float>& term, const Array<Cpu, float>& prediction,
                      const Array<Cpu, float>& target, float weight, Array<Cpu, float>& gradient) {
    double sum = 0.0;
    for (std::size_t i = 0; i < prediction.size(); ++i) {
        const auto [value, derivative] = term(prediction.data()[i], target.data()[i]);
        gradient.data()[i] = weight * derivative;
        sum += static_cast<double>(value);
    }
    return sum;
}

}  // namespace assay::solvers
