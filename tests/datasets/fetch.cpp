#include <boost/test/unit_test.hpp>

#include "datasets/packed.hpp"
#include "datasets/registry.hpp"
#include "scratch.hpp"
#include "solvers/error.hpp"
#include "support/sha256.hpp"

using namespace assay;
using namespace assay::datasets;

// The system's curl is exercised through file:// addresses, so that the tests need no network.
BOOST_AUTO_TEST_SUITE(fetch)

struct Places {
    Scratch scratch;
    Environment cache{"ASSAY_DATA", (scratch / "cache").string()};
    Environment mirror{"ASSAY_DATA_MIRROR", ""};
    std::string content = noise(50'000);
    Dataset dataset;
    Places() {
        dataset.name = "made";
        dataset.package = "dataset-made";
        dataset.files.resize(1);
        File& file = dataset.files[0];
        file.name = "one";
        file.mirror = "made/one";
        file.bytes = content.size();
        file.sha256 = sha256_hex(content);
        file.urls = {url("server/one")};
    }
    std::string url(const std::string& path) const { return "file://" + (scratch / path).string(); }
    std::filesystem::path target() const { return scratch / "cache" / "made" / "one"; }
    std::filesystem::path beside(const std::string& suffix) const { return target().string() + suffix; }
    std::string complaint() const {
        return message_of([&] { get(dataset); });
    }
};

BOOST_AUTO_TEST_CASE(a_download_is_verified_and_named) {
    const Places places;
    write_plain(places.scratch / "server" / "one", places.content);
    get(places.dataset);
    BOOST_TEST(read_plain(places.target()) == places.content);
    BOOST_TEST(!std::filesystem::exists(places.beside(".part")));
    BOOST_TEST(available(places.dataset));
}

BOOST_AUTO_TEST_CASE(nothing_is_fetched_twice) {
    const Places places;
    write_plain(places.scratch / "server" / "one", places.content);
    get(places.dataset);
    std::filesystem::remove(places.scratch / "server" / "one");
    get(places.dataset);
    BOOST_TEST(read_plain(places.target()) == places.content);
}

// What get has verified is not read again by the next look: the same size and time are enough.
BOOST_AUTO_TEST_CASE(the_digest_of_what_was_fetched_is_computed_once) {
    const Places places;
    write_plain(places.scratch / "server" / "one", places.content);
    get(places.dataset);
    const auto written = std::filesystem::last_write_time(places.target());
    write_plain(places.target(), std::string(places.content.size(), 'x'));
    std::filesystem::last_write_time(places.target(), written);
    BOOST_TEST(available(places.dataset));
    std::filesystem::last_write_time(places.target(), written + std::chrono::seconds(1));
    BOOST_TEST(!available(places.dataset));
}

BOOST_AUTO_TEST_CASE(a_broken_download_is_continued) {
    const Places places;
    // The server has noise where the part already has content: only a continued download comes out right.
    write_plain(places.scratch / "server" / "one", std::string(20'000, 'x') + places.content.substr(20'000));
    write_plain(places.beside(".part"), places.content.substr(0, 20'000));
    get(places.dataset);
    BOOST_TEST(read_plain(places.target()) == places.content);
}

BOOST_AUTO_TEST_CASE(a_part_of_something_else_is_set_aside_and_the_download_begun_again) {
    const Places places;
    write_plain(places.scratch / "server" / "one", places.content);
    write_plain(places.beside(".part"), std::string(20'000, 'x'));
    get(places.dataset);
    BOOST_TEST(read_plain(places.target()) == places.content);
    BOOST_TEST(std::filesystem::exists(places.beside(".wrong-digest")));
}

BOOST_AUTO_TEST_CASE(a_file_with_a_wrong_digest_is_set_aside_and_replaced) {
    const Places places;
    write_plain(places.scratch / "server" / "one", places.content);
    write_plain(places.target(), "damaged");
    get(places.dataset);
    BOOST_TEST(read_plain(places.target()) == places.content);
    BOOST_TEST(read_plain(places.beside(".wrong-digest")) == "damaged");
}

BOOST_AUTO_TEST_CASE(the_mirror_comes_first_and_may_be_packed) {
    const Places places;
    write_gzip(places.scratch / "mirror" / "made" / "one", places.content);
    const Environment mirror("ASSAY_DATA_MIRROR", (places.scratch / "mirror").string());
    get(places.dataset);
    BOOST_TEST(digest_content(places.target()).sha256 == sha256_hex(places.content));
}

BOOST_AUTO_TEST_CASE(a_bad_mirror_and_a_bad_address_fall_through_to_the_next) {
    Places places;
    write_plain(places.scratch / "mirror" / "made" / "one", "not it");
    write_plain(places.scratch / "second" / "one", places.content);
    places.dataset.files[0].urls = {places.url("server/one"), places.url("second/one")};
    const Environment mirror("ASSAY_DATA_MIRROR", (places.scratch / "mirror").string());
    get(places.dataset);
    BOOST_TEST(read_plain(places.target()) == places.content);
}

BOOST_AUTO_TEST_CASE(what_was_tried_and_how_to_get_it_later_is_said) {
    const Places places;
    const std::string said = places.complaint();
    BOOST_TEST(contains(said, "data set made: one could not be had"), said);
    BOOST_TEST(contains(said, places.dataset.files[0].urls[0] + ": "), said);
    BOOST_TEST(contains(said, "no local mirror"), said);
    BOOST_TEST(contains(said, "assay data get made"), said);
    BOOST_TEST(contains(said, "apt-get install dataset-made"), said);
    BOOST_TEST(contains(said, places.target().string()), said);
}

BOOST_AUTO_TEST_CASE(without_an_address_it_says_where_the_file_comes_from) {
    Places places;
    places.dataset.files[0].urls.clear();
    places.dataset.package.clear();
    places.dataset.homepage = "https://makers.example/";
    const std::string said = places.complaint();
    BOOST_TEST(contains(said, "no address serves this file; https://makers.example/"), said);
    BOOST_TEST(contains(said, "a folder that has made/one in ASSAY_DATA_MIRROR"), said);
    BOOST_TEST(contains(said, places.target().string()), said);
    BOOST_TEST(!contains(said, "when the network is there"), said);
}

BOOST_AUTO_TEST_CASE(a_changed_file_of_the_users_own_is_to_be_described_again) {
    Places places;
    places.dataset.own = true;
    File& file = places.dataset.files[0];
    file.urls.clear();
    file.mirror.clear();
    file.system = places.scratch / "mine" / "one";
    BOOST_TEST(contains(places.complaint(), file.system.string() + ": not there"));
    write_plain(file.system, "other");
    const std::string said = places.complaint();
    BOOST_TEST(contains(said, "has 5 bytes unpacked instead of 50000"), said);
    BOOST_TEST(contains(said, "assay data add made"), said);
    write_plain(file.system, places.content);
    get(places.dataset);
    BOOST_TEST(locate(places.dataset, file).value() == file.system);
    BOOST_TEST(!std::filesystem::exists(places.target()));
}

BOOST_AUTO_TEST_CASE(a_wrong_download_is_refused_and_kept_for_a_look) {
    const Places places;
    write_plain(places.scratch / "server" / "one", std::string(50'000, 'x'));
    const std::string said = places.complaint();
    BOOST_TEST(contains(said, "has the SHA-256"), said);
    BOOST_TEST(!std::filesystem::exists(places.target()));
    BOOST_TEST(std::filesystem::exists(places.beside(".wrong-digest")));
}

BOOST_AUTO_TEST_CASE(no_network_and_no_curl_are_told_apart) {
    Places places;
    // Port 1 of this machine refuses at once.
    places.dataset.files[0].urls = {"http://127.0.0.1:1/one"};
    const Environment direct("http_proxy", "");
    BOOST_TEST(contains(places.complaint(), "127.0.0.1"));
    const Environment no_programs("PATH", places.scratch.path.string());
    BOOST_TEST(contains(places.complaint(), "the curl program cannot be started"));
}

BOOST_AUTO_TEST_CASE(a_cache_that_cannot_be_made_is_said) {
    const Places places;
    write_plain(places.scratch / "file", "");
    const Environment cache("ASSAY_DATA", (places.scratch / "file" / "below").string());
    const std::string said = places.complaint();
    BOOST_TEST(contains(said, "set ASSAY_DATA to a folder of yours"), said);
}

BOOST_AUTO_TEST_SUITE_END()
