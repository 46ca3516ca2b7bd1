#include "solvers/dictionary/pairwise_initialisation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "experiments/harness/run_context.hpp"
#include "experiments/pudle/common.hpp"
#include "experiments/pudle/registrations.hpp"
#include "solvers/dictionary/adam_learner.hpp"
#include "solvers/dictionary/gradient.hpp"
#include "solvers/dictionary/matching.hpp"
#include "solvers/dictionary/measures.hpp"
#include "solvers/dictionary/synthetic.hpp"

/// Figure 15: an orthogonal dictionary learned from the pairwise initialisation of Arora et al. (2015),
/// without a look at the true codes.
namespace assay::pudle {

namespace {

using namespace assay::solvers;

/// s entries N(mean, deviation^2), signs as the parameter `name` says.
CodeLaw normal_law(const harness::Run& run, const char* signs) {
    CodeLaw law = code_law(run);
    law.signs = run.text(signs) == "common" ? Signs::common : Signs::independent;
    law.amplitude = Amplitude::normal;
    law.mean = run.real("mean");
    law.deviation = run.real("deviation");
    return law;
}

/// Atoms from pairs of held-out samples, brought into the order and the signs of the true ones. The training
/// samples are the first of the seed's set, then come those that pairs are drawn from, then those that the
/// moments are taken over.
Array<Cpu, double> pairwise_start(harness::Run& run, const Array<Cpu, double>& truth) {
    const CodeLaw law = normal_law(run, "start_signs");
    const std::size_t held_out = run.count("pair_samples"), first = run.count("samples");
    const auto drawn = [&](std::size_t from, std::size_t count) {
        return run.off_clock(
            [&] { return draw_samples(truth, law, run.real("noise"), from, count, run.seed()); });
    };
    const auto pairs = drawn(first, held_out);
    const auto moments = drawn(first + held_out, run.count("moment_samples"));
    const PairwiseOptions options{.ratio = run.real("accept_ratio"), .max_pairs = run.count("max_pairs")};
    const PairwiseResult found =
        pairwise_initialisation(options, truth.cols(), pairs.samples, moments.samples, run.seed());
    run.record("pairs", static_cast<double>(found.pairs));
    return matched(found.atoms, match_atoms(found.atoms, truth));
}

Array<Cpu, double> start_dictionary(harness::Run& run, const Array<Cpu, double>& truth) {
    if (run.text("start") == "pairwise") return pairwise_start(run, truth);
    return perturbed_dictionary(truth, run.real("perturbation"), run.seed());
}

/// The fraction of samples whose signed support is that of HT_b(D^T x), for each threshold b.
void record_recovery(harness::Run& run, const Array<Cpu, double>& D, const SampleSet<Cpu, double>& set) {
    const std::vector<double> thresholds{0.5, 1.0, 1.5, 2.0, 2.5, 3.0};
    run.axis("threshold", thresholds, "", "hard threshold b");
    const Array<Cpu, double> B = correlations(D, set.samples);
    for (std::size_t k = 0; k < thresholds.size(); ++k) {
        Array<Cpu, double> Z = B.copy();
        shrink_all(Shrinkage::hard, thresholds[k], Z);
        std::size_t recovered = 0;
        for (std::size_t i = 0; i < Z.cols(); ++i) recovered += same_signs(Z, set.codes, i) ? 1 : 0;
        run.record_at("support_recovered", {k},
                      static_cast<double>(recovered) / static_cast<double>(B.cols()));
    }
}

template <class Device, class T>
void learn(harness::Run& run, const Array<Device, T>& truth, Array<Device, T> D, const Array<Device, T>& X) {
    const Encoder encoder = encoder_of(run);
    const Gradient gradient = gradient_named(run.text("gradient"));
    const std::size_t epochs = run.count("epochs");
    run.axis("epoch", harness::counted(0, epochs), "", "full-batch updates done");
    run.record_at("error", {0}, relative_error(D, truth));
    AdamLearner<Device, T> learner(harness::adam_of(run), std::move(D));
    for (std::size_t k = 1; k <= epochs; ++k) {
        learner.update(unrolled_gradient(encoder, gradient, learner.dictionary(), X).gradient);
        const auto paused = run.pause_clock();
        run.record_at("error", {k}, relative_error(learner.dictionary(), truth));
        run.progress(static_cast<double>(k) / static_cast<double>(epochs));
    }
}

template <class Device, class T>
void start_and_learn(harness::Run& run) {
    const std::size_t m = run.count("m");
    const auto truth = run.off_clock([&] { return orthogonal_dictionary<Cpu, double>(m, run.seed()); });
    const auto set = run.off_clock([&] {
        return draw_samples(truth, normal_law(run, "signs"), run.real("noise"), 0, run.count("samples"),
                            run.seed());
    });
    const Array<Cpu, double> D = start_dictionary(run, truth);
    record_recovery(run, D, set);
    learn(run, to_device<Device, T>(truth), to_device<Device, T>(D), to_device<Device, T>(set.samples));
}

std::vector<std::string> check(const harness::Params& params) {
    std::vector<std::string> messages = check_synthetic(params);
    const auto m = std::get<std::int64_t>(params.at("m")), p = std::get<std::int64_t>(params.at("p"));
    if (m != p)
        messages.push_back(fmt::format("an orthogonal dictionary is square, but m = {} and p = {}", m, p));
    if (std::get<std::string>(params.at("signs")) == "positive")
        messages.push_back("signs = \"positive\" is not offered here; use common or independent");
    return messages;
}

std::vector<harness::ParamSpec> params() {
    const auto integer = [](std::int64_t value) { return harness::Value(value); };
    auto all = harness::with_defaults(harness::joined(synthetic_params(), harness::adam_params()),
                                      {{"p", integer(50)}, {"lambda", 0.25}, {"perturbation", 0.0204}});
    const std::vector<harness::ParamSpec> own = {
        gradient_param(),
        {.name = "start",
         .fallback = std::string("pairwise"),
         .doc = "D_0: the pairwise initialisation, or D* with noise of deviation `perturbation`",
         .choices = {"pairwise", "perturbation"}},
        {"mean", 5.0, "mean of a code's amplitudes"},
        {"deviation", 1.0, "standard deviation of a code's amplitudes", 0},
        {.name = "start_signs",
         .fallback = std::string("independent"),
         .doc =
             "signs of the samples that the pairwise initialisation sees: its theory needs independent ones",
         .choices = {"common", "independent"}},
        {"pair_samples", integer(1000), "held-out samples that pairs are drawn from", 2},
        {"moment_samples", integer(50000), "further samples that the reweighted moments are means over", 2},
        {"accept_ratio", 0.0, "largest s_2 / s_1 of an accepted pair; 0 means 1 / log p", 0},
        {"max_pairs", integer(100000), "pairs after which the initialisation gives up", 1},
        {"epochs", integer(250), "full-batch updates of the dictionary", 1}};
    return harness::joined(std::move(all), own);
}

}  // namespace

void register_pairwise_initialisation() {
    harness::register_experiment(
        {.name = "pudle.pairwise_initialisation",
         .doc = "Learning of an orthogonal dictionary from the pairwise initialisation (Figure 15)",
         .params = params(),
         .metrics =
             {{"error", "", "||D - D*||_F / ||D*||_F; D_0 is matched to D* in order and signs", {"epoch"}},
              {"support_recovered", "", "samples whose signed support HT_b(D_0^T x) finds", {"threshold"}},
              {"pairs", "", "pairs that the initialisation tried"}},
         .body = harness::on_device(
             []<class Device, class T>(harness::Run& run) { start_and_learn<Device, T>(run); }),
         .check = check});
}

}  // namespace assay::pudle
