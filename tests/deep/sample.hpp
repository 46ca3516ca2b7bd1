#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "solvers/deep/strategies.hpp"
#include "solvers/device/random.hpp"

namespace assay::testing {

/// lambda values +-U[1/2, 1] on a random support.
inline std::vector<double> sparse_code(std::size_t size, std::size_t nonzeros, std::uint64_t seed) {
    solvers::Random random(seed, "code");
    std::vector<double> x(size);
    for (std::size_t placed = 0; placed < nonzeros;) {
        double& entry = x[random.below(size)];
        if (entry != 0.0) continue;
        entry = random.sign() * random.uniform(0.5, 1.0);
        ++placed;
    }
    return x;
}

inline std::vector<double> gaussian(std::size_t size, double deviation, std::uint64_t seed) {
    solvers::Random random(seed, "noise");
    std::vector<double> e(size);
    for (double& entry : e) entry = deviation * random.normal();
    return e;
}

inline double largest(const std::vector<double>& values) {
    double result = 0.0;
    for (const double value : values) result = std::max(result, std::abs(value));
    return result;
}

/// An instance, one code through all of its layers, and D_1^T y.
struct DeepSample {
    solvers::DeepInstance instance;
    std::vector<std::vector<double>> codes;
    std::vector<double> noise;  ///< D_1^T e
    std::vector<double> first;  ///< D_1^T y

    DeepSample(const char* name, double deviation, std::uint64_t seed = 1)
        : instance(solvers::make_instance(solvers::instance_shape(name), solvers::TapSigns::random, 1)),
          codes(solvers::codes_of_all_layers(
              instance, sparse_code(instance.layers.back().cols(), instance.shape.sparsity, seed))),
          noise(instance.layers[0].transposed_times(gaussian(instance.layers[0].rows(), deviation, seed))),
          first(instance.layers[0].transposed_times(instance.layers[0].times(codes[0]))) {
        for (std::size_t i = 0; i < first.size(); ++i) first[i] += noise[i];
    }

    const std::vector<double>& deepest() const { return codes.back(); }
    /// nu of D_[J], as realised.
    double effective_noise() const {
        return largest(solvers::DeepCoder(instance).effective_correlations(noise));
    }
    solvers::CodeBounds bounds(double rounding = solvers::rounding_noise<double>) const {
        return solvers::code_bounds(instance, effective_noise() + rounding);
    }
};

}  // namespace assay::testing
