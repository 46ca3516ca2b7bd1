#include "datasets/image.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "image_files.hpp"
#include "scratch.hpp"

using namespace assay;
using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(image)

Image decode(const std::string& file, Colours colours = Colours::as_stored) {
    return decode_image({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()}, "made", colours);
}

std::string complaint(const std::string& file) {
    return message_of([&] { decode(file); });
}

/// The largest difference of two images' pixels; 256 when their shapes differ.
int distance(const Image& a, const Image& b) {
    if (a.channels != b.channels || a.height != b.height || a.width != b.width) return 256;
    int largest = 0;
    for (std::size_t i = 0; i < a.pixels.size(); ++i)
        largest = std::max(largest, std::abs(int(a.pixels[i]) - int(b.pixels[i])));
    return largest;
}

BOOST_AUTO_TEST_CASE(a_png_gives_back_its_very_pixels) {
    for (const std::size_t channels : {1u, 3u})
        for (const int interlace : {PNG_INTERLACE_NONE, PNG_INTERLACE_ADAM7})
            for (const auto& [height, width] : {std::pair{1u, 1u}, std::pair{5u, 7u}, std::pair{33u, 9u}}) {
                const Image made = image_files::ramp(channels, height, width);
                BOOST_TEST((decode(image_files::png(made, interlace)) == made));
            }
}

BOOST_AUTO_TEST_CASE(a_png_of_few_bits_or_a_palette_is_spread_to_eight) {
    // Two rows of five pixels of one bit: 10101 and 00000.
    const Image bits = decode(
        image_files::raw_png(PNG_COLOR_TYPE_GRAY, 1, 2, 5, std::string("\xa8", 1) + std::string(1, '\0')));
    BOOST_TEST((bits == Image{1, 2, 5, {255, 0, 255, 0, 255, 0, 0, 0, 0, 0}}));
    const Image palette =
        decode(image_files::raw_png(PNG_COLOR_TYPE_PALETTE, 8, 1, 3, std::string("\x02\x00\x01", 3)));
    BOOST_TEST((palette == Image{3, 1, 3, {1, 2, 3, 255, 0, 0, 0, 255, 0}}));
}

BOOST_AUTO_TEST_CASE(a_jpeg_gives_its_pixels_but_for_rounding) {
    // At quality 100 every coefficient is rounded to an integer: by up to 1/2 each before the transforms, and
    // a smooth ramp has few of them.
    const Image grey = image_files::ramp(1, 24, 17), colour = image_files::ramp(3, 10, 24);
    BOOST_TEST(distance(decode(image_files::jpeg(grey)), grey) <= 2);
    BOOST_TEST(distance(decode(image_files::jpeg(colour)), colour) <= 3);
}

BOOST_AUTO_TEST_CASE(colours_become_what_is_asked_for) {
    const Image colour{3, 1, 4, {255, 0, 0, 0, 255, 0, 0, 0, 255, 200, 100, 50}};
    // 0.299 * 255 = 76.2, 0.587 * 255 = 149.7, 0.114 * 255 = 29.1, 59.8 + 58.7 + 5.7 = 124.2
    const Image luma{1, 1, 4, {76, 150, 29, 124}};
    BOOST_TEST((to_grey(colour) == luma));
    BOOST_TEST((decode(image_files::png(colour), Colours::grey) == luma));
    BOOST_TEST((decode(image_files::png(luma), Colours::grey) == luma));
    const Image grey{1, 1, 2, {7, 9}};
    BOOST_TEST((decode(image_files::png(grey), Colours::rgb) == Image{3, 1, 2, {7, 7, 7, 9, 9, 9}}));
    const Image flat{1, 8, 8, std::vector<std::uint8_t>(64, 100)};
    BOOST_TEST((decode(image_files::jpeg(flat), Colours::rgb) ==
                Image{3, 8, 8, std::vector<std::uint8_t>(192, 100)}));
    // Grey stays grey exactly: the three weights add up to one.
    for (int level = 0; level < 256; ++level) {
        const auto value = static_cast<std::uint8_t>(level);
        BOOST_TEST(to_grey(Image{3, 1, 1, {value, value, value}}).pixels[0] == value);
    }
}

BOOST_AUTO_TEST_CASE(a_file_is_known_by_its_content_and_may_be_packed) {
    const Scratch scratch;
    const Image made = image_files::ramp(1, 6, 6);
    write_plain(scratch / "one.jpg", image_files::png(made));
    write_gzip(scratch / "two.png.gz", image_files::png(made));
    BOOST_TEST((read_image(scratch / "one.jpg") == made));
    BOOST_TEST((read_image(scratch / "two.png.gz") == made));
    // Longer than the first block that is read.
    const Image large{3, 300, 300, std::vector<std::uint8_t>(270000, 0)};
    const std::string pixels = noise(270000);
    Image loud = large;
    std::copy(pixels.begin(), pixels.end(), loud.pixels.begin());
    write_plain(scratch / "large.png", image_files::png(loud));
    BOOST_TEST((read_image(scratch / "large.png") == loud));
}

