#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "solvers/network/feature_penalty.hpp"
#include "solvers/network/graph.hpp"
#include "solvers/network/operation.hpp"

namespace assay::solvers {

/// A graph with numbers, on one device. Batches are arrays whose columns are samples (see MapShape).
template <class Device>
class Network {
  public:
    /// Weights are zero until initialise() or set_parameter(); scales and running variances are one.
    /// `threads` is what the device's library may use; results may depend on their number. Throws Error when
    /// a node but the last is read by no other.
    explicit Network(Graph graph, unsigned threads = 1);
    ~Network();
    Network(const Network&) = delete;  // its operations hold pointers into it
    Network& operator=(const Network&) = delete;

    const Graph& graph() const { return graph_; }
    unsigned threads() const { return threads_; }

    /// The output for a batch, features x samples. In training, batch norms use the batch's statistics and
    /// move their running ones, and everything that backward() needs is kept. Throws Error when X does not
    /// fit the input, is empty or not finite, and in training when a batch norm has one value a channel only.
    Array<Device, float> forward(const Array<Device, float>& X, Mode mode);

    /// The gradients of a loss whose derivative by the output of the last forward pass, which was in
    /// training, is `output_gradient`; with penalties, of the loss with them. The input's gradient is
    /// computed only when it is `wanted`.
    enum class InputGradient { skipped, wanted };
    void backward(const Array<Device, float>& output_gradient, std::span<const FeaturePenalty> penalties = {},
                  InputGradient input = InputGradient::skipped);

    /// The penalties' part of the loss in the last forward pass.
    double penalty(std::span<const FeaturePenalty> penalties) const;
    /// A node's maps of the last forward pass.
    Array<Device, float> features(Node node) const;
    /// The gradient by the input of the last backward pass that was asked for it.
    Array<Device, float> input_gradient() const;

    /// All learned numbers, block after block at the graph's offsets, and their gradients.
    const Array<Device, float>& parameters() const { return parameters_; }
    const Array<Device, float>& gradients() const { return gradients_; }
    /// Running mean and variance of every batch norm.
    const Array<Device, float>& statistics() const { return statistics_; }

    /// change(parameters, gradients): the one way to move the parameters as a whole. It writes into the array
    /// and does not exchange it, which operations point into.
    template <class Change>
    void update(Change change) {
        change(parameters_, std::as_const(gradients_));
        ++version_;
    }

    /// One block by its name, as "conv1.weight", its last extent running fastest. Throw Error for an unknown
    /// name, another number of values, and a value that is not finite.
    std::vector<float> parameter(std::string_view name) const;
    std::vector<float> gradient(std::string_view name) const;
    void set_parameter(std::string_view name, std::span<const float> values);
    /// Running mean and variance of the batch norm at a node; a frozen network brings its own.
    struct Statistics {
        std::vector<float> mean, variance;
    };
    Statistics statistics(Node node) const;
    void set_statistics(Node node, const Statistics& values);
    void set_all_statistics(std::span<const float> values);  ///< in the order of statistics()

  private:
    struct Plan;
    Plan& plan_for(std::size_t samples);
    Plan& current() const;
    LayerNumbers numbers_of(Node node);
    std::size_t statistics_offset(Node node) const;
    void pass_back(Plan& plan, Node node);
    void add_gradient(Plan& plan, const FeaturePenalty& penalty) const;
    void check_penalties(std::span<const FeaturePenalty> penalties) const;
    void check_batch(const Array<Device, float>& X, Mode mode) const;

    Graph graph_;
    unsigned threads_;
    Array<Device, float> parameters_, gradients_, statistics_;
    std::vector<std::size_t> statistics_offsets_;  ///< of each node
    std::uint64_t version_ = 1;
    std::vector<std::unique_ptr<Plan>> plans_;  ///< for a number of samples each, the last used in front
};

}  // namespace assay::solvers
