#include "experiments/pudle/dictionary_learning.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "experiments/pudle/common.hpp"
#include "experiments/pudle/registrations.hpp"
#include "solvers/device/random.hpp"
#include "solvers/dictionary/adam_learner.hpp"
#include "solvers/dictionary/gradient.hpp"
#include "solvers/dictionary/measures.hpp"

namespace assay::pudle {

using namespace solvers;
using harness::Run;

CodeQuality code_quality(std::size_t p, const std::vector<double>& codes, const std::vector<double>& truth) {
    CodeQuality quality;
    double support = 0;
    const std::size_t n = codes.size() / p;
    for (std::size_t i = 0; i < n; ++i) {
        double largest_false = 0;
        for (std::size_t k = i * p; k < (i + 1) * p; ++k) {
            const double amplitude = std::abs(codes[k]);
            if (amplitude != 0) quality.nonzeros += 1;
            if (truth[k] == 0) {
                largest_false = std::max(largest_false, amplitude);
                continue;
            }
            support += 1;
            if (amplitude == 0) quality.missed += 1;
            quality.true_amplitude += amplitude;
        }
        quality.false_amplitude += largest_false;
    }
    const double samples = static_cast<double>(n);
    quality.nonzeros /= samples;
    quality.missed /= samples;
    quality.false_amplitude /= samples;
    quality.true_amplitude /= support;
    return quality;
}

namespace {

template <class Device, class T>
std::vector<double> wide_host(const Array<Device, T>& A) {
    return host::wide(A.to_host());
}

/// Records what the codes at D look like, under names that begin with `stage`.
template <class Device, class T>
void record_codes(Run& run, const std::string& stage, const Encoder& encoder,
                  const SyntheticSet<Device, T>& set, const Array<Device, T>& D) {
    const auto paused = run.pause_clock();
    const Array<Device, T> codes = codes_at(encoder, D, set.samples);
    const CodeQuality quality = code_quality(D.cols(), wide_host(codes), wide_host(set.codes));
    run.record(stage + "_code", wide_host(codes.columns(0, 1)));
    run.record(stage + "_code_error", mean_column_distance(codes, set.codes));
    run.record(stage + "_nonzeros", quality.nonzeros);
    run.record(stage + "_missed", quality.missed);
    run.record(stage + "_false_amplitude", quality.false_amplitude);
    run.record(stage + "_true_amplitude", quality.true_amplitude);
}

/// Error and closeness of D after `epoch` epochs.
template <class Device, class T>
void record_dictionary(Run& run, std::size_t epoch, const Array<Device, T>& D, const Array<Device, T>& truth,
                       double truth_norm) {
    const auto paused = run.pause_clock();
    run.record_at("error", {epoch}, relative_error(D, truth));
    Array<Device, T> difference = D.copy();
    axpy(T(-1), truth, difference);
    run.record_at("closeness", {epoch}, spectral_norm(difference) / truth_norm);
}

/// The samples in the order of one epoch: as they are for full batches, else by a permutation of seed and
/// epoch.
template <class Device, class T>
class Batches {
  public:
    Batches(std::uint64_t seed, std::size_t batch, const Array<Device, T>& X)
        : seed_(seed),
          batch_(batch == 0 ? X.cols() : std::min(batch, X.cols())),
          rows_(X.rows()),
          X_(X.copy()) {
        if (batch_ < X_.cols()) host_ = X_.to_host();
    }

    void shuffle(std::size_t epoch) {
        if (host_.empty()) return;
        const std::size_t n = X_.cols();
        std::vector<std::size_t> order(n);
        std::iota(order.begin(), order.end(), std::size_t{0});
        Random random(seed_, "shuffle", epoch * n);
        for (std::size_t i = 0; i + 1 < n; ++i) std::swap(order[i], order[i + random.below(n - i)]);
        std::vector<T> shuffled(host_.size());
        for (std::size_t i = 0; i < n; ++i) {
            std::copy_n(host_.begin() + static_cast<std::ptrdiff_t>(order[i] * rows_), rows_,
                        shuffled.begin() + static_cast<std::ptrdiff_t>(i * rows_));
        }
        X_ = Array<Device, T>::from_host(rows_, n, shuffled);
    }

