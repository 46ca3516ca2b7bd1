#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "solvers/device/activation.hpp"

/// What the layers of a network are: their sizes and parameters. How a device computes them is behind
/// operation.hpp.
namespace assay::solvers {

/// The feature maps of one sample: channels x height x width, the width running fastest. As a column of an
/// Array a sample has its size() entries in this order.
struct MapShape {
    std::size_t channels = 0, height = 1, width = 1;

    std::size_t pixels() const { return height * width; }
    std::size_t size() const { return channels * height * width; }
    bool operator==(const MapShape&) const = default;
};
std::string shape_text(const MapShape& shape);  ///< "3 x 32 x 32"

/// Pixels of nothing around an image: `before` at its top and left, `after` at its bottom and right.
struct Padding {
    std::size_t before = 0, after = 0;
    constexpr Padding(std::size_t both = 0) : before(both), after(both) {}
    constexpr Padding(std::size_t first, std::size_t last) : before(first), after(last) {}
};

/// y[o] = b[o] + sum over the channels of o's group of the correlation with w[o]; the border is zero. With as
/// many groups as channels it is a depthwise convolution. w: channels x (inputs / groups) x kernel x kernel.
struct Convolution {
    std::size_t channels = 0, kernel = 1, stride = 1;
    Padding padding = {};
    std::size_t groups = 1;
    bool bias = true;
};

/// The adjoint of a convolution in its maps: each input pixel spreads w over kernel x kernel outputs. The
/// side grows to (side - 1) stride + kernel - 2 padding + output_padding. w: inputs x channels x kernel x
/// kernel.
struct TransposedConvolution {
    std::size_t channels = 0, kernel = 1, stride = 1, padding = 0, output_padding = 0;
    bool bias = true;
};

/// y = W x + b on the flattened maps (channels, then height, then width). W: features x inputs.
struct Linear {
    std::size_t features = 0;
    bool bias = true;
};

/// y = scale (x - mean) / sqrt(variance + epsilon) + shift, a channel at a time: in training by the batch's
/// own mean and variance, in evaluation by running ones, which training moves by the share `momentum` towards
/// the batch's (with the variance's unbiased estimate).
struct BatchNorm {
    double momentum = 0.1, epsilon = 1e-5;
};

struct Activation {
    ActivationKind kind = ActivationKind::relu;
    double slope = 0.01;  ///< of leaky ReLU; of ELU the factor, usually 1
};

/// The largest, or the mean, of kernel x kernel pixels; padding takes no part in either.
struct MaxPool {
    std::size_t kernel = 2, stride = 2;
    Padding padding = {};
};
struct AveragePool {
    std::size_t kernel = 2, stride = 2;
    Padding padding = {};
};
struct GlobalAveragePool {};  ///< each channel's mean: channels x 1 x 1

struct Add {};     ///< the sum of two or more maps of one shape
struct Concat {};  ///< the channels of two or more maps, one after the other

/// The shortcut of He et al. (2016), option A: every stride-th pixel, with channels of zeros added in equal
/// number before and after.
struct IdentityShortcut {
    std::size_t channels = 0, stride = 2;
};

using Layer = std::variant<Convolution, TransposedConvolution, Linear, BatchNorm, Activation, MaxPool,
                           AveragePool, GlobalAveragePool, Add, Concat, IdentityShortcut>;

std::string layer_name(const Layer& layer);  ///< "convolution", "batch norm", ...

/// The shape that `layer` makes of its inputs; throws Error when it cannot take them.
MapShape output_shape(const Layer& layer, std::span<const MapShape> inputs);

enum class ParameterRole { weight, bias, scale, shift };

/// One block of learned numbers; weight and bias, or scale and shift, in this order.
struct ParameterShape {
    ParameterRole role = ParameterRole::weight;
    std::array<std::size_t, 4> extents = {};  ///< the last runs fastest
    std::size_t fan_in = 0, fan_out = 0;      ///< terms of one output's sum, and of one input's gradient

    std::size_t size() const { return extents[0] * extents[1] * extents[2] * extents[3]; }
};
std::vector<ParameterShape> parameter_shapes(const Layer& layer, std::span<const MapShape> inputs);

}  // namespace assay::solvers
