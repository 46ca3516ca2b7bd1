#include "datasets/feature_sets.hpp"

#include <array>
#include <map>
#include <utility>

#include "datasets/cifar10.hpp"
#include "datasets/feature_file.hpp"
#include "datasets/idx.hpp"
#include "datasets/matlab.hpp"
#include "datasets/npy.hpp"
#include "datasets/own.hpp"
#include "datasets/registry.hpp"
#include "solvers/error.hpp"

namespace assay::datasets {

namespace fs = std::filesystem;

namespace {

constexpr ClassRange ten_classes{0, 10};

template <class T>
FeatureSplit<T> idx(const FindFile& find_file) {
    const auto part = [&](const std::string& stem) {
        LabelledImages<T> images =
            read_idx<T>(find_file(stem + "-images-idx3-ubyte.gz"), find_file(stem + "-labels-idx1-ubyte.gz"));
        return LabelledFeatures<T>{images.dimension(),
                                   ten_classes.classes,
                                   std::move(images.pixels),
                                   {images.labels.begin(), images.labels.end()}};
    };
    return {part("train"), part("t10k")};
}

template <class T>
FeatureSplit<T> cifar10(const FindFile& find_file) {
    std::vector<fs::path> batches;
    for (const std::string& name : cifar10_training_files()) batches.push_back(find_file(name));
    const std::array<fs::path, 1> test{find_file(cifar10_test_file)};
    return {read_cifar10<T>(batches), read_cifar10<T>(test)};
}

template <class T>
FeatureSplit<T> cifar10_resnet20_features(const FindFile& find_file) {
    return {read_npy_features<T>(find_file("train_50000x64_f16.npy.xz"), find_file("train_labels_u8.npy.xz"),
                                 ten_classes),
            read_npy_features<T>(find_file("test_9827x64_f16.npy.xz"), find_file("test_labels_u8.npy.xz"),
                                 ten_classes)};
}

template <class T>
FeatureSplit<T> ar_gender(const FindFile& find_file) {
    const fs::path file = find_file("myARgender.mat");
    const auto part = [&](const std::string& name) {
        return read_matlab<T>(file, {.features = "Y_" + name, .labels = "label_" + name, .range = {1, 2}});
    };
    return {part("train"), part("test")};
}

template <class T>
FeatureSplit<T> yaleb(const FindFile& find_file) {
    return {read_matlab<T>(
                find_file("YaleB_32x32.mat"),
                {.features = "fea", .labels = "gnd", .sample_rows = true, .range = {1, 38}, .white = 255}),
            {}};
}

template <class T>
FeatureSplit<T> own(const Dataset& dataset, const FindFile& find_file) {
    if (dataset.files.size() == 1) return {read_feature_file<T>(find_file(own_train)), {}};
    return read_feature_files<T>(find_file(own_train), find_file(own_test));
}

}  // namespace

template <class T>
FeatureSplit<T> read_feature_set(const std::string& name, const FindFile& find_file) {
    static const std::map<std::string, FeatureSplit<T> (*)(const FindFile&)> readers = {
        {"mnist", idx<T>},           {"fashion_mnist", idx<T>},
        {"cifar10", cifar10<T>},     {"cifar10_resnet20_features", cifar10_resnet20_features<T>},
        {"ar_gender", ar_gender<T>}, {"yaleb", yaleb<T>}};
    if (const auto reader = readers.find(name); reader != readers.end()) return reader->second(find_file);
    const Dataset& dataset = find(name);
    if (!dataset.own || !dataset.own_files.empty())
        throw Error("holds no features with labels", "data set " + name);
    return own<T>(dataset, find_file);
}

template FeatureSplit<float> read_feature_set(const std::string&, const FindFile&);
template FeatureSplit<double> read_feature_set(const std::string&, const FindFile&);

}  // namespace assay::datasets
