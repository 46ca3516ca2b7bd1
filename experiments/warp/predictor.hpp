#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "experiments/warp/problem.hpp"
#include "solvers/network/models.hpp"
#include "solvers/network/training.hpp"

/// WARP-CNN: the network that predicts the states of LCA, trained inside the run on states of cold LCA.
namespace assay::warp {

/// "small", "medium" or "large".
solvers::WarpSize size_named(const std::string& name);

/// What is trained, and how.
struct PredictorOptions {
    solvers::WarpSize size = solvers::WarpSize::medium;
    solvers::RegressionLoss loss = {};
    bool of_activations = false;  ///< predicts a = T(u) in place of u
    std::size_t epochs = 20, batch = 16;
    double rate = 2e-3;  ///< Adam's at the start; it falls to 0 on a cosine
    unsigned threads = 1;
};

/// size, loss, gamma, epochs, batch, rate and threads.
std::vector<harness::ParamSpec> predictor_params();
PredictorOptions predictor_options(const harness::Run& run);

/// training_images and target_iterations.
std::vector<harness::ParamSpec> target_params();

/// Samples in columns as networks take them, one plane a channel after the other.
struct TrainingPairs {
    solvers::Array<solvers::Cpu, float> images, states;
    solvers::Labels labels;  ///< the images' classes; empty where they have none
};
/// The first `training_images` images with the states of cold LCA with the hard threshold; off the clock.
template <class Device>
TrainingPairs make_pairs(harness::Run& run, const solvers::AtomBank<Device, float>& atoms,
                         const ImageSet<Device>& images);

/// What every experiment with a predictor begins with, off the clock.
template <class Device>
struct Groundwork {
    solvers::Array<Device, float> D;  ///< the learned dictionary, C k^2 x M
    solvers::AtomBank<Device, float> atoms;
    TrainingPairs pairs;
    ImageSet<Device> kept;  ///< training images that neither has seen
};
template <class Device>
Groundwork<Device> lay_groundwork(harness::Run& run, std::size_t kept = 0);

template <class Device>
class Predictor {
  public:
    /// A network whose first layer is the dictionary `atoms` (C k^2 x M) and that predicts zero at first.
    Predictor(const PredictorOptions& options, const solvers::Geometry& geometry,
              const solvers::Array<Device, float>& atoms, std::uint64_t seed);

    /// Trains on all pairs; `progress` hears the share that is done. Returns the mean loss of each epoch.
    /// Activations are made of the states with the threshold of `penalty`.
    std::vector<double> train(const TrainingPairs& pairs, const solvers::Penalty& penalty, std::uint64_t seed,
                              const std::function<void(double)>& progress = {});

    /// The predicted states (M x Hs x Ws) of standardised images of any size, the start of WARP-LCA. Throws
    /// Error on another number of channels.
    solvers::Images<Device, float> states(const solvers::Images<Device, float>& images);

    std::size_t parameters() const { return network_.graph().parameter_count(); }
    double multiply_adds() const { return network_.graph().multiply_adds(); }  ///< of one pass, one image
    /// Multiply-adds of one pass over those of one iteration's Phi^T r, M C k^2 Hs Ws: the iterations that a
    /// pass costs.
    double pass_equivalents() const;

  private:
    std::unique_ptr<solvers::Network<Device>> network_for(const solvers::Geometry& geometry) const;

    PredictorOptions options_;
    solvers::Geometry geometry_;
    solvers::Network<Device> network_;
};

/// The predictor as the run's parameters describe it, trained off the clock.
template <class Device>
std::unique_ptr<Predictor<Device>> trained_predictor(harness::Run& run, const Groundwork<Device>& ground);

}  // namespace assay::warp
