#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "experiments/harness/declarations.hpp"
#include "experiments/harness/on_device.hpp"
#include "experiments/palm/codes_change.hpp"
#include "experiments/palm/data.hpp"
#include "experiments/palm/evaluation.hpp"
#include "experiments/palm/palm_params.hpp"
#include "experiments/palm/registrations.hpp"
#include "solvers/device/random.hpp"
#include "solvers/dictionary/topk_learner.hpp"

/// Does strict Top-K converge? With analytic steps it is PALM under an l0 constraint. With learned layers,
/// whose codes are taken as they are, nothing says that Psi falls. A safeguard takes the encoder's code for a
/// sample only where PALM's theorem allows it.
namespace assay::palm {

namespace {

using namespace assay::solvers;

/// Psi and supports from one outer iteration to the next.
template <class Device, class T>
class Monitor {
  public:
    explicit Monitor(harness::Run& run) : run_(run), iterations_(run.count("iterations")) {}

    void add(std::size_t t, double s, double objective, Array<Device, T> codes) {
        const bool comparable = t > 0 && s == s_;
        const double change = comparable ? (objective - objective_) / std::abs(objective_) : 0.0;
        rises_ += change > rounding ? 1 : 0;
        largest_rise_ = std::max(largest_rise_, change);
        compared_ += comparable ? 1 : 0;
        const double moved = t > 0 ? support_change(codes_, codes) : 0.0;
        if (4 * t >= 3 * iterations_) {
            late_moved_ += moved;
            ++late_;
        }
        const double moved_in_two = t > 1 ? support_change(before_, codes) : 0.0;
        const double undone = t > 1 ? 0.5 * (moved + moved_ - moved_in_two) : 0.0;
        run_.record_at("objective", {t}, objective);
        run_.record_at("change", {t}, change);
        run_.record_at("support_change", {t}, moved);
        run_.record_at("undone", {t}, moved > 0.0 ? undone / moved : 0.0);
        s_ = s;
        objective_ = objective;
        moved_ = moved;
        before_ = std::exchange(codes_, std::move(codes));
    }

    void record() const {
        run_.record("rises", static_cast<double>(rises_));
        run_.record("largest_rise", largest_rise_);
        run_.record("compared", static_cast<double>(compared_));
        run_.record("late_support_change", late_moved_ / static_cast<double>(late_));
    }

  private:
    static constexpr double rounding = 1e-8;  // of Psi: what a certificate's tolerance is

    harness::Run& run_;
    double s_ = 0.0, objective_ = 0.0, moved_ = 0.0, largest_rise_ = 0.0;
    double late_moved_ = 0.0;
    std::size_t iterations_, rises_ = 0, compared_ = 0, late_ = 0;
    Array<Device, T> codes_, before_;
};

TopkLearnerOptions learner_options(const harness::Run& run) {
    return topk_options(run, run.text("method") != "frozen");
}

PalmOptions analytic_options(const harness::Run& run) {
    return {.weights = weights_of(run, 0.0),
            .penalty = CodePenalty::l0,
            .nonzeros = run.count("nonzeros"),
            .code_steps = run.count("code_steps"),
            .atoms = atom_set_of(run),
            .dictionary_method = dictionary_method_of(run),
            .dictionary_steps = run.count("dictionary_steps"),
            .safeguard = run.real("safeguard"),
            .tolerance = run.real("tolerance")};
}

template <class Device, class T>
class Convergence {
  public:
    explicit Convergence(harness::Run& run) : run_(run), split_(load<T>(run)), monitor_(run) {}

    void measure() {
        const std::string& method = run_.text("method");
        run_.axis("iteration", harness::counted(1, run_.count("iterations")), "", "outer iterations done");
        auto data = run_.off_clock([&] { return training_samples<Device>(split_, run_.count("atoms")); });
        const auto atoms = class_atoms(data, split_.train.labels, run_.seed());
        if (method == "learned" || method == "frozen") {
            as_they_are(std::move(data), atoms);
        } else {
            by_palm(method == "safeguarded", std::move(data), atoms);
        }
        monitor_.record();
    }

  private:
    template <class Step>
    void iterate(Step step) {
        const SupervisionSchedule schedule = schedule_of(run_);
        const std::size_t iterations = run_.count("iterations");
        for (std::size_t t = 0; t < iterations; ++t) {
            step(t, schedule(t));
            run_.progress(static_cast<double>(t + 1) / static_cast<double>(iterations + 1),
                          "outer iterations");
        }
    }

