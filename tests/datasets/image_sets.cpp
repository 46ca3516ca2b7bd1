#include "datasets/image_sets.hpp"

#include <boost/test/unit_test.hpp>

#include "image_files.hpp"
#include "scratch.hpp"
#include "tar_files.hpp"

using namespace assay;
using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(image_sets)

/// A picture of one colour, which a JPEG of quality 100 keeps.
Image plain(std::size_t channels, std::size_t height, std::size_t width, std::uint8_t level) {
    return {channels, height, width, std::vector<std::uint8_t>(channels * height * width, level)};
}

const std::string heading = "file\twnid\tclass_index\tsplit\n";

TarMembers tiny(const std::string& list) {
    return {{"train/a.JPEG", image_files::jpeg(plain(3, 64, 64, 10))},
            {"val/b.JPEG", image_files::jpeg(plain(1, 64, 64, 20))},
            {"train/c.JPEG", image_files::jpeg(plain(3, 64, 64, 30))},
            {"labels.tsv", list}};
}

PictureSplit read_tiny(const TarMembers& members) {
    const Scratch scratch;
    write_tar(scratch / "made.tar.xz", members);
    return read_tiny_imagenet(scratch / "made.tar.xz");
}

std::string tiny_complaint(const TarMembers& members) {
    return message_of([&] { read_tiny(members); });
}

BOOST_AUTO_TEST_CASE(tiny_imagenet_has_the_order_and_the_parts_of_its_list) {
    const PictureSplit split = read_tiny(
        tiny(heading + "train/c.JPEG\tn2\t199\ttrain\ntrain/a.JPEG\tn1\t0\ttrain\nval/b.JPEG\tn1\t7\tval\n"));
    BOOST_TEST(split.train.classes == 200u);
    BOOST_TEST(split.train.labels == (std::vector<std::uint32_t>{199, 0}), boost::test_tools::per_element());
    BOOST_TEST((split.train.images == std::vector<Image>{plain(3, 64, 64, 30), plain(3, 64, 64, 10)}));
    BOOST_TEST(split.test.labels == std::vector<std::uint32_t>{7}, boost::test_tools::per_element());
    BOOST_TEST((split.test.images == std::vector<Image>{plain(3, 64, 64, 20)}));  // grey becomes RGB
}

BOOST_AUTO_TEST_CASE(images_that_are_files_come_evenly_over_the_list) {
    const Scratch scratch;
    write_plain(scratch / "one.png", image_files::png(plain(1, 2, 3, 8)));
    std::vector<std::string> asked;
    const auto find_file = [&](const std::string& file) {
        asked.push_back(file);
        return scratch / "one.png";
    };
    BOOST_TEST(
        (read_images("set12", find_file, Colours::rgb, 3) == std::vector<Image>(3, plain(3, 2, 3, 8))));
    BOOST_TEST(asked == (std::vector<std::string>{"01.png", "05.png", "09.png"}),
               boost::test_tools::per_element());
    BOOST_TEST(read_images("set12", find_file).size() == 12u);
    BOOST_TEST(contains(message_of([&] { read_images("set12", find_file, Colours::grey, 13); }),
                        "data set set12: has 12 images, and 13 are asked for"));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_tiny_imagenet_is_named) {
    const std::string good = "train/a.JPEG\tn1\t0\ttrain\n";
    BOOST_TEST(contains(tiny_complaint(tiny(heading + good + "val/b.JPEG\tn1\t200\tval\n")),
                        "made.tar.xz: labels.tsv: line 3 is \"val/b.JPEG\tn1\t200\tval\"; expected"));
    BOOST_TEST(contains(tiny_complaint(tiny(heading + "val/b.JPEG\tn1\t1\n")), "line 2 is"));
    BOOST_TEST(contains(tiny_complaint(tiny(heading + "val/b.JPEG\tn1\t1\ttest\n")), "train or val"));
    BOOST_TEST(contains(tiny_complaint(tiny(heading)), "lists no image"));
    BOOST_TEST(contains(tiny_complaint(tiny(heading + "train/z.JPEG\tn1\t0\ttrain\n")),
                        "lists train/z.JPEG, which is not there"));
    BOOST_TEST(contains(tiny_complaint(tiny(heading + good + good)), "lists train/a.JPEG, which is not"));
    TarMembers none = tiny("");
    none.pop_back();
    BOOST_TEST(contains(tiny_complaint(none), "holds no labels.tsv"));
    TarMembers small = tiny(heading + good);
    small[0].second = image_files::jpeg(plain(3, 32, 64, 10));
    BOOST_TEST(contains(tiny_complaint(small), "train/a.JPEG: has 32 x 64 pixels; expected 64 x 64"));
    small[0].second = "no image";
    BOOST_TEST(contains(tiny_complaint(small), "train/a.JPEG: is neither a PNG nor a JPEG"));
}

/// A record of STL-10 that is black but for one channel of one pixel.
std::string stl_record(std::size_t c, std::size_t y, std::size_t x, std::uint8_t level) {
    std::string record(3 * 96 * 96, '\0');
    record[(c * 96 + x) * 96 + y] = static_cast<char>(level);
    return record;
}

