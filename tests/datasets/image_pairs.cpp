#include "datasets/image_pairs.hpp"

#include <boost/test/unit_test.hpp>

#include "image_files.hpp"
#include "scratch.hpp"

using namespace assay;
using namespace assay::datasets;

namespace fs = std::filesystem;

namespace {

/// A folder of two pairs, 6 x 8 and 5 x 4 pixels, which a test may spoil.
struct Pairs {
    Scratch scratch;
    std::vector<fs::path> images{scratch / "image" / "a.jpg", scratch / "image" / "b.jpg"};
    std::vector<fs::path> masks{scratch / "mask" / "b.png", scratch / "mask" / "a.png"};

    Pairs() {
        write_plain(images[0], image_files::jpeg(image_files::ramp(3, 6, 8)));
        write_plain(images[1], image_files::jpeg(image_files::ramp(1, 5, 4)));
        write_plain(masks[0], image_files::png(mask(5, 4)));
        write_plain(masks[1], image_files::png(mask(6, 8)));
    }
    /// An object in the right half.
    static Image mask(std::size_t height, std::size_t width) {
        Image made{1, height, width, std::vector<std::uint8_t>(height * width)};
        for (std::size_t e = 0; e < made.pixels.size(); ++e)
            made.pixels[e] = e % width >= width / 2 ? 255 : 0;
        return made;
    }
    std::string complaint() const {
        return message_of([&] { read_pairs(images, masks); });
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(image_pairs)

BOOST_AUTO_TEST_CASE(pairs_have_the_order_of_the_photographs) {
    const Pairs made;
    const auto pairs = read_pairs(made.images, made.masks);
    BOOST_REQUIRE(pairs.size() == 2u);
    BOOST_TEST(pairs[0].name == "a");
    BOOST_TEST((pairs[0].mask == Pairs::mask(6, 8)));
    BOOST_TEST((pairs[1].mask == Pairs::mask(5, 4)));
    BOOST_TEST(pairs[1].image.channels == 3u);  // a grey photograph becomes a coloured one
}

BOOST_AUTO_TEST_CASE(a_broken_photograph_is_named) {
    const Pairs made;
    const std::string whole = read_plain(made.images[1]);
    write_plain(made.images[1], whole.substr(0, whole.size() / 2));
    BOOST_TEST(contains(made.complaint(), made.images[1].string()));
    write_plain(made.images[1], "");
    BOOST_TEST(contains(made.complaint(), made.images[1].string()));
    BOOST_TEST(contains(made.complaint(), "is empty"));
    write_plain(made.images[1], noise(300));
    BOOST_TEST(contains(made.complaint(), "neither a PNG nor a JPEG"));
    fs::remove(made.images[1]);
    BOOST_TEST(contains(made.complaint(), made.images[1].string()));
}

BOOST_AUTO_TEST_CASE(a_mask_of_another_size_is_named) {
    const Pairs made;
    write_plain(made.masks[0], image_files::png(Pairs::mask(4, 5)));
    BOOST_TEST(contains(made.complaint(), made.masks[0].string()));
    BOOST_TEST(contains(made.complaint(), "4 x 5 pixels, and its photograph 5 x 4"));
}

BOOST_AUTO_TEST_CASE(labels_of_another_kind_are_named_with_their_place) {
    const Pairs made;
    Image mask = Pairs::mask(6, 8);
    for (const std::size_t e : {19u, 20u, 30u}) mask.pixels[e] = 100;  // 3 of 48
    write_plain(made.masks[1], image_files::png(mask));
    BOOST_TEST(contains(made.complaint(), made.masks[1].string()));
    BOOST_TEST(contains(made.complaint(), "100 in row 2, column 3"));
    for (std::uint8_t& value : mask.pixels) value = value == 255 ? 1 : 0;  // class numbers
    write_plain(made.masks[1], image_files::png(mask));
    BOOST_TEST(contains(made.complaint(), made.masks[1].string()));
    BOOST_TEST(contains(made.complaint(), "marks no object: its largest label is 1"));
}

BOOST_AUTO_TEST_CASE(what_a_lossy_format_left_counts_as_the_nearer_class) {
    const Pairs made;
    Image mask = Pairs::mask(6, 8);
    mask.pixels[0] = 127;
    mask.pixels[1] = 128;
    mask.pixels[2] = 3;
    mask.pixels[7] = 250;
    write_plain(made.masks[1], image_files::png(mask));
    Image wanted = Pairs::mask(6, 8);
    wanted.pixels[1] = 255;
    BOOST_TEST((read_pairs(made.images, made.masks)[0].mask == wanted));
}

BOOST_AUTO_TEST_CASE(a_file_without_its_partner_is_named) {
    Pairs made;
    made.masks.erase(made.masks.begin());
    BOOST_TEST(contains(made.complaint(), made.images[1].string()));
    BOOST_TEST(contains(made.complaint(), "has no mask"));
    BOOST_TEST(contains(made.complaint(), "b.png"));
    made.images.pop_back();
    BOOST_TEST(made.complaint().empty());
    made.masks.push_back(made.scratch / "mask" / "b.png");
    BOOST_TEST(contains(made.complaint(), "b.png"));
    BOOST_TEST(contains(made.complaint(), "without a photograph"));
    made.masks.push_back(made.scratch / "other" / "b.png");
    BOOST_TEST(contains(made.complaint(), "has the stem of"));
}

BOOST_AUTO_TEST_CASE(another_size_is_made_of_means) {
    const Image grey{1, 2, 4, {0, 100, 20, 40, 0, 100, 60, 80}};
    BOOST_TEST((resized(grey, 1, 2) == Image{1, 1, 2, {50, 50}}));
    BOOST_TEST((resized(grey, 2, 4) == grey));
    BOOST_TEST((resized(grey, 1, 4) == Image{1, 1, 4, {0, 100, 40, 60}}));
    // 4 to 3 columns: (0 + 100 / 3) / (4 / 3) = 25, and so on.
    BOOST_TEST((resized({1, 1, 4, {0, 100, 20, 40}}, 1, 3) == Image{1, 1, 3, {25, 60, 35}}));
    BOOST_TEST((resized({1, 1, 2, {10, 30}}, 2, 4) == Image{1, 2, 4, {10, 10, 30, 30, 10, 10, 30, 30}}));
    BOOST_TEST((resized({1, 1, 2, {0, 255}}, 1, 1) == Image{1, 1, 1, {128}}));  // a half goes up
    const Image colour = resized({3, 1, 2, {0, 10, 20, 40, 30, 20}}, 1, 1);
    BOOST_TEST((colour == Image{3, 1, 1, {20, 20, 20}}));
    BOOST_TEST(!message_of([&] { resized(grey, 0, 3); }).empty());
}

BOOST_AUTO_TEST_CASE(one_colour_stays_one_colour_at_every_size) {
    const Image plain{1, 17, 31, std::vector<std::uint8_t>(17 * 31, 255)};
    for (const auto& [height, width] : {std::pair{1u, 1u}, {5u, 30u}, {16u, 32u}, {40u, 7u}})
        for (const std::uint8_t value : resized(plain, height, width).pixels) BOOST_REQUIRE(value == 255);
}

BOOST_AUTO_TEST_SUITE_END()
