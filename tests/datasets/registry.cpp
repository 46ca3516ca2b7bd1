#include "datasets/registry.hpp"

#include <boost/test/unit_test.hpp>

#include "datasets/packed.hpp"
#include "scratch.hpp"
#include "solvers/error.hpp"
#include "support/sha256.hpp"

using namespace assay;
using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(registry)

/// A data set of one file, with a cache and a mirror of its own.
struct Places {
    Scratch scratch;
    Environment cache{"ASSAY_DATA", (scratch / "cache").string()};
    Environment mirror{"ASSAY_DATA_MIRROR", (scratch / "mirror").string()};
    Dataset dataset;
    Places() {
        dataset.name = "made";
        dataset.files.resize(1);
        File& file = dataset.files[0];
        file.name = "one.gz";
        file.mirror = "made/one.gz";
        file.system = scratch / "package" / "one.gz";
        file.bytes = 3;
        file.sha256 = sha256_hex("abc");
    }
    std::optional<std::filesystem::path> found() const { return locate(dataset, dataset.files[0]); }
    std::size_t stamps() const {
        const auto folder = scratch / "cache" / ".verified";
        if (!std::filesystem::exists(folder)) return 0;
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
    }
};

BOOST_AUTO_TEST_CASE(cache_then_mirror_then_package) {
    const Places places;
    BOOST_TEST(!places.found().has_value());
    BOOST_TEST(!available(places.dataset));
    write_plain(places.scratch / "package" / "one.gz", "abc");
    BOOST_TEST(places.found().value() == places.scratch / "package" / "one.gz");
    write_gzip(places.scratch / "mirror" / "made" / "one.gz", "abc");
    BOOST_TEST(places.found().value() == places.scratch / "mirror" / "made" / "one.gz");
    write_gzip(places.scratch / "cache" / "made" / "one.gz", "abc", "wb1");
    BOOST_TEST(places.found().value() == places.scratch / "cache" / "made" / "one.gz");
    BOOST_TEST(available(places.dataset));
}

BOOST_AUTO_TEST_CASE(wrong_content_does_not_count) {
    const Places places;
    write_gzip(places.scratch / "cache" / "made" / "one.gz", "abd");
    BOOST_TEST(!places.found().has_value());
    write_plain(places.scratch / "mirror" / "made" / "one.gz", "abc");
    BOOST_TEST(places.found().value() == places.scratch / "mirror" / "made" / "one.gz");
    BOOST_TEST(places.stamps() == 1u);
}

BOOST_AUTO_TEST_CASE(a_digest_is_computed_once_until_the_file_changes) {
    const Places places;
    const auto file = places.scratch / "cache" / "made" / "one.gz";
    write_plain(file, "abc");
    const auto written = std::filesystem::last_write_time(file);
    BOOST_TEST(places.found().has_value());
    BOOST_TEST(places.stamps() == 1u);
    // Same size and time: the stamp answers. This shows that the content is not read again.
    write_plain(file, "abd");
    std::filesystem::last_write_time(file, written);
    BOOST_TEST(places.found().has_value());
    std::filesystem::last_write_time(file, written + std::chrono::seconds(1));
    BOOST_TEST(!places.found().has_value());
}

BOOST_AUTO_TEST_CASE(the_catalogue_describes_the_committed_sets) {
    BOOST_TEST(find("mnist").files.size() == 4u);
    BOOST_TEST(find("fashion_mnist").package == "dataset-fashion-mnist");
    // A file without an address can at least be put below a mirror.
    for (const Dataset& dataset : catalogue()) {
        for (const File& file : dataset.files)
            BOOST_TEST((dataset.own || !file.urls.empty() || !file.mirror.empty()),
                       dataset.name << " " << file.name);
    }
    const std::string said = message_of([] { find("mnits"); });
    BOOST_TEST(contains(said, "no data set 'mnits'"));
    BOOST_TEST(contains(said, "known: ar_gender, bsd68, cbsd432, cifar10, cifar100_vit_b_16, "));
    BOOST_TEST(contains(
        said, "mnist, mobilenet_v1_weights, oxford_pets, resnet18_weights, resnet20_cifar10_weights, set12"));
}

BOOST_AUTO_TEST_CASE(the_cache_is_where_the_environment_says) {
    const Environment elsewhere("ASSAY_DATA", "/elsewhere");
    BOOST_TEST(cache_folder() == "/elsewhere");
    const Environment unset("ASSAY_DATA", "");
    BOOST_TEST(cache_folder() == std::filesystem::path(ASSAY_SOURCE_DIR) / "datasets" / "cache");
}

BOOST_AUTO_TEST_SUITE_END()
