#include "datasets/description.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "solvers/error.hpp"
#include "support/sha256.hpp"

namespace assay::datasets {

namespace fs = std::filesystem;

namespace {

/// Of the code behind backbone_features: to be raised when it gives other features for the same input.
constexpr int kRevision = 1;

/// Takes the keys out of one table and notes what is wrong with them and which ones nobody asked for.
class Keys {
  public:
    Keys(const toml::table& table, const fs::path& file, std::vector<std::string>& problems)
        : table_(table), file_(file), problems_(problems) {}

    void complain(const toml::node& node, const std::string& what) {
        problems_.push_back(fmt::format("{}:{}: {}", file_.string(), node.source().begin.line, what));
    }
    std::string text(const char* key, bool required = true) {
        const toml::node* node = take(key, required);
        if (node == nullptr) return {};
        const std::string value = node->value_or(std::string());
        if (value.empty()) complain(*node, fmt::format("'{}' must be a text", key));
        return value;
    }
    std::uint64_t positive(const char* key, bool required = true) {
        const toml::node* node = take(key, required);
        if (node == nullptr) return 0;
        const std::int64_t value = node->is_integer() ? node->value_or(std::int64_t{0}) : 0;
        if (value <= 0) complain(*node, fmt::format("'{}' must be a whole number above 0", key));
        return value > 0 ? static_cast<std::uint64_t>(value) : 0;
    }
    std::vector<std::string> texts(const char* key) {
        std::vector<std::string> result;
        const toml::node* node = take(key, false);
        if (node == nullptr) return result;
        if (!node->is_array()) {
            complain(*node, fmt::format("'{}' must be a list of texts", key));
            return result;
        }
        for (const toml::node& entry : *node->as_array()) {
            if (const auto value = entry.value<std::string>(); entry.is_string() && value)
                result.push_back(*value);
            else
                complain(entry, fmt::format("'{}' must hold texts only", key));
        }
        return result;
    }
    const toml::node* take(const char* key, bool required) {
        known_.insert(key);
        const toml::node* node = table_.get(key);
        if (node == nullptr && required) complain(table_, fmt::format("'{}' is missing", key));
        return node;
    }
    void refuse_the_rest() {
        for (const auto& [key, node] : table_) {
            if (!known_.contains(std::string(key.str()))) {
                complain(node,
                         fmt::format("unknown key '{}'; known: {}", key.str(), fmt::join(known_, ", ")));
            }
        }
    }

