#include "experiments/l1/confusion.hpp"

#include <numeric>
#include <string>

#include "solvers/error.hpp"

namespace assay::l1 {

void Confusion::add(const solvers::Labels& truth, const solvers::Labels& found) {
    if (truth.size() != found.size())
        throw Error(std::to_string(found.size()) + " classes for " + std::to_string(truth.size()) + " pixels",
                    "confusion");
    for (std::size_t k = 0; k < truth.size(); ++k) {
        if (truth[k] >= classes_ || found[k] >= classes_)
            throw Error("a class of pixel " + std::to_string(k) + " is out of range", "confusion",
                        "the classes are 0 to " + std::to_string(classes_ - 1));
        counts_[truth[k] * classes_ + found[k]] += 1.0;
    }
}

Confusion::Sums Confusion::sums(std::size_t i) const {
    Sums result{count(i, i), 0.0, 0.0};
    for (std::size_t j = 0; j < classes_; ++j) {
        result.truth += count(i, j);
        result.found += count(j, i);
    }
    return result;
}

double Confusion::pixel_accuracy() const {
    double right = 0.0;
    for (std::size_t i = 0; i < classes_; ++i) right += count(i, i);
    return right / std::accumulate(counts_.begin(), counts_.end(), 0.0);
}

double Confusion::mean_pixel_accuracy() const {
    double sum = 0.0, there = 0.0;
    for (std::size_t i = 0; i < classes_; ++i) {
        const Sums s = sums(i);
        if (s.truth == 0) continue;
        sum += s.right / s.truth;
        there += 1.0;
    }
    return sum / there;
}

double Confusion::mean_iou() const {
    double sum = 0.0, there = 0.0;
    for (std::size_t i = 0; i < classes_; ++i) {
        const Sums s = sums(i);
        const double either = s.truth + s.found - s.right;
        if (either == 0) continue;
        sum += s.right / either;
        there += 1.0;
    }
    return sum / there;
}

}  // namespace assay::l1
