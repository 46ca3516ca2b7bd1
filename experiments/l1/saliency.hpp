#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "experiments/l1/samples.hpp"

/// Images with objects that stand out, and the masks of these: photographs or made ones.
namespace assay::l1 {

/// Whose textures made images have.
enum class Textures {
    usual,   ///< smooth waves
    shifted  ///< checkers under stronger noise, which no network was trained on
};

/// `count` images of 3 x side x side, values about 0 with deviation about 1: one to three objects, blobs or
/// polygons, of a texture of their own each, before a textured background. Class 1 is an object. Sample i
/// depends on seed, part and i alone.
Samples made_saliency(std::size_t count, std::size_t side, Textures textures, std::uint64_t seed,
                      const std::string& part);

/// What a network is trained on, and tested on: images like these, and, where they are made, others whose
/// textures differ (no samples where they are photographs).
struct SaliencySplit {
    Samples train, test, shifted;
};

/// data, side, training_images and test_images; the last two are for made images.
std::vector<harness::ParamSpec> saliency_params();
/// The made images, or the photographs of DUTS-TR, brought to side x side: every fourth for the test, the
/// others for training. Off the clock.
SaliencySplit saliency_split(harness::Run& run);
/// How many images a run with these parameters learns from.
std::size_t saliency_training_count(const harness::Params& params);
/// The data sets that a run with these parameters opens.
std::vector<std::string> saliency_data(const harness::Params& params);

}  // namespace assay::l1
