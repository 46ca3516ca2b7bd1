#include "experiments/harness/cli/cli.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "experiments/harness/cli/compare.hpp"
#include "experiments/harness/cli/inputs.hpp"

BOOST_AUTO_TEST_SUITE(cli)

using namespace assay::harness;
namespace fs = std::filesystem;

int call(std::vector<std::string> words) {
    words.insert(words.begin(), "assay");
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    return run_cli(static_cast<int>(arguments.size()), arguments.data());
}

BOOST_AUTO_TEST_CASE(bad_commands_are_bad_input) {
    BOOST_TEST(call({}) == 2);
    BOOST_TEST(call({"dance"}) == 2);
    BOOST_TEST(call({"run"}) == 2);
    BOOST_TEST(call({"run", "spec.toml", "--no-such-option"}) == 2);
    BOOST_TEST(call({"run", "spec.toml", "-j", "0"}) == 2);
    BOOST_TEST(call({"run", "spec.toml", "--launcher", "slurm"}) == 2);
    BOOST_TEST(call({"experiments", "no.such"}) == 2);
    BOOST_TEST(call({"--help"}) == 0);
}

BOOST_AUTO_TEST_CASE(a_bad_spec_writes_nothing) {
    const fs::path folder = fs::temp_directory_path() / ("assay-cli-" + std::to_string(::getpid()));
    fs::create_directories(folder);
    std::ofstream(folder / "bad.toml") << "schema = 1\nexperiment = \"no.such\"\n";
    const std::string results = (folder / "results").string();
    BOOST_TEST(call({"run", (folder / "bad.toml").string(), "--results", results}) == 2);
    BOOST_TEST(call({"run", (folder / "absent.toml").string(), "--results", results}) == 2);
    BOOST_TEST(!fs::exists(results));
    fs::remove_all(folder);
}

BOOST_AUTO_TEST_CASE(a_folder_stands_for_its_specs) {
    const fs::path folder = fs::temp_directory_path() / ("assay-specs-" + std::to_string(::getpid()));
    fs::create_directories(folder / "study");
    BOOST_CHECK_THROW(spec_files({folder.string()}), assay::Error);  // no spec in it
    for (const char* name : {"b.toml", "a.toml", "paper.toml", "notes.md"})
        std::ofstream(folder / "study" / name) << "";
    const auto names = [](const std::vector<fs::path>& files) {
        std::vector<std::string> found;
        for (const fs::path& file : files) found.push_back(file.filename().string());
        return found;
    };
    const std::vector<std::string> expected{"a.toml", "b.toml"};
    BOOST_TEST(names(spec_files({(folder / "study").string()})) == expected);
    BOOST_TEST(names(spec_files({folder.string()})) == expected);
    fs::remove_all(folder);
}

BOOST_AUTO_TEST_CASE(a_run_is_named_by_the_beginning_of_its_id) {
    const std::vector<std::string> ids{"abc1", "abd2", "abd2", "ff"};
    BOOST_TEST(find_id(ids, "abc") == "abc1");
    BOOST_TEST(find_id(ids, "abd") == "abd2");  // twice the same is one
    BOOST_CHECK_THROW(find_id(ids, "ab"), assay::Error);
    BOOST_CHECK_THROW(find_id(ids, "0"), assay::Error);
}

BOOST_AUTO_TEST_CASE(comparing_says_how_far_apart) {
    Result a;
    a.metrics["error"] = {"", "", {}, {1.0, 2.0, std::nan("")}};
    Result b = a;
    BOOST_TEST(compare_results(a, b).equal);
    b.metrics["error"].values[1] = 2.5;
    const Comparison apart = compare_results(a, b);
    BOOST_TEST(!apart.equal);
    BOOST_TEST(apart.lines.at(0).find("1 of 3 values differ, by at most 0.5 absolute, 0.2 relative") !=
               std::string::npos);
    b = a;
    b.metrics["extra"] = {"", "", {}, {1.0}};
    BOOST_TEST(!compare_results(a, b).equal);
    b = a;
    b.metrics["error"].values = {1.0};
    BOOST_TEST(!compare_results(a, b).equal);
}

BOOST_AUTO_TEST_SUITE_END()
