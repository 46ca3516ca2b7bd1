#pragma once

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "experiments/harness/checkpoint.hpp"
#include "tests/metrics.hpp"
#include "tests/scratch.hpp"
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
                           {"padding", std::int64_t{1}}};
    for (const auto& [name, value] : more) all[name] = value;
    return all;
}

/// Whether a run that is interrupted when more than `share` of it is done goes on after its last state, does
/// not train again what comes before `begun`, and ends in the bits of a run without a break.
inline void expect_equal_bits_after_a_break(const std::string& name, const harness::Params& params,
                                            double share, double begun) {
    struct Interruption {};
    const harness::Experiment& experiment = experiment_named(name);
    const harness::Result whole = finish(name, params);
    const Scratch scratch;
    harness::Run first(experiment, params, 1, "cpu", [&](double done, std::string_view) {
        if (done > share) throw Interruption();
    });
    first.set_checkpoint_file(scratch / "run.state");
    BOOST_CHECK_THROW(experiment.body(first), Interruption);
    double earliest = 1.0;
    harness::Run second(experiment, params, 1, "cpu",
                        [&](double done, std::string_view) { earliest = std::min(earliest, done); });
    second.set_checkpoint_file(scratch / "run.state");
    experiment.body(second);
    BOOST_TEST(earliest > begun);
    BOOST_TEST(same_bits(whole, second.finish()));
}

}  // namespace assay::testing
