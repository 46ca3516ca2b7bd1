#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "experiments/harness/run_context.hpp"
#include "experiments/warp/images.hpp"
#include "solvers/convolutional/lca.hpp"

/// The coding problem of a run: its dictionary's geometry, its penalty, LCA's time constant; and the
/// dictionary, which is learned inside the run.
namespace assay::warp {

/// atoms, kernel, stride, border, lambda, nonnegative and tau.
std::vector<harness::ParamSpec> problem_params();
/// The atoms on images of this shape, or of the training images'.
solvers::Geometry geometry_of(const harness::Run& run, const solvers::ImageShape& image);
solvers::Geometry geometry_of(const harness::Run& run);
/// The penalty of the hard threshold with the run's lambda, the paper's main case.
solvers::Penalty hard_penalty(const harness::Run& run);
/// LCA for so many iterations, looked at once.
solvers::LcaOptions lca_for(std::size_t iterations, double tau, const solvers::Penalty& penalty,
                            double gain = 1.0);
/// The same iterates but for rounding, in a third of the time: for training, where nobody looks at the
/// course.
solvers::LcaOptions lazy_lca_for(std::size_t iterations, double tau, const solvers::Penalty& penalty);

/// dictionary_images, dictionary_batch, dictionary_batches, dictionary_iterations and hebbian_rate.
std::vector<harness::ParamSpec> dictionary_params();

/// What a batch of the Hebbian learning saw.
template <class Device>
struct DictionaryStep {
    std::size_t batch;  ///< from 0
    const solvers::LcaResult<Device, float>& coded;
    std::size_t revived;  ///< atoms that started anew after it
};
template <class Device>
using DictionaryObserver = std::function<void(const DictionaryStep<Device>&)>;

/// Gaussian atoms of length 1 (C k^2 x M), by the run's seed.
template <class Device>
solvers::Array<Device, float> random_atoms(const harness::Run& run);

/// Those atoms after the Hebbian rule has gone through batches of the first `dictionary_images` images, coded
/// by cold LCA with the hard threshold; off the clock.
template <class Device>
solvers::Array<Device, float> learned_atoms(harness::Run& run, const ImageSet<Device>& images,
                                            const DictionaryObserver<Device>& observer = {});

/// What no single range can say: an atom must fit on the image. One message a violation.
std::vector<std::string> check_problem(const harness::Params& params);

}  // namespace assay::warp
