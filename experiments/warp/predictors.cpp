#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "experiments/harness/declarations.hpp"
#include "experiments/harness/on_device.hpp"
#include "experiments/warp/arms.hpp"
#include "experiments/warp/measures.hpp"
#include "experiments/warp/predictor.hpp"
#include "experiments/warp/registrations.hpp"

/// What the network is to predict, by which loss, and how large it is: one set of training pairs, several
/// networks trained on it for as many steps, and what LCA makes of each one's start.
namespace assay::warp {

namespace {

using namespace solvers;

struct Variant {
    const char* name;
    const char* doc;
    void (*change)(PredictorOptions&);
};
constexpr Variant variants[] = {
    {"states", "as the parameters say, states as targets", [](PredictorOptions&) {}},
    {"activations", "activations as targets", [](PredictorOptions& o) { o.of_activations = true; }},
    {"mse", "squared error", [](PredictorOptions& o) { o.loss.kind = RegressionKind::squared; }},
    {"wlap", "error weighted by 1 - exp(-gamma |u|) + 0.01",
     [](PredictorOptions& o) { o.loss.kind = RegressionKind::laplacian; }},
    {"corr", "loss 1 - exp(-gamma |error|)",
     [](PredictorOptions& o) { o.loss.kind = RegressionKind::correntropy; }},
    {"small", "45 thousand parameters", [](PredictorOptions& o) { o.size = WarpSize::small; }},
    {"large", "540 thousand parameters", [](PredictorOptions& o) { o.size = WarpSize::large; }}};

const std::vector<std::size_t> judged_at = {0, 1, 5, 20, 100};

template <class Device>
class Predictors {
  public:
    explicit Predictors(harness::Run& run)
        : run_(run), test_(test_images<Device>(run, run.count("test_images"))) {}

    void measure() {
        const auto paused = run_.pause_clock();
        ground_ = std::make_unique<Groundwork<Device>>(lay_groundwork<Device>(run_));
        truth_ = lca(lca_for(run_.count("target_iterations"), run_.real("tau"), hard_penalty(run_)),
                     ground_->atoms, test_.standardised);
        run_.axis("iteration", {judged_at.begin(), judged_at.end()}, "", "of LCA after the start");
        run_.axis("image", harness::counted(1, test_.count()), "", "test image");
        run_.axis("epoch", harness::counted(1, run_.count("epochs")), "", "of training");
        record_course("cold", {});
        std::size_t done = 0;
        for (const Variant& variant : variants) {
            measure(variant);
            run_.progress(0.4 + 0.6 * static_cast<double>(++done) / std::size(variants), variant.name);
        }
    }

  private:
    void measure(const Variant& variant) {
        PredictorOptions options = predictor_options(run_);
        variant.change(options);
        const std::string name = variant.name;
        Predictor<Device> predictor(options, geometry_of(run_), ground_->D, run_.seed());
        run_.record(name + "_loss", predictor.train(ground_->pairs, hard_penalty(run_), run_.seed()));
        run_.record(name + "_parameters", static_cast<double>(predictor.parameters()));
        run_.record(name + "_pass_equivalents", predictor.pass_equivalents());
        const Images<Device, float> start = predictor.states(test_.standardised);
        record_fit(name, options, start);
        record_course(name, start);
    }

    void record_fit(const std::string& name, const PredictorOptions& options,
                    const Images<Device, float>& start) {
        Images<Device, float> code = start.copy();
        threshold_all(threshold_of<float>(hard_penalty(run_)), code.data);
        const SupportAgreement support = support_agreement(code, truth_.codes);
        run_.record(name + "_precision", support.precision);
        run_.record(name + "_recall", support.recall);
        const std::vector<float> found = start.data.to_host(), codes = truth_.codes.data.to_host();
        const std::vector<float> wanted = options.of_activations ? codes : truth_.states.data.to_host();
        double squares = 0.0, active_squares = 0.0, active = 0.0;
        for (std::size_t k = 0; k < found.size(); ++k) {
            const double square = std::pow(static_cast<double>(found[k]) - static_cast<double>(wanted[k]), 2);
            squares += square;
            if (codes[k] == 0.0F) continue;
            active_squares += square;
            active += 1.0;
        }
        run_.record(name + "_rmse", std::sqrt(squares / static_cast<double>(found.size())));
        run_.record(name + "_active_rmse", std::sqrt(active_squares / std::max(active, 1.0)));
    }

    void record_course(const std::string& name, const Images<Device, float>& start) {
        const CodingProblem<Device> problem{
            ground_->atoms, test_.standardised, hard_penalty(run_), run_.real("tau"), 1.0, run_.seed()};
        std::size_t k = 0;
        run_arm<Device>(problem, plain(problem.penalty), start, judged_at, [&](const Look<Device>& look) {
            for (std::size_t i = 0; i < look.energy.size(); ++i)
                run_.record_at(name + "_energy", {k, i}, look.energy[i]);
            ++k;
        });
    }

    harness::Run& run_;
    ImageSet<Device> test_;
    std::unique_ptr<Groundwork<Device>> ground_;
    LcaResult<Device, float> truth_;  // of the test images, made as the targets are
};

std::vector<harness::MetricSpec> metrics() {
    std::vector<harness::MetricSpec> all = {{"cold_energy", "", "of LCA from zero", {"iteration", "image"}}};
    for (const Variant& variant : variants) {
        const std::string name = variant.name, of = std::string(" (") + variant.doc + ")";
        all.push_back({name + "_energy", "", "of LCA from the prediction" + of, {"iteration", "image"}});
        all.push_back({name + "_loss", "", "mean training loss" + of, {"epoch"}});
        all.push_back({name + "_precision", "", "share of the predicted support that is right" + of});
        all.push_back({name + "_recall", "", "share of the right support that is predicted" + of});
        all.push_back({name + "_rmse", "", "of the targets of test images" + of});
        all.push_back({name + "_active_rmse", "", "the same where their codes are not zero" + of});
        all.push_back({name + "_parameters", "", "learned numbers" + of});
        all.push_back(
            {name + "_pass_equivalents", "", "iterations that a pass costs, by multiply-adds" + of});
    }
    return all;
}

}  // namespace

void register_predictors() {
    harness::register_experiment(
        {.name = "warp.predictors",
         .doc = "Targets, losses and sizes of WARP-CNN on equal training pairs and steps",
         .params = harness::joined(
             harness::joined(harness::joined(image_params(), problem_params()), dictionary_params()),
             harness::joined(target_params(), predictor_params())),
         .metrics = metrics(),
         .body = harness::on_device_in_float(
             []<class Device>(harness::Run& run) { Predictors<Device>(run).measure(); }),
         .data = image_data,
         .check = check_problem});
}

}  // namespace assay::warp
