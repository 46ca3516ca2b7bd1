#include <algorithm>
#include <cmath>

#include "solvers/network/loss.hpp"

namespace assay::solvers {

template <>
double cross_entropy_sum(const Array<Cpu, float>& logits, std::size_t classes, const Labels& labels,
                         float weight, Array<Cpu, float>& gradient) {
    const std::size_t places = logits.rows() / classes;
    double sum = 0.0;
    for (std::size_t j = 0; j < logits.cols(); ++j) {
        for (std::size_t place = 0; place < places; ++place) {
            const float* x = logits.data() + j * logits.rows() + place;
            float* dx = gradient.data() + j * logits.rows() + place;
            const std::size_t label = labels[j * places + place];
            float largest = x[0];
            for (std::size_t c = 1; c < classes; ++c) largest = std::max(largest, x[c * places]);
            float total = 0.0f;
            for (std::size_t c = 0; c < classes; ++c) {
                dx[c * places] = exponential(x[c * places] - largest);
                total += dx[c * places];
            }
            for (std::size_t c = 0; c < classes; ++c) {
                const float share = dx[c * places] / total;
                dx[c * places] = weight * (c == label ? share - 1.0f : share);
            }
            sum += std::log(static_cast<double>(total)) - static_cast<double>(x[label * places] - largest);
        }
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
