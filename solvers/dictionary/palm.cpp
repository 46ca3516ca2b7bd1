#include "solvers/dictionary/palm.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "solvers/device/composed.hpp"
#include "solvers/device/eigenvalue_bounds.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/device/keep_largest.hpp"

namespace assay::solvers {
namespace {

/// Throws Error unless codes that are given are K x N and finite.
template <class Device, class T>
void require_codes(const std::string& name, std::size_t K, std::size_t N, const Array<Device, T>& codes) {
    if (codes.rows() != K || codes.cols() != N) {
        throw Error(
            name + " are " + shape_text(codes) + ", not " + std::to_string(K) + " x " + std::to_string(N),
            "palm", "give one column for each sample with one entry for each atom");
    }
    require_finite("palm", ("the matrix of " + name).c_str(), codes);
}

template <class Device, class T>
Array<Device, T> checked_codes(const PalmOptions& options, std::size_t K, std::size_t N,
                               Array<Device, T> codes) {
    if (codes.size() == 0) return Array<Device, T>(K, N);
    require_codes("the first codes", K, N, codes);
    if (options.penalty == CodePenalty::l0) keep_largest(options.nonzeros, codes);
    return codes;
}

/// An exact minimiser of a strongly convex block keeps sigma / 2 of its squared step.
BlockStep exact_step(double sigma, double squared_step) {
    BlockStep step;
    step.modulus = sigma;
    step.constant = 0.5 * sigma;
    step.squared_path = squared_step;
    step.certified_drop = step.constant * squared_step;
    return step;
}

}  // namespace

double SupervisionSchedule::operator()(std::size_t t) const {
    if (t < warm_up) return 0.0;
    const std::size_t climbed = t - warm_up + 1;
    return climbed >= ramp ? strongest : strongest * static_cast<double>(climbed) / static_cast<double>(ramp);
}

template <class Device, class T>
Palm<Device, T>::Palm(const PalmOptions& options, LabelledSamples<Device, T> data,
                      const Array<Device, T>& dictionary, Array<Device, T> codes)
    : options_(options), objective_(options.weights, options.penalty == CodePenalty::l1, std::move(data)) {
    const LabelledSamples<Device, T>& samples = objective_.data();
    check(options_, dictionary.cols());
    const std::size_t K = dictionary.cols(), N = samples.samples.cols();
    model_ = {unit_dictionary("palm", samples, dictionary), checked_codes(options_, K, N, std::move(codes)),
              Array<Device, T>(samples.classes(), K), Array<Device, T>(samples.classes(), K)};
    terms_ = objective_.terms(model_);
}

template <class Device, class T>
PalmRecord Palm<Device, T>::step(double s, const Array<Device, T>& proposal) {
    if (!(s >= 0.0 && s <= 1.0)) {
        throw Error("the supervision scale " + std::to_string(s) + " is not in [0, 1]", "palm",
                    "take s from a SupervisionSchedule with strongest in [0, 1]");
    }
    if (proposal.size() != 0)
        require_codes("the proposed codes", model_.codes.rows(), model_.codes.cols(), proposal);
    PalmRecord record;
    record.iteration = ++iteration_;
    begin_stage(s, record);
    codes_block(proposal, record);
    dictionary_block(record);
    ridge_blocks(record);
    finish(record);
    return record;
}

template <class Device, class T>
void Palm<Device, T>::begin_stage(double s, PalmRecord& record) {
    record.supervision = s;
    if (iteration_ == 1 || s != s_) {
        record.jump = terms_.total(s) - terms_.total(s_);
        if (s_ == 0.0 && s > 0.0) {
            const double before = terms_.total(s);
            objective_.solve_ridges(s, objective_.moments(model_.codes), model_.consistency,
                                    model_.classifier);
            objective_.update_consistency_terms(model_, terms_);
            objective_.update_classifier_terms(model_, terms_);
            record.refresh_drop = before - terms_.total(s);
        }
        s_ = s;
        stage_start_ = terms_.total(s);
        refresh_code_system();
    }
    record.start = terms_.total(s);
}

template <class Device, class T>
void Palm<Device, T>::refresh_code_system() {
    system_ = {};  // frees the old R before the new one is made
    code_gradient_ = {};
    system_ = objective_.code_system(s_, model_);
    code_gradient_ = codes_gradient(system_.M, system_.R, model_.codes);
    code_bound_ = largest_eigenvalue_bound(system_.M);
}

template <class Device, class T>
void Palm<Device, T>::codes_block(const Array<Device, T>& proposal, PalmRecord& record) {
    BlockUpdate<Device, T> update = update_codes(options_, system_, options_.moduli_scale * code_bound_,
                                                 code_gradient_, model_.codes, proposal);
    const double moved = squared_distance(update.value, model_.codes);
    model_.codes = std::move(update.value);
    code_subgradient_ = std::move(update.subgradient);
    terms_ = objective_.terms(model_);
    record.codes = judged(options_, record.start, terms_.total(s_), update.step, moved);
    after_codes_ = terms_;
    code_reach_ = update.step.reach;
}

template <class Device, class T>
void Palm<Device, T>::dictionary_block(PalmRecord& record) {
    moments_ = objective_.moments(model_.codes);
    moment_bound_ = largest_eigenvalue_bound(moments_.S);
    const double modulus = options_.moduli_scale * (moment_bound_ + options_.weights.eps_D);
    BlockUpdate<Device, T> update =
        update_dictionary(dictionary_options(options_), moments_, modulus, model_.dictionary);
    const double moved = squared_distance(update.value, model_.dictionary);
    model_.dictionary = std::move(update.value);
    objective_.update_dictionary_terms(model_, terms_);
    record.dictionary = judged(options_, record.codes.objective, terms_.total(s_), update.step, moved);
    axpy(T(1), dictionary_gradient(options_.weights.eps_D, moments_, model_.dictionary), update.subgradient);
    record.stationarity_dictionary = norm(update.subgradient);
    dictionary_reach_ = update.step.reach;
}

template <class Device, class T>
void Palm<Device, T>::ridge_blocks(PalmRecord& record) {
    const ObjectiveWeights& w = options_.weights;
    const double smallest = smallest_eigenvalue_bound(moments_.S);
    Array<Device, T> consistency, classifier;
    objective_.solve_ridges(s_, moments_, consistency, classifier);

    std::swap(model_.consistency, consistency);
    axpy(T(-1), model_.consistency, consistency);
    double moved = objective_.squared_norm_of_factor(consistency);
    objective_.update_consistency_terms(model_, terms_);
    record.consistency = judged(options_, record.dictionary.objective, terms_.total(s_),
                                exact_step(s_ * w.alpha * smallest + w.mu_A, moved), moved);

    std::swap(model_.classifier, classifier);
    moved = squared_distance(model_.classifier, classifier);
    objective_.update_classifier_terms(model_, terms_);
    record.classifier = judged(options_, record.consistency.objective, terms_.total(s_),
                               exact_step(s_ * w.beta * smallest + w.rho_W, moved), moved);
}

template <class Device, class T>
void Palm<Device, T>::finish(PalmRecord& record) {
    record.terms = terms_;
    record.objective = terms_.total(s_);
    if (!std::isfinite(record.objective)) {
        throw Diverged("Psi", iteration_, "palm", "look at the weights' sizes, and leave moduli_scale at 1");
    }
    record.worst_margin = record.codes.margin;
    for (const PalmStep* step :
         {&record.codes, &record.dictionary, &record.consistency, &record.classifier}) {
        record.squared_step += step->squared_step;
        record.squared_path += step->squared_path;
        record.violations += step->violated ? 1 : 0;
        record.worst_margin = std::min(record.worst_margin, step->margin);
    }
    refresh_code_system();
    axpy(T(1), code_gradient_, code_subgradient_);
    record.stationarity_codes = norm(code_subgradient_);
    code_subgradient_ = {};
    record.distance = std::hypot(record.stationarity_codes, record.stationarity_dictionary);
    record.ratio = record.squared_path > 0.0 ? record.distance / std::sqrt(record.squared_path) : 0.0;
    record.ratio_bound = ratio_bound();
    record.codes_norm = norm(model_.codes);
    record.codes_bound = std::sqrt(2.0 * stage_start_ / options_.weights.mu_G);
    const Array<Device, T>& D = model_.dictionary;
    const std::vector<double> lengths = column_norms(D);
    record.largest_atom = *std::max_element(lengths.begin(), lengths.end());
    record.nonzeros = count_nonzero(model_.codes);
}

/// v_G is what the codes' own block leaves, at most reach_G of its path, plus what the later blocks change in
/// the gradient at the new codes G: for the dictionary D+^T (D+ - D) G + (D+ - D)^T (D G - Y), at most
/// ||D+ - D|| (||D+|| ||G|| + ||D G - Y||), and for A and W alike. v_D is at most reach_D of its path. With
/// a path that n steps make, the step is at most sqrt(n) times it; Cauchy and Schwarz put the parts together.
/// ||D+||, sqrt(s alpha) ||A+|| and sqrt(s beta) ||W+|| are at most sqrt(lambda_max(M) - mu_G).
template <class Device, class T>
double Palm<Device, T>::ratio_bound() const {
    if (code_reach_ == 0.0 || dictionary_reach_ == 0.0) return 0.0;
    const ObjectiveWeights& w = options_.weights;
    const double model = std::sqrt(std::max(code_bound_ - w.mu_G, 0.0)), codes = std::sqrt(moment_bound_);
    const double n = options_.dictionary_method == DictionaryMethod::projected_gradient
                         ? static_cast<double>(options_.dictionary_steps)
                         : 1.0;
    const double by_dictionary =
        std::sqrt(n) * (model * codes + std::sqrt(2.0 * after_codes_.reconstruction));
    const double by_consistency = std::sqrt(s_ * w.alpha) * model * codes +
                                  s_ * std::sqrt(2.0 * w.alpha * after_codes_.label_consistency);
    const double by_classifier =
        std::sqrt(s_ * w.beta) * model * codes + s_ * std::sqrt(2.0 * w.beta * after_codes_.classification);
    double squares = 0.0;
    for (const double part : {code_reach_, dictionary_reach_, by_dictionary, by_consistency, by_classifier}) {
        squares += part * part;
    }
    return std::sqrt(squares) / options_.certificate_scale;
}

#define ASSAY_INSTANTIATE(Device, T) template class Palm<Device, T>;

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
