#include "experiments/harness/cli/scaffold.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "solvers/error.hpp"
#include "tests/message_of.hpp"
#include "tests/scratch.hpp"

using assay::testing::message_of;
using namespace assay;
using namespace assay::harness;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(scaffold)

/// A source tree's `experiments` folder of its own.
struct Tree {
    assay::testing::Scratch scratch;
    fs::path root = scratch.path;
    fs::path experiments() const { return root / "experiments"; }
};

std::string text(const fs::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// Whether the compiler accepts all sources of the study with the project's warnings.
bool compiles(const Tree& tree, const std::string& study) {
    bool good = true;
    for (const auto& entry : fs::directory_iterator(tree.experiments() / study)) {
        if (entry.path().extension() != ".cpp") continue;
        const std::string command =
            "c++ -std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -I'" +
            tree.root.string() + "' -I'" ASSAY_SOURCE_DIR "' '" + entry.path().string() + "'";
        good = std::system(command.c_str()) == 0 && good;
    }
    return good;
}

BOOST_AUTO_TEST_CASE(a_new_study_compiles_and_so_does_its_second_experiment) {
    const Tree tree;
    const Scaffold paper = scaffold_paper(tree.experiments(), "lista");
    BOOST_TEST(paper.written.size() == 6u);
    BOOST_TEST(paper.by_hand.empty());
    const Scaffold second = scaffold_experiment(tree.experiments(), "lista", "depth");
    BOOST_TEST(second.by_hand.empty());
    const std::string study = text(tree.experiments() / "lista/study.cpp");
    BOOST_TEST(contains(study, "    register_example();\n    register_depth();\n}\n"), study);
    BOOST_TEST(contains(text(tree.experiments() / "lista/registrations.hpp"), "void register_depth();"));
    BOOST_TEST(contains(text(tree.experiments() / "lista/depth.toml"), "experiment = \"lista.depth\""));
    BOOST_TEST(compiles(tree, "lista"));
}

BOOST_AUTO_TEST_CASE(nothing_is_overwritten) {
    const Tree tree;
    scaffold_paper(tree.experiments(), "lista");
    BOOST_TEST(contains(message_of([&] { scaffold_paper(tree.experiments(), "lista"); }), "exists already"));
    std::ofstream(tree.experiments() / "lista/depth.toml") << "mine";
    const std::string said = message_of([&] { scaffold_experiment(tree.experiments(), "lista", "depth"); });
    BOOST_TEST(contains(said, "depth.toml: exists already; nothing was written"), said);
    BOOST_TEST(text(tree.experiments() / "lista/depth.toml") == "mine");
    BOOST_TEST(!fs::exists(tree.experiments() / "lista/depth.cpp"));
}

BOOST_AUTO_TEST_CASE(bad_names_and_unknown_studies_are_refused) {
    const Tree tree;
    for (const char* name : {"", "Lista", "2d", "a-b", "../x", "a b", "harness", "new"}) {
        const std::string said = message_of([&] { scaffold_paper(tree.experiments(), name); });
        BOOST_TEST(contains(said, "cannot be the name of a study"), name << ": " << said);
    }
    BOOST_TEST(!fs::exists(tree.experiments()));
    const std::string said = message_of([&] { scaffold_experiment(tree.experiments(), "none", "depth"); });
    BOOST_TEST(contains(said, "there is no study 'none'"), said);
    BOOST_TEST(contains(said, "assay new paper none"), said);
}

BOOST_AUTO_TEST_CASE(a_study_of_another_shape_is_left_alone_and_the_lines_are_named) {
    const Tree tree;
    scaffold_paper(tree.experiments(), "lista");
    std::ofstream(tree.experiments() / "lista/study.cpp") << "void something_else();\n";
    const Scaffold added = scaffold_experiment(tree.experiments(), "lista", "depth");
    BOOST_REQUIRE(added.by_hand.size() == 1u);
    BOOST_TEST(contains(added.by_hand[0], "study.cpp: register_depth();"), added.by_hand[0]);
    BOOST_TEST(text(tree.experiments() / "lista/study.cpp") == "void something_else();\n");
}

BOOST_AUTO_TEST_SUITE_END()