BOOST_AUTO_TEST_CASE(every_cut_of_a_file_is_noticed) {
    for (const std::string& whole :
         {image_files::png(image_files::ramp(3, 20, 20)), image_files::jpeg(image_files::ramp(3, 20, 20)),
          image_files::jpeg(image_files::ramp(1, 20, 20))}) {
        BOOST_REQUIRE(complaint(whole).empty());
        for (std::size_t length = 8; length + 2 < whole.size(); length += 13) {
            const std::string said = complaint(whole.substr(0, length));
            BOOST_TEST(contains(said, "cannot be read ("), "cut after " << length << ": " << said);
            BOOST_TEST(contains(said, "hint: it is damaged or cut off"));
        }
    }
    std::string flipped = image_files::png(image_files::ramp(3, 20, 20));
    flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 1);
    BOOST_TEST(contains(complaint(flipped), "made: is a PNG that cannot be read ("));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_named_with_the_way_out) {
    BOOST_TEST(contains(complaint(""), "made: is empty"));
    BOOST_TEST(
        contains(complaint("GIF89a"), "neither a PNG nor a JPEG: it begins with the bytes 47 49 46 38"));
    BOOST_TEST(contains(complaint("a"), "begins with the bytes 61"));
    const std::string cmyk = complaint(image_files::jpeg(Image{4, 8, 8, std::vector<std::uint8_t>(256, 9)}));
    BOOST_TEST(contains(cmyk, "in CMYK colours; expected grey or RGB\n  hint: convert it to RGB"));
    const std::string deep =
        complaint(image_files::raw_png(PNG_COLOR_TYPE_GRAY, 16, 1, 2, std::string("abcd")));
    BOOST_TEST(contains(deep, "has 16 bits a channel; expected 8"));
    const std::string clear =
        complaint(image_files::raw_png(PNG_COLOR_TYPE_RGB_ALPHA, 8, 1, 1, std::string("abcd")));
    BOOST_TEST(contains(clear, "has transparent pixels; expected grey or RGB"));
    const Scratch scratch;
    BOOST_TEST(contains(message_of([&] { read_image(scratch / "none.png"); }), "none.png: cannot be opened"));
    BOOST_TEST(contains(message_of([&] { read_image(scratch.path); }), "is a folder"));
}

/// A PNG with other sizes in its header, whose checksum is made to agree.
std::string resized(std::string file, std::uint32_t height, std::uint32_t width) {
    for (int byte = 0; byte < 4; ++byte) {
        file[static_cast<std::size_t>(16 + byte)] = static_cast<char>(width >> (24 - 8 * byte));
        file[static_cast<std::size_t>(20 + byte)] = static_cast<char>(height >> (24 - 8 * byte));
    }
    const auto check = crc32(0, reinterpret_cast<const Bytef*>(file.data()) + 12, 17);
    for (int byte = 0; byte < 4; ++byte)
        file[static_cast<std::size_t>(29 + byte)] = static_cast<char>(check >> (24 - 8 * byte));
    return file;
}

BOOST_AUTO_TEST_CASE(impossible_sizes_are_refused) {
    const std::string made = image_files::png(image_files::ramp(1, 4, 4));
    BOOST_REQUIRE(complaint(resized(made, 4, 4)).empty());
    BOOST_TEST(contains(complaint(resized(made, 0, 4)), "cannot be read ("));
    BOOST_TEST(contains(complaint(resized(made, 4, 0)), "cannot be read ("));
    BOOST_TEST(contains(complaint(resized(made, 30000, 30000)), "has 30000 x 30000 pixels, more than 2^28"));
    std::string flat = image_files::jpeg(image_files::ramp(1, 8, 8));
    const std::size_t frame = flat.find("\xff\xc0");
    BOOST_REQUIRE(frame != std::string::npos);
    flat[frame + 5] = flat[frame + 6] = '\0';  // the height
    BOOST_TEST(contains(complaint(flat), "cannot be read ("));
}

BOOST_AUTO_TEST_CASE(a_crop_is_a_part_and_must_be_one) {
    const Image whole = image_files::ramp(3, 6, 9), part = cropped(whole, 2, 4, 3, 5);
    for (std::size_t y = 0; y < 3; ++y)
        for (std::size_t k = 0; k < 15; ++k)
            BOOST_TEST(part.pixels[15 * y + k] == whole.pixels[27 * (y + 2) + 12 + k]);
    BOOST_TEST((cropped(whole, 0, 0, 6, 9) == whole));
    BOOST_TEST(contains(message_of([&] { cropped(whole, 4, 0, 3, 1); }),
                        "3 x 1 pixels from row 4 and column 0 on are not in an image of 6 x 9"));
    BOOST_TEST(contains(message_of([&] { cropped(whole, 0, 9, 1, 1); }), "are not in"));
    BOOST_TEST(contains(message_of([&] { cropped(whole, 0, 0, 0, 1); }), "are not in"));
}

BOOST_AUTO_TEST_CASE(a_batch_holds_images_of_one_shape_from_0_to_1) {
    const std::array<Image, 2> pair{Image{1, 1, 2, {0, 255}}, Image{1, 1, 2, {51, 102}}};
    const auto batch = batch_of<solvers::Cpu, double>(pair);
    BOOST_TEST((batch.shape == solvers::ImageShape{1, 1, 2}));
    BOOST_TEST(batch.data.to_host() == (std::vector<double>{0, 1, 0.2, 0.4}),
               boost::test_tools::per_element());
    const std::array<Image, 2> other{pair[0], Image{1, 2, 1, {0, 0}}};
    BOOST_TEST(
        contains(message_of([&] { batch_of<solvers::Cpu, float>(other); }), "do not go into one batch"));
    BOOST_TEST(contains(message_of([&] { batch_of<solvers::Cpu, float>({}); }), "at least one image"));
}

BOOST_AUTO_TEST_SUITE_END()