    std::size_t count() const { return (X_.cols() + batch_ - 1) / batch_; }
    Array<Device, T> operator[](std::size_t i) const {
        return X_.columns(i * batch_, std::min(batch_, X_.cols() - i * batch_));
    }

  private:
    std::uint64_t seed_;
    std::size_t batch_, rows_;
    Array<Device, T> X_;
    std::vector<T> host_;
};

template <class Device, class T>
void learn(Run& run) {
    const Encoder encoder = encoder_of(run);
    const Gradient gradient = gradient_named(run.text("gradient"));
    const std::size_t epochs = run.count("epochs");
    const auto set = draw_set<Device, T>(run, run.count("samples"));
    const double truth_norm = spectral_norm(set.truth);

    run.axis("epoch", harness::counted(0, epochs), "", "passes over the samples; 0 is the start");
    run.axis("atom", harness::counted(0, run.count("p") - 1), "", "index of a code's entry");
    run.record("true_code", wide_host(set.codes.columns(0, 1)));
    record_codes(run, "initial", encoder, set, set.start);
    record_dictionary(run, 0, set.start, set.truth, truth_norm);

    AdamLearner<Device, T> learner(harness::adam_of(run), set.start.copy());
    Batches<Device, T> batches(run.seed(), run.count("batch"), set.samples);
    for (std::size_t epoch = 1; epoch <= epochs; ++epoch) {
        batches.shuffle(epoch);
        for (std::size_t i = 0; i < batches.count(); ++i) {
            learner.update(unrolled_gradient(encoder, gradient, learner.dictionary(), batches[i]).gradient);
        }
        record_dictionary(run, epoch, learner.dictionary(), set.truth, truth_norm);
        run.progress(static_cast<double>(epoch) / static_cast<double>(epochs), "epoch");
    }
    record_codes(run, "final", encoder, set, learner.dictionary());
}

std::vector<harness::ParamSpec> params() {
    const std::vector<harness::ParamSpec> own = {
        gradient_param(),
        {"batch", std::int64_t{0}, "samples an update sees; 0 is all of them", 0, 1e7},
        {"epochs", std::int64_t{600}, "passes over the samples", 1, 1e6}};
    return harness::joined(
        harness::joined(harness::with_defaults(synthetic_params(), {{"perturbation", 0.1}}),
                        harness::adam_params()),
        own);
}

std::vector<harness::MetricSpec> metrics() {
    std::vector<harness::MetricSpec> all = {
        {"error", "", "||D - D*||_F / ||D*||_F, columns in their order and with their signs", {"epoch"}},
        {"closeness", "", "||D - D*||_2 / ||D*||_2", {"epoch"}},
        {"true_code", "", "z* of the first sample", {"atom"}}};
    for (const std::string stage : {"initial", "final"}) {
        const std::string at = stage == "initial" ? " at the start" : " at the end";
        all.push_back({stage + "_code", "", "z_T of the first sample" + at, {"atom"}});
        all.push_back({stage + "_code_error", "", "mean over the samples of ||z_T - z*||_2" + at});
        all.push_back({stage + "_nonzeros", "", "mean number of non-zeros of z_T" + at});
        all.push_back(
            {stage + "_missed", "", "mean number of entries of the true support missing in z_T" + at});
        all.push_back({stage + "_false_amplitude", "",
                       "mean over the samples of the largest |z_T| off the true support" + at});
        all.push_back({stage + "_true_amplitude", "", "mean |z_T| on the true support" + at});
    }
    return all;
}

}  // namespace

void register_dictionary_learning() {
    harness::register_experiment(
        {.name = "pudle.dictionary_learning",
         .doc =
             "Dictionary learning through the unrolled encoder with one gradient (Figures 4b, 4c, 11 to 14)",
         .params = params(),
         .metrics = metrics(),
         .body = harness::on_device([]<class Device, class T>(Run& run) { learn<Device, T>(run); }),
         .check = check_synthetic});
}

}  // namespace assay::pudle
