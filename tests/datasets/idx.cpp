#include "datasets/idx.hpp"

#include <array>
#include <boost/test/unit_test.hpp>

#include "scratch.hpp"
#include "solvers/error.hpp"

using namespace assay;
using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(idx)

std::string header(char type, const std::vector<std::uint32_t>& axes) {
    std::string text{0, 0, type, static_cast<char>(axes.size())};
    for (const std::uint32_t length : axes) {
        for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(length >> shift);
    }
    return text;
}

/// Three images of 2 x 3 whose bytes count up from 0, and the labels 7, 1, 7.
struct Files {
    Scratch scratch;
    std::string images = header(8, {3, 2, 3});
    std::string labels = header(8, {3}) + "\x07\x01\x07";
    Files() {
        for (char value = 0; value < 18; ++value) images += value;
    }
    LabelledImages<double> read() const {
        write_plain(scratch / "images", images);
        write_plain(scratch / "labels", labels);
        return read_idx<double>(scratch / "images", scratch / "labels");
    }
    std::string complaint() const {
        return message_of([&] { read(); });
    }
};

BOOST_AUTO_TEST_CASE(columns_are_images_in_unit_range) {
    Files files;
    files.images.back() = '\xff';
    const auto set = files.read();
    BOOST_TEST(set.height == 2u);
    BOOST_TEST(set.width == 3u);
    BOOST_TEST(set.count() == 3u);
    BOOST_TEST(set.dimension() == 6u);
    BOOST_TEST(set.labels == (std::vector<std::uint8_t>{7, 1, 7}), boost::test_tools::per_element());
    for (std::size_t i = 0; i < 17; ++i) BOOST_TEST(set.pixels[i] == static_cast<double>(i) / 255.0);
    BOOST_TEST(set.pixels[17] == 1.0);
}

BOOST_AUTO_TEST_CASE(packed_and_plain_and_float_agree) {
    const Files files;
    const auto plain = files.read();
    write_gzip(files.scratch / "images.gz", files.images);
    write_gzip(files.scratch / "labels.gz", files.labels);
    const auto packed = read_idx<double>(files.scratch / "images.gz", files.scratch / "labels.gz");
    const auto single = read_idx<float>(files.scratch / "images.gz", files.scratch / "labels");
    BOOST_TEST(packed.pixels == plain.pixels, boost::test_tools::per_element());
    for (std::size_t i = 0; i < plain.pixels.size(); ++i) {
        BOOST_TEST(single.pixels[i] == static_cast<float>(i) / 255.0F);
    }
}

BOOST_AUTO_TEST_CASE(select_keeps_order_and_limit) {
    const auto set = Files().read();
    const std::array<std::uint8_t, 1> seven{7};
    const auto sevens = select<double>(set, seven);
    BOOST_TEST(sevens.count() == 2u);
    BOOST_TEST(sevens.height == 2u);
    BOOST_TEST(sevens.pixels.size() == 12u);
    BOOST_TEST(sevens.pixels[0] == set.pixels[0]);
    BOOST_TEST(sevens.pixels[6] == set.pixels[12]);
    BOOST_TEST(select<double>(set, seven, 1).count() == 1u);
    const std::array<std::uint8_t, 2> both{1, 7};
    BOOST_TEST(select<double>(set, both).labels == set.labels, boost::test_tools::per_element());
    const std::array<std::uint8_t, 1> absent{3};
    BOOST_TEST(contains(message_of([&] { select<double>(set, absent); }), "no image of the asked classes"));
}

BOOST_AUTO_TEST_CASE(every_cut_of_either_file_is_an_error_that_names_it) {
    const Files whole;
    for (std::size_t length = 0; length < whole.images.size(); ++length) {
        Files cut;
        cut.images.resize(length);
        BOOST_TEST(contains(cut.complaint(), "images: "), "images cut after " << length);
    }
    for (std::size_t length = 0; length < whole.labels.size(); ++length) {
        Files cut;
        cut.labels.resize(length);
        BOOST_TEST(contains(cut.complaint(), "labels: "), "labels cut after " << length);
    }
}

BOOST_AUTO_TEST_CASE(malformed_headers_say_what_is_wrong) {
    const auto with_images = [](const std::string& images) {
        Files files;
        files.images = images;
        return files.complaint();
    };
    const std::string values(18, '\0');
    BOOST_TEST(contains(with_images("PNG!" + values), "does not begin with two zero bytes"));
    BOOST_TEST(contains(with_images(header(0x0d, {3, 2, 3}) + values), "type 13"));
    BOOST_TEST(contains(with_images(header(8, {18}) + values), "has 1 axes where 3 are expected"));
    BOOST_TEST(contains(with_images(header(8, {3, 0, 3}) + values), "axis 2 is empty"));
    BOOST_TEST(
        contains(with_images(header(8, {0xffffffff, 0xffffffff, 0xffffffff}) + values), "more than 8 GiB"));
    BOOST_TEST(contains(with_images(header(8, {200000, 200, 200}) + values), "is cut off: 18 of 8000000000"));
    BOOST_TEST(contains(with_images(header(8, {3, 2, 3}) + values + "x"), "goes on after the 18 values"));
}

BOOST_AUTO_TEST_CASE(a_label_for_each_image) {
    Files files;
    files.labels = header(8, {2}) + "\x07\x01";
    BOOST_TEST(contains(files.complaint(), "labels: has 2 labels"));
    BOOST_TEST(contains(files.complaint(), "3 images"));
}

BOOST_AUTO_TEST_SUITE_END()
