#include "experiments/harness/claims/verdict.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "solvers/device/random.hpp"
#include "tests/harness/evidence_fixture.hpp"

BOOST_AUTO_TEST_SUITE(verdict)

namespace {

using namespace assay::harness;
using testing::record;
using testing::Runs;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Check above(std::string of, double bound) {
    Check check;
    check.of = std::move(of);
    check.above = bound;
    return check;
}

Claim claim(std::string id, Check check) {
    Claim made;
    made.id = std::move(id);
    made.check = std::move(check);
    return made;
}

/// One spec whose runs measure x = 1 + 0.1 * noise, and the curve e[t] = (0, 1, 2) + the same.
Evidence evidence(std::size_t seeds, std::vector<Claim> claims) {
    const Runs runs({{{"n", std::int64_t{100}}}}, seeds, [](Result& result) {
        assay::solvers::Random random(result.seed, "verdict test");
        const double noise = 0.1 * random.normal();
        record(result, "x", 1 + noise);
        record(result, "e", "t", {1, 2, 3}, {noise, 1 + noise, 2 + noise});
    });
    Spec spec;
    spec.study = "pudle";
    spec.name = "spec";
    spec.profile = "paper";
    spec.claims = std::move(claims);
    Evidence made;
    made.specs.push_back(std::move(spec));
    made.runs.push_back(runs.planned);
    made.results = runs.results;
    return made;
}

/// For tests that do not ask a judgement for its claim.
std::vector<Judgement> all_judged(const Evidence& evidence) {
    return judge(evidence);
}

Judgement judged(const Evidence& evidence) {
    return all_judged(evidence).at(0);
}

bool mentions(const Judgement& judgement, const std::string& part) {
    const bool found = judgement.reason.find(part) != std::string::npos;
    if (!found) BOOST_TEST_MESSAGE(judgement.reason);
    return found;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_true_claim_is_reproduced_and_a_false_one_contradicted) {
    for (const char* interval : {"t", "bootstrap"}) {
        Claim low = claim("low", above("x", 0.8)), high = claim("high", above("x", 1.2));
        Claim near = claim("near", {});
        near.check.of = "x";
        near.check.near = 1;
        near.check.within = 0.1;
        Claim far = near;
        far.check.near = 2;
        Claim below = claim("below", {});
        below.check.of = "x";
        below.check.below = 0.7;
        for (Claim* each : {&low, &high, &near, &far, &below}) each->interval = interval;
        const Evidence proof = evidence(20, {low, high, near, far, below});
        const std::vector<Judgement> found = judge(proof);
        const Verdict expected[] = {Verdict::reproduced, Verdict::contradicted, Verdict::reproduced,
                                    Verdict::contradicted, Verdict::contradicted};
        for (std::size_t i = 0; i < 5; ++i) {
            BOOST_TEST(to_string(found[i].verdict) == to_string(expected[i]),
                       interval << " " << found[i].claim->id);
            BOOST_TEST(found[i].holds_after_holm);
            BOOST_TEST(found[i].runs.size() == 20u);
            BOOST_TEST(found[i].per_seed.size() == 20u);
            BOOST_TEST(found[i].low < found[i].estimate);
            BOOST_TEST(found[i].estimate < found[i].high);
        }
        BOOST_TEST(found[0].p_value < 0.05);
        BOOST_TEST(found[1].p_value > 0.95);
    }
}

BOOST_AUTO_TEST_CASE(an_interval_across_the_bound_decides_nothing) {
    // The claim x > 1 holds on the bound itself: 95 of 100 samples must leave it open, whatever their mean
    // says.
    const Evidence open =
        evidence(5, {claim("a", above("x", evidence(5, {}).results.begin()->second.metrics["x"].values[0]))});
    const Judgement across = judged(open);
    BOOST_TEST(to_string(across.verdict) == to_string(Verdict::inconclusive));
    BOOST_TEST(across.seeds_to_decide > 5u);
    BOOST_TEST(!across.holds_after_holm);
}

BOOST_AUTO_TEST_CASE(one_seed_is_inconclusive_unless_the_claim_is_exact) {
    const Judgement one = judged(evidence(1, {claim("a", above("x", 0))}));
    BOOST_TEST(to_string(one.verdict) == to_string(Verdict::inconclusive));
    BOOST_TEST(mentions(one, "one seed has no interval"));
    BOOST_TEST(one.seeds_to_decide == 2u);
    BOOST_TEST(std::isnan(one.low));
    Check exact = above("x", 0);
    exact.exact = true;
    BOOST_TEST(to_string(judged(evidence(1, {claim("a", exact)})).verdict) == to_string(Verdict::reproduced));
    Claim few = claim("a", above("x", 0));
    few.interval = "bootstrap";
    BOOST_TEST(
        mentions(judged(evidence(5, {few})), "a bootstrap interval at 95 % needs 6 seeds, there are 5"));
}

BOOST_AUTO_TEST_CASE(an_exact_claim_must_hold_for_every_seed) {
    const Evidence proof = evidence(10, {});
    double least = 10;
    for (const auto& [id, result] : proof.results) least = std::min(least, result.metrics.at("x").values[0]);
    Check holds = above("x", least - 1e-9), fails = above("x", least);
    holds.exact = fails.exact = true;
    const std::vector<Judgement> found = all_judged(evidence(10, {claim("a", holds), claim("b", fails)}));
    BOOST_TEST(to_string(found[0].verdict) == to_string(Verdict::reproduced));
    BOOST_TEST(found[0].low == least);
    BOOST_TEST(to_string(found[1].verdict) == to_string(Verdict::contradicted));
    BOOST_TEST(found[0].method == "exact");
}

BOOST_AUTO_TEST_CASE(a_truth_needs_enough_seeds) {
    const std::vector<Claim> claims = {claim("a", above("x > 0", 0.5))};
    const Judgement few = judged(evidence(3, claims));
    BOOST_TEST(few.method == "binomial");
    BOOST_TEST(to_string(few.verdict) == to_string(Verdict::inconclusive));
    BOOST_TEST(few.seeds_to_decide == 6u);
    BOOST_TEST(mentions(few, "exact = true"));
    BOOST_TEST(to_string(judged(evidence(6, claims)).verdict) == to_string(Verdict::reproduced));
    BOOST_TEST(to_string(judged(evidence(6, {claim("a", above("x < 0", 0.5))})).verdict) ==
               to_string(Verdict::contradicted));
}

BOOST_AUTO_TEST_CASE(a_vector_must_hold_everywhere_and_shows_its_worst) {
    const std::vector<Judgement> found =
        all_judged(evidence(10, {claim("all", above("e", -0.5)), claim("not-first", above("e", 0.5)),
                                 claim("first-open", above("e", 0))}));
    BOOST_TEST(to_string(found[0].verdict) == to_string(Verdict::reproduced));
    BOOST_TEST(found[0].component == "t=1");
    BOOST_TEST(found[0].components == 3u);
    BOOST_TEST(to_string(found[1].verdict) == to_string(Verdict::contradicted));
    BOOST_TEST(found[1].component == "t=1");
    BOOST_TEST(std::abs(found[1].estimate) < 0.2);  // six standard errors of 0.1 / sqrt(10)
    BOOST_TEST(to_string(found[2].verdict) != to_string(Verdict::reproduced));
}

BOOST_AUTO_TEST_CASE(a_component_over_texts_is_called_by_its_text) {
    const Runs runs({{{"method", std::string("slow")}}, {{"method", std::string("fast")}}}, 5,
                    [](Result& result) {
                        assay::solvers::Random random(result.seed, "texts");
                        const bool slow = std::get<std::string>(result.params.at("method")) == "slow";
                        record(result, "x", (slow ? 1 : 2) + 0.1 * random.normal());
                    });
    Evidence proof = evidence(1, {claim("a", above("x[method=*] + [0, 0]", 1.5))});
    proof.runs[0] = runs.planned;
    proof.results = runs.results;
    BOOST_TEST(to_string(judged(proof).verdict) == to_string(Verdict::contradicted));
    BOOST_TEST(judged(proof).component == "method=slow");
}

BOOST_AUTO_TEST_CASE(a_true_vector_is_not_contradicted_by_chance) {
    // 40 components that sit exactly on the bound: uncorrected, one of them would fall outside in most
    // repeats.
    std::size_t contradicted = 0;
    constexpr std::size_t repeats = 100;
    std::vector<double> points(40);
    for (std::size_t i = 0; i < 40; ++i) points[i] = static_cast<double>(i);
    for (std::uint64_t repeat = 0; repeat < repeats; ++repeat) {
        const Runs runs({{}}, 5, [&](Result& result) {
            assay::solvers::Random random(repeat * 100 + result.seed, "vector chance");
            std::vector<double> values(40);
            for (double& value : values) value = random.normal();
            record(result, "e", "t", points, values);
        });
        Evidence proof = evidence(1, {claim("a", above("e", 0))});
        proof.runs[0] = runs.planned;
        proof.results = runs.results;
        contradicted += judged(proof).verdict == Verdict::contradicted ? 1u : 0u;
    }
    // At most 2.5 % in expectation (one-sided at 95 %): more than 9 of 100 has a probability below 1e-3.
    BOOST_TEST(contradicted <= 9u);
}

BOOST_AUTO_TEST_CASE(reduced_scale_is_said) {
    Evidence proof =
        evidence(10, {claim("a", above("x", 0.5)), claim("b", above("x", 0.5)), claim("c", above("x", 2))});
    proof.specs[0].profile = "quick";
    proof.specs[0].scaled_down = true;
    proof.specs[0].claims[1].needs_scale = false;
    const std::vector<Judgement> found = judge(proof);
    BOOST_TEST(to_string(found[0].verdict) == to_string(Verdict::reproduced_at_reduced_scale));
    BOOST_TEST(to_string(found[1].verdict) == to_string(Verdict::reproduced));
    BOOST_TEST(to_string(found[2].verdict) == to_string(Verdict::contradicted_at_reduced_scale));
    BOOST_TEST(mentions(found[2], "make reproduce-pudle PROFILE=paper"));
}

BOOST_AUTO_TEST_CASE(not_run_names_the_command) {
    Evidence proof =
        evidence(2, {claim("a", above("x", 0)), claim("b", above("x", 0)), claim("c", above("x[n=200]", 0))});
    proof.specs[0].claims[1].profiles = {"paper"};
    proof.specs[0].profile = "quick";
    const std::string id = proof.runs[0][0].id;
    proof.results.erase(id);
    std::vector<Judgement> found = judge(proof);
    BOOST_TEST(to_string(found[0].verdict) == to_string(Verdict::not_run));
    BOOST_TEST(found[0].reason == "1 of 2 runs are missing: make reproduce-pudle");
    BOOST_TEST(found[0].runs.size() == 2u);
    BOOST_TEST(mentions(found[1], "judged only in the profile paper: make reproduce-pudle PROFILE=paper"));
    BOOST_TEST(to_string(found[2].verdict) == to_string(Verdict::not_run));
    BOOST_TEST(mentions(found[2], "the profile quick leaves out what it reads (no run has n=200"));
    // In the file's own profile it is a mistake, unless the command line took the run away.
    proof.specs[0].profile = "paper";
    BOOST_TEST(to_string(judge(proof)[2].verdict) == to_string(Verdict::failed));
    proof.specs[0].scaled["n"] = {Value(std::string("[100, 200]")), Value(std::int64_t{100})};
    found = judge(proof);
    BOOST_TEST(to_string(found[2].verdict) == to_string(Verdict::not_run));
    BOOST_TEST(mentions(found[2], "--set leaves out what it reads (no run has n=200"));
    proof.specs[0].profile = "quick";
    // A spec of one's own is no study that make knows.
    proof.specs[0].file = "mine.toml";
    BOOST_TEST(judge(proof)[0].reason == "1 of 2 runs are missing: assay run mine.toml --profile quick");
    proof.runs[0][0].missing_data = {"mnist"};
    BOOST_TEST(mentions(judged(proof), "assay data get mnist"));
    proof.failures[id] = {Status::interrupted, ""};
    BOOST_TEST(to_string(judged(proof).verdict) == to_string(Verdict::not_run));
}

BOOST_AUTO_TEST_CASE(failures_name_the_run) {
    Evidence proof = evidence(2, {claim("a", above("x", 0)), claim("b", above("e[t=1]", -9)),
                                  claim("c", above("x[n=7]", 0)), claim("d", above("x +", 0)),
                                  claim("e", above("log(-x)", 0)), claim("f", above("1 / (x - x)", 0))});
    const std::string id = proof.runs[0][1].id;
    Result& bad = proof.results[id];
    bad.status = Status::diverged;
    bad.diverged_at = 17;
    bad.message = "loss is not finite";
    bad.metrics["x"].values = {nan};
    std::vector<Judgement> found = judge(proof);
    BOOST_TEST(to_string(found[0].verdict) == to_string(Verdict::failed));
    BOOST_TEST(
        mentions(found[0], "run " + id.substr(0, 12) + " diverged at iteration 17: loss is not finite"));
    BOOST_TEST(to_string(found[1].verdict) !=
               to_string(Verdict::failed));  // what it reads was measured before
    BOOST_TEST(mentions(found[2], "no run has n=7"));
    BOOST_TEST(mentions(found[3], "column 4"));
    bad.metrics["x"].values = {1};
    bad.status = Status::completed;
    found = judge(proof);
    BOOST_TEST(mentions(found[4], "not a number for seed 1"));
    BOOST_TEST(mentions(found[5], "infinite for some seeds"));
    proof.results.erase(id);
    proof.failures[id] = {Status::out_of_memory, "killed at 2 GiB"};
    BOOST_TEST(mentions(judged(proof), "out of memory: killed at 2 GiB"));
    BOOST_TEST(to_string(judged(proof).verdict) == to_string(Verdict::failed));
}

BOOST_AUTO_TEST_CASE(traces_of_different_lengths_are_judged_by_one_number_a_seed) {
    Evidence proof =
        evidence(5, {claim("last", above("last(e)", 1)), claim("first", above("first(e)", -1)),
                     claim("min", above("min(e)", -1)), claim("vector", above("e", -1)),
                     claim("range", above("e[t=1..2]", -1)), claim("beyond", above("e[t=3]", -1))});
    for (auto& [id, result] : proof.results) {
        if (result.seed != 2) continue;
        result.axes["t"].values = {1, 2};
        result.metrics["e"].values.resize(2);
    }
    std::vector<Judgement> found = judge(proof);
    for (const std::size_t i : {0u, 1u, 2u, 4u})
        BOOST_TEST(to_string(found[i].verdict) != to_string(Verdict::failed), found[i].reason);
    BOOST_TEST(found[0].per_seed[1] == found[2].per_seed[1] + 1, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(to_string(found[3].verdict) == to_string(Verdict::failed));
    BOOST_TEST(mentions(found[3],
                        "different points on axis \"t\": 3 for seed 1, 2 for seed 2; claim one "
                        "number a seed, such as last(...)"));
    BOOST_TEST(mentions(found[3], "[t=a..b]"));
    BOOST_TEST(mentions(found[5], "axis \"t\" has no point 3; it has 2 points from 1 to 2"));
    // The trace of a diverged run ends in the bad point: its last good value is not its outcome.
    for (auto& [id, result] : proof.results) {
        if (result.seed != 2) continue;
        result.status = Status::diverged;
        result.metrics["e"].values[1] = nan;
    }
    found = judge(proof);
    for (const std::size_t i : {0u, 2u, 3u, 4u}) BOOST_TEST(mentions(found[i], "diverged at iteration"));
    BOOST_TEST(to_string(found[1].verdict) != to_string(Verdict::failed));
}

BOOST_AUTO_TEST_CASE(time_and_memory_can_be_claimed) {
    Evidence proof = evidence(5, {claim("fast", above("1 / solver_seconds", 0.3)),
                                  claim("small", above("2e9 - peak_memory_bytes", 0)),
                                  claim("gpu", above("peak_device_bytes", 0))});
    for (auto& [id, result] : proof.results) {
        result.timing.solver_seconds = 2 + 0.01 * static_cast<double>(result.seed);
        result.timing.peak_memory_bytes = 1'000'000'000 + result.seed;
    }
    const std::vector<Judgement> found = judge(proof);
    BOOST_TEST(to_string(found[0].verdict) == to_string(Verdict::reproduced));
    BOOST_TEST(to_string(found[1].verdict) == to_string(Verdict::reproduced));
    BOOST_TEST(mentions(found[2], "recorded no peak_device_bytes"));
}

BOOST_AUTO_TEST_CASE(holm_weighs_all_claims_of_a_study) {
    // Two claims that hold on their own at 95 %; one of them only just, and not beside nine others.
    std::vector<Claim> claims = {claim("sure", above("x", 0.5))};
    const Judgement alone = judged(evidence(5, claims));
    const double edge = alone.low - 1e-6;  // p just below 0.05
    claims = {claim("sure", above("x", 0.5)), claim("edge", above("x", edge))};
    std::vector<Judgement> found = all_judged(evidence(5, claims));
    BOOST_TEST(found[0].holds_after_holm);
    BOOST_TEST(found[1].holds_after_holm);  // the largest p of a study is not multiplied
    claims.push_back(claim("other-edge", above("x", edge)));
    found = all_judged(evidence(5, claims));
    BOOST_TEST(to_string(found[1].verdict) == to_string(Verdict::reproduced));
    BOOST_TEST(found[0].holds_after_holm);
    BOOST_TEST(!found[1].holds_after_holm);
    BOOST_TEST(found[1].holm_p > 0.05);
    Evidence two_studies = evidence(5, {claim("edge", above("x", edge))});
    const Evidence other = evidence(5, {claim("edge", above("x", edge))});
    two_studies.specs.push_back(other.specs[0]);
    two_studies.specs[1].study = "palm";
    two_studies.runs.push_back(other.runs[0]);
    for (const Judgement& each : judge(two_studies)) BOOST_TEST(each.holds_after_holm);
}

BOOST_AUTO_TEST_CASE(implementation_checks_have_a_holm_family_of_their_own) {
    std::vector<Claim> claims = {claim("sure", above("x", 0.5))};
    const double edge = judged(evidence(5, claims)).low - 1e-6;  // p just below 0.05
    claims = {claim("edge", above("x", edge)), claim("check", above("x", edge))};
    BOOST_TEST(!all_judged(evidence(5, claims))[0].holds_after_holm);
    claims[1].role = Role::identity;
    for (const Judgement& each : all_judged(evidence(5, claims))) BOOST_TEST(each.holds_after_holm);
}

BOOST_AUTO_TEST_CASE(a_share_takes_its_number_of_samples_from_the_runs) {
    Check share = above("x * 0 + 1", 0.9);  // all n = 100 samples of each of 3 seeds
    BOOST_TEST(to_string(judged(evidence(3, {claim("a", share)})).verdict) ==
               to_string(Verdict::inconclusive));
    for (const char* samples : {"n", "100"}) {
        share.share_of = samples;
        const Judgement found = judged(evidence(3, {claim("a", share)}));
        BOOST_TEST(to_string(found.verdict) == to_string(Verdict::reproduced));
        BOOST_TEST(found.method == "share");
        BOOST_TEST(found.low == std::pow(0.025, 1.0 / 300), boost::test_tools::tolerance(1e-9));
        BOOST_TEST(found.seeds_holding == 3u);
        BOOST_TEST(found.seeds == 3u);
    }
    share.of = "x > 0";
    BOOST_TEST(mentions(judged(evidence(3, {claim("a", share)})), "the value is a truth"));
    const Runs runs({{{"n", std::int64_t{100}}}, {{"n", std::int64_t{200}}}}, 3,
                    [](Result& result) { record(result, "x", 1); });
    share.of = "mean(x[n=*])";
    Evidence two = evidence(1, {claim("a", share)});
    two.specs[0].claims[0].check.share_of = "n";
    two.runs[0] = runs.planned;
    two.results = runs.results;
    BOOST_TEST(mentions(judged(two), "do not agree on one positive n"));
}

BOOST_AUTO_TEST_CASE(deviations_are_weighed_beside_the_claim) {
    Evidence proof = evidence(5, {claim("a", above("x", 0.5))});
    Deviation decisive, silent, broken;
    decisive.id = "sign";
    decisive.sensitivity = above("x", 5);
    silent.id = "silent";
    broken.id = "broken";
    broken.sensitivity = above("x[n=3]", 5);
    proof.specs[0].deviations = {decisive, silent, broken};
    proof.specs[0].claims[0].deviations = {"sign", "silent", "broken"};
    const Judgement found = judged(proof);
    BOOST_TEST_REQUIRE(found.sensitivities.size() == 2u);
    BOOST_TEST(found.sensitivities[0].deviation->id == "sign");
    BOOST_TEST(to_string(found.sensitivities[0].verdict) == to_string(Verdict::contradicted));
    BOOST_TEST(found.sensitivities[0].estimate == found.estimate);
    BOOST_TEST(to_string(found.sensitivities[1].verdict) == to_string(Verdict::failed));
}

BOOST_AUTO_TEST_SUITE_END()