std::string stl_complaint(const std::string& images, const std::string& labels) {
    const Scratch scratch;
    write_plain(scratch / "X.bin", images);
    write_plain(scratch / "y.bin", labels);
    return message_of([&] { read_stl10(scratch / "X.bin", scratch / "y.bin"); });
}

BOOST_AUTO_TEST_CASE(planes_of_stl10_are_read_column_by_column) {
    const Scratch scratch;
    write_plain(scratch / "X.bin", stl_record(1, 2, 90, 77) + stl_record(2, 95, 0, 255));
    write_plain(scratch / "y.bin", "\x0a\x01");
    const LabelledPictures set = read_stl10(scratch / "X.bin", scratch / "y.bin");
    BOOST_TEST(set.classes == 10u);
    BOOST_TEST(set.labels == (std::vector<std::uint32_t>{9, 0}), boost::test_tools::per_element());
    Image first = plain(3, 96, 96, 0), second = first;
    first.pixels[1 + 3 * (90 + 96 * 2)] = 77;
    second.pixels[2 + 3 * (0 + 96 * 95)] = 255;
    BOOST_TEST((set.images == std::vector<Image>{first, second}));
    BOOST_TEST(read_stl10(scratch / "X.bin").labels.empty());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_stl10_is_named) {
    const std::string one = stl_record(0, 0, 0, 1);
    BOOST_TEST(contains(stl_complaint("", ""), "X.bin: is empty"));
    BOOST_TEST(
        contains(stl_complaint(one + "abc", "\x01"), "ends within record 1 (counted from 0), after 3"));
    BOOST_TEST(contains(stl_complaint(one, "\x01\x02"), "y.bin: has 2 labels for 1 images"));
    BOOST_TEST(contains(stl_complaint(one, "\x0b"), "the label of image 0 (counted from 0) is 11"));
    BOOST_TEST(contains(stl_complaint(one, std::string(1, '\0')), "is 0; expected 1 to 10"));
}

struct Pets {
    Scratch scratch;
    std::filesystem::path folder = scratch / "images", list = scratch / "list.txt";
    std::vector<std::string> names;
    std::vector<std::uint32_t> labels;
    Pets() {
        write_plain(folder / "beagle_1.jpg", image_files::jpeg(plain(3, 20, 30, 40)));
        write_plain(folder / "Bengal_2.jpg", image_files::jpeg(plain(1, 16, 8, 50)));
        write_plain(folder / "Bengal_3.jpg", "not listed, and no JPEG");
        write_plain(folder / "Bengal_2.mat", "another kind of file");
        write_list("#Image CLASS-ID SPECIES BREED ID\nBengal_2 6 1 2\nbeagle_1 5 2 3\n");
    }
    void write_list(const std::string& content) const { write_plain(list, content); }
    std::size_t visit() {
        names.clear();
        labels.clear();
        return for_each_pet(folder, list, [&](const std::string& name, std::uint32_t label, const Image&) {
            names.push_back(name);
            labels.push_back(label);
        });
    }
    std::string complaint() {
        return message_of([&] { visit(); });
    }
};

BOOST_FIXTURE_TEST_CASE(listed_pets_are_visited_in_rgb_with_their_class, Pets) {
    BOOST_TEST(visit() == 2u);
    BOOST_TEST(names == (std::vector<std::string>{"Bengal_2", "beagle_1"}), boost::test_tools::per_element());
    BOOST_TEST(labels == (std::vector<std::uint32_t>{5, 4}), boost::test_tools::per_element());
    write_tar(scratch / "images.tar.xz", {{"images/beagle_1.jpg", read_plain(folder / "beagle_1.jpg")},
                                          {"images/Bengal_2.jpg", read_plain(folder / "Bengal_2.jpg")}});
    std::vector<Image> images;
    for_each_pet(scratch / "images.tar.xz", list,
                 [&](const std::string&, std::uint32_t, const Image& image) { images.push_back(image); });
    BOOST_TEST((images == std::vector<Image>{plain(3, 20, 30, 40), plain(3, 16, 8, 50)}));
}

BOOST_FIXTURE_TEST_CASE(what_is_wrong_with_pets_is_named, Pets) {
    write_list("Bengal_2 38 1 2\n");
    BOOST_TEST(contains(complaint(), "list.txt: line 1 is \"Bengal_2 38 1 2\"; expected a name and a class"));
    write_list("Bengal_2\n");
    BOOST_TEST(contains(complaint(), "line 1 is \"Bengal_2\""));
    write_list("Bengal_2 1 1 1\n# more\nBengal_2 2 1 1\n");
    BOOST_TEST(contains(complaint(), "line 3 lists Bengal_2 again"));
    write_list("# nothing\n");
    BOOST_TEST(contains(complaint(), "lists no photograph"));
    write_list("Bengal_9 6 1 2\n");
    BOOST_TEST(contains(complaint(), "images: holds no Bengal_9.jpg, which "));
    write_list("Bengal_3 6 1 2\n");
    BOOST_TEST(contains(complaint(), "Bengal_3.jpg: is neither a PNG nor a JPEG"));
}

BOOST_AUTO_TEST_SUITE_END()
