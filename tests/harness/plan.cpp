#include "experiments/harness/plan/plan.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "experiments/harness/plan/code_digest.hpp"
#include "experiments/harness/plan/tokens.hpp"
#include "spec_fixture.hpp"
#include "support/sha256.hpp"

BOOST_AUTO_TEST_SUITE(plan)

using namespace spec_test;
using assay::harness::plan;

std::vector<std::string> ids(const std::vector<PlannedRun>& runs) {
    std::vector<std::string> found;
    for (const PlannedRun& run : runs) found.push_back(run.id);
    return found;
}

BOOST_AUTO_TEST_CASE(canonical_values) {
    BOOST_TEST(canonical(Value(true)) == "true");
    BOOST_TEST(canonical(Value(std::int64_t{-3})) == "-3");
    BOOST_TEST(canonical(Value(5.0)) == "5.0");
    BOOST_TEST(canonical(Value(-0.0)) == "0.0");
    BOOST_TEST(canonical(Value(0.1)) == "0.1");
    BOOST_TEST(canonical(Value(1e-300)) == "1e-300");
    BOOST_TEST(canonical(Value(0.1 + 0.2)) == "0.30000000000000004");
    BOOST_TEST(canonical(Value(std::string("a\"b\n"))) == "\"a\\\"b\\n\"");
    BOOST_TEST(canonical(Params{{"b", 1.0}, {"a", std::int64_t{1}}}) == "{\"a\":1,\"b\":1.0}");
}

BOOST_FIXTURE_TEST_CASE(identity_is_sorted_json_and_its_digest_the_id, Folder) {
    const std::vector<PlannedRun> runs = plan({load(full)}, "cpu");
    // 2 methods x 2 zipped pairs, and 3 draws x 2 cases of which none is excluded; 4 seeds.
    BOOST_TEST(runs.size() == (4 + 6) * 4u);
    BOOST_TEST((std::set<std::string>([&] {
                    const auto all = ids(runs);
                    return std::set(all.begin(), all.end());
                }())
                    .size() == runs.size()));
    for (const PlannedRun& run : runs) {
        BOOST_TEST(run.id == assay::sha256_hex(run.identity));
        const nlohmann::json identity = nlohmann::json::parse(run.identity);
        std::vector<std::string> keys;
        for (const auto& [key, value] : identity.items()) keys.push_back(key);
        BOOST_TEST(
            (keys == std::vector<std::string>{"code", "data", "device", "experiment", "params", "seed"}));
        BOOST_TEST(identity["seed"] == run.seed);
        BOOST_TEST(identity["code"] == code_digest("toy.fit"));
        BOOST_TEST(identity["params"]["m"].is_number_integer());
        BOOST_TEST(identity["params"]["step"].is_number_float());
        BOOST_TEST(run.limits.seconds == 60);
    }
    BOOST_TEST(runs[0].seed == 11u);
    BOOST_TEST(runs[3].seed == 14u);
}

BOOST_FIXTURE_TEST_CASE(equal_runs_of_several_specs_are_one, Folder) {
    const Spec narrow = load(head + "[sweep]\nseeds = 2\ngrid = { m = [10, 20] }\n[limits]\nseconds = 5\n");
    const Spec wide = load(head + "[sweep]\nseeds = 3\ngrid = { m = [20, 30] }\n[limits]\nseconds = 9\n");
    const std::vector<PlannedRun> runs = plan({narrow, wide}, "cpu");
    BOOST_TEST(runs.size() == 4u + 6u - 2u);
    BOOST_TEST(runs[0].limits.seconds == 5);
    BOOST_TEST(runs[2].limits.seconds == 9);  // m = 20 is wanted by both
    BOOST_TEST((ids(plan({wide}, "cpu")) != ids(plan({wide}, "cuda"))));
    BOOST_TEST((ids(runs) == ids(plan({narrow, wide}, "cpu"))));
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_planned, Folder) {
    BOOST_CHECK_EXCEPTION(plan({load(head)}, "auto"), assay::Error, [](const assay::Error& error) {
        return error.problem() == "cannot plan for the device \"auto\"";
    });
    std::string text = head;
    text.replace(text.find("toy.fit"), 7, "toy.cpu_only");
    const Spec cpu_only = load(text);
    BOOST_TEST(plan({cpu_only}, "cpu").size() == 1u);
    BOOST_CHECK_EXCEPTION(plan({cpu_only}, "cuda"), assay::Error, [](const assay::Error& error) {
        return error.problem() == "toy.cpu_only runs on the CPU only" &&
               error.hint() == "use --device cpu for this spec";
    });
}

