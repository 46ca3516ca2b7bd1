#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "experiments/harness/declarations.hpp"
#include "experiments/harness/on_device.hpp"
#include "experiments/palm/data.hpp"
#include "experiments/palm/evaluation.hpp"
#include "experiments/palm/learners.hpp"
#include "experiments/palm/linear_probe.hpp"
#include "experiments/palm/palm_params.hpp"
#include "experiments/palm/registrations.hpp"
#include "solvers/device/random.hpp"
#include "solvers/dictionary/synthetic.hpp"

/// Classification with a learned dictionary: training with one of the encoders until Psi settles, then test
/// codes without labels and a linear classifier, beside a linear probe of the samples themselves.
namespace assay::palm {

namespace {

using namespace assay::solvers;

/// Training ends when Psi has fallen by less than the share `tolerance`, or risen, twice in a row, both times
/// at the supervision before; never for 0. A learner whose Psi may rise is thus not trained beyond its best.
class StopRule {
  public:
    explicit StopRule(double tolerance) : tolerance_(tolerance) {}

    /// The relative change of Psi since the last iteration; 0 where there is none to compare with.
    double change(const LearnerStep& step) {
        const bool comparable = seen_ && step.supervision == last_.supervision;
        const double fall = comparable ? (last_.objective - step.objective) / std::abs(last_.objective) : 0.0;
        settled_ = comparable && tolerance_ > 0.0 && fall < tolerance_ ? settled_ + 1 : 0;
        seen_ = true;
        last_ = step;
        return std::abs(fall);
    }
    bool met() const { return settled_ >= 2; }

  private:
    double tolerance_;
    bool seen_ = false;
    LearnerStep last_;
    std::size_t settled_ = 0;
};

/// One run: the data on the device, the learner, and what is measured of it.
template <class Device, class T>
class Classification {
  public:
    explicit Classification(harness::Run& run)
        : run_(run), split_(load<T>(run)), test_(uploaded<Device>(split_.test)) {}

    void measure() {
        auto data = run_.off_clock([&] {
            auto samples = training_samples<Device>(split_, run_.count("atoms"));
            split_.train.samples = {};
            return samples;
        });
        declare_axes();
        record_probe(data);
        train(std::move(data));
        record_outcome();
    }

  private:
    double ridge() const { return run_.real("rho_W") / run_.real("beta"); }

    void declare_axes() {
        run_.axis_at_most("outer", harness::counted(1, run_.count("iterations")), "",
                          "outer iterations done");
        const auto classes = harness::counted(0, split_.classes - 1);
        run_.axis("class", classes, "", "of the test sample");
        run_.axis("predicted", classes, "", "what it was taken for");
    }

    void record_guesses(const std::string& prefix, const std::vector<std::uint32_t>& guesses) {
        const double accuracy = agreement(split_.test.labels, guesses);
        run_.record(prefix + "accuracy", accuracy);
        run_.record(prefix + "accuracy_error",
                    std::sqrt(accuracy * (1.0 - accuracy) / static_cast<double>(guesses.size())));
        run_.record(prefix + "confusion", confusion(split_.classes, split_.test.labels, guesses));
    }

    /// The floor: ridge regression on the samples, its ridge chosen by leaving training samples out.
    void record_probe(const LabelledSamples<Device, T>& data) {
        const auto paused = run_.pause_clock();
        const Encode<Device, T> itself = [](const Array<Device, T>& X) { return X.copy(); };
        record_probe_of(
            "probe_",
            [&](std::size_t first, std::size_t count) { return data.samples.columns(first, count); }, itself);
        if (!split_.bayes.empty()) record_guesses("bayes_", split_.bayes);
    }

    /// A linear probe fitted to `columns` of the training samples, judged on test samples through `encode`.
    template <class ColumnsOf>
    void record_probe_of(const std::string& prefix, ColumnsOf columns, const Encode<Device, T>& encode) {
        const LinearProbe probe = linear_probe(
            probe_ridges,
            [&](std::size_t first, std::size_t count) {
                return to_device<Cpu, double>(columns(first, count));
            },
            split_.train.labels, split_.classes);
        record_guesses(prefix, predicted(to_device<Device, T>(probe.classifier), encode, test_));
    }

    /// D0: training samples of the atom's class, drawn by the seed, or Gaussian atoms.
    Array<Device, T> first_atoms(const LabelledSamples<Device, T>& data) const {
        const std::size_t K = run_.count("atoms");
        if (run_.text("start") == "gaussian")
            return random_dictionary<Device, T>(data.samples.rows(), K, run_.seed());
        return class_atoms(data, split_.train.labels, run_.seed());
    }

