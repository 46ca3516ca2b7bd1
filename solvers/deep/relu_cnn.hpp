#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "solvers/deep/instance.hpp"
#include "solvers/network/network.hpp"

/// LISTA-CP on D_[J] as a plain ReLU network of convolutions (Theorem 5): no skip connection, no other
/// nonlinearity, every weight known.
namespace assay::solvers {

/// The network and the numbers to load into it. Its input is y, 2 channels of length p; its output are the
/// pairs (relu(x^K), relu(-x^K)), 2 c_J channels. A first convolution makes (relu(y), relu(-y)); an iteration
/// is then D_J, ..., D_1, D_1^T, ..., D_J^T, each one convolution and one ReLU, with signed values as pairs
/// and with x and y passed on in channels of their own. The border is circular by kernels of 2 p - 1 taps
/// on zero borders, square because the layer's kernels are: for small p.
struct ReluCnn {
    Graph graph;
    struct Block {
        std::string parameter;
        std::vector<float> values;
    };
    std::vector<Block> blocks;
    std::size_t convolutions = 0;  ///< 2 J K + 1
    std::size_t widest = 0;        ///< channels
};

/// For weights W_i = d_i / ||d_i||^2 and one threshold an iteration. Throws Error without one.
ReluCnn make_relu_cnn(const DeepInstance& instance, std::span<const double> thresholds);

/// u - v of the network's output, c_J p x samples.
template <class Device>
Array<Cpu, float> run_relu_cnn(const ReluCnn& cnn, const Array<Device, float>& Y);

/// Convolution layers of K iterations: 2 J K.
std::size_t convolution_layers(const DeepInstance& instance, std::size_t iterations);

/// The paper's count as far as it can be read, K log_s prod_j (d_{j-1} + d_j) for kernels of s taps that
/// stride by their size. Throws Error for s < 2.
double strided_depth(const DeepInstance& instance, std::size_t iterations, std::size_t kernel);

}  // namespace assay::solvers
