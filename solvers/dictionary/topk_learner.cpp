#include "solvers/dictionary/topk_learner.hpp"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "solvers/device/composed.hpp"
#include "solvers/device/eigenvalue_bounds.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/device/random.hpp"

namespace assay::solvers {
namespace {

DictionaryOptions dictionary_options(const TopkLearnerOptions& options) {
    return {.atoms = options.atoms,
            .method = options.dictionary_method,
            .steps = options.dictionary_steps,
            .gamma = options.gamma,
            .eps_D = options.weights.eps_D};
}

void check(const TopkLearnerOptions& options) {
    if (options.batch == 0 || options.passes == 0) {
        throw Error("a pass without a batch", "topk_learner", "batch and passes count from 1");
    }
    check("topk_learner", dictionary_options(options));
}

}  // namespace

template <class Device, class T>
TopkLearner<Device, T>::TopkLearner(const TopkLearnerOptions& options, LabelledSamples<Device, T> data,
                                    const Array<Device, T>& dictionary)
    : options_(options),
      objective_(options.weights, false, std::move(data)),
      encoder_(options.encoder, unit_dictionary("topk_learner", objective_.data(), dictionary)),
      trainer_(options.adam, options.largest_norm) {
    check(options_);
    const std::size_t C = objective_.data().classes(), K = dictionary.cols();
    maps_ = {encoder_.dictionary().copy(), {}, Array<Device, T>(C, K), Array<Device, T>(C, K)};
}

template <class Device, class T>
TopkRecord TopkLearner<Device, T>::step(double s) {
    if (!(s >= 0.0 && s <= 1.0)) {
        throw Error("the supervision scale " + std::to_string(s) + " is not in [0, 1]", "topk_learner",
                    "take s from a SupervisionSchedule with strongest in [0, 1]");
    }
    TopkRecord record;
    record.iteration = ++iteration_;
    record.supervision = s;
    if (s > 0.0 && !supervised_) {  // A and W are still zero: the encoder learns from what codes at hand give
        codes_ = encoder_.encode(objective_.data().samples);
        objective_.solve_ridges(s, objective_.moments(codes_), maps_.consistency, maps_.classifier);
    }
    supervised_ = s > 0.0;
    if (options_.learn_encoder) train_encoder(s, record);
    codes_ = encoder_.encode(objective_.data().samples);
    update_maps(s);
    encoder_.follow(maps_.dictionary);
    record.terms = objective_.terms(maps_, codes_);
    record.objective = record.terms.total(s);
    if (!std::isfinite(record.objective)) throw Diverged("Psi", iteration_, "topk_learner", "lower the rate");
    return record;
}

template <class Device, class T>
void TopkLearner<Device, T>::train_encoder(double s, TopkRecord& record) {
    const LabelledSamples<Device, T>& data = objective_.data();
    const ObjectiveWeights& w = options_.weights;
    const CodeLoss<Device, T> loss =
        code_loss({.s = s, .alpha = w.alpha, .beta = w.beta, .mu_G = w.mu_G}, data.atoms, maps_.dictionary,
                  maps_.consistency, maps_.classifier);
    for (std::size_t pass = 0; pass < options_.passes; ++pass) {
        const std::size_t drawn = (iteration_ - 1) * options_.passes + pass;
        const auto order = shuffled(data.samples.cols(), drawn, options_.seed);
        record.loss = trainer_.pass(loss, data.samples, data.targets, order, options_.batch, encoder_).loss;
    }
}

template <class Device, class T>
void TopkLearner<Device, T>::update_maps(double s) {
    const CodeMoments<Device, T> moments = objective_.moments(codes_);
    const double modulus = largest_eigenvalue_bound(moments.S) + options_.weights.eps_D;
    maps_.dictionary =
        update_dictionary(dictionary_options(options_), moments, modulus, maps_.dictionary).value;
    objective_.solve_ridges(s, moments, maps_.consistency, maps_.classifier);
}

#define ASSAY_INSTANTIATE(Device, T) template class TopkLearner<Device, T>;

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
