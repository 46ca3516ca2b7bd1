#include "datasets/own.hpp"

#include <algorithm>
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

BOOST_FIXTURE_TEST_CASE(a_set_that_is_to_be_made_waits_for_files_of_that_name, Files) {
    const std::string head =
        "schema = 1\ntitle = \"T\"\nlicence = \"L\"\ncitation = \"C\"\nhomepage = \"H\"\n";
    const std::filesystem::path tree = scratch / "tree";
    std::filesystem::create_directories(tree);
    write_plain(tree / "announced.toml", head + "made_by = \"make-it\"\n");
    const auto known = [&] { return read_catalogue(tree, own_folder()); };
    BOOST_REQUIRE(known().size() == 1u);
    BOOST_TEST(known()[0].to_be_made());
    BOOST_TEST(!available(known()[0]));
    const std::string said = message_of([&] { get(known()[0]); });
    BOOST_TEST(contains(said, "make-it"));
    BOOST_TEST(contains(said, "assay data add announced"));
    describe_own("announced", train, test);
    BOOST_REQUIRE(known().size() == 1u);
    BOOST_TEST(known()[0].own);
    BOOST_TEST(available(known()[0]));
    write_plain(tree / "neither.toml", head);
    BOOST_TEST(contains(message_of(known), "neither.toml:1: 'file' is missing"));
}

BOOST_FIXTURE_TEST_CASE(a_copy_of_a_published_set_is_described_by_its_folder, Files) {
    const std::vector<std::string> names = {"train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin"};
    for (const std::string& name : names) write_plain(scratch / "stl10_binary" / name, name);
    BOOST_TEST(contains(describe_own("stl10", scratch / "stl10_binary", {}), "train_X.bin, train_y.bin"));
    const auto known = read_catalogue(std::filesystem::path(ASSAY_SOURCE_DIR) / "datasets", own_folder());
    const auto set = std::find_if(known.begin(), known.end(),
                                  [](const Dataset& dataset) { return dataset.name == "stl10"; });
    BOOST_REQUIRE(set != known.end());
    BOOST_TEST(available(*set));
    BOOST_REQUIRE(set->files.size() == 4u);
    BOOST_TEST(set->files[2].system == scratch / "stl10_binary" / "test_X.bin");
    BOOST_TEST(set->own_files == names, boost::test_tools::per_element());
    // Files that have changed, and those that are not there.
    write_plain(scratch / "stl10_binary" / "test_y.bin", "other");
    BOOST_TEST(contains(message_of([&] { get(*set); }), "assay data add stl10 FOLDER"));
    std::filesystem::remove(scratch / "stl10_binary" / "test_y.bin");
    BOOST_TEST(contains(message_of([&] { describe_own("stl10", scratch / "stl10_binary", {}); }),
                        "test_y.bin: cannot be opened"));
    BOOST_TEST(contains(message_of([&] { describe_own("stl10", train, test); }),
                        "is described by one folder that holds train_X.bin"));
    BOOST_TEST(contains(message_of([&] { get(find("oxford_pets")); }), "assay data add oxford_pets FOLDER"));
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
