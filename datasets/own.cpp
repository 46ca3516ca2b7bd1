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
        if (dataset.name == name && !dataset.own && !dataset.to_be_made())
            throw Error(fmt::format("'{}' is a data set of the project", name), "", "choose another name");
}

toml::table file_entry(const std::string& name, const fs::path& file) {
    const ContentDigest content = digest_content(file);
    return toml::table{{"name", name},
                       {"path", fs::absolute(file).lexically_normal().string()},
                       {"bytes", static_cast<std::int64_t>(content.bytes)},
                       {"sha256", content.sha256}};
}

/// Puts the description of `name` in its place.
void write_description(const std::string& name, const std::string& title, toml::array files) {
    const toml::table description{{"schema", 1},        {"title", title},     {"licence", "own"},
                                  {"citation", "none"}, {"homepage", "none"}, {"file", std::move(files)}};
    std::ostringstream text;
    text << "# Written by assay data add. Title, licence, citation and homepage may be changed.\n"
         << description << '\n';
    create_folder(own_folder());
    const fs::path target = own_folder() / (name + ".toml"), fresh = own_folder() / (name + ".new");
    write_bytes(fresh, text.str());
    rename_durably(fresh, target);
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
    for (const std::string& file : wanted) files.push_back(file_entry(file, folder / file));
    const std::string holds =
        fmt::format("{} of {}", fmt::join(wanted, ", "), fs::absolute(folder).lexically_normal().string());
    write_description(name, "Own copy of " + name, std::move(files));
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
    toml::array files{file_entry(own_train, train)};
    if (!test.empty()) files.push_back(file_entry(own_test, test));
    write_description(name, "Own features: " + holds, std::move(files));
    return holds;
}

}  // namespace assay::datasets
