#include "datasets/derived.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <map>
#include <utility>

#include "datasets/backbones.hpp"
#include "datasets/description.hpp"
#include "datasets/feature_file.hpp"
#include "datasets/folder_lock.hpp"
#include "datasets/own.hpp"
#include "datasets/packed.hpp"
#include "solvers/error.hpp"
#include "support/files.hpp"
#include "support/hdf5.hpp"

namespace assay::datasets {

namespace fs = std::filesystem;

namespace {

using Facts = std::map<std::string, std::string>;

std::string digests_of(const std::string& name) {
    std::vector<std::string> digests;
    for (const File& file : find(name).files) digests.push_back(file.name + " " + file.sha256);
    return fmt::format("{}: {}", name, fmt::join(digests, ", "));
}

Facts facts_of(const FeatureRecipe& recipe) {
    return {{"images", digests_of(recipe.images)},
            {"backbone", recipe.backbone},
            {"weights", digests_of(recipe.weights)},
            {"preprocessing", preprocessing_text(find_backbone(recipe.backbone), recipe.side)},
            {"layers", solvers::layer_library<solvers::Cpu>() + ", 1 thread"},
            {"recipe", recipe_digest(recipe, catalogue())}};
}

std::string feature_file(const LabelledFeatures<float>& part, const Facts& facts) {
    h5::Writer file;
    file.numbers("features", {part.count(), part.dimension}, std::span<const float>(part.values));
    file.attribute("features", "samples_axis", std::int64_t{0});
    const std::vector<double> labels(part.labels.begin(), part.labels.end());
    file.numbers("labels", {labels.size()}, std::span<const double>(labels));
    file.attribute("labels", "classes", static_cast<std::int64_t>(part.classes));
    for (const auto& [name, text] : facts) file.attribute("/", name, h5::Value(text));
    return file.finish();
}

bool equal(const LabelledFeatures<float>& a, const LabelledFeatures<float>& b) {
    return a.dimension == b.dimension && a.classes == b.classes && a.values == b.values &&
           a.labels == b.labels;
}

/// Files that are written beside their places; those that are never named are removed.
class Aside {
  public:
    explicit Aside(const fs::path& folder) : folder_(folder) {}
    ~Aside() {
        std::error_code ignored;
        for (const char* name : {own_train, own_test}) fs::remove(path(name), ignored);
    }
    Aside(const Aside&) = delete;
    Aside& operator=(const Aside&) = delete;

    fs::path path(const std::string& name) const { return folder_ / (name + ".part"); }
    void name_them() const {
        for (const char* name : {own_train, own_test}) rename_durably(path(name), folder_ / name);
    }

  private:
    fs::path folder_;
};

void write_verified(const FeatureSplit<float>& split, const Facts& facts, const Aside& aside) {
    write_bytes(aside.path(own_train), feature_file(split.train, facts));
    write_bytes(aside.path(own_test), feature_file(split.test, facts));
    const auto back = read_feature_files<float>(aside.path(own_train), aside.path(own_test));
    if (!equal(back.train, split.train) || !equal(back.test, split.test))
        throw Error("the features that were written are not read back", aside.path(own_train).string(),
                    "look at the disk; nothing was kept");
}

}  // namespace

FindFile local_files(const std::string& name) {
    return [&dataset = find(name)](const std::string& file) {
        for (const File& entry : dataset.files)
            if (entry.name == file)
                if (const auto path = locate(dataset, entry)) return *path;
        throw Error(fmt::format("{} is not on this machine", file), "data set " + dataset.name,
                    "assay data get " + dataset.name);
    };
}

std::string make_features(const Dataset& dataset, const FindFile& images, const FindFile& weights,
                          const std::string& made_with) {
    if (!dataset.recipe) throw Error("is not computed from others", "data set " + dataset.name);
    const FeatureRecipe& recipe = *dataset.recipe;
    const Backbone& backbone = find_backbone(recipe.backbone);
    const Facts facts = facts_of(recipe);
    const fs::path folder = cache_folder() / dataset.name;
    create_folder(folder);
    const FolderLock lock(folder);
    const PictureSplit pictures = read_pictures(recipe.images, images, recipe.train, recipe.test);
    const auto features = [&](const LabelledPictures& part) {
        return backbone_features<solvers::Cpu>(backbone, weights, part, recipe.side);
    };
    const FeatureSplit<float> split{features(pictures.train), features(pictures.test)};
    const Aside aside(folder);
    write_verified(split, facts, aside);
    aside.name_them();
    describe_made(dataset.name, facts.at("recipe"), made_with);
    return fmt::format("{} training and {} test samples of {} features, {} classes", split.train.count(),
                       split.test.count(), split.train.dimension, split.train.classes);
}

std::string make_features(const Dataset& dataset, const std::string& made_with) {
    if (!dataset.recipe) throw Error("is not computed from others", "data set " + dataset.name);
    get(dataset.recipe->images);
    get(dataset.recipe->weights);
    return make_features(dataset, local_files(dataset.recipe->images), local_files(dataset.recipe->weights),
                         made_with);
}

}  // namespace assay::datasets
