#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "experiments/harness/run_context.hpp"
#include "experiments/pudle/common.hpp"
#include "experiments/pudle/registrations.hpp"
#include "solvers/dictionary/adam_learner.hpp"
#include "solvers/dictionary/alternating.hpp"
#include "solvers/dictionary/gradient.hpp"
#include "solvers/dictionary/measures.hpp"
#include "solvers/dictionary/noodl.hpp"
#include "solvers/dictionary/synthetic.hpp"

/// Figures 5 and 16: dictionary learning from fresh mini-batches by PUDLE's gradients, with a fixed, a
/// decaying and a hard threshold, by NOODL, and by alternating minimisation on the whole set.
namespace assay::pudle {

namespace {

using namespace assay::solvers;

/// The updates after which the error is kept: 0, 1 and every multiple of `every`.
std::vector<double> recorded_updates(std::size_t updates, std::size_t every) {
    std::vector<double> points{0.0, 1.0};
    for (std::size_t k = every; k <= updates; k += every) {
        if (k > 1) points.push_back(static_cast<double>(k));
    }
    return points;
}

Encoder base_encoder(const harness::Run& run) {
    Encoder encoder = encoder_of(run);
    encoder.bias = run.real("bias");
    const std::string& method = run.text("method");
    if (method == "ht" || method == "noodl") encoder.shrinkage = Shrinkage::hard;
    return encoder;
}

Gradient gradient_of(const std::string& method) {
    return method == "decay" || method == "ht" ? Gradient::ae_ls : gradient_named(method);
}

/// nu of update k = 1, 2, ...: 1, lowered at the updates that are multiples of `decay_every`, before their
/// forward pass.
double decay_at(const harness::Run& run, std::size_t k) {
    return std::max(1.0 - run.real("decay_step") * static_cast<double>(k / run.count("decay_every")), 1e-3);
}

/// Updates D from batches X, by Adam on a gradient or by NOODL's rule. PUDLE's comparison gives NOODL the
/// codes of its own encoder with a hard threshold in place of noodl_codes.
template <class Device, class T>
class BatchLearner {
  public:
    BatchLearner(const harness::Run& run, Array<Device, T> start)
        : run_(run),
          method_(run.text("method")),
          encoder_(base_encoder(run)),
          noodl_(start.copy()),
          adam_(harness::adam_of(run), std::move(start)) {}

    void update(const Array<Device, T>& X) {
        if (method_ == "noodl")
            return noodl_update(run_.real("noodl_rate"), X, codes_at(encoder_, noodl_, X), noodl_);
        if (method_ == "decay") encoder_.decay = decay_at(run_, adam_.steps() + 1);
        adam_.update(unrolled_gradient(encoder_, gradient_of(method_), dictionary(), X).gradient);
    }
    const Array<Device, T>& dictionary() const { return method_ == "noodl" ? noodl_ : adam_.dictionary(); }

