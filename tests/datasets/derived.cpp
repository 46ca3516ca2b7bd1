#include "datasets/derived.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "datasets/backbones.hpp"
#include "datasets/description.hpp"
#include "datasets/feature_file.hpp"
#include "datasets/own.hpp"
#include "scratch.hpp"
#include "solvers/network/initialise.hpp"
#include "support/hdf5.hpp"

using namespace assay;
using namespace assay::datasets;

namespace fs = std::filesystem;

namespace {

/// Weights of a ResNet-20 as they come from `initialise`, in the two files of a backbone.
void write_weights(const fs::path& folder) {
    solvers::Network<solvers::Cpu> network(find_backbone("resnet20_cifar10").graph({3, 32, 32}));
    solvers::initialise(network, solvers::Initialisation::he, 1);
    std::string index = "name\tshape\toffset_floats\tcount\n", content;
    std::size_t offset = 0;
    const auto put = [&](const std::string& name, const std::string& shape,
                         const std::vector<float>& values) {
        index +=
            name + "\t" + shape + "\t" + std::to_string(offset) + "\t" + std::to_string(values.size()) + "\n";
        content.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
        offset += values.size();
    };
    for (const solvers::Parameter& parameter : network.graph().parameters()) {
        const std::string& layer = network.graph().entry(parameter.node).name;
        const auto& e = parameter.shape.extents;
        std::string shape = std::to_string(e[0]);
        for (std::size_t k = 1; k < 4 && parameter.shape.size() > e[0]; ++k)
            shape += "x" + std::to_string(e[k]);
        const auto role = parameter.shape.role;
        const bool first = role == solvers::ParameterRole::weight || role == solvers::ParameterRole::scale;
        put(layer + (first ? ".weight" : ".bias"), shape, network.parameter(parameter.name));
        if (role != solvers::ParameterRole::scale) continue;
        const auto statistics = network.statistics(parameter.node);
        put(layer + ".running_mean", shape, statistics.mean);
        put(layer + ".running_var", shape, statistics.variance);
    }
    write_plain(folder / "weights.tsv", index);
    write_xz(folder / "weights.f32.xz", content);
}

std::string records(const std::vector<char>& labels) {
    std::string content;
    for (const char label : labels) content += std::string(1, label) + noise(3071) + label;
    return content;
}

/// A set of features of a few images, its sources, and a tree that describes all of them.
struct Made {
    Scratch scratch;
    Environment cache{"ASSAY_DATA", (scratch / "cache").string()};
    Environment mirror{"ASSAY_DATA_MIRROR", ""};
    fs::path tree = scratch / "tree", sources = scratch / "sources", folder = scratch / "cache" / "seen";

