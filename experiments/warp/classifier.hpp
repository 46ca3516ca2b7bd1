#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "experiments/harness/run_context.hpp"
#include "solvers/network/models.hpp"
#include "solvers/network/training.hpp"

/// A network that tells the classes of images, or of their codes.
namespace assay::warp {

/// What is trained, and how.
struct ClassifierOptions {
    std::string backbone = "resnet20";  ///< lenet5, resnet20 or vgg11
    std::size_t epochs = 10, batch = 64;
    double rate = 0.05;   ///< SGD's at the start; it falls to 0 on a cosine
    bool augment = true;  ///< mirrors images and moves them by up to four pixels
    unsigned threads = 1;
};

/// backbone, classifier_epochs, classifier_batch and classifier_rate.
std::vector<harness::ParamSpec> classifier_params();
ClassifierOptions classifier_options(const harness::Run& run);

template <class Device>
class Classifier {
  public:
    /// Throws Error, with the names, for another backbone, and on an input that it cannot read.
    Classifier(const ClassifierOptions& options, const solvers::MapShape& input, std::size_t classes,
               std::uint64_t seed);

    /// Trains on all samples (columns); `progress` hears the share that is done. Throws Diverged when the
    /// loss stops being finite.
    void train(const solvers::Array<solvers::Cpu, float>& samples, const solvers::Labels& labels,
               const std::function<void(double)>& progress = {});

    solvers::Labels predicted(const solvers::Array<solvers::Cpu, float>& samples);

  private:
    ClassifierOptions options_;
    solvers::MapShape input_;
    std::size_t classes_;
    std::uint64_t seed_;
    solvers::Network<Device> network_;
};

}  // namespace assay::warp
