#include "solvers/sparse/unrolled.hpp"

#include <cmath>

namespace assay::solvers {

double Encoder::threshold(std::size_t t) const {
    if (shrinkage == Shrinkage::hard) return bias;
    return alpha * lambda * std::pow(decay, static_cast<double>(t - 1));
}

void Encoder::validate() const {
    if (layers < 1) throw Error("an encoder needs at least one layer", "encoder.layers");
    if (!(alpha > 0)) throw Error("the step must be positive", "encoder.alpha");
    if (!(lambda >= 0)) throw Error("the l1 weight must not be negative", "encoder.lambda");
    if (!(decay > 0 && decay <= 1)) throw Error("the decay must lie in (0, 1]", "encoder.decay");
    if (!(bias >= 0)) throw Error("the hard threshold must not be negative", "encoder.bias");
}

}  // namespace assay::solvers
