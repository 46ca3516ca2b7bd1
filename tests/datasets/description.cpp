#include "datasets/description.hpp"

#include <boost/test/unit_test.hpp>

#include "scratch.hpp"
#include "solvers/error.hpp"

using namespace assay;
using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(description)

const std::string digest(64, 'a');

std::string text(const std::string& more = "", const std::string& file_more = "") {
    return "schema = 1\ntitle = \"T\"\nlicence = \"L\"\ncitation = \"C\"\nhomepage = \"H\"\n" + more +
           "[[file]]\nname = \"one.gz\"\nbytes = 10\nsha256 = \"" + digest + "\"\n" + file_more;
}

std::vector<Dataset> read(const Scratch& scratch, const std::string& content) {
    write_plain(scratch / "one.toml", content);
    return read_descriptions(scratch.path);
}

std::string complaint(const std::string& content) {
    const Scratch scratch;
    return message_of([&] { read(scratch, content); });
}

BOOST_AUTO_TEST_CASE(all_fields_arrive) {
    const Scratch scratch;
    const auto all =
        read(scratch, text("urls = [\"https://a.example/x\", \"https://b.example/\"]\nmirror = \"m\"\n"
                           "package = \"p\"\npackage_folder = \"/usr/share/p\"\n",
                           "packed_bytes = 7\n"));
    BOOST_REQUIRE(all.size() == 1u);
    BOOST_TEST(all[0].name == "one");
    BOOST_TEST(all[0].title == "T");
    BOOST_TEST(all[0].licence == "L");
    BOOST_TEST(all[0].package == "p");
    BOOST_REQUIRE(all[0].files.size() == 1u);
    const File& file = all[0].files[0];
    BOOST_TEST(file.bytes == 10u);
    BOOST_TEST(file.packed_bytes == 7u);
    BOOST_TEST(file.sha256 == digest);
    BOOST_TEST(
        file.urls == (std::vector<std::string>{"https://a.example/x/one.gz", "https://b.example/one.gz"}),
        boost::test_tools::per_element());
    BOOST_TEST(file.mirror == "m/one.gz");
    BOOST_TEST(file.system == "/usr/share/p/one.gz");
}

BOOST_AUTO_TEST_CASE(all_mistakes_of_all_files_come_together_with_their_lines) {
    const Scratch scratch;
    write_plain(scratch / "a.toml", text("colour = 1\n"));
    write_plain(scratch / "b.toml", text("", "size = 1\n"));
    write_plain(scratch / "c.toml", "title = \n");
    const std::string said = message_of([&] { read_descriptions(scratch.path); });
    BOOST_TEST(contains(said, "a.toml:6: unknown key 'colour'"), said);
    BOOST_TEST(
        contains(said, "b.toml:10: unknown key 'size'; known: bytes, name, packed_bytes, path, sha256"),
        said);
    BOOST_TEST(contains(said, "c.toml:1: "), said);
}

BOOST_AUTO_TEST_CASE(each_kind_of_mistake_is_named) {
    BOOST_TEST(contains(complaint("schema = 1\n"), "'title' is missing"));
    BOOST_TEST(contains(complaint("schema = 1\n"), "'file' is missing"));
    BOOST_TEST(contains(complaint(text("urls = \"x\"\n")), "'urls' must be a list of texts"));
    BOOST_TEST(contains(complaint(text("urls = [1]\n")), "'urls' must hold texts only"));
    BOOST_TEST(contains(complaint(text("own_files = [\"a\"]\n")), "'own_files' needs 'made_by'"));
    BOOST_TEST(contains(complaint(text("package = \"p\"\n")), "'package' and 'package_folder' go together"));
    BOOST_TEST(contains(complaint(text("", "packed_bytes = -1\n")),
                        "'packed_bytes' must be a whole number above 0"));
    BOOST_TEST(contains(complaint(text("", "packed_bytes = 1.5\n")),
                        "'packed_bytes' must be a whole number above 0"));
    BOOST_TEST(contains(complaint("file = 3\n" + text().substr(0, text().find("[[file]]"))),
                        "must be written as [[file]] tables"));
    BOOST_TEST(contains(complaint("schema = 2\n" + text().substr(11)), "schema 2 is newer"));
    BOOST_TEST(contains(complaint(text("", "path = \"one\"\n")), "'path' must begin with /"));
    std::string twice = text();
    twice += twice.substr(twice.find("[[file]]"));
    BOOST_TEST(contains(complaint(twice), "'one.gz' is listed twice"));
    std::string short_digest = text();
    short_digest.erase(short_digest.rfind("aa"), 2);
    BOOST_TEST(contains(complaint(short_digest), "64 lower-case hexadecimal digits"));
    std::string escape = text();
    escape.replace(escape.find("one.gz"), 6, "../../one");
    BOOST_TEST(contains(complaint(escape), "'../../one' is no plain file name"));
}

BOOST_AUTO_TEST_CASE(the_users_own_come_after_those_of_the_tree) {
    const Scratch scratch;
    write_plain(scratch / "tree" / "one.toml", text());
    BOOST_TEST(read_catalogue(scratch / "tree", scratch / "own").size() == 1u);
    write_plain(scratch / "own" / "a.toml", text("", "path = \"/data/one\"\n"));
    const auto all = read_catalogue(scratch / "tree", scratch / "own");
    BOOST_REQUIRE(all.size() == 2u);
    BOOST_TEST(!all[0].own);
    BOOST_TEST(all[1].own);
    BOOST_TEST(all[1].name == "a");
    BOOST_TEST(all[1].files[0].system == "/data/one");
    write_plain(scratch / "own" / "one.toml", text());
    BOOST_TEST(contains(message_of([&] { read_catalogue(scratch / "tree", scratch / "own"); }),
                        "one.toml: 'one' is the name of a data set of the project"));
}

BOOST_AUTO_TEST_CASE(a_missing_folder_is_named) {
    const Scratch scratch;
    BOOST_TEST(contains(message_of([&] { read_descriptions(scratch / "none"); }), "cannot be read"));
}

BOOST_AUTO_TEST_SUITE_END()
