#include "datasets/own.hpp"

#include <boost/test/unit_test.hpp>

#include "datasets/description.hpp"
#include "datasets/packed.hpp"
#include "hdf5_files.hpp"
#include "scratch.hpp"

using namespace assay;
using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(own)

struct Files {
    Scratch scratch;
    Environment cache{"ASSAY_DATA", (scratch / "cache").string()};
    std::filesystem::path train = scratch / "my \"best\".h5", test = scratch / "test part.h5";
    Files() {
        for (const auto& [path, count] : {std::pair{train, 4}, {test, 2}}) {
            Hdf5File file(path);
            const auto n = static_cast<hsize_t>(count);
            file.put("features", {n, 3}, std::vector<double>(3 * n, 1));
            std::vector<double> labels(n, 0);
            labels[0] = 1;
            file.put("labels", {n}, labels);
        }
    }
    Dataset described(const std::string& name) const {
        for (const Dataset& dataset : read_descriptions(own_folder()))
            if (dataset.name == name) return dataset;
        return {};
    }
};

BOOST_FIXTURE_TEST_CASE(the_description_holds_place_size_and_digest, Files) {
    BOOST_TEST(describe_own("mine", train, test) == "4 training and 2 test samples of 3 features, 2 classes");
    const Dataset dataset = described("mine");
    BOOST_REQUIRE(dataset.files.size() == 2u);
    BOOST_TEST(dataset.files[0].name == own_train);
    BOOST_TEST(dataset.files[0].system == train);
    BOOST_TEST(dataset.files[0].sha256 == digest_content(train).sha256);
    BOOST_TEST(dataset.files[1].name == own_test);
    BOOST_TEST(dataset.files[1].bytes == std::filesystem::file_size(test));
    BOOST_TEST(locate(dataset, dataset.files[0]).value() == train);
    BOOST_TEST(available(dataset));
}

BOOST_FIXTURE_TEST_CASE(a_changed_file_is_no_longer_the_described_one, Files) {
    describe_own("mine", train, {});
    const Dataset before = described("mine");
    BOOST_TEST(before.files.size() == 1u);
    std::filesystem::copy_file(test, train, std::filesystem::copy_options::overwrite_existing);
    BOOST_TEST(!available(before));
    describe_own("mine", train, {});
    BOOST_TEST(available(described("mine")));
    BOOST_TEST(described("mine").files[0].sha256 != before.files[0].sha256);
}

BOOST_FIXTURE_TEST_CASE(bad_names_and_files_leave_no_description, Files) {
    BOOST_TEST(contains(message_of([&] { describe_own("../mine", train, test); }),
                        "'../mine' is no name for a data set"));
    BOOST_TEST(contains(message_of([&] { describe_own("", train, test); }), "'' is no name"));
    BOOST_TEST(contains(message_of([&] { describe_own("mnist", train, test); }),
                        "'mnist' is a data set of the project"));
    write_plain(test, "no HDF5");
    BOOST_TEST(contains(message_of([&] { describe_own("mine", train, test); }), "test part.h5: HDF5: "));
    BOOST_TEST(!std::filesystem::exists(own_folder()));
}

BOOST_AUTO_TEST_SUITE_END()
