#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "solvers/network/network.hpp"

/// The networks of the studies, as graphs. Nodes have names where a study needs them: the maps x_1, x_2, ...
/// behind each activation are "x1", "x2", ...
namespace assay::solvers {

/// WARP-CNN: from an image to the states u of its convolutional sparse code. The first layer has the geometry
/// of the dictionary (stride and padding too), 3 x 3 layers with skips follow, the output is linear because
/// states are signed.
enum class WarpSize {
    small,   ///< 32 wide, one skip
    medium,  ///< 96 wide, one skip
    large    ///< 128 wide, three skips
};
struct WarpGeometry {
    std::size_t atoms = 64, kernel = 9, stride = 2;
};
/// Fully convolutional: the parameters depend on `image.channels` alone, so a network trained on one size
/// reads any other. 45,440, 160,256 and 540,480 parameters for 64 atoms of 9 x 9 x 3.
Graph warp_cnn(const MapShape& image, const WarpGeometry& geometry, WarpSize size);

/// Gives WARP-CNN's first layer the dictionary (atoms x channels x kernel x kernel, the last running
/// fastest).
template <class Device>
void start_from_dictionary(Network<Device>& network, std::span<const float> atoms) {
    network.set_parameter("analysis.weight", atoms);
}

/// LeNet-5 (LeCun et al., 1998) as used on colour images: convolutions 6 and 16 wide of 5 x 5, each with
/// 2 x 2 pooling, then 120, 84 and `classes` features. 62,006 parameters for 3 x 32 x 32 and 10 classes.
Graph lenet5(const MapShape& image, std::size_t classes, const Activation& activation = {});

/// VGG11 (Simonyan and Zisserman, 2015) for small images: eight 3 x 3 convolutions, 64 to 512 wide, five
/// poolings, one linear layer. 9,231,114 parameters with batch norms for 3 x 32 x 32 and 10 classes.
enum class Normalisation { none, batch };
Graph vgg11(const MapShape& image, std::size_t classes, Normalisation normalisation,
            const Activation& activation = {});

/// ResNet of 6 blocks + 2 layers for small images (He et al., 2016, Section 4.2), 16, 32 and 64 wide, with
/// parameter-free shortcuts (option A): three blocks a stage are ResNet-20, 269,722 parameters for 10
/// classes. Layers with weights are named as in the files of weights that are published for it ("conv1",
/// "layer1.0.bn1", "linear").
Graph resnet(const MapShape& image, std::size_t classes, std::size_t blocks = 3);

/// U-Net (Ronneberger, Fischer and Brox, 2015) with padded convolutions: `width` channels at full size, twice
/// as many at each of four halvings; the output has `classes` logits a pixel. The image's sides must be
/// divisible by 16. "x1" is the first encoder block's output.
Graph unet(const MapShape& image, std::size_t classes, std::size_t width = 64,
           Normalisation normalisation = Normalisation::batch, const Activation& activation = {});

}  // namespace assay::solvers