    /// The encoder's codes are the model's.
    void as_they_are(LabelledSamples<Device, T> data, const Array<Device, T>& atoms) {
        TopkLearner<Device, T> learner(learner_options(run_), std::move(data), atoms);
        iterate([&](std::size_t t, double s) {
            const TopkRecord record = learner.step(s);
            const auto paused = run_.pause_clock();
            monitor_.add(t, s, record.objective, to_dense(learner.codes()));
        });
        record_accuracies(learner.objective().data(), learner.dictionary(), &learner.encoder());
    }

    /// PALM, to which the encoder proposes codes where there is one.
    void by_palm(bool with_encoder, LabelledSamples<Device, T> data, const Array<Device, T>& atoms) {
        const TopkLearnerOptions learning = learner_options(run_);
        Palm<Device, T> palm(analytic_options(run_), std::move(data), atoms);
        TopkLista<Device, T> encoder(learning.encoder, palm.model().dictionary);
        ListaTrainer<Device, T> trainer(learning.adam, learning.largest_norm);
        const LabelledSamples<Device, T>& samples = palm.objective().data();
        const std::size_t N = samples.samples.cols();
        std::size_t violations = 0;
        double ratio_share = 0.0;
        iterate([&](std::size_t t, double s) {
            Array<Device, T> proposal;
            if (with_encoder) {
                trainer.pass(loss_at(palm, s, encoder), samples.samples, samples.targets,
                             shuffled(N, t, run_.seed()), learning.batch, encoder);
                proposal = to_dense(encoder.encode(samples.samples));
            }
            const PalmRecord record = palm.step(s, proposal);
            encoder.follow(palm.model().dictionary);
            const auto paused = run_.pause_clock();
            violations += record.violations;
            if (record.ratio_bound > 0.0)
                ratio_share = std::max(ratio_share, record.ratio / record.ratio_bound);
            run_.record_at("distance", {t}, record.distance);
            if (with_encoder) {
                const double refused = static_cast<double>(record.codes.refused) / static_cast<double>(N);
                run_.record_at("accepted", {t}, 1.0 - refused);
            }
            monitor_.add(t, s, record.objective, palm.model().codes.copy());
        });
        run_.record("violations", static_cast<double>(violations));
        run_.record("largest_ratio_share", ratio_share);
        record_accuracies(samples, palm.model().dictionary, with_encoder ? &encoder : nullptr);
    }

    /// What the encoder learns from. Where s leaves 0 the model's A and W are still zero: then they are those
    /// that the encoder's own codes give.
    CodeLoss<Device, T> loss_at(const Palm<Device, T>& palm, double s,
                                const TopkLista<Device, T>& encoder) const {
        const SupervisedObjective<Device, T>& psi = palm.objective();
        const ObjectiveWeights& w = psi.weights();
        const SupervisedModel<Device, T>& model = palm.model();
        Array<Device, T> P = model.consistency.copy(), W = model.classifier.copy();
        if (s > 0.0 && norm(W) == 0.0)
            psi.solve_ridges(s, psi.moments(encoder.encode(psi.data().samples)), P, W);
        return code_loss({.s = s, .alpha = w.alpha, .beta = w.beta, .mu_G = w.mu_G}, psi.data().atoms,
                         model.dictionary, P, W);
    }

    /// Test accuracies with W fitted to training codes that are made as the test codes are, without labels.
    void record_accuracies(const LabelledSamples<Device, T>& data, const Array<Device, T>& D,
                           const TopkLista<Device, T>* encoder) {
        const auto paused = run_.pause_clock();
        const auto record = [&](const char* name, std::size_t rows, const Encode<Device, T>& encode) {
            RidgeReadout<Device, T> readout(rows, split_.classes);
            for (std::size_t first = 0; first < data.samples.cols(); first += evaluation_block) {
                const std::size_t count = std::min(evaluation_block, data.samples.cols() - first);
                readout.add(encode(data.samples.columns(first, count)), data.targets.columns(first, count));
            }
            const double ridge = run_.real("rho_W") / run_.real("beta");
            run_.record(name, agreement(split_.test.labels, predicted(readout.classifier(ridge), encode,
                                                                      uploaded<Device>(split_.test))));
        };
        const PalmOptions analytic = analytic_options(run_);
        record("analytic_accuracy", D.cols(), [&](const Array<Device, T>& X) {
            return label_free_codes(analytic, run_.count("test_steps"), D, X);
        });
        if (encoder != nullptr)
            record("encoder_accuracy", D.cols(),
                   [&](const Array<Device, T>& X) { return to_dense(encoder->encode(X)); });
        record("probe_accuracy", D.rows(), [](const Array<Device, T>& X) { return X.copy(); });
    }

