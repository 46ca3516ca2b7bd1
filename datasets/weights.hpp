#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "solvers/network/network.hpp"

/// Weights of frozen networks in files.
namespace assay::datasets {

/// A named block of numbers, the last extent running fastest.
struct Tensor {
    std::string name;
    std::vector<std::size_t> extents;
    std::vector<float> values;
};

/// The weights of one network, with the file that messages name.
struct Weights {
    std::string file;
    std::vector<Tensor> tensors;
};

/// Reads weights from two files, each packed or plain. `index`: a heading, then for each tensor its name, its
/// shape ("64x3x7x7"), the number of floats before it and that of its own, between tabs. `values`: all
/// tensors back to back as little-endian 32-bit floats, in the index's order.
///
/// Throws Error naming the file: the index and its line when that is not so, lists a tensor twice, or has an
/// offset that leaves a gap; `values` when it cannot be unpacked, has not as many floats as the index says,
/// or holds one that is not finite.
Weights read_weights(const std::filesystem::path& index, const std::filesystem::path& values);

/// Gives a network its frozen numbers. The tensor of a layer is named for the layer and its role, with '.' or
/// '/' between: weight (w) and bias (b) of convolutions and linear layers; weight (gamma), bias (beta),
/// running_mean (moving_mean) and running_var (moving_variance) of batch norms. "kernel" is a convolution's
/// weight of height x width x inputs x outputs, "depthwise_kernel" one of height x width x channels x 1: they
/// are brought to the network's order. The file may hold more layers than the network, which may be cut off.
///
/// Throws Error naming the file and the tensor that is missing, has another shape, or, for a variance, is
/// negative.
template <class Device>
void give_weights(const Weights& weights, solvers::Network<Device>& network);

extern template void give_weights(const Weights&, solvers::Network<solvers::Cpu>&);
extern template void give_weights(const Weights&, solvers::Network<solvers::Cuda>&);

}  // namespace assay::datasets
