#include "datasets/packed.hpp"

#include <boost/test/unit_test.hpp>

#include "scratch.hpp"
#include "solvers/error.hpp"
#include "support/sha256.hpp"

using namespace assay;
using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(packed)

// The digests of "abc" and of the empty text are the examples of FIPS 180-4.
const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const std::string nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

BOOST_AUTO_TEST_CASE(digest_is_of_the_content_however_it_is_packed) {
    const Scratch scratch;
    write_plain(scratch / "plain", "abc");
    write_gzip(scratch / "fast.gz", "abc", "wb1");
    write_gzip(scratch / "small.gz", "abc", "wb9");
    write_xz(scratch / "xz_by_another_name.gz", "abc");
    write_xz(scratch / "delta.xz", "abc", 1);
    for (const char* name : {"plain", "fast.gz", "small.gz", "xz_by_another_name.gz", "delta.xz"}) {
        const ContentDigest digest = digest_content(scratch / name);
        BOOST_TEST(digest.sha256 == abc);
        BOOST_TEST(digest.bytes == 3u);
    }
    BOOST_TEST(sha256_hex("abc") == abc);
    write_plain(scratch / "empty", "");
    BOOST_TEST(digest_content(scratch / "empty").sha256 == nothing);
}

BOOST_AUTO_TEST_CASE(content_longer_than_a_block_comes_out_whole) {
    const Scratch scratch;
    const std::string content = noise(3'000'001);
    write_gzip(scratch / "long.gz", content);
    write_plain(scratch / "long", content);
    write_xz(scratch / "long.xz", content, 3);
    BOOST_TEST(digest_content(scratch / "long.xz").sha256 == sha256_hex(content));
    BOOST_TEST(digest_content(scratch / "long.gz").sha256 == sha256_hex(content));
    BOOST_TEST(digest_content(scratch / "long").bytes == content.size());
}

BOOST_AUTO_TEST_CASE(every_cut_of_an_archive_is_noticed) {
    const Scratch scratch;
    write_gzip(scratch / "whole.gz", noise(2000));
    const std::string whole = read_plain(scratch / "whole.gz");
    // From 18 bytes on the gzip header is whole; below, zlib may take the bytes for plain content, which the
    // digest catches.
    for (std::size_t length = 18; length < whole.size(); length += 97) {
        write_plain(scratch / "cut.gz", whole.substr(0, length));
        const std::string said = message_of([&] { digest_content(scratch / "cut.gz"); });
        BOOST_TEST(contains(said, "cut.gz: is damaged or cut off"), "cut after " << length << ": " << said);
    }
}

BOOST_AUTO_TEST_CASE(every_cut_of_an_xz_archive_is_noticed) {
    const Scratch scratch;
    write_xz(scratch / "whole.xz", noise(2000));
    const std::string whole = read_plain(scratch / "whole.xz");
    // Below 6 bytes it is not known as xz.
    for (std::size_t length = 6; length < whole.size(); length += length < 40 ? 1 : 97) {
        write_plain(scratch / "cut.xz", whole.substr(0, length));
        const std::string said = message_of([&] { digest_content(scratch / "cut.xz"); });
        BOOST_TEST(contains(said, "cut.xz: is damaged or cut off (it ends too early)"),
                   "cut after " << length << ": " << said);
    }
    write_plain(scratch / "more.xz", whole + "more");
    BOOST_TEST(contains(message_of([&] { digest_content(scratch / "more.xz"); }), "damaged"));
    write_plain(scratch / "two.xz", whole + whole);
    BOOST_TEST(digest_content(scratch / "two.xz").sha256 == sha256_hex(noise(2000) + noise(2000)));
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_is_noticed) {
    const Scratch scratch;
    write_gzip(scratch / "flipped.gz", noise(2000));
    write_xz(scratch / "flipped.xz", noise(2000));
    for (const char* name : {"flipped.gz", "flipped.xz"}) {
        std::string bytes = read_plain(scratch / name);
        bytes[1000] = static_cast<char>(bytes[1000] ^ 1);
        write_plain(scratch / name, bytes);
        BOOST_TEST(contains(message_of([&] { digest_content(scratch / name); }), "damaged"));
    }
}

BOOST_AUTO_TEST_CASE(a_library_gets_the_path_of_the_unpacked_content) {
    const Scratch scratch;
    const std::string content = noise(600'000);
    write_plain(scratch / "plain", content);
    BOOST_TEST(UnpackedFile(scratch / "plain").path() == scratch / "plain");
    write_xz(scratch / "one.xz", content);
    write_gzip(scratch / "one.gz", content);
    for (const char* name : {"one.xz", "one.gz"}) {
        const UnpackedFile unpacked(scratch / name);
        BOOST_TEST(unpacked.path() != scratch / name);
        BOOST_TEST((read_plain(unpacked.path()) == content));
    }
    write_plain(scratch / "cut.xz", read_plain(scratch / "one.xz").substr(0, 300'000));
    BOOST_TEST(
        contains(message_of([&] { UnpackedFile unpacked(scratch / "cut.xz"); }), "cut.xz: is damaged"));
}

BOOST_AUTO_TEST_CASE(a_missing_file_and_a_folder_are_named) {
    const Scratch scratch;
    const std::string missing = message_of([&] { PackedReader reader(scratch / "none.gz"); });
    BOOST_TEST(contains(missing, "none.gz: cannot be opened: No such file"));
    BOOST_TEST(contains(message_of([&] { PackedReader reader(scratch.path); }), "is a folder"));
}

BOOST_AUTO_TEST_SUITE_END()
