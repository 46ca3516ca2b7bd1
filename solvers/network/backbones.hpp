#pragma once

#include "solvers/network/graph.hpp"

/// The networks whose published weights are used frozen, as far as those go. Layers with weights have the
/// names that these have in the published files; ResNet-20 is resnet() of models.hpp. Node "features" holds
/// the mean of each channel, which is what a linear classifier reads.
namespace assay::solvers {

/// ResNet-18 (He et al., 2016) to the end of its third stage: 7 x 7 convolution and pooling, then stages of
/// two blocks, 64, 128 and 256 wide, shortened by 1 x 1 convolutions. Batch norms are folded into the
/// convolutions, which so have biases. 256 features, 2,780,544 parameters.
Graph resnet18_to_layer3(const MapShape& image);

/// MobileNetV1 of width 1 (Howard et al., 2017) to its twelfth pointwise convolution, with ReLU6 and the
/// padding of TensorFlow's "same". 1,024 features, 2,145,088 parameters. Throws Error for an image with an
/// even and an odd side anywhere on the way, whose padding would be another across than down.
Graph mobilenet_v1(const MapShape& image);

/// SqueezeNet v1.0 (Iandola et al., 2016): a fire module squeezes its input to few channels and spreads these
/// by 1 x 1 and by 3 x 3 convolutions, joined. Poolings round their size up. The whole network ends in
/// "scores", one a class of ImageNet, with 1,248,424 parameters; to its features (512) it has 735,424.
enum class SqueezeNetEnd { features, scores };
Graph squeezenet(const MapShape& image, SqueezeNetEnd end = SqueezeNetEnd::features);

}  // namespace assay::solvers