  private:
    const toml::table& table_;
    const fs::path& file_;
    std::vector<std::string>& problems_;
    std::set<std::string> known_;
};

bool is_digest(const std::string& text) {
    return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

/// A name becomes part of paths, so it must not lead anywhere else.
bool is_plain_name(const std::string& name) {
    return !name.empty() && name.front() != '.' && name.find('/') == std::string::npos;
}

File read_file_entry(const toml::table& table, Keys& keys, const std::vector<std::string>& urls,
                     const std::string& mirror, const std::string& package_folder) {
    File file;
    file.name = keys.text("name");
    file.sha256 = keys.text("sha256");
    file.bytes = keys.positive("bytes");
    file.packed_bytes = keys.positive("packed_bytes", false);
    file.system = keys.text("path", false);
    keys.refuse_the_rest();
    if (file.system.is_relative() && !file.system.empty()) keys.complain(table, "'path' must begin with /");
    if (!file.name.empty() && !is_plain_name(file.name)) {
        keys.complain(table, fmt::format("'{}' is no plain file name", file.name));
    }
    if (!file.sha256.empty() && !is_digest(file.sha256)) {
        keys.complain(table, "'sha256' must be 64 lower-case hexadecimal digits");
    }
    for (const std::string& url : urls)
        file.urls.push_back((url.ends_with('/') ? url : url + "/") + file.name);
    if (!mirror.empty()) file.mirror = mirror + "/" + file.name;
    if (!package_folder.empty()) file.system = fs::path(package_folder) / file.name;
    return file;
}

void read_files(const toml::node& node, const fs::path& path, Keys& keys, Dataset& dataset,
                std::vector<std::string>& problems, const std::vector<std::string>& urls,
                const std::string& mirror, const std::string& package_folder) {
    const toml::array* entries = node.as_array();
    if (entries == nullptr || entries->empty() || !entries->is_homogeneous<toml::table>()) {
        keys.complain(node, "the files must be written as [[file]] tables");
        return;
    }
    std::set<std::string> names;
    for (const toml::node& entry : *entries) {
        Keys file_keys(*entry.as_table(), path, problems);
        dataset.files.push_back(read_file_entry(*entry.as_table(), file_keys, urls, mirror, package_folder));
        const std::string& name = dataset.files.back().name;
        if (!names.insert(name).second) keys.complain(entry, fmt::format("'{}' is listed twice", name));
    }
}

FeatureRecipe read_recipe(const toml::node& node, const fs::path& path, Keys& keys,
                          std::vector<std::string>& problems) {
    if (!node.is_table()) {
        keys.complain(node, "'features' must be a table");
        return {};
    }
    Keys inner(*node.as_table(), path, problems);
    FeatureRecipe recipe{.images = inner.text("images"),
                         .backbone = inner.text("backbone"),
                         .weights = inner.text("weights"),
                         .side = inner.positive("side"),
                         .train = inner.positive("train"),
                         .test = inner.positive("test")};
    inner.refuse_the_rest();
    return recipe;
}

Dataset read_description(const fs::path& path, std::vector<std::string>& problems) {
    Dataset dataset;
    dataset.name = path.stem().string();
    toml::table table;
    try {
        table = toml::parse_file(path.string());
    } catch (const toml::parse_error& error) {
        problems.push_back(
            fmt::format("{}:{}: {}", path.string(), error.source().begin.line, error.description()));
        return dataset;
    }
    Keys keys(table, path, problems);
    const auto schema = keys.positive("schema");
    if (schema > 1)
        keys.complain(table, fmt::format("schema {} is newer than this program, which reads 1", schema));
    dataset.title = keys.text("title");
    dataset.licence = keys.text("licence");
    dataset.citation = keys.text("citation");
    dataset.homepage = keys.text("homepage");
    dataset.package = keys.text("package", false);
    const std::string package_folder = keys.text("package_folder", false);
    const std::string mirror = keys.text("mirror", false);
    const auto urls = keys.texts("urls");
    if (dataset.package.empty() != package_folder.empty()) {
        keys.complain(table, "'package' and 'package_folder' go together");
    }
    dataset.made_by = keys.text("made_by", false);
    dataset.own_files = keys.texts("own_files");
    if (!dataset.own_files.empty() && dataset.made_by.empty())
        keys.complain(table, "'own_files' needs 'made_by'");
    if (const toml::node* recipe = keys.take("features", false))
        dataset.recipe = read_recipe(*recipe, path, keys, problems);
    dataset.made_from = keys.text("made_from", false);
    if (const toml::node* files = keys.take("file", dataset.made_by.empty() && !dataset.recipe)) {
        if (dataset.recipe) keys.complain(*files, "'features' says how the files are made; list none");
        read_files(*files, path, keys, dataset, problems, urls, mirror, package_folder);
    }
    keys.refuse_the_rest();
    return dataset;
}

}  // namespace

std::vector<Dataset> read_descriptions(const fs::path& folder) {
    std::error_code code;
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(folder, code)) {
        if (entry.path().extension() == ".toml") paths.push_back(entry.path());
    }
    if (code) {
        throw Error("the folder of data set descriptions cannot be read: " + code.message(), folder.string(),
                    "run the program from a complete checkout");
    }
    std::sort(paths.begin(), paths.end());
    std::vector<Dataset> result;
    std::vector<std::string> problems;
    for (const fs::path& path : paths) result.push_back(read_description(path, problems));
    if (!problems.empty())
        throw Error(fmt::format("{}", fmt::join(problems, "\n")), "", "mend the description and call again");
    return result;
}

std::vector<Dataset> read_catalogue(const fs::path& tree, const fs::path& own) {
    std::vector<Dataset> all = read_descriptions(tree);
    for (const Dataset& dataset : all)
        if (dataset.recipe) recipe_digest(*dataset.recipe, all);  // its data sets are there
    if (!fs::exists(own)) return all;
    for (Dataset& dataset : read_descriptions(own)) {
        dataset.own = true;
        const auto same = std::find_if(all.begin(), all.end(),
                                       [&](const Dataset& other) { return other.name == dataset.name; });
        if (same == all.end()) {
            all.push_back(std::move(dataset));
        } else if (same->recipe) {
            if (dataset.made_from != recipe_digest(*same->recipe, all)) continue;  // to be made anew
            same->files = std::move(dataset.files);
            same->made_from = std::move(dataset.made_from);
            same->own = true;
        } else if (same->to_be_made()) {
            dataset.own_files = same->own_files;
            *same = std::move(dataset);
        } else {
            throw Error(fmt::format("'{}' is the name of a data set of the project as well", dataset.name),
                        (own / (dataset.name + ".toml")).string(), "rename the file");
        }
    }
    return all;
}

std::string recipe_digest(const FeatureRecipe& recipe, const std::vector<Dataset>& all) {
    std::string text = fmt::format("revision {}\n{} {} {} {} {} {}\n", kRevision, recipe.images,
                                   recipe.backbone, recipe.weights, recipe.side, recipe.train, recipe.test);
    for (const std::string& name : {recipe.images, recipe.weights}) {
        const auto source =
            std::find_if(all.begin(), all.end(), [&](const Dataset& other) { return other.name == name; });
        if (source == all.end())
            throw Error(fmt::format("a recipe names the data set '{}'", name), "datasets");
        for (const File& file : source->files) text += fmt::format("{} {}\n", file.name, file.sha256);
    }
    return sha256_hex(text);
}

}  // namespace assay::datasets
