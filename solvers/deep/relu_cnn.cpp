#include "solvers/deep/relu_cnn.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "solvers/deep/activated_chain.hpp"
#include "solvers/error.hpp"

namespace assay::solvers {
namespace {

/// The weights and biases of one convolution between maps of pairs.
class PairConvolution {
  public:
    PairConvolution(std::size_t length, std::size_t inputs, std::size_t outputs)
        : length_(length),
          inputs_(inputs),
          kernel_(2 * length - 1),
          weights_(outputs * inputs * kernel_ * kernel_),
          bias_(outputs) {}

    /// Output `to` reads input `from` at every position t + delta (modulo p).
    void add(std::size_t to, std::size_t from, std::size_t delta, double weight) {
        const std::size_t middle = kernel_ / 2;
        float* row = weights_.data() + ((to * inputs_ + from) * kernel_ + middle) * kernel_;
        row[middle + delta] += static_cast<float>(weight);
        if (delta > 0) row[middle + delta - length_] += static_cast<float>(weight);  // beyond the border
    }
    /// The same from pair to pair: (u, v) hold the parts of a signed value.
    void add_signed(std::size_t to, std::size_t from, std::size_t delta, double weight) {
        add(to, from, delta, weight);
        add(to, from + 1, delta, -weight);
        add(to + 1, from, delta, -weight);
        add(to + 1, from + 1, delta, weight);
    }
    void pass(std::size_t to, std::size_t from, std::size_t channels) {
        for (std::size_t c = 0; c < channels; ++c) add(to + c, from + c, 0, 1.0);
    }
    void set_bias(std::size_t to, double value) { bias_[to] = static_cast<float>(value); }

    std::vector<float>& weights() { return weights_; }
    std::vector<float>& bias() { return bias_; }

  private:
    std::size_t length_, inputs_, kernel_;
    std::vector<float> weights_, bias_;
};

/// Where things lie in the channels: a moving value first, then x, then y.
class Builder {
  public:
    explicit Builder(const DeepInstance& instance)
        : instance_(instance),
          p_(instance.shape.length),
          x_(2 * instance.layers.back().channels()),
          y_(2 * instance.layers[0].inputs()),
          cnn_{Graph({instance.layers[0].inputs(), 1, p_}), {}, 0, 0} {}

    ReluCnn build(std::span<const double> thresholds) {
        read_in();
        for (const double theta : thresholds) {
            for (std::size_t j = instance_.depth(); j-- > 0;) down(j);
            for (std::size_t j = 0; j < instance_.depth(); ++j) up(j, theta);
        }
        return std::move(cnn_);
    }

  private:
    void append(PairConvolution& convolution, std::size_t outputs) {
        const std::string name = "conv" + std::to_string(cnn_.convolutions++);
        cnn_.graph.then(Convolution{.channels = outputs, .kernel = 2 * p_ - 1, .padding = p_ - 1}, name);
        cnn_.graph.then(Activation{});
        cnn_.blocks.push_back({name + ".weight", std::move(convolution.weights())});
        cnn_.blocks.push_back({name + ".bias", std::move(convolution.bias())});
        width_ = outputs;
        cnn_.widest = std::max(cnn_.widest, outputs);
    }

    /// y -> (x^0 = 0, y).
    void read_in() {
        PairConvolution convolution(p_, y_ / 2, x_ + y_);
        for (std::size_t c = 0; c < y_ / 2; ++c) {
            convolution.add(x_ + 2 * c, c, 0, 1.0);
            convolution.add(x_ + 2 * c + 1, c, 0, -1.0);
        }
        append(convolution, x_ + y_);
    }

    /// By D_j, j from 0; D_1 leaves y - D_1 v in place of v.
    void down(std::size_t j) {
        const CircularDictionary& D = instance_.layers[j];
        // Deepest layer: x itself is what D_J reads, and it lies where the moving value would.
        const std::size_t read = j + 1 == instance_.depth() ? 0 : 2 * D.channels();
        const std::size_t moving = 2 * D.inputs();
        PairConvolution convolution(p_, width_, moving + x_ + y_);
        for (std::size_t b = 0; b < D.channels(); ++b)
            for (const Tap& tap : D.atom(b))
                convolution.add_signed(2 * tap.channel, 2 * b, (p_ - tap.offset) % p_,
                                       j == 0 ? -tap.weight : tap.weight);
        if (j == 0) convolution.pass(0, read + x_, y_), mirror(convolution, read);
        convolution.pass(moving, read, x_ + y_);
        append(convolution, moving + x_ + y_);
    }

