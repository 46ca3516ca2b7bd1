#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/harness/run_context.hpp"
#include "solvers/dictionary/supervised_objective.hpp"

/// The labelled samples of this study's experiments: which there are, and how they are prepared.
namespace assay::palm {

/// Samples as columns (dimension x count(), column-major) with classes that count from 0.
template <class T>
struct LabelledSet {
    std::size_t dimension = 0;
    std::vector<T> samples;
    std::vector<std::uint32_t> labels;

    std::size_t count() const { return labels.size(); }
};

template <class T>
struct Split {
    std::size_t classes = 0;
    LabelledSet<T> train, test;
    /// What the best possible classifier says of the test samples; empty where it is not known.
    std::vector<std::uint32_t> bayes;
};

/// The samples of a set on a device, d x N.
template <class Device, class T>
solvers::Array<Device, T> uploaded(const LabelledSet<T>& set) {
    return solvers::Array<Device, T>::from_host(set.dimension, set.count(), set.samples);
}

/// The training samples on a device, with the classes that `atoms` atoms belong to.
template <class Device, class T>
solvers::LabelledSamples<Device, T> training_samples(const Split<T>& split, std::size_t atoms) {
    return solvers::labelled_samples(uploaded<Device>(split.train), split.train.labels, split.classes, atoms);
}

/// The parameters that choose and prepare the data: `data`, `samples`, `test_samples`, `projection`,
/// `centre`, those of the synthetic classes (dimension, classes, rank, spread, noise, cosine), and those of
/// the lift.
std::vector<harness::ParamSpec> data_params();

/// Names of the data sets that `data` opens, for an experiment's declaration.
std::vector<std::string> data_sets(const harness::Params& params);

/// C of the data that `data` names, where it is known before a file is read.
std::optional<std::size_t> class_count(const harness::Params& params);

/// What no single range can say of the data's parameters; one message a violation.
std::vector<std::string> check_data(const harness::Params& params);

/// For every atom a sample of its class, by their indices, drawn by the seed without replacement; `atoms`
/// says how many belong to each class. Throws Error for a class with fewer samples than atoms.
std::vector<std::size_t> class_samples(const std::vector<std::uint32_t>& labels,
                                       const std::vector<std::size_t>& atoms, std::uint64_t seed);

/// A training sample of its class for every atom (d x K), as class_samples draws them: the usual start.
template <class Device, class T>
solvers::Array<Device, T> class_atoms(const solvers::LabelledSamples<Device, T>& data,
                                      const std::vector<std::uint32_t>& labels, std::uint64_t seed) {
    return gathered(data.samples, class_samples(labels, data.atoms, seed));
}

/// Multiplies all samples by one Gaussian matrix (rows x dimension) whose rows have unit length, drawn from
/// the seed: random faces, where the samples are faces. Throws Error for more rows than the samples have.
template <class T>
void project(std::size_t rows, std::uint64_t seed, Split<T>& split);

/// The run's samples, off its clock. Both parts are drawn at random by the seed where fewer samples are asked
/// for than there are, and so is the split of a data set that has none; after the projection, where there is
/// one, the training samples' mean is taken off all samples when `centre` is set, and every
/// sample is brought to unit length (a zero sample stays zero). A lift is made of these samples and prepared
/// alike. The test samples take no part in anything
/// but this.
template <class T>
Split<T> load(harness::Run& run);

extern template Split<float> load(harness::Run&);
extern template Split<double> load(harness::Run&);

}  // namespace assay::palm
