#include "datasets/feature_sets.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "datasets/registry.hpp"
#include "scratch.hpp"

using namespace assay;
using namespace assay::datasets;

// What the data sets of the catalogue hold is tested on themselves, in the real_*.cpp beside this file.
BOOST_AUTO_TEST_SUITE(feature_sets)

BOOST_AUTO_TEST_CASE(the_files_are_asked_for_by_the_names_in_the_description) {
    for (const char* name :
         {"mnist", "fashion_mnist", "cifar10", "cifar10_resnet20_features", "ar_gender", "yaleb"}) {
        const Dataset& dataset = find(name);
        const Scratch scratch;
        const auto look = [&](const std::string& file) {
            const bool listed = std::any_of(dataset.files.begin(), dataset.files.end(),
                                            [&](const File& entry) { return entry.name == file; });
            BOOST_TEST(listed, name << " has no file " << file);
            return scratch / file;
        };
        BOOST_TEST(contains(message_of([&] { read_feature_set<float>(name, look); }), "cannot be opened"));
    }
}

BOOST_AUTO_TEST_CASE(an_unknown_name_is_refused) {
    const std::string said =
        message_of([] { read_feature_set<float>("minst", [](const std::string&) { return ""; }); });
    BOOST_TEST(contains(said, "there is no data set 'minst'"));
    BOOST_TEST(contains(said, "yaleb"));
}

BOOST_AUTO_TEST_SUITE_END()
