#include <boost/test/unit_test.hpp>

#include "spec_fixture.hpp"

BOOST_AUTO_TEST_SUITE(registry)

using namespace spec_test;

Experiment sound(const std::string& name) {
    register_toy();
    Experiment experiment = experiments().at("toy.fit");
    experiment.name = name;
    return experiment;
}

/// Registering the experiment after `spoil` must fail with that message.
template <class Spoil>
void expect(const std::string& message, const Spoil& spoil) {
    Experiment experiment = sound("toy.spoilt");
    spoil(experiment);
    BOOST_CHECK_EXCEPTION(register_experiment(experiment), assay::Error, [&](const assay::Error& error) {
        BOOST_TEST(error.problem() == message);
        return error.problem() == message;
    });
    BOOST_TEST(experiments().count("toy.spoilt") == 0u);
}

BOOST_AUTO_TEST_CASE(a_sound_experiment_is_found_by_name) {
    register_experiment(sound("toy.sound"));
    BOOST_TEST(experiments().at("toy.sound").metrics.size() == 2u);
}

BOOST_AUTO_TEST_CASE(names) {
    expect("the name is taken already", [](Experiment& e) { e.name = "toy.fit"; });
    expect("its name must be \"study.what\", of letters, digits and _",
           [](Experiment& e) { e.name = "toy"; });
    expect("its name must be \"study.what\", of letters, digits and _",
           [](Experiment& e) { e.name = "toy.a.b"; });
    expect("it has no body", [](Experiment& e) { e.body = nullptr; });
}

BOOST_AUTO_TEST_CASE(parameters) {
    expect("the default of parameter m must be between 1 and 1000, but is 0",
           [](Experiment& e) { e.params[0].fallback = std::int64_t{0}; });
    expect("the default of parameter method must be one of \"dec\", \"ae-lasso\", \"ae-ls\", but is \"ae\"",
           [](Experiment& e) { e.params[4].fallback = std::string("ae"); });
    expect("parameter m appears twice", [](Experiment& e) { e.params[1].name = "m"; });
    expect("parameter m: min is above max", [](Experiment& e) { e.params[0].min = 2000; });
    expect("parameter m has choices, but is no text", [](Experiment& e) { e.params[0].choices = {"a"}; });
    expect("parameter m has no explanation", [](Experiment& e) { e.params[0].doc = ""; });
    expect("a parameter is called \"m-n\"; use letters, digits and _",
           [](Experiment& e) { e.params[0].name = "m-n"; });
    expect("a parameter is called \"seed\"; every run has its seed without it",
           [](Experiment& e) { e.params[0].name = "seed"; });
}

BOOST_AUTO_TEST_CASE(metrics) {
    expect("it declares no metric, so that a run of it would tell nothing",
           [](Experiment& e) { e.metrics.clear(); });
    expect("a metric is called \"\"; use letters, digits and _",
           [](Experiment& e) { e.metrics[0].name = ""; });
    expect("metric error appears twice", [](Experiment& e) { e.metrics[1].name = "error"; });
    expect(
        "a metric is called \"solver_seconds\"; every run has it from its own clock and counters, so name "
        "yours otherwise",
        [](Experiment& e) { e.metrics[0].name = "solver_seconds"; });
    expect("metric error has no explanation", [](Experiment& e) { e.metrics[0].doc = ""; });
    expect("metric error has an axis called \"\"", [](Experiment& e) { e.metrics[0].axes = {""}; });
    expect("metric error has the axis t twice", [](Experiment& e) { e.metrics[0].axes = {"t", "t"}; });
    expect(
        "\"m\" is a parameter and an axis of metric error; [m=...] in a claim could mean either, so rename "
        "one",
        [](Experiment& e) { e.metrics[0].axes = {"m"}; });
}

BOOST_AUTO_TEST_SUITE_END()
