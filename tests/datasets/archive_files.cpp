#include <boost/test/unit_test.hpp>

#include "datasets/archive.hpp"
#include "scratch.hpp"
#include "tar_files.hpp"

using namespace assay;
using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(archive_files)

TarMembers members_of(const std::filesystem::path& path) {
    TarMembers members;
    for_each_file(path, [&](const std::string& name, std::span<const std::uint8_t> content) {
        members.emplace_back(name, std::string(content.begin(), content.end()));
    });
    return members;
}

const TarMembers made = {{"b/two", noise(200'000)}, {"a", ""}, {"b/c/one", "1"}};

BOOST_AUTO_TEST_CASE(an_archive_gives_its_files_in_its_order) {
    const Scratch scratch;
    TarMembers with_folder = made;
    with_folder.insert(with_folder.begin(), {"b/", ""});
    write_tar(scratch / "made.tar.xz", with_folder);
    BOOST_TEST((members_of(scratch / "made.tar.xz") == made));
}

BOOST_AUTO_TEST_CASE(a_folder_gives_its_files_by_path) {
    const Scratch scratch;
    for (const auto& [path, content] : made) write_plain(scratch / "made" / path, content);
    BOOST_TEST((members_of(scratch / "made") == TarMembers{made[1], made[2], made[0]}));
}

BOOST_AUTO_TEST_CASE(what_is_no_archive_is_named) {
    const Scratch scratch;
    write_tar(scratch / "whole", made);
    const std::string whole = read_plain(scratch / "whole");
    for (const std::size_t length : {std::size_t{40}, whole.size() / 2, whole.size() - 40}) {
        write_plain(scratch / "cut", whole.substr(0, length));
        BOOST_TEST(contains(message_of([&] { members_of(scratch / "cut"); }),
                            "cut: is no archive that can be read ("));
    }
    write_plain(scratch / "text", "no archive at all, but long enough to look like one");
    BOOST_TEST(contains(message_of([&] { members_of(scratch / "text"); }), "text: is no archive"));
    BOOST_TEST(contains(message_of([&] { members_of(scratch / "none"); }), "none: cannot be opened"));
}

BOOST_AUTO_TEST_SUITE_END()
