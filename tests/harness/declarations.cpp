#include "experiments/harness/declarations.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "experiments/harness/on_device.hpp"

using namespace assay;
using harness::ParamSpec;

BOOST_AUTO_TEST_SUITE(declarations)

BOOST_AUTO_TEST_CASE(defaults_are_replaced_by_name) {
    const std::vector<ParamSpec> adam = harness::adam_params();
    const auto changed = harness::with_defaults(adam, {{"epsilon", 1e-3}});
    BOOST_TEST(changed.size() == adam.size());
    BOOST_TEST((changed[0].fallback == adam[0].fallback));
    BOOST_TEST((changed[1].fallback == harness::Value(1e-3)));
    BOOST_CHECK_EXCEPTION(harness::with_defaults(adam, {{"rates", 1.0}}), Error, [](const Error& error) {
        return error.problem().find("no parameter is called rates") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(lists_are_joined_in_order) {
    const auto all = harness::joined({harness::precision_param()}, harness::adam_params());
    BOOST_TEST(all.size() == 3u);
    BOOST_TEST(all[0].name == "precision");
    BOOST_TEST(all[2].name == "epsilon");
}

BOOST_AUTO_TEST_CASE(points_are_counted_from_first_to_last) {
    BOOST_TEST((harness::counted(2, 4) == std::vector<double>{2, 3, 4}));
}

BOOST_AUTO_TEST_SUITE_END()
