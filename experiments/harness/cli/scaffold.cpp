#include "experiments/harness/cli/scaffold.hpp"

#include <fmt/format.h>

#include <fstream>
#include <kainjow/mustache.hpp>
#include <regex>
#include <sstream>

#include "experiments/harness/cli/commands.hpp"
#include "support/files.hpp"

namespace assay::harness {

namespace {

namespace fs = std::filesystem;

/// Names become folders, namespaces and functions.
void check_name(const std::string& what, const std::string& name) {
    static const std::regex identifier("[a-z][a-z0-9_]*");
    static const std::regex taken(
        "harness|solvers|datasets|assay|std|int|double|float|new|class|template|register|auto");
    if (!std::regex_match(name, identifier) || std::regex_match(name, taken)) {
        throw Error(fmt::format("'{}' cannot be the name of {}", name, what), "",
                    "take a short word of lower-case letters, digits and underscores, such as 'lista'");
    }
}

void write_text(const fs::path& file, const std::string& text) {
    std::ofstream stream(file, std::ios::binary);
    stream << text;
    stream.close();
    if (!stream)
        throw Error("cannot be written", file.string(), "check the folder's permissions and the free space");
}

/// A file to be, from the template of this name.
struct Page {
    fs::path file;
    std::string from;
};

Scaffold write_pages(const std::vector<Page>& pages, const std::string& study, const std::string& name) {
    for (const Page& page : pages) {
        if (fs::exists(page.file)) {
            throw Error("exists already; nothing was written", page.file.string(), "take another name");
        }
    }
    kainjow::mustache::data values;
    values.set("study", study);
    values.set("name", name);
    Scaffold scaffold;
    for (const Page& page : pages) {
        const fs::path source =
            fs::path(ASSAY_SOURCE_DIR) / "experiments/harness/cli/templates" / (page.from + ".mustache");
        kainjow::mustache::mustache form(read_bytes(source));
        form.set_custom_escape([](const std::string& text) { return text; });
        write_text(page.file, form.render(values));
        scaffold.written.push_back(page.file);
    }
    return scaffold;
}

/// Puts `line` into the file before the last match of `anchor`; where there is no such file or place, asks
/// for it.
void insert_line(const fs::path& file, const std::regex& anchor, const std::string& line,
                 Scaffold& scaffold) {
    std::smatch last;
    std::string text;
    if (fs::exists(file)) text = read_bytes(file);
    for (auto match = std::sregex_iterator(text.begin(), text.end(), anchor); match != std::sregex_iterator();
         ++match) {
        last = *match;
    }
    if (last.empty()) {
        scaffold.by_hand.push_back(
            fmt::format("{}: {}", file.string(), line.substr(line.find_first_not_of(' '))));
        return;
    }
    text.insert(static_cast<std::size_t>(last.position(1)), line + "\n");
    write_text(file, text);
    scaffold.written.push_back(file);
}

}  // namespace

Scaffold scaffold_paper(const fs::path& experiments, const std::string& study) {
    check_name("a study", study);
    const fs::path folder = experiments / study;
    if (fs::exists(folder))
        throw Error("exists already; nothing was written", folder.string(), "take another name");
    fs::create_directories(folder);
    return write_pages({{folder / "paper.toml", "paper.toml"},
                        {folder / "study.hpp", "study.hpp"},
                        {folder / "study.cpp", "study.cpp"},
                        {folder / "registrations.hpp", "registrations.hpp"},
                        {folder / "example.cpp", "experiment.cpp"},
                        {folder / "example.toml", "spec.toml"}},
                       study, "example");
}

Scaffold scaffold_experiment(const fs::path& experiments, const std::string& study, const std::string& name) {
    check_name("a study", study);
    check_name("an experiment", name);
    const fs::path folder = experiments / study;
    if (!fs::exists(folder / "study.hpp")) {
        throw Error(fmt::format("there is no study '{}'", study), folder.string(),
                    "assay new paper " + study);
    }
    Scaffold scaffold =
        write_pages({{folder / (name + ".cpp"), "experiment.cpp"}, {folder / (name + ".toml"), "spec.toml"}},
                    study, name);
    // Before the end of the namespace, and before the closing brace of register_study.
    static const std::regex namespace_end("\\n(\\n\\}  // namespace )");
    static const std::regex function_end("void register_study\\(\\) \\{\\n(?:.+\\n)*?(\\}\\n)");
    insert_line(folder / "registrations.hpp", namespace_end,
                fmt::format("void register_{}();  ///< {}.cpp", name, name), scaffold);
    insert_line(folder / "study.cpp", function_end, fmt::format("    register_{}();", name), scaffold);
    return scaffold;
}

int cli_new(const std::string& kind, const std::vector<std::string>& names) {
    const fs::path experiments = fs::path(ASSAY_SOURCE_DIR) / "experiments";
    const bool paper = kind == "paper";
    if (names.size() != (paper ? 1U : 2U)) {
        throw Error(
            paper ? "a new paper needs one name" : "a new experiment needs its study's name and its own", "",
            paper ? "assay new paper NAME" : "assay new experiment STUDY NAME");
    }
    const Scaffold scaffold =
        paper ? scaffold_paper(experiments, names[0]) : scaffold_experiment(experiments, names[0], names[1]);
    for (const fs::path& file : scaffold.written) fmt::print("wrote {}\n", file.string());
    for (const std::string& line : scaffold.by_hand) fmt::print("please add to {}\n", line);
    fmt::print("next: make build && assay run {}\n",
               (experiments / names[0] / (paper ? "example" : names[1])).string() + ".toml");
    return 0;
}

}  // namespace assay::harness
