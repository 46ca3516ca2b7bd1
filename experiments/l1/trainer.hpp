#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "experiments/l1/samples.hpp"
#include "solvers/network/checkpoint.hpp"
#include "solvers/network/training.hpp"

/// Training a network by epochs, from whose ends it can be resumed to equal bits.
namespace assay::l1 {

/// How a network is trained.
struct TrainingOptions {
    std::string optimiser = "sgd";  ///< with momentum 0.9; or adam
    std::size_t epochs = 20, batch = 128;
    std::string initialisation = "he";  ///< or xavier
    double rate = 0.02;                 ///< at the start; it falls to 0 on a cosine
    double weight_decay = 5e-4;
    std::size_t padding = 4;  ///< pixels by which an image is moved at most
    bool mirror = true;       ///< half of the images, left to right
    unsigned threads = 1;
};

/// optimiser, initialisation, epochs, batch, rate, weight_decay, padding, mirror and threads, with these
/// values unless a spec says otherwise.
std::vector<harness::ParamSpec> training_params(const TrainingOptions& options);
/// What no single range can say: Adam takes no weight decay, and a batch has no more than the `images` to
/// learn from. One message a violation.
std::vector<std::string> check_training(const harness::Params& params, std::size_t images);
TrainingOptions training_options(const harness::Run& run);

/// Means over the batches of an epoch, each before its step.
struct EpochReport {
    double loss = 0.0;      ///< cross-entropy
    double penalty = 0.0;   ///< what it adds to the loss
    double accuracy = 0.0;  ///< share of places whose class is right
};

template <class Device>
class Trainer {
  public:
    /// Draws the first weights from the seed, which the order of the samples and the augmentation depend on,
    /// too. `train` outlives the trainer. Throws Error when a batch is larger than `train`.
    Trainer(const TrainingOptions& options, solvers::Graph graph, const Samples& train,
            std::vector<solvers::FeaturePenalty> penalties, std::uint64_t seed);

    /// One pass over the training samples in an order of its own; those that do not fill a batch wait for
    /// another epoch. `progress` hears the share of all epochs that is done. Throws Diverged when the loss
    /// stops being finite, Error when all epochs are done.
    EpochReport epoch(const std::function<void(double)>& progress = {});
    std::size_t epochs_done() const { return static_cast<std::size_t>(progress_.epoch); }
    bool done() const { return epochs_done() == options_.epochs; }

    /// Everything that the epochs to come depend on, between two of them.
    solvers::Bytes state() const { return checkpoint_bytes(network_, optimiser_, progress_); }
    /// Goes on from such a state. Throws Error when it belongs to another network, optimiser or seed, or is
    /// damaged.
    void restore(std::span<const std::byte> state);

    solvers::Network<Device>& network() { return network_; }
    std::size_t batch() const { return options_.batch; }

  private:
    Samples drawn(std::span<const std::size_t> chosen, std::uint64_t first) const;

    TrainingOptions options_;
    const Samples& train_;
    std::vector<solvers::FeaturePenalty> penalties_;
    solvers::Network<Device> network_;
    solvers::Optimiser<Device> optimiser_;
    solvers::Progress progress_;
};

/// The classes that the network gives the places of all samples, `block` samples at a time in evaluation
/// mode; `look` is called after each block with the number of its first sample and reads maps from the
/// network.
template <class Device>
solvers::Labels predicted(solvers::Network<Device>& network, const Samples& samples, std::size_t block,
                          const std::function<void(std::size_t first)>& look = {});

/// Share of the places whose class the network finds; 0 of no samples.
template <class Device>
double accuracy(solvers::Network<Device>& network, const Samples& samples, std::size_t block) {
    if (samples.count() == 0) return 0.0;
    return static_cast<double>(solvers::count_equal(predicted(network, samples, block), samples.labels)) /
           static_cast<double>(samples.labels.size());
}

}  // namespace assay::l1
