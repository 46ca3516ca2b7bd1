#include <boost/test/unit_test.hpp>

#include "tests/small_runs.hpp"

using namespace assay;

BOOST_AUTO_TEST_SUITE(model_size)

BOOST_AUTO_TEST_CASE(a_small_model_is_counted_by_hand) {
    const harness::Params small{{"dimension", std::int64_t{7}}, {"atoms", std::int64_t{5}},
                                {"classes", std::int64_t{2}},   {"layers", std::int64_t{3}},
                                {"nonzeros", std::int64_t{4}},  {"precision", std::string("float")}};
    const auto counted = [&](const char* tying, const char* metric) {
        harness::Params params = small;
        params["tying"] = std::string(tying);
        return testing::finish("palm.model_size", params).metrics.at(metric).values[0];
    };
    BOOST_TEST(counted("untied", "listaconv_parameters") == 7 * 5 + 5 * 5 + 2 * 5);
    BOOST_TEST(counted("untied", "topk_parameters") == 70 + 3 * 25);
    BOOST_TEST(counted("tied", "topk_parameters") == 70 + 25);
    BOOST_TEST(counted("residual", "topk_parameters") == 70 + 3 * 25);
    BOOST_TEST(counted("tied", "sparse_code_bytes") == 4 * 8);
    BOOST_TEST(counted("tied", "dense_code_bytes") == 5 * 4);
}

BOOST_AUTO_TEST_CASE(more_nonzeros_than_atoms_are_refused_before_anything_runs) {
    harness::Params params = testing::complete("palm.model_size", {{"atoms", std::int64_t{30}}});
    const auto messages = testing::experiment_named("palm.model_size").check(params);
    BOOST_TEST(messages.size() == 1u);
    BOOST_TEST(messages.at(0).find("50") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
