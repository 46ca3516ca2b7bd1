#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "datasets/feature_sets.hpp"
#include "datasets/image.hpp"
#include "datasets/image_sets.hpp"
#include "solvers/network/network.hpp"

/// Frozen networks as makers of features.
namespace assay::datasets {

/// What a network was trained to see: channel c of its input is (p - mean[c]) / deviation[c], p from 0 to
/// 255.
struct Preprocessing {
    enum class Order { rgb, bgr } order = Order::rgb;
    std::array<double, 3> mean = {}, deviation = {1, 1, 1};
};

/// A network with published weights: ResNet-18, MobileNetV1 and SqueezeNet of ImageNet, ResNet-20 of
/// CIFAR-10.
struct Backbone {
    std::string name;     ///< "resnet18"
    std::string weights;  ///< the data set that holds them: "resnet18_weights"
    solvers::Graph (*graph)(const solvers::MapShape& image);  ///< with a node "features"
    Preprocessing preprocessing;
};
const std::vector<Backbone>& backbones();
/// Throws Error with the known names when there is none of this name.
const Backbone& find_backbone(const std::string& name);

/// The text that stands for a preprocessing to `side` pixels in records: "RGB, minus (...), over (...), 64 x
/// 64 bilinear".
std::string preprocessing_text(const Backbone& backbone, std::size_t side);

/// Gives a network the weights of a backbone's data set, where `find_file` finds its files. Throws Error as
/// read_weights and give_weights do.
template <class Device>
void load_weights(const FindFile& find_file, solvers::Network<Device>& network);

/// A batch for the network: the images, which are RGB, in the size of its input and preprocessed; a sample a
/// column. Throws Error for an image that is grey or larger than that.
solvers::Array<solvers::Cpu, float> preprocessed(const Preprocessing& preprocessing,
                                                 std::span<const Image> images, std::size_t side);

/// Node "features" of the backbone for every image, whose label is taken over. `find_file` finds the weights'
/// files. The network works in evaluation, with one thread and in batches of one size, so that the bits
/// depend on its library and instruction set alone.
template <class Device>
LabelledFeatures<float> backbone_features(const Backbone& backbone, const FindFile& find_file,
                                          const LabelledPictures& pictures, std::size_t side);

extern template void load_weights(const FindFile&, solvers::Network<solvers::Cpu>&);
extern template void load_weights(const FindFile&, solvers::Network<solvers::Cuda>&);
extern template LabelledFeatures<float> backbone_features<solvers::Cpu>(const Backbone&, const FindFile&,
                                                                        const LabelledPictures&, std::size_t);
extern template LabelledFeatures<float> backbone_features<solvers::Cuda>(const Backbone&, const FindFile&,
                                                                         const LabelledPictures&,
                                                                         std::size_t);

}  // namespace assay::datasets
