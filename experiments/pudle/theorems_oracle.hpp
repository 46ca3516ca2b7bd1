#pragma once

#include <vector>

#include "solvers/device/array.hpp"
#include "solvers/sparse/unrolled.hpp"

namespace assay::pudle {

/// The true dictionary and codes of a set of samples, in double on the host.
struct Truth {
    const solvers::Array<solvers::Cpu, double>& dictionary;  ///< D*, m x p
    const solvers::Array<solvers::Cpu, double>& codes;       ///< z*, p x n
    const solvers::Array<solvers::Cpu, double>& samples;     ///< x, m x n
};

/// How lambda_t is chosen in every layer and for every sample.
enum class LambdaRule {
    lower_bound,  ///< Theorem 4.2: (mu_l / sqrt(m)) ||z_t - z*||_1 + a_gamma
    half_bound,   ///< half of it, which the theorem does not cover
    large         ///< 4, above every amplitude of z*
};

struct OracleCodes {
    solvers::Array<solvers::Cpu, double> codes;  ///< z_T, p x n
    double started = 0;  ///< share of samples whose first code, HT_{1/2}(D^T x), has the signed support of z*
    double kept = 0;     ///< share of all samples that started so and have that support after every layer
};

/// `encoder.layers` layers of soft thresholding at D (m x p) whose lambda_t knows the true codes. They start
/// where Theorem 4.1 ends: at HT_{1/2}(D^T x). In the lower bound mu_l / sqrt(m) = max |<d_i, d_j>|, and
/// a_gamma, which the paper bounds by O(sqrt(s) delta), is the sample's largest |d_j^T (D - D*) z*| off the
/// support of z*.
OracleCodes oracle_encode(const solvers::Encoder& encoder, LambdaRule rule,
                          const solvers::Array<solvers::Cpu, double>& D, const Truth& truth);

}  // namespace assay::pudle
