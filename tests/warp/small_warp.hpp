#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/small_runs.hpp"

/// Runs of this study's experiments that end in a second: 8 atoms of 5 x 5 on made images of 16 x 16.
namespace assay::testing {

inline harness::Params small_warp(const harness::Params& more = {}) {
    harness::Params all = {{"data", std::string("made")},
                           {"side", std::int64_t{16}},
                           {"test_images", std::int64_t{5}},
                           {"atoms", std::int64_t{8}},
                           {"kernel", std::int64_t{5}},
                           {"lambda", 0.8},
                           {"tau", 20.0},
                           {"dictionary_images", std::int64_t{20}},
                           {"dictionary_batch", std::int64_t{10}},
                           {"dictionary_batches", std::int64_t{6}},
                           {"dictionary_iterations", std::int64_t{40}}};
    for (const auto& [name, value] : more) all[name] = value;
    return all;
}

/// With a predictor that learns a little.
inline harness::Params small_predictor(const harness::Params& more = {}) {
    harness::Params all = small_warp({{"training_images", std::int64_t{24}},
                                      {"target_iterations", std::int64_t{60}},
                                      {"size", std::string("small")},
                                      {"epochs", std::int64_t{6}},
                                      {"batch", std::int64_t{8}}});
    for (const auto& [name, value] : more) all[name] = value;
    return all;
}

inline const std::vector<double>& values(const harness::Result& result, const std::string& metric) {
    return result.metrics.at(metric).values;
}

/// Whether two runs recorded the same bits.
inline bool same_bits(const harness::Result& a, const harness::Result& b) {
    if (a.metrics.size() != b.metrics.size()) return false;
    for (const auto& [name, metric] : a.metrics) {
        const std::vector<double>& other = values(b, name);
        if (metric.values.size() != other.size()) return false;
        for (std::size_t k = 0; k < other.size(); ++k) {
            const bool both_absent = metric.values[k] != metric.values[k] && other[k] != other[k];
            if (metric.values[k] != other[k] && !both_absent) return false;
        }
    }
    return true;
}

}  // namespace assay::testing