    Made() {
        write_weights(sources);
        write_plain(sources / "data_batch_1.bin.xz", records({3, 5, 0, 9}));
        write_plain(sources / "test_exact_9827.bin.xz", records({5, 3}));
        fs::create_directories(tree);
        for (const char* name : {"cifar10.toml", "resnet20_cifar10_weights.toml"})
            fs::copy_file(fs::path(ASSAY_SOURCE_DIR) / "datasets" / name, tree / name);
        describe(3);
    }
    void describe(std::size_t train) const {
        write_plain(tree / "seen.toml",
                    "schema = 1\ntitle = \"T\"\nlicence = \"L\"\ncitation = \"C\"\nhomepage = \"H\"\n"
                    "[features]\nimages = \"cifar10\"\nbackbone = \"resnet20_cifar10\"\n"
                    "weights = \"resnet20_cifar10_weights\"\nside = 40\ntest = 2\ntrain = " +
                        std::to_string(train) + "\n");
    }
    Dataset known() const {
        const auto all = read_catalogue(tree, own_folder());
        return *std::find_if(all.begin(), all.end(), [](const Dataset& d) { return d.name == "seen"; });
    }
    fs::path source(const std::string& file) const { return sources / file; }
    FindFile from_sources() const {
        return [this](const std::string& file) { return source(file); };
    }
    std::string make() const { return make_features(known(), from_sources(), from_sources(), "commit 123"); }
    std::string complaint() const {
        return message_of([&] { make(); });
    }
    std::vector<std::string> kept() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
        std::erase(names, ".lock");
        std::sort(names.begin(), names.end());
        return names;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(derived)

BOOST_FIXTURE_TEST_CASE(features_are_those_of_the_network_and_say_what_made_them, Made) {
    BOOST_TEST(known().to_be_made());
    BOOST_TEST(make() == "3 training and 2 test samples of 64 features, 10 classes");
    BOOST_TEST(available(known()));
    BOOST_TEST(known().title == "T");
    const auto found = read_feature_files<float>(folder / own_train, folder / own_test);
    const PictureSplit pictures = read_pictures("cifar10", from_sources(), 3, 2);
    const auto expected = backbone_features<solvers::Cpu>(find_backbone("resnet20_cifar10"), from_sources(),
                                                          pictures.train, 40);
    BOOST_TEST((found.train.values == expected.values));
    BOOST_TEST((found.train.labels == std::vector<std::uint32_t>{3, 5, 0}));
    BOOST_TEST((found.test.labels == std::vector<std::uint32_t>{5, 3}));
    const h5::Reader file = h5::Reader::of_file(folder / own_test);
    const auto facts = file.attributes("/");
    const auto says = [&](const char* name, const std::string& text) {
        BOOST_TEST(contains(std::get<std::string>(facts.at(name)), text));
    };
    says("images",
         "cifar10: data_batch_1.bin.xz cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5");
    says("weights", "weights.f32.xz 55fa4ffa8345bfb167b8f5f3a05cba788b5ee87bbed6c716a6342c1616ee109f");
    says("backbone", "resnet20_cifar10");
    says("preprocessing", "40 x 40 bilinear");
    says("layers", "oneDNN");
    says("recipe", known().made_from);
    BOOST_TEST(contains(read_plain(own_folder() / "seen.toml"), "made with commit 123"));
}

BOOST_FIXTURE_TEST_CASE(the_same_images_give_the_same_file_and_another_recipe_a_new_one, Made) {
    make();
    const std::string first = read_plain(folder / own_train);
    make();
    BOOST_TEST((read_plain(folder / own_train) == first));
    describe(4);
    BOOST_TEST(known().to_be_made());  // what lies there was made by another recipe
    BOOST_TEST(!available(known()));
    BOOST_TEST(contains(message_of([&] { get(known()); }), "assay data get seen"));
    make();
    BOOST_TEST(available(known()));
    BOOST_TEST(read_feature_file<float>(folder / own_train).count() == 4u);
}

BOOST_FIXTURE_TEST_CASE(features_of_other_images_or_weights_are_not_served, Made) {
    make();
    for (const char* source : {"cifar10.toml", "resnet20_cifar10_weights.toml"}) {
        const std::string before = read_plain(tree / source);
        std::string other = before;
        const std::string key = "sha256 = \"";
        std::reverse(other.begin() + static_cast<std::ptrdiff_t>(other.find(key) + key.size()),
                     other.begin() + static_cast<std::ptrdiff_t>(other.find(key) + key.size() + 64));
        write_plain(tree / source, other);
        BOOST_TEST(known().to_be_made(), source);
        BOOST_TEST(!available(known()), source);
        write_plain(tree / source, before);
        BOOST_TEST(available(known()), source);
    }
}

BOOST_FIXTURE_TEST_CASE(what_cannot_be_had_is_known_before_it_is_tried, Made) {
    BOOST_TEST(out_of_reach(find("mnist")).empty());  // it is served
    BOOST_TEST(out_of_reach(find("stl10")) == "it is for you to make");
    BOOST_TEST(out_of_reach(find("resnet20_cifar10_weights")) == "no address serves its weights.tsv");
    BOOST_TEST(out_of_reach(known()) == "it is computed from cifar10");
    make();
    BOOST_TEST(out_of_reach(known()).empty());
    const Environment with_all("ASSAY_DATA_MIRROR", (scratch / "mirror").string());
    for (const char* name : {"cifar10", "resnet20_cifar10_weights"}) {
        for (const File& file : find(name).files) write_plain(mirror_path(file), "unread");
        BOOST_TEST(out_of_reach(find(name)).empty());
    }
    describe(4);
    BOOST_TEST(out_of_reach(known()).empty());
    fs::remove_all(scratch / "mirror" / "backbones");
    BOOST_TEST(out_of_reach(known()) == "it is computed from resnet20_cifar10_weights");
}

BOOST_FIXTURE_TEST_CASE(a_fault_names_its_file_and_leaves_what_was_there, Made) {
    const auto with = [&](const char* file, const std::string& content, const std::string& text) {
        const std::string before = read_plain(source(file));
        write_plain(source(file), content);
        const std::string message = complaint();
        BOOST_TEST(contains(message, file), message);
        BOOST_TEST(contains(message, text), message);
        write_plain(source(file), before);
    };
    const std::string packed = read_plain(source("weights.f32.xz"));
    const auto every_fault = [&] {
        with("data_batch_1.bin.xz", records({3, 5}) + "half", "ends within record 2");
        with("data_batch_1.bin.xz", records({3, 17}), "label 17");
        with("test_exact_9827.bin.xz", "", "is empty");
        with("weights.f32.xz", packed.substr(0, packed.size() / 2), "weights.f32.xz");
        with("weights.tsv", "name\n", "does not begin with the heading");
    };
    every_fault();
    BOOST_TEST(kept().empty());
    BOOST_TEST(known().to_be_made());
    make();
    const std::string train = read_plain(folder / own_train);
    every_fault();
    BOOST_TEST((kept() == std::vector<std::string>{own_test, own_train}));
    BOOST_TEST((read_plain(folder / own_train) == train));
    BOOST_TEST(available(known()));
}

// The second of the two renamings fails: both parts are there, one without its name, and nothing trusts them.
BOOST_FIXTURE_TEST_CASE(files_are_described_last, Made) {
    fs::create_directories(folder / own_test / "in the way");
    BOOST_TEST(contains(complaint(), own_test));
    BOOST_TEST(known().to_be_made());
    BOOST_TEST((kept() == std::vector<std::string>{own_test, own_train}));
    fs::remove_all(folder / own_test);
    make();
    BOOST_TEST(available(known()));
}

BOOST_FIXTURE_TEST_CASE(recipes_that_cannot_be_followed_are_explained, Made) {
    Dataset dataset = known();
    const auto says = [&](const std::string& text) {
        const std::string message =
            message_of([&] { make_features(dataset, from_sources(), from_sources(), "nothing"); });
        BOOST_TEST(contains(message, text), message);
    };
    dataset.recipe->backbone = "resnet999";
    says("there is no backbone 'resnet999'");
    dataset.recipe->backbone = "squeezenet";
    says("conv1.weight has the shape 16x3x3x3; the network's layer has 96x3x7x7");
    dataset = known();
    dataset.recipe->side = 24;
    says("an image of 32 x 32 cannot be enlarged to 24 x 24");
    dataset = known();
    dataset.recipe->images = "mnist";
    says("mnist: holds no labelled colour images");
    dataset.recipe.reset();
    says("is not computed from others");
    write_plain(tree / "other.toml", read_plain(tree / "seen.toml") + "size = 3\n");
    const auto catalogue_says = [&](const std::string& text) {
        const std::string message = message_of([&] { known(); });
        BOOST_TEST(contains(message, text), message);
    };
    catalogue_says("other.toml:13: unknown key 'size'");
    std::string text = read_plain(tree / "seen.toml");
    text.replace(text.find("\"cifar10\""), 9, "\"cifar99\"");
    write_plain(tree / "other.toml", text);
    catalogue_says("a recipe names the data set 'cifar99'");
    BOOST_TEST(contains(message_of([&] { describe_own("cifar10_resnet18", sources, {}); }),
                        "'cifar10_resnet18' is a data set of the project"));
    BOOST_TEST(contains(message_of([&] { local_files("cifar10")("data_batch_1.bin.xz"); }),
                        "data_batch_1.bin.xz is not on this machine"));
}

BOOST_AUTO_TEST_SUITE_END()
