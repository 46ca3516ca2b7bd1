#include <algorithm>
#include <armadillo>
#include <cmath>
#include <utility>
#include <vector>

#include "experiments/harness/declarations.hpp"
#include "experiments/harness/on_device.hpp"
#include "experiments/palm/data.hpp"
#include "experiments/palm/evaluation.hpp"
#include "experiments/palm/label_matrices.hpp"
#include "experiments/palm/palm_params.hpp"
#include "experiments/palm/registrations.hpp"
#include "solvers/device/transfer.hpp"

/// What the label-consistency term does. Row k of its A is the ridge regression on G of row k of Q, which is
/// the label row of atom k's class; W is the same regression where the ridges' ratios agree. So A = E W, and
/// the term is the classification's once more, class c with the weight n_c alpha.
namespace assay::palm {

namespace {

using namespace assay::solvers;

/// The model without A that is to learn the same: its options and data, and which block is its classifier.
template <class Device, class T>
struct StandIn {
    PalmOptions options;
    LabelledSamples<Device, T> data;
    Array<Device, T> SupervisedModel<Device, T>::*classifier;
};

/// One weight beta + (K / C) alpha and one ridge rho_W + (K / C) mu_A for all classes.
template <class Device, class T>
StandIn<Device, T> uniform(PalmOptions options, const LabelledSamples<Device, T>& data, std::size_t K) {
    ObjectiveWeights& w = options.weights;
    const double n = static_cast<double>(K) / static_cast<double>(data.classes());
    w.beta += n * std::exchange(w.alpha, 0.0);
    w.rho_W += n * w.mu_A;
    return {options, data.copy(), &SupervisedModel<Device, T>::classifier};
}

/// beta_c = beta + n_c alpha for class c and ridges in the same proportion: a classifier with class weights,
/// which the solver has in the place of n_c.
template <class Device, class T>
StandIn<Device, T> by_class(PalmOptions options, const LabelledSamples<Device, T>& data) {
    ObjectiveWeights& w = options.weights;
    LabelledSamples<Device, T> weighted = data.copy();
    std::vector<T> diagonal(data.classes() * data.classes(), T(0));
    for (std::size_t c = 0; c < data.classes(); ++c) {
        const double weight = w.beta + static_cast<double>(data.atoms[c]) * w.alpha;
        diagonal[c * (data.classes() + 1)] = static_cast<T>(weight);
    }
    weighted.class_weights = Array<Device, T>::from_host(data.classes(), data.classes(), diagonal);
    w.mu_A = w.rho_W / w.beta;
    w.alpha = 1.0;
    w.beta = 0.0;
    return {options, std::move(weighted), &SupervisedModel<Device, T>::consistency};
}

/// A = Q G^T (G G^T + mu_A / (s alpha) I)^-1 (K x K), from Q (K x N).
template <class Device, class T>
Array<Device, T> full_transform(const ObjectiveWeights& w, double s, const LabelledSamples<Device, T>& data,
                                const Array<Device, T>& G) {
    const auto Q = product(membership<Device, T>(data.atoms), data.targets);
    Array<Device, T> S(G.rows(), G.rows()), QG(G.rows(), G.rows());
    gemm(Op::none, Op::transpose, T(1), G, G, T(0), S);
    gemm(Op::none, Op::transpose, T(1), Q, G, T(0), QG);
    return ridge_regression(w.mu_A / (s * w.alpha), S, QG);
}

/// How many singular values are above 1e-10 of the largest.
template <class Device, class T>
std::size_t numerical_rank(const Array<Device, T>& A) {
    const std::vector<double> values = host::wide(A.to_host());
    const arma::vec singular = arma::svd(arma::mat(values.data(), A.rows(), A.cols()));
    return arma::accu(singular > 1e-10 * singular.max());
}

/// Both models side by side.
template <class Device, class T>
class Comparison {
  public:
    explicit Comparison(harness::Run& run) : run_(run), options_(palm_options(run)), split_(load<T>(run)) {}

    void measure() {
        const std::size_t iterations = run_.count("iterations"), K = run_.count("atoms");
        run_.axis("iteration", harness::counted(1, iterations), "", "outer iterations done");
        auto data = run_.off_clock([&] { return training_samples<Device>(split_, K); });
        const auto atoms = class_atoms(data, split_.train.labels, run_.seed());
        StandIn<Device, T> other =
            run_.text("stand_in") == "by-class" ? by_class(options_, data) : uniform(options_, data, K);
        Palm<Device, T> with(options_, std::move(data), atoms),
            without(other.options, std::move(other.data), atoms);
        const SupervisionSchedule schedule = schedule_of(run_);
        for (std::size_t t = 0; t < iterations; ++t) {
            const double s = schedule(t), of_with = with.step(s).objective,
                         of_without = without.step(s).objective;
            const auto paused = run_.pause_clock();
            run_.record_at("objective", {t}, of_with);
            run_.record_at("objective_difference", {t}, std::abs(of_with - of_without) / of_with);
            record_models(t, with.model(), without.model(), without.model().*other.classifier);
            record_factor(t, s, with);
            run_.progress(static_cast<double>(t + 1) / static_cast<double>(iterations), "outer iterations");
        }
        const auto paused = run_.pause_clock();
        run_.record("accuracy", accuracy(with.model().dictionary, with.model().classifier));
        run_.record("stand_in_accuracy",
                    accuracy(without.model().dictionary, without.model().*other.classifier));
    }