    harness::Run& run_;
    Split<T> split_;
    Monitor<Device, T> monitor_;
};

std::vector<harness::ParamSpec> params() {
    const auto integer = [](const char* name, std::int64_t value, const char* doc) {
        return harness::ParamSpec{.name = name, .fallback = value, .doc = doc, .min = 1, .max = 1e6};
    };
    const std::vector<harness::ParamSpec> own = {
        {.name = "method",
         .fallback = std::string("analytic"),
         .doc =
             "codes by PALM's l0 steps; by the encoder with frozen or with learned layers, as they are; or "
             "by PALM with the learned encoder's as proposals",
         .choices = {"analytic", "frozen", "learned", "safeguarded"}},
        integer("atoms", 80, "K"),
        integer("code_steps", 1, "analytic, safeguarded: l0 steps in an outer iteration"),
        integer("iterations", 200, "outer iterations"),
        integer("test_steps", 60, "l0 steps for analytic codes without labels"),
        {"safeguard", PalmOptions{}.safeguard,
         "safeguarded: share of an l0 step's certified decrease, per squared step, that a proposal must keep",
         1e-9, 1},
        {"tolerance", PalmOptions{}.tolerance, "of a certificate, relative to Psi", 0, 1},
        harness::precision_param()};
    std::vector<harness::ParamSpec> all = data_params();
    for (const auto& more : {encoder_params(), dictionary_params(), weight_params(), schedule_params(),
                             harness::adam_params(), own})
        all = harness::joined(std::move(all), more);
    return harness::with_defaults(std::move(all), {{"data", std::string("synthetic")},
                                                   {"precision", std::string("double")},
                                                   {"nonzeros", std::int64_t{8}},
                                                   {"samples", std::int64_t{8000}},
                                                   {"test_samples", std::int64_t{2000}}});
}

std::vector<std::string> check(const harness::Params& params) {
    std::vector<std::string> messages = check_data(params);
    for (std::string& message : check_nonzeros(params)) messages.push_back(std::move(message));
    return messages;
}

}  // namespace

void register_topk_convergence() {
    harness::register_experiment(
        {.name = "palm.topk_convergence",
         .doc = "Whether strict Top-K codes converge: analytic, learned, and learned with a safeguard",
         .params = params(),
         .metrics =
             {{"objective", "", "Psi", {"iteration"}},
              {"change", "", "relative change of Psi; 0 where s has changed", {"iteration"}},
              {"support_change",
               "",
               "share of the codes' entries that became zero or stopped being it",
               {"iteration"}},
              {"undone",
               "",
               "share of those changes that undo one of the iteration before: 1 in a cycle of two",
               {"iteration"}},
              {"distance", "", "analytic, safeguarded: upper bound on dist(0, dPsi)", {"iteration"}},
              {"accepted",
               "",
               "safeguarded: share of the samples that take the encoder's code",
               {"iteration"}},
              {"rises", "", "iterations at unchanged s after which Psi is higher, by more than 1e-8 of it"},
              {"largest_rise", "", "of Psi, relative, at unchanged s"},
              {"compared", "", "iterations at unchanged s"},
              {"late_support_change", "", "mean of support_change over the last quarter of the iterations"},
              {"violations", "", "analytic, safeguarded: certificates that failed"},
              {"largest_ratio_share", "", "analytic, safeguarded: largest ratio over its bound"},
              {"encoder_accuracy", "", "test accuracy with the encoder's codes, W fitted to such codes"},
              {"analytic_accuracy", "", "test accuracy with l0 steps from zero, W fitted to such codes"},
              {"probe_accuracy", "", "test accuracy of ridge regression on the samples themselves"}},
         .body = harness::on_device(
             []<class Device, class T>(harness::Run& run) { Convergence<Device, T>(run).measure(); }),
         .data = data_sets,
         .check = check});
}

}  // namespace assay::palm
