#pragma once

#include <cstdint>
#include <string>

#include "tests/metrics.hpp"
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

}  // namespace assay::testing
