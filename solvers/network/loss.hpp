#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "solvers/device/array.hpp"
#include "solvers/device/regression_loss.hpp"

namespace assay::solvers {

using Labels = std::vector<std::uint32_t>;

/// A loss and its gradient by the predictions, both of the mean over the batch.
template <class Device>
struct Loss {
    double value = 0.0;  ///< summed in double in a fixed order
    Array<Device, float> gradient;
};

/// -log of the softmax's share of the right class, mean over samples and places. A sample (a column of
/// `logits`) is classes x places, the place running fastest: one place for a classification, the pixels for a
/// segmentation. `labels` holds a class for each place, sample after sample. Throws Error when the numbers do
/// not fit, when a label is not below `classes`, and when a logit is not finite.
template <class Device>
Loss<Device> cross_entropy(const Array<Device, float>& logits, std::size_t classes, const Labels& labels);

/// Mean over all entries. Throws Error when the shapes differ or an entry is not finite.
template <class Device>
Loss<Device> regression(const RegressionLoss& loss, const Array<Device, float>& prediction,
                        const Array<Device, float>& target);

/// The class of the largest logit at each place; the first of equal ones.
template <class Device>
Labels predicted_classes(const Array<Device, float>& logits, std::size_t classes);

/// How many entries agree. Throws Error when the lengths differ.
std::size_t count_equal(const Labels& predicted, const Labels& labels);

/// What the devices compute of the two losses, on arguments that were checked: the gradient, with the sum of
/// the losses as the result.
template <class Device>
double cross_entropy_sum(const Array<Device, float>& logits, std::size_t classes, const Labels& labels,
                         float weight, Array<Device, float>& gradient);
template <class Device>
double regression_sum(const RegressionTerm<float>& term, const Array<Device, float>& prediction,
                      const Array<Device, float>& target, float weight, Array<Device, float>& gradient);

}  // namespace assay::solvers
