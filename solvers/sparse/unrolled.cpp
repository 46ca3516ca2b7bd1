#include "solvers/sparse/unrolled.hpp"

#include <cmath>

namespace assay::solvers {

double Encoder::threshold(std::size_t t) const {
    if (shrinkage == Shrinkage::hard) return bias;
    return alpha * lambda * std::pow(decay, static_cast<double>(t - 1));
}

double Encoder::l1_weight(Gradient gradient) const {
    if (gradient != Gradient::ae_lasso) return 0.0;
    if (shrinkage == Shrinkage::hard || decay != 1.0) {
        throw Error("the lasso loss needs one weight of ||z||_1, and this encoder has none",
                    "gradient ae-lasso",
                    "use soft thresholds and decay = 1, or the least-squares loss (ae-ls)");
    }
    return lambda;
}

void Encoder::validate() const {
    if (layers < 1) throw Error("an encoder needs at least one layer", "encoder.layers");
    if (!(alpha > 0))
        throw Error("the step must be positive, but is " + std::to_string(alpha), "encoder.alpha");
    if (!(lambda >= 0))
        throw Error("the l1 weight must not be negative, but is " + std::to_string(lambda), "encoder.lambda");
    if (!(decay > 0 && decay <= 1))
        throw Error("the decay must lie in (0, 1], but is " + std::to_string(decay), "encoder.decay");
    if (!(bias >= 0))
        throw Error("the hard threshold must not be negative, but is " + std::to_string(bias),
                    "encoder.bias");
}

}  // namespace assay::solvers
