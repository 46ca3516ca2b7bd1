#include "solvers/network/loss.hpp"

#include <cmath>
#include <string>

#include "solvers/device/primitives.hpp"
#include "solvers/device/shapes.hpp"

namespace assay::solvers {
namespace {

/// The places of one sample.
template <class Device>
std::size_t places_of(const Array<Device, float>& logits, std::size_t classes) {
    if (classes < 2 || logits.rows() % classes != 0 || logits.size() == 0) {
        throw Error("logits of " + shape_text(logits) + " for " + std::to_string(classes) + " classes",
                    "cross_entropy", "a sample holds one logit a class and place, for two classes or more");
    }
    return logits.rows() / classes;
}

template <class Device>
void require_finite_predictions(const char* where, const Array<Device, float>& X) {
    if (!std::isfinite(norm(X)))
        throw Error("a prediction is infinite or not a number", where,
                    "training diverged: try a smaller learning rate");
}

}  // namespace

template <class Device>
Loss<Device> cross_entropy(const Array<Device, float>& logits, std::size_t classes, const Labels& labels) {
    const std::size_t places = places_of(logits, classes) * logits.cols();
    if (labels.size() != places) {
        throw Error(std::to_string(labels.size()) + " labels for " + std::to_string(places) + " predictions",
                    "cross_entropy");
    }
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] >= classes) {
            throw Error(
                "label " + std::to_string(labels[i]) + " at place " + std::to_string(i) + " is out of range",
                "cross_entropy", "the classes are 0 to " + std::to_string(classes - 1));
        }
    }
    require_finite_predictions("cross_entropy", logits);
    Loss<Device> loss{0.0, Array<Device, float>(logits.rows(), logits.cols())};
    const double count = static_cast<double>(places);
    loss.value =
        cross_entropy_sum(logits, classes, labels, static_cast<float>(1 / count), loss.gradient) / count;
    return loss;
}

template <class Device>
Loss<Device> regression(const RegressionLoss& loss, const Array<Device, float>& prediction,
                        const Array<Device, float>& target) {
    require_same_shape("regression", prediction, target);
    if (prediction.size() == 0) throw Error("a loss of no prediction", "regression");
    if (!(loss.gamma > 0)) throw Error("gamma must be positive", "regression");
    require_finite_predictions("regression", prediction);
    if (!std::isfinite(norm(target))) throw Error("a target is infinite or not a number", "regression");
    Loss<Device> result{0.0, Array<Device, float>(prediction.rows(), prediction.cols())};
    const double count = static_cast<double>(prediction.size());
    result.value = regression_sum(RegressionTerm<float>(loss), prediction, target,
                                  static_cast<float>(1 / count), result.gradient) /
                   count;
    return result;
}

template <class Device>
Labels predicted_classes(const Array<Device, float>& logits, std::size_t classes) {
    const std::size_t places = places_of(logits, classes);
    const std::vector<float> values = logits.to_host();
    Labels predicted(places * logits.cols());
    for (std::size_t j = 0; j < logits.cols(); ++j) {
        const float* sample = values.data() + j * logits.rows();
        for (std::size_t place = 0; place < places; ++place) {
            std::size_t best = 0;
            for (std::size_t c = 1; c < classes; ++c)
                if (sample[c * places + place] > sample[best * places + place]) best = c;
            predicted[j * places + place] = static_cast<std::uint32_t>(best);
        }
    }
    return predicted;
}

std::size_t count_equal(const Labels& predicted, const Labels& labels) {
    if (predicted.size() != labels.size()) {
        throw Error(std::to_string(predicted.size()) + " predictions for " + std::to_string(labels.size()) +
                        " labels",
                    "count_equal");
    }
    std::size_t count = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) count += predicted[i] == labels[i] ? 1u : 0u;
    return count;
}

#define ASSAY_INSTANTIATE(Device)                                                                 \
    template Loss<Device> cross_entropy(const Array<Device, float>&, std::size_t, const Labels&); \
    template Loss<Device> regression(const RegressionLoss&, const Array<Device, float>&,          \
                                     const Array<Device, float>&);                                \
    template Labels predicted_classes(const Array<Device, float>&, std::size_t);

ASSAY_INSTANTIATE(Cpu)
ASSAY_INSTANTIATE(Cuda)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
