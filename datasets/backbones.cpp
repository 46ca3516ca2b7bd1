#include "datasets/backbones.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "datasets/weights.hpp"
#include "solvers/device/transfer.hpp"
#include "solvers/error.hpp"
#include "solvers/network/backbones.hpp"
#include "solvers/network/models.hpp"

namespace assay::datasets {

using namespace solvers;

namespace {

constexpr std::size_t kBatch = 64;

/// Of torchvision's networks: RGB / 255, minus .485 .456 .406, over .229 .224 .225.
constexpr Preprocessing torchvision{.mean = {0.485 * 255, 0.456 * 255, 0.406 * 255},
                                    .deviation = {0.229 * 255, 0.224 * 255, 0.225 * 255}};

}  // namespace

const std::vector<Backbone>& backbones() {
    static const std::vector<Backbone> all = {
        {"resnet18", "resnet18_weights", resnet18_to_layer3, torchvision},
        {"mobilenet_v1",
         "mobilenet_v1_weights",
         mobilenet_v1,
         {.mean = {127.5, 127.5, 127.5}, .deviation = {127.5, 127.5, 127.5}}},
        {"squeezenet",
         "squeezenet_weights",
         [](const MapShape& image) { return squeezenet(image); },
         {.order = Preprocessing::Order::bgr, .mean = {104, 117, 123}}},
        {"resnet20_cifar10", "resnet20_cifar10_weights",
         [](const MapShape& image) { return resnet(image, 10); }, torchvision}};
    return all;
}

const Backbone& find_backbone(const std::string& name) {
    std::vector<std::string> names;
    for (const Backbone& backbone : backbones()) {
        if (backbone.name == name) return backbone;
        names.push_back(backbone.name);
    }
    throw Error(fmt::format("there is no backbone '{}'", name), "",
                fmt::format("known: {}", fmt::join(names, ", ")));
}

std::string preprocessing_text(const Backbone& backbone, std::size_t side) {
    const Preprocessing& p = backbone.preprocessing;
    return fmt::format("{} from 0 to 255, minus ({}), over ({}), {} x {} bilinear",
                       p.order == Preprocessing::Order::rgb ? "RGB" : "BGR", fmt::join(p.mean, ", "),
                       fmt::join(p.deviation, ", "), side, side);
}

template <class Device>
void load_weights(const FindFile& find_file, Network<Device>& network) {
    give_weights(read_weights(find_file("weights.tsv"), find_file("weights.f32.xz")), network);
}

Array<Cpu, float> preprocessed(const Preprocessing& preprocessing, std::span<const Image> images,
                               std::size_t side) {
    const std::size_t pixels = side * side;
    Array<Cpu, float> X(3 * pixels, images.size());
    for (std::size_t j = 0; j < images.size(); ++j) {
        if (images[j].channels != 3)
            throw Error(fmt::format("image {} of a batch has {} channel", j, images[j].channels),
                        "preprocessed", "read it as RGB");
        const std::vector<float> planes = enlarged(images[j], side, side);
        for (std::size_t c = 0; c < 3; ++c) {
            const std::size_t from = preprocessing.order == Preprocessing::Order::rgb ? c : 2 - c;
            const double mean = preprocessing.mean[c], deviation = preprocessing.deviation[c];
            std::transform(planes.begin() + static_cast<std::ptrdiff_t>(from * pixels),
                           planes.begin() + static_cast<std::ptrdiff_t>((from + 1) * pixels),
                           X.data() + j * 3 * pixels + c * pixels, [&](float p) {
                               return static_cast<float>((static_cast<double>(p) - mean) / deviation);
                           });
        }
    }
    return X;
}

template <class Device>
LabelledFeatures<float> backbone_features(const Backbone& backbone, const FindFile& find_file,
                                          const LabelledPictures& pictures, std::size_t side) {
    Network<Device> network(backbone.graph({3, side, side}));
    load_weights(find_file, network);
    const Node node = network.graph().find("features");
    LabelledFeatures<float> result{network.graph().shape(node).size(), pictures.classes, {}, pictures.labels};
    for (std::size_t first = 0; first < pictures.images.size(); first += kBatch) {
        // A last batch of another size could be summed in another order: it is filled up by its last image.
        std::vector<Image> batch;
        for (std::size_t j = first; j < first + kBatch; ++j)
            batch.push_back(pictures.images[std::min(j, pictures.images.size() - 1)]);
        const auto X = preprocessed(backbone.preprocessing, batch, side);
        network.forward(to_device<Device, float>(X), Mode::evaluation);
        const std::vector<float> values = network.features(node).to_host();
        const std::size_t count = std::min(kBatch, pictures.images.size() - first);
        result.values.insert(result.values.end(), values.begin(),
                             values.begin() + static_cast<std::ptrdiff_t>(count * result.dimension));
    }
    return result;
}

template void load_weights(const FindFile&, Network<Cpu>&);
template void load_weights(const FindFile&, Network<Cuda>&);
template LabelledFeatures<float> backbone_features<Cpu>(const Backbone&, const FindFile&,
                                                        const LabelledPictures&, std::size_t);
template LabelledFeatures<float> backbone_features<Cuda>(const Backbone&, const FindFile&,
                                                         const LabelledPictures&, std::size_t);

}  // namespace assay::datasets
