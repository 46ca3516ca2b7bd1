#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "experiments/harness/declarations.hpp"
#include "experiments/harness/on_device.hpp"
#include "experiments/warp/arms.hpp"
#include "experiments/warp/classifier.hpp"
#include "experiments/warp/measures.hpp"
#include "experiments/warp/noise.hpp"
#include "experiments/warp/predictor.hpp"
#include "experiments/warp/registrations.hpp"

/// Recognition through a front end of LCA: a network is trained on what LCA makes of clean training images,
/// reconstructions or codes, and reads noisy test images through LCA from zero and from predicted states.
namespace assay::warp {

namespace {

using namespace solvers;

constexpr std::array noise_levels{0.0, 10.0, 25.0, 50.0};  // deviations, in 255ths of white
constexpr std::array<std::size_t, 4> looks{10, 20, 50, 100};
constexpr std::size_t block = 100;  // images that are coded at a time

template <class Device>
class Recognition {
  public:
    explicit Recognition(harness::Run& run)
        : run_(run), test_(test_images<Device>(run, run.count("test_images"))) {}

    void measure() {
        run_.axis("noise", {noise_levels.begin(), noise_levels.end()}, "",
                  "its deviation in 255ths of white");
        run_.axis("iteration", {looks.begin(), looks.end()}, "", "times of threshold, then update");
        run_.off_clock([&] {
            prepare();
            for (std::size_t n = 0; n < noise_levels.size(); ++n) measure(n);
        });
    }

  private:
    bool of_codes() const { return run_.text("input") == "codes"; }

    void prepare() {
        Groundwork<Device> ground = lay_groundwork<Device>(run_);
        predictor_ = trained_predictor(run_, ground);
        atoms_ = std::make_unique<AtomBank<Device, float>>(std::move(ground.atoms));
        train(ground.pairs);
    }

    /// What the classifier reads: states' codes, or the images that these stand for, still standardised.
    Array<Cpu, float> features(const Images<Device, float>& codes) const {
        return of_codes() ? planes_of(codes)
                          : planes_of(off_canvas(atoms_->geometry(), synthesis(*atoms_, codes)));
    }

    MapShape input_shape() const {
        return map_shape(of_codes() ? atoms_->geometry().code : atoms_->geometry().image);
    }

    /// On the codes at the end of the runs whose states the predictor has learned, too.
    void train(const TrainingPairs& pairs) {
        ClassifierOptions options = classifier_options(run_);
        options.augment = !of_codes();
        const std::size_t count = pairs.states.cols();
        Array<Cpu, float> samples(input_shape().size(), count);
        for (std::size_t first = 0; first < count; first += block) {
            const std::size_t number = std::min(block, count - first);
            auto codes = from_planes<Device, float>(atoms_->geometry().code,
                                                    pairs.states.columns(first, number).to_host());
            threshold_all(threshold_of<float>(hard_penalty(run_)), codes.data);
            samples.set_columns(first, features(codes));
        }
        classifier_ = std::make_unique<Classifier<Device>>(options, input_shape(), classes, run_.seed());
        classifier_->train(samples, pairs.labels,
                           [&](double share) { run_.progress(0.7 + 0.2 * share, "classifier"); });
        run_.record("train_accuracy", accuracy(samples, pairs.labels));
    }

    double accuracy(const Array<Cpu, float>& samples, const Labels& labels) {
        return static_cast<double>(count_equal(classifier_->predicted(samples), labels)) /
               static_cast<double>(labels.size());
    }

    void measure(std::size_t n) {
        const ImageSet<Device> images =
            noisy<Device>(test_.pixels, noise_levels[n] / 255.0, run_.seed(), "test");
        if (!of_codes())
            run_.record_at("direct_accuracy", {n}, accuracy(planes_of(images.standardised), test_.labels));
        for (const bool warm : {false, true}) {
            const Penalty penalty = hard_penalty(run_);
            const CodingProblem<Device> problem{*atoms_, images.standardised, penalty, run_.real("tau"),
                                                1.0,     run_.seed()};
            const Images<Device, float> start =
                warm ? predictor_->states(images.standardised) : Images<Device, float>{};
            std::size_t k = 0;
            run_arm<Device>(problem, plain(penalty), start, {looks.begin(), looks.end()},
                            [&](const Look<Device>& look) {
                                run_.record_at(warm ? "warm_accuracy" : "cold_accuracy", {n, k++},
                                               accuracy(features(look.codes), test_.labels));
                            });
        }
        run_.progress(0.9 + 0.1 * static_cast<double>(n + 1) / noise_levels.size(), "noise levels");
    }

    static constexpr std::size_t classes = 10;

    harness::Run& run_;
    ImageSet<Device> test_;
    std::unique_ptr<AtomBank<Device, float>> atoms_;
    std::unique_ptr<Predictor<Device>> predictor_;
    std::unique_ptr<Classifier<Device>> classifier_;
};

std::vector<harness::ParamSpec> params() {
    const std::vector<harness::ParamSpec> own = {
        {.name = "input",
         .fallback = std::string("reconstructions"),
         .doc = "what the classifier reads: the images that codes stand for, or the codes themselves",
         .choices = {"reconstructions", "codes"}}};
    std::vector<harness::ParamSpec> all = own;
    for (const auto& more : {image_params(), problem_params(), dictionary_params(), target_params(),
                             predictor_params(), classifier_params()})
        all = harness::joined(std::move(all), more);
    return all;
}

std::vector<harness::MetricSpec> metrics() {
    return {{"train_accuracy", "", "of the classifier on what it was trained on"},
            {"direct_accuracy",
             "",
             "of the classifier on the noisy test images themselves; none where it reads codes",
             {"noise"}},
            {"cold_accuracy", "", "test accuracy through LCA from zero", {"noise", "iteration"}},
            {"warm_accuracy", "", "test accuracy through WARP-LCA", {"noise", "iteration"}}};
}

}  // namespace

void register_recognition() {
    harness::register_experiment({.name = "warp.recognition",
                                  .doc = "Accuracy of a network under noise through a front end of LCA, from "
                                         "zero and from predicted states",
                                  .params = params(),
                                  .metrics = metrics(),
                                  .body = harness::on_device_in_float([]<class Device>(harness::Run& run) {
                                      Recognition<Device>(run).measure();
                                  }),
                                  .data = image_data,
                                  .check = check_problem});
}

}  // namespace assay::warp
