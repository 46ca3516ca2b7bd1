#include "datasets/own.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <sstream>

#include "datasets/feature_file.hpp"
#include "datasets/packed.hpp"
#include "solvers/error.hpp"
#include "support/files.hpp"

namespace assay::datasets {

namespace fs = std::filesystem;

namespace {

void check_name(const std::string& name) {
    const bool word = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '_';
    });
    if (!word)
        throw Error(fmt::format("'{}' is no name for a data set", name), "", "use letters, digits and _");
    for (const Dataset& dataset : catalogue())
        if (dataset.name == name && ((!dataset.own && !dataset.to_be_made()) || dataset.recipe))
            throw Error(fmt::format("'{}' is a data set of the project", name), "", "choose another name");
}

/// Size and digest of a file of a data set.
toml::table file_entry(const std::string& name, const fs::path& file) {
    const ContentDigest content = digest_content(file);
    return toml::table{
        {"name", name}, {"bytes", static_cast<std::int64_t>(content.bytes)}, {"sha256", content.sha256}};
}

/// The same with the place where it lies.
toml::table placed_entry(const std::string& name, const fs::path& file) {
    toml::table entry = file_entry(name, file);
    entry.insert("path", fs::absolute(file).lexically_normal().string());
    return entry;
}

/// Puts the description of `name` in its place, with `comment` above it.
void write_description(const std::string& name, const std::string& comment, const toml::table& description) {
    std::ostringstream text;
    text << "# " << comment << "\n" << description << '\n';
    create_folder(own_folder());
    const fs::path target = own_folder() / (name + ".toml"), fresh = own_folder() / (name + ".new");
    write_bytes(fresh, text.str());
    rename_durably(fresh, target);
}

toml::table head(const std::string& title) {
    return toml::table{
        {"schema", 1}, {"title", title}, {"licence", "own"}, {"citation", "none"}, {"homepage", "none"}};
}

void write_own(const std::string& name, const std::string& title, toml::array files) {
    toml::table description = head(title);
    description.insert("file", std::move(files));
    write_description(name,
                      "Written by assay data add. Title, licence, citation and homepage may be changed.",
                      description);
}

/// The files of the project's data set `name` that the user has from its makers; none of any other.
std::vector<std::string> published_files(const std::string& name) {
    for (const Dataset& dataset : catalogue())
        if (dataset.name == name) return dataset.own_files;
    return {};
}

std::string describe_copy(const std::string& name, const std::vector<std::string>& wanted,
                          const fs::path& folder, const fs::path& test) {
    if (!fs::is_directory(folder) || !test.empty()) {
        throw Error(fmt::format("is described by one folder that holds {}", fmt::join(wanted, ", ")),
                    "data set " + name, fmt::format("assay data add {} FOLDER", name));
    }
    toml::array files;
    for (const std::string& file : wanted) files.push_back(placed_entry(file, folder / file));
    const std::string holds =
        fmt::format("{} of {}", fmt::join(wanted, ", "), fs::absolute(folder).lexically_normal().string());
    write_own(name, "Own copy of " + name, std::move(files));
    return holds;
}

}  // namespace

std::string describe_own(const std::string& name, const fs::path& train, const fs::path& test) {
    check_name(name);
    if (const auto wanted = published_files(name); !wanted.empty())
        return describe_copy(name, wanted, train, test);
    const FeatureSplit<float> split = test.empty() ? FeatureSplit<float>{read_feature_file<float>(train), {}}
                                                   : read_feature_files<float>(train, test);
    const std::string holds =
        fmt::format("{} training and {} test samples of {} features, {} classes", split.train.count(),
                    split.test.count(), split.train.dimension, split.train.classes);
    toml::array files{placed_entry(own_train, train)};
    if (!test.empty()) files.push_back(placed_entry(own_test, test));
    write_own(name, "Own features: " + holds, std::move(files));
    return holds;
}

void describe_made(const std::string& name, const std::string& made_from, const std::string& made_with) {
    const fs::path folder = cache_folder() / name;
    toml::table description = head("Features computed on this machine");
    description.insert("made_from", made_from);
    description.insert("file", toml::array{file_entry(own_train, folder / own_train),
                                           file_entry(own_test, folder / own_test)});
    write_description(name, fmt::format("Written by assay data get; made with {}.", made_with), description);
}

}  // namespace assay::datasets