    double lambda(const LabelledSamples<Device, T>& data, const Array<Device, T>& D) const {
        if (run_.real("lambda") > 0.0) return run_.real("lambda");
        const std::size_t N = data.samples.cols();
        // Those that class_samples comes to last: an atom needs no other atom.
        const std::vector<std::size_t> order = shuffled(N, 0, run_.seed());
        const auto some = std::span(order).last(std::min<std::size_t>(N, 500));
        return calibrated_lambda(run_, D, gathered(data.samples, some));
    }

    void train(LabelledSamples<Device, T> data) {
        Array<Device, T> D = first_atoms(data);
        normalize_columns(D);
        const double weight = lambda(data, D);
        run_.record("lambda", weight);
        if (const std::size_t steps = run_.count("start_iterations"); steps > 0) {
            const auto before = make_unsupervised(run_, weight, data.copy(), D);
            for (std::size_t t = 0; t < steps; ++t) before->step(0.0);
            D = before->dictionary().copy();
        }
        learner_ = make_learner(run_, weight, std::move(data), D);
        const SupervisionSchedule schedule = schedule_of(run_);
        StopRule stop(run_.real("tolerance"));
        const std::size_t cap = run_.count("iterations");
        for (std::size_t t = 0; t < cap && !stop.met(); ++t) {
            const LearnerStep step = learner_->step(schedule(t));
            run_.record_at("change", {t}, stop.change(step));
            run_.record_at("objective", {t}, step.objective);
            record_codes(t);
            run_.progress(static_cast<double>(t + 1) / static_cast<double>(cap + 1), "outer iterations");
            outer_ = t + 1;
        }
        run_.record("outer_iterations", static_cast<double>(outer_));
        run_.record("capped", stop.met() ? 0.0 : 1.0);
        learner_->finish();
        classifier_ = fitted();
    }

    /// What the training codes look like after an outer iteration, and how well they are read.
    void record_codes(std::size_t t) {
        const auto paused = run_.pause_clock();
        const LabelledSamples<Device, T>& data = learner_->data();
        AtomUsage usage(data.atoms);
        RidgeReadout<Device, T> readout(run_.count("atoms"), split_.classes);
        for_each_block(data, [&](const Array<Device, T>& codes, std::size_t first, std::size_t count) {
            usage.add(codes.to_host(), std::span(split_.train.labels).subspan(first, count));
            readout.add(codes, data.targets.columns(first, count));
        });
        run_.record_at("dead_atoms", {t}, usage.dead_atoms());
        run_.record_at("overlap", {t}, usage.overlap());
        run_.record_at("own_class_energy", {t}, usage.own_class_energy());
        run_.record_at("mean_nonzeros", {t}, usage.mean_nonzeros());
        run_.record_at("effective_rank", {t}, effective_rank(readout.second_moment()));
        const std::size_t some = std::min(run_.count("monitored"), test_.cols());
        if (some == 0) return;
        const Array<Device, T> classifier = readout.classifier(ridge(), run_.real("dropout"));
        const auto guesses = predicted(classifier, label_free(), test_.columns(0, some));
        run_.record_at("monitored_accuracy", {t},
                       agreement(std::span(split_.test.labels).first(some), guesses));
    }

    /// W by ridge regression on the training codes.
    Array<Device, T> fitted() const {
        const LabelledSamples<Device, T>& data = learner_->data();
        RidgeReadout<Device, T> readout(run_.count("atoms"), split_.classes);
        for_each_block(data, [&](const Array<Device, T>& codes, std::size_t first, std::size_t count) {
            readout.add(codes, data.targets.columns(first, count));
        });
        return readout.classifier(ridge(), run_.real("dropout"));
    }

    Encode<Device, T> label_free() const {
        return [this](const Array<Device, T>& X) { return learner_->label_free_codes(X); };
    }

    template <class Visit>
    void for_each_block(const LabelledSamples<Device, T>& data, Visit visit) const {
        const std::size_t N = data.samples.cols();
        for (std::size_t first = 0; first < N; first += evaluation_block) {
            const std::size_t count = std::min(evaluation_block, N - first);
            visit(learner_->training_codes(first, count), first, count);
        }
    }

    void record_outcome() {
        const auto paused = run_.pause_clock();
        record_guesses("", predicted(classifier_, label_free(), test_));
        record_probe_of(
            "chosen_",
            [&](std::size_t first, std::size_t count) { return learner_->training_codes(first, count); },
            label_free());
        run_.record("code_bytes", static_cast<double>(learner_->code_bytes()));
        std::vector<std::uint32_t> guesses;
        for_each_block(learner_->data(), [&](const Array<Device, T>& codes, std::size_t, std::size_t) {
            const auto part = largest_rows(multiply_sparse(classifier_, codes));
            guesses.insert(guesses.end(), part.begin(), part.end());
        });
        run_.record("train_accuracy", agreement(split_.train.labels, guesses));
        if (run_.flag("refit")) record_refit();
    }

