#pragma once

#include <cstdint>
#include <string>

#include "tests/metrics.hpp"
#include "tests/small_runs.hpp"

/// Runs of this study's experiments that end in a second, on images that are made.
namespace assay::testing {

inline harness::Params small_classification(const harness::Params& more = {}) {
    harness::Params all = {{"data", std::string("made")},
                           {"initialisation", std::string("xavier")},
                           {"training_images", std::int64_t{128}},
                           {"validation_images", std::int64_t{32}},
                           {"test_images", std::int64_t{64}},
                           {"epochs", std::int64_t{4}},
                           {"batch", std::int64_t{16}},
                           {"padding", std::int64_t{1}},
                           {"mirror", false}};
    for (const auto& [name, value] : more) all[name] = value;
    return all;
}

}  // namespace assay::testing