  private:
    void record_models(std::size_t t, const SupervisedModel<Device, T>& a,
                       const SupervisedModel<Device, T>& b, const Array<Device, T>& classifier) {
        run_.record_at("codes_difference", {t}, distance(a.codes, b.codes));
        run_.record_at("dictionary_difference", {t}, distance(a.dictionary, b.dictionary));
        run_.record_at("classifier_difference", {t}, distance(a.classifier, classifier));
        run_.record_at("classifier_norm", {t}, norm(a.classifier));
    }

    /// A is computed in full, by the formula, from the codes that the solver's factor was computed from.
    void record_factor(std::size_t t, double s, const Palm<Device, T>& palm) {
        const SupervisedModel<Device, T>& model = palm.model();
        if (s * norm(model.codes) == 0.0) {
            for (const char* name : {"rank", "factor_error", "product_error"}) run_.record_at(name, {t}, 0.0);
            return;
        }
        const LabelledSamples<Device, T>& data = palm.objective().data();
        const auto E = membership<Device, T>(data.atoms);
        const Array<Device, T> A = full_transform(options_.weights, s, data, model.codes);
        run_.record_at("rank", {t}, static_cast<double>(numerical_rank(A)));
        run_.record_at("factor_error", {t}, distance(A, product(E, model.consistency)) / norm(A));
        run_.record_at("product_error", {t}, distance(A, product(E, model.classifier)) / norm(A));
    }

    double accuracy(const Array<Device, T>& D, const Array<Device, T>& classifier) const {
        PalmOptions options = options_;
        if (options.penalty == CodePenalty::l1) options.code_method = CodeMethod::fista;
        const Encode<Device, T> encode = [&](const Array<Device, T>& X) {
            return label_free_codes(options, run_.count("test_steps"), D, X);
        };
        return agreement(split_.test.labels, predicted(classifier, encode, uploaded<Device>(split_.test)));
    }

    harness::Run& run_;
    PalmOptions options_;
    Split<T> split_;
};

std::vector<harness::ParamSpec> params() {
    const std::vector<harness::ParamSpec> own = {
        {.name = "stand_in",
         .fallback = std::string("by-class"),
         .doc = "the model without A: classification weighted by beta + n_c alpha for class c, or by "
                "beta + (K / C) alpha for all",
         .choices = {"by-class", "uniform"}},
        {.name = "iterations", .fallback = std::int64_t{60}, .doc = "outer iterations", .min = 1, .max = 1e6},
        {.name = "test_steps",
         .fallback = std::int64_t{100},
         .doc = "steps for test codes, which see no labels",
         .min = 1,
         .max = 1e6},
        harness::precision_param()};
    return harness::with_defaults(
        harness::joined(harness::joined(harness::joined(data_params(), palm_params()), schedule_params()),
                        own),
        {{"data", std::string("synthetic")},
         {"samples", std::int64_t{600}},
         {"test_samples", std::int64_t{1000}},
         {"precision", std::string("double")},
         {"alpha", 0.5},
         {"beta", 0.5}});
}

std::vector<std::string> check(const harness::Params& params) {
    std::vector<std::string> messages = check_data(params);
    for (std::string& message : check_palm(params)) messages.push_back(std::move(message));
    const auto real = [&](const char* name) { return std::get<double>(params.at(name)); };
    const double a = real("mu_A") * real("beta"), w = real("rho_W") * real("alpha");
    if (real("alpha") <= 0.0 || real("beta") <= 0.0 || std::abs(a - w) > 1e-12 * w) {
        messages.push_back(
            "alpha and beta must be above 0 and mu_A / alpha equal to rho_W / beta: A = E W needs one ridge");
    }
    return messages;
}

}  // namespace

void register_label_consistency() {
    harness::register_experiment(
        {.name = "palm.label_consistency",
         .doc = "PALM with the label-consistency transform A beside PALM without it",
         .params = params(),
         .metrics =
             {{"objective", "", "Psi of the model with A", {"iteration"}},
              {"objective_difference", "", "|Psi - Psi without A| / Psi", {"iteration"}},
              {"codes_difference", "", "||G - G without A||_F", {"iteration"}},
              {"dictionary_difference", "", "||D - D without A||_F", {"iteration"}},
              {"classifier_difference", "", "||W - W without A||_F", {"iteration"}},
              {"classifier_norm", "", "||W||_F", {"iteration"}},
              {"rank",
               "",
               "of A (K x K), to 1e-10 of its largest singular value; 0 while s is",
               {"iteration"}},
              {"factor_error",
               "",
               "||A - E P|| / ||A||, with A from Q and P the factor that the solver keeps; 0 while s is",
               {"iteration"}},
              {"product_error", "", "||A - E W|| / ||A||; 0 while s is", {"iteration"}},
              {"accuracy", "", "test accuracy of the model with A"},
              {"stand_in_accuracy", "", "test accuracy of the model without A"}},
         .body = harness::on_device(
             []<class Device, class T>(harness::Run& run) { Comparison<Device, T>(run).measure(); }),
         .data = data_sets,
         .check = check});
}

}  // namespace assay::palm
