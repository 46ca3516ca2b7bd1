#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "experiments/harness/run_context.hpp"
#include "solvers/network/layer.hpp"
#include "solvers/network/loss.hpp"

/// Images with the classes that a network is to tell: one an image, or one a pixel.
namespace assay::l1 {

struct Samples {
    solvers::MapShape shape;  ///< of an image
    std::size_t classes = 0;
    solvers::Array<solvers::Cpu, float> images;  ///< a sample a column, as networks take them
    solvers::Labels labels;                      ///< a sample's places one after the other

    std::size_t count() const { return images.cols(); }
    std::size_t places() const { return count() == 0 ? 0 : labels.size() / count(); }  ///< of one sample
    Samples columns(std::size_t first, std::size_t number) const;
};

/// The chosen samples in the order given. Throws Error for a sample that is not there.
Samples take(const Samples& all, std::span<const std::size_t> chosen);

/// The samples of a classification: what is trained on, what the strength of a penalty may be chosen on, and
/// what is only ever reported.
struct LabelledImages {
    Samples train, validation, test;
};

/// Whether `data` is "made": images that come from the run's seed and from no file.
bool is_made(const harness::Params& params);

/// data, training_images, validation_images and test_images.
std::vector<harness::ParamSpec> image_params();
/// CIFAR-10, standardised by the channels' means and deviations over its training images: the first
/// `training_images` of them, the next `validation_images`, and the first `test_images` of the test part. Or
/// images that are made from the run's seed: stripes of four directions, 16 x 16.
LabelledImages labelled_images(harness::Run& run);
/// The data sets that a run with these parameters opens.
std::vector<std::string> image_data(const harness::Params& params);
/// What no single range can say: there must be so many images. One message a violation.
std::vector<std::string> check_images(const harness::Params& params);

}  // namespace assay::l1