    /// The other halves of y in y - D_1 v: relu(y) - relu(-y) and its negative.
    void mirror(PairConvolution& convolution, std::size_t read) const {
        for (std::size_t c = 0; c < y_; c += 2) {
            convolution.add(c, read + x_ + c + 1, 0, -1.0);
            convolution.add(c + 1, read + x_ + c, 0, -1.0);
        }
    }

    /// By D_j^T; D_J^T ends the iteration with the threshold.
    void up(std::size_t j, double theta) {
        const CircularDictionary& D = instance_.layers[j];
        const bool last = j + 1 == instance_.depth();
        const std::size_t read = 2 * D.inputs(), moving = 2 * D.channels();
        const std::vector<double> factors = matched_factors(instance_);
        PairConvolution convolution(p_, width_, last ? x_ + y_ : moving + x_ + y_);
        for (std::size_t b = 0; b < D.channels(); ++b)
            for (const Tap& tap : D.atom(b))
                convolution.add_signed(2 * b, 2 * tap.channel, tap.offset,
                                       last ? tap.weight * factors[b] : tap.weight);
        if (!last) {
            convolution.pass(moving, read, x_ + y_);
            append(convolution, moving + x_ + y_);
            return;
        }
        for (std::size_t c = 0; c < x_; c += 2) convolution.add_signed(c, read + c, 0, 1.0);
        for (std::size_t c = 0; c < x_; ++c) convolution.set_bias(c, -theta);
        convolution.pass(x_, read + x_, y_);
        append(convolution, x_ + y_);
    }

    const DeepInstance& instance_;
    std::size_t p_, x_, y_;
    std::size_t width_ = 0;
    ReluCnn cnn_;
};

}  // namespace

ReluCnn make_relu_cnn(const DeepInstance& instance, std::span<const double> thresholds) {
    if (thresholds.empty()) throw Error("a network of no iteration", "ReLU-CNN");
    return Builder(instance).build(thresholds);
}

template <class Device>
Array<Cpu, float> run_relu_cnn(const ReluCnn& cnn, const Array<Device, float>& Y) {
    Network<Device> network(cnn.graph);
    for (const ReluCnn::Block& block : cnn.blocks) network.set_parameter(block.parameter, block.values);
    const Array<Device, float> output = network.forward(Y, Mode::evaluation);
    const std::vector<float> values = output.to_host();
    const std::size_t length = cnn.graph.shape(0).width;
    const std::size_t pairs = (output.rows() / length - cnn.graph.shape(0).channels * 2) / 2;
    Array<Cpu, float> X(pairs * length, output.cols());
    for (std::size_t i = 0; i < X.cols(); ++i)
        for (std::size_t k = 0; k < X.rows(); ++k) {
            const float* u = values.data() + i * output.rows() + k / length * 2 * length + k % length;
            X(k, i) = u[0] - u[length];
        }
    return X;
}
template Array<Cpu, float> run_relu_cnn<Cpu>(const ReluCnn&, const Array<Cpu, float>&);
template Array<Cpu, float> run_relu_cnn<Cuda>(const ReluCnn&, const Array<Cuda, float>&);

std::size_t convolution_layers(const DeepInstance& instance, std::size_t iterations) {
    return 2 * instance.depth() * iterations;
}

double strided_depth(const DeepInstance& instance, std::size_t iterations, std::size_t kernel) {
    if (kernel < 2)
        throw Error("a kernel of " + std::to_string(kernel) + " taps", "depth of a strided network");
    double sum = 0.0;
    for (const CircularDictionary& D : instance.layers)
        sum += std::log(static_cast<double>(D.rows() + D.cols()));
    return static_cast<double>(iterations) * sum / std::log(static_cast<double>(kernel));
}

}  // namespace assay::solvers