  private:
    const harness::Run& run_;
    std::string method_;
    Encoder encoder_;
    Array<Device, T> noodl_;  ///< D for NOODL
    AdamLearner<Device, T> adam_;
};

template <class Device, class T>
void learn_from_batches(harness::Run& run, const Array<Device, T>& truth, Array<Device, T> D) {
    const CodeLaw law = code_law(run);
    const double noise = run.real("noise");
    const std::size_t updates = run.count("updates"), batch = run.count("batch");
    const std::vector<double> points = recorded_updates(updates, run.count("record_every"));
    run.axis("update", points, "", "updates done");
    run.record_at("error", {0}, relative_error(D, truth));
    BatchLearner<Device, T> learner(run, std::move(D));
    for (std::size_t k = 1, next = 1; k <= updates; ++k) {
        learner.update(run.off_clock(
            [&] { return draw_samples(truth, law, noise, (k - 1) * batch, batch, run.seed()).samples; }));
        if (next < points.size() && points[next] == static_cast<double>(k)) {
            const auto paused = run.pause_clock();
            run.record_at("error", {next++}, relative_error(learner.dictionary(), truth));
            run.progress(static_cast<double>(k) / static_cast<double>(updates));
        }
    }
    run.record("final_error", relative_error(learner.dictionary(), truth));
}

template <class Device, class T>
void learn_by_alternation(harness::Run& run, const Array<Device, T>& truth, const Array<Device, T>& D) {
    const AlternatingOptions options{.lambda = run.real("lambda"), .iterations = run.count("iterations")};
    run.axis("iteration", harness::counted(1, options.iterations), "", "outer iterations done");
    const Array<Device, T> X = run.off_clock([&] {
        return draw_samples(truth, code_law(run), run.real("noise"), 0, run.count("samples"), run.seed())
            .samples;
    });
    const auto result = alternating_minimisation<Device, T>(options, D, X, [&](const auto& progress) {
        const auto paused = run.pause_clock();
        run.record_at("alternating_error", {progress.iteration - 1},
                      relative_error(progress.dictionary, truth));
        run.progress(static_cast<double>(progress.iteration) / static_cast<double>(options.iterations));
    });
    run.record("final_error", relative_error(result.dictionary, truth));
}

template <class Device, class T>
void compare(harness::Run& run) {
    const auto truth = run.off_clock(
        [&] { return random_dictionary<Device, T>(run.count("m"), run.count("p"), run.seed()); });
    auto D = run.off_clock([&] { return perturbed_dictionary(truth, run.real("perturbation"), run.seed()); });
    run.record("initial_error", relative_error(D, truth));
    if (run.text("method") == "alternating")
        learn_by_alternation(run, truth, D);
    else
        learn_from_batches(run, truth, std::move(D));
}

std::vector<harness::ParamSpec> params() {
    const auto integer = [](std::int64_t value) { return harness::Value(value); };
    const std::vector<harness::ParamSpec> own = {
        {.name = "method",
         .fallback = std::string("ae-ls"),
         .doc = "how the dictionary is learned: decay and ht are ae-ls with a decaying and with a hard "
                "threshold",
         .choices = {"ae-ls", "decay", "ht", "noodl", "dec", "ae-lasso", "alternating"}},
        {"bias", 0.1, "threshold b of the hard threshold (ht and noodl), not times alpha", 0},
        {"decay_step", 0.005, "what nu loses at a time (decay)", 0, 1},
        {"decay_every", integer(100), "updates between two losses of nu (decay)", 1},
        {"batch", integer(50), "fresh samples an update", 1},
        {"updates", integer(1000), "updates of the dictionary", 1},
        {"noodl_rate", 0.4, "NOODL's rate on the mean over the batch", 0},
        {"iterations", integer(200), "outer iterations of the alternating minimisation", 1},
        {"record_every", integer(10), "updates between two looks at the error", 1}};
    return harness::joined(harness::with_defaults(harness::joined(synthetic_params(), harness::adam_params()),
                                                  {{"m", integer(1000)},
                                                   {"p", integer(1500)},
                                                   {"nonzeros", integer(20)},
                                                   {"samples", integer(50000)},
                                                   {"perturbation", 0.005},
                                                   {"epsilon", 1e-3}}),
                           own);
}

}  // namespace

void register_baselines() {
    harness::register_experiment(
        {.name = "pudle.baselines",
         .doc = "Dictionary recovery by unrolled gradients, NOODL and alternating minimisation (Figures 5 "
                "and 16)",
         .params = params(),
         .metrics = {{"error", "", "||D - D*||_F / ||D*||_F, columns normalised, no matching", {"update"}},
                     {"alternating_error",
                      "",
                      "the same after an outer iteration of the alternating minimisation",
                      {"iteration"}},
                     {"initial_error", "", "the same at D_0"},
                     {"final_error", "", "the same at the end"}},
         .body =
             harness::on_device([]<class Device, class T>(harness::Run& run) { compare<Device, T>(run); }),
         .check = check_synthetic});
}

}  // namespace assay::pudle
