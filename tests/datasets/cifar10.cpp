#include "datasets/cifar10.hpp"

#include <array>
#include <boost/test/unit_test.hpp>

#include "scratch.hpp"

using namespace assay;
using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(cifar10)

std::string record(char label, char first, char last) {
    return std::string(1, label) + first + std::string(3070, '\0') + last;
}

std::string complaint(const std::string& content) {
    const Scratch scratch;
    write_plain(scratch / "a.bin", content);
    const std::array<std::filesystem::path, 1> files{scratch / "a.bin"};
    return message_of([&] { read_cifar10<float>(files); });
}

BOOST_AUTO_TEST_CASE(records_of_all_files_follow_each_other) {
    const Scratch scratch;
    write_xz(scratch / "a.bin.xz", record(3, '\x33', '\xff') + record(9, 0, 0), 3);
    write_plain(scratch / "b.bin", record(0, '\x7f', 1));
    const std::array<std::filesystem::path, 2> files{scratch / "a.bin.xz", scratch / "b.bin"};
    const auto set = read_cifar10<double>(files);
    BOOST_TEST(set.dimension == 3072u);
    BOOST_TEST(set.classes == 10u);
    BOOST_TEST(set.labels == (std::vector<std::uint32_t>{3, 9, 0}), boost::test_tools::per_element());
    BOOST_REQUIRE(set.values.size() == 3u * 3072u);
    BOOST_TEST(set.values[0] == 0.2);
    BOOST_TEST(set.values[3071] == 1.0);
    BOOST_TEST(set.values[2 * 3072] == 127.0 / 255.0);
}

BOOST_AUTO_TEST_CASE(what_is_no_record_is_named) {
    BOOST_TEST(contains(complaint(""), "a.bin: is empty"));
    BOOST_TEST(
        contains(complaint(record(1, 0, 0) + "abc"), "ends within record 1 (counted from 0), after 3 bytes"));
    BOOST_TEST(contains(complaint(record(1, 0, 0) + record(10, 0, 0)), "has the label 10 in record 1"));
}

BOOST_AUTO_TEST_SUITE_END()