    /// W fitted anew to training codes that are made as test codes are, and how far these are from those that
    /// training left.
    void record_refit() {
        const LabelledSamples<Device, T>& data = learner_->data();
        RidgeReadout<Device, T> readout(run_.count("atoms"), split_.classes);
        double apart = 0.0, size = 0.0;
        for_each_block(data, [&](const Array<Device, T>& codes, std::size_t first, std::size_t count) {
            const Array<Device, T> free = learner_->label_free_codes(data.samples.columns(first, count));
            readout.add(free, data.targets.columns(first, count));
            apart += std::pow(distance(codes, free), 2);
            size += std::pow(norm(free), 2);
        });
        run_.record("code_mismatch", std::sqrt(apart / size));
        record_guesses("refit_", predicted(readout.classifier(ridge()), label_free(), test_));
    }

    harness::Run& run_;
    Split<T> split_;
    Array<Device, T> test_;
    std::unique_ptr<Learner<Device, T>> learner_;
    Array<Device, T> classifier_;  // read off the training codes
    std::size_t outer_ = 0;
};

std::vector<harness::ParamSpec> params() {
    const auto integer = [](const char* name, std::int64_t value, const char* doc, double min) {
        return harness::ParamSpec{.name = name, .fallback = value, .doc = doc, .min = min, .max = 1e6};
    };
    const std::vector<harness::ParamSpec> own = {
        {.name = "start",
         .fallback = std::string("class-samples"),
         .doc = "D0: training samples of each atom's class, or Gaussian atoms",
         .choices = {"class-samples", "gaussian"}},
        integer("start_iterations", 0, "outer iterations of LISTAConv without labels that D0 goes through",
                0),
        integer("iterations", 50, "outer iterations at most", 1),
        {"tolerance", 1e-3,
         "training ends when Psi falls by less than this share, or rises, twice in a row; 0: never", 0, 1},
        integer("monitored", 2000, "test samples that are classified after every outer iteration", 0),
        {"dropout", 0.0, "chance with which W must do without an entry of a training code", 0, 0.99},
        {.name = "refit", .fallback = false, .doc = "fit W once more, to training codes made without labels"},
        harness::precision_param()};
    return harness::joined(
        harness::joined(harness::joined(data_params(), learner_params()), schedule_params()), own);
}

std::vector<std::string> check(const harness::Params& params) {
    std::vector<std::string> messages = check_data(params);
    for (std::string& message : check_learner(params)) messages.push_back(std::move(message));
    return messages;
}

std::vector<harness::MetricSpec> metrics() {
    std::vector<harness::MetricSpec> all = {
        {"objective", "", "Psi", {"outer"}},
        {"change", "", "relative change of Psi at equal supervision", {"outer"}},
        {"monitored_accuracy", "", "of the first test samples", {"outer"}},
        {"dead_atoms", "", "share of the atoms that no training sample uses", {"outer"}},
        {"overlap", "", "mean Jaccard index of two classes' atoms", {"outer"}},
        {"own_class_energy", "", "share of the training codes on atoms of their own class", {"outer"}},
        {"mean_nonzeros", "", "of a training code", {"outer"}},
        {"effective_rank", "", "of the training codes", {"outer"}},
        {"outer_iterations", "", "until the stopping rule or the cap"},
        {"capped", "", "1 where the cap ended the training, not the stopping rule"},
        {"lambda", "", "weight of ||G||_1"},
        {"train_accuracy", "", "of the classifier on the training codes it was fitted to"},
        {"code_bytes", "B", "of the training codes as they are stored"},
        {"code_mismatch", "", "||G_train - G_free|| / ||G_free|| on the training samples, with refit"}};
    const std::vector<std::pair<std::string, std::string>> readers = {
        {"", "of the learned model"},
        {"chosen_", "of the learned dictionary read with a ridge chosen by leaving samples out"},
        {"probe_", "of ridge regression on the samples themselves, its ridge chosen by leaving samples out"},
        {"bayes_", "of the best possible classifier, where it is known"},
        {"refit_", "of the learned dictionary with W fitted to codes without labels, with refit"}};
    for (const auto& [prefix, whose] : readers) {
        all.push_back({prefix + "accuracy", "", "test accuracy " + whose});
        all.push_back({prefix + "accuracy_error", "", "its standard error, from the number of test samples"});
        all.push_back({prefix + "confusion",
                       "",
                       "share of a class's test samples taken for another, " + whose,
                       {"class", "predicted"}});
    }
    return all;
}

}  // namespace

void register_classification() {
    harness::register_experiment(
        {.name = "palm.classification",
         .doc = "Accuracy of a dictionary learned with Top-K LISTA or LISTAConv, beside a linear probe",
         .params = params(),
         .metrics = metrics(),
         .body = harness::on_device(
             []<class Device, class T>(harness::Run& run) { Classification<Device, T>(run).measure(); }),
         .data = data_sets,
         .check = check});
}

}  // namespace assay::palm