BOOST_FIXTURE_TEST_CASE(resolved_text_loads_to_the_same_plan, Folder) {
    for (const LoadOptions& options :
         {LoadOptions{}, LoadOptions{.profile = "quick", .sets = {}, .seeds = {}},
          LoadOptions{.profile = "paper", .sets = {"method=dec", "warm=true", "label='x\"y'"}, .seeds = 2}}) {
        const Spec first = load(full, options);
        const std::string text = resolved_text(first);
        const Spec again = load(text);
        BOOST_TEST((ids(plan({first}, "cpu")) == ids(plan({again}, "cpu"))));
        BOOST_TEST(again.claims.at(0).check.of == first.claims.at(0).check.of);
        BOOST_TEST(again.claims.at(0).paper == first.claims.at(0).paper);
        BOOST_TEST(again.about == first.about);
        BOOST_TEST(again.limits.seconds == first.limits.seconds);
        // Written out once more nothing changes but the line that says where it came from.
        const std::string second = resolved_text(again);
        BOOST_TEST(second.substr(second.find("schema")) == text.substr(text.find("schema")));
    }
}

BOOST_FIXTURE_TEST_CASE(ten_thousand_runs_are_planned_in_a_second, Folder) {
    std::string text = head + "[sweep]\nseeds = 10\n[sweep.grid]\nsamples = [1";
    for (int i = 2; i <= 100; ++i) text += ", " + std::to_string(i);
    text += "]\nm = [50, 51, 52, 53, 54, 55, 56, 57, 58, 59]\n";
    const std::clock_t start = std::clock();
    const Spec spec = load(text);
    const std::size_t count = plan({spec}, "cpu").size();
    const double seconds = cpu_seconds_since(start);
    BOOST_TEST(count == 10'000u);
    BOOST_TEST_MESSAGE("10 000 runs loaded and planned in " << seconds << " s");
    BOOST_TEST(seconds < 1.0);
}

BOOST_AUTO_TEST_CASE(differences_are_explained) {
    const std::string a =
        R"({"code":"aa","data":{},"device":"cpu","experiment":"toy.fit","params":{"m":50,"s":5},"seed":1})";
    const std::string b =
        R"({"code":"bb","data":{"set/x":"cc"},"device":"cpu","experiment":"toy.fit","params":{"m":100,"s":5},"seed":1})";
    BOOST_TEST(explain_difference(a, a).empty());
    const std::vector<std::string> lines = explain_difference(a, b);
    const std::vector<std::string> wanted = {"code: \"aa\" -> \"bb\"", "data.set/x: (absent) -> \"cc\"",
                                             "params.m: 50 -> 100"};
    BOOST_CHECK_EQUAL_COLLECTIONS(lines.begin(), lines.end(), wanted.begin(), wanted.end());
    BOOST_CHECK_THROW(explain_difference(a, "{"), assay::Error);
    BOOST_CHECK_THROW(explain_difference("3", b), assay::Error);
}

BOOST_AUTO_TEST_CASE(comments_and_layout_are_no_tokens) {
    const std::string source = "#define F(x) (x) /* a */ + 1\nint  f(int a) { return a + +a; } // end\n";
    BOOST_TEST(token_text(source) ==
               token_text("#define  F(x)  (x) + \\\n 1 // b\n\n\nint f(int a)\n{\n  return a+ +a;}"));
    for (const char* other : {
             "#define F (x) (x) + 1\nint f(int a) { return a + +a; }",  // another macro
             "#define F(x) (x) + 1\nint f(int a) { return a ++a; }",    // another operator
             "#define F(x) (x) + 1\nint f(int a) { return a + +b; }",
             "#define F(x) (x) + 1 int f(int a) { return a + +a; }",  // all of it in the macro
             "#define F(x) (x) + 1\nintf(int a) { return a + +a; }",
         })
        BOOST_TEST(token_text(source) != token_text(other), other);
}

BOOST_AUTO_TEST_CASE(literals_are_kept_byte_for_byte) {
    BOOST_TEST(token_text("s = \"a  // b\";") != token_text("s = \"a // b\";"));
    BOOST_TEST(token_text("s = \"\\\" /* \"; t") != token_text("s = \"\\\" /* \"; u"));
    BOOST_TEST(token_text("R\"(a  b // \" )\" x // c") == token_text("R\"(a  b // \" )\"  x"));
    BOOST_TEST(token_text("R\"(a  b)\"") != token_text("R\"(a b)\""));
    BOOST_TEST((tokens_of("1'000'000 + 1e-3f '\\''") ==
                std::vector<std::string>{"1'000'000", "+", "1e-3f", "'\\''"}));
    BOOST_TEST((tokens_of("u8\"x\" /* open") == std::vector<std::string>{"u8\"x\""}));
}

BOOST_AUTO_TEST_CASE(code_digests_differ_by_study) {
    BOOST_TEST(code_digest("toy.fit").size() == 64u);
    BOOST_TEST(code_digest("toy.fit") == code_digest("toy.cpu_only"));
    BOOST_TEST(code_digest("toy.fit") != code_digest("pudle.gradient_error"));
}

BOOST_AUTO_TEST_SUITE_END()
