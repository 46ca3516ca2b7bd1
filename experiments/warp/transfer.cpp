#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "experiments/harness/declarations.hpp"
#include "experiments/harness/on_device.hpp"
#include "experiments/warp/arms.hpp"
#include "experiments/warp/interpolation.hpp"
#include "experiments/warp/measures.hpp"
#include "experiments/warp/predictor.hpp"
#include "experiments/warp/registrations.hpp"
#include "solvers/device/primitives.hpp"

/// One predictor, trained on states of the hard threshold at one lambda, used for other thresholds and for
/// other lambdas.
namespace assay::warp {

namespace {

using namespace solvers;

struct Rule {
    const char* name;
    const char* doc;
    PenaltyKind kind;
    double gain;
};
constexpr Rule rules[] = {{"cel0", "CEL0 with gain 0.5", PenaltyKind::cel0, 0.5},
                          {"half", "l1/2", PenaltyKind::half, 1.0},
                          {"soft", "soft threshold", PenaltyKind::l1, 1.0}};
constexpr std::array<double, 4> levels = {0.5, 0.75, 1.0, 1.5};  // times the run's lambda
constexpr const char* arms[] = {"cold", "warm", "continuation"};

/// The rule's penalty whose threshold at unit gain is the hard one's.
Penalty penalty_for(const Rule& rule, const Penalty& hard) {
    Penalty penalty = hard;
    penalty.kind = rule.kind;
    // The threshold of l1/2 is 3/2 mu^(2/3).
    if (rule.kind == PenaltyKind::half) penalty.lambda = std::pow(2.0 / 3.0 * hard.lambda, 1.5);
    return penalty;
}

/// States that stand for the same codes and residual with another gain: u = gain Phi^T r + a.
template <class Device>
Images<Device, float> with_gain(const Images<Device, float>& states, const Penalty& hard, double gain) {
    Images<Device, float> codes = states.copy();
    threshold_all(threshold_of<float>(hard), codes.data);
    scale(static_cast<float>(1.0 - gain), codes.data);
    Images<Device, float> result = states.copy();
    scale(static_cast<float>(gain), result.data);
    axpy(1.0F, codes.data, result.data);
    return result;
}

template <class Device>
class Transfer {
  public:
    explicit Transfer(harness::Run& run)
        : run_(run), test_(test_images<Device>(run, run.count("test_images"))) {}

    void measure() {
        const auto paused = run_.pause_clock();
        ground_ = std::make_unique<Groundwork<Device>>(lay_groundwork<Device>(run_));
        const auto predictor = trained_predictor(run_, *ground_);
        predicted_ = predictor->states(test_.standardised);
        run_.record("pass_equivalents", predictor->pass_equivalents());
        declare_axes();
        for (const Rule& rule : rules) measure_rule(rule);
        for (std::size_t l = 0; l < levels.size(); ++l) measure_level(l);
        for (std::size_t k = 0; k < swept_.size(); ++k) record_gains(k);
    }

  private:
    std::size_t last() const {
        return static_cast<std::size_t>(std::lround(run_.real("reference_time") * run_.real("tau")));
    }

    void declare_axes() {
        looks_ = recorded_looks(last());
        const std::size_t tau = static_cast<std::size_t>(std::lround(run_.real("tau")));
        swept_ = {std::max<std::size_t>(tau / 2, 1), 2 * tau, last()};
        run_.axis("iteration", {looks_.begin(), looks_.end()}, "", "times of threshold, then update");
        run_.axis("image", harness::counted(1, test_.count()), "", "test image");
        run_.axis("level", {levels.begin(), levels.end()}, "", "the threshold over the run's lambda");
        run_.axis("stop", {swept_.begin(), swept_.end()}, "", "iterations after which lambdas are compared");
    }

    CodingProblem<Device> problem(const Penalty& penalty, double gain) const {
        return {ground_->atoms, test_.standardised, penalty, run_.real("tau"), gain, run_.seed()};
    }

    void measure_rule(const Rule& rule) {
        const Penalty penalty = penalty_for(rule, hard_penalty(run_));
        std::vector<double> reference;
        for (const std::string arm : {"cold", "warm"}) {
            const std::string name = std::string(rule.name) + "_" + arm;
            EnergyTrace trace{close_looks(last()), {}};
            std::size_t k = 0;
            const Images<Device, float> start = arm == "warm"
                                                    ? with_gain(predicted_, hard_penalty(run_), rule.gain)
                                                    : Images<Device, float>{};
            run_arm<Device>(problem(penalty, rule.gain), plain(penalty), start, trace.iterations,
                            [&](const Look<Device>& look) {
                                trace.energy.push_back(look.energy);
                                if (look.iteration != looks_[k]) return;
                                for (std::size_t i = 0; i < look.energy.size(); ++i)
                                    run_.record_at(name + "_energy", {k, i}, look.energy[i]);
                                ++k;
                            });
            if (arm == "cold") reference = trace.energy.back();
            run_.record(name + "_settled", trace.settled(reference, 0.01));
            run_.record(name + "_own_settled", trace.settled(trace.energy.back(), 0.01));
            run_.record(name + "_final_energy", trace.energy.back());
        }
        run_.progress(0.8, rule.name);
    }

    void measure_level(std::size_t l) {
        Penalty penalty = hard_penalty(run_);
        penalty.lambda *= levels[l];
        for (const std::string arm : arms) {
            std::size_t k = 0;
            const Phases phases =
                arm == "continuation" ? continuation(penalty, run_.real("tau")) : plain(penalty);
            run_arm<Device>(problem(penalty, 1.0), phases,
                            arm == "warm" ? predicted_.copy() : Images<Device, float>{}, swept_,
                            [&](const Look<Device>& look) { record_level(arm, l, k++, look); });
        }
        run_.progress(0.8 + 0.2 * static_cast<double>(l + 1) / levels.size(), "lambdas");
    }

    void record_level(const std::string& arm, std::size_t l, std::size_t k, const Look<Device>& look) {
        const std::vector<double> psnr = Reconstructions<Device>(ground_->atoms, test_, look.codes).psnr();
        for (std::size_t i = 0; i < psnr.size(); ++i) {
            run_.record_at(arm + "_psnr", {l, k, i}, psnr[i]);
            run_.record_at(arm + "_nonzeros", {l, k, i}, static_cast<double>(look.nonzeros[i]));
        }
    }

    double recorded(const std::string& metric, std::size_t l, std::size_t k, std::size_t i) {
        return run_.result().metrics.at(metric).values[(l * swept_.size() + k) * test_.count() + i];
    }

    /// PSNR above that of cold LCA with as many non-zeros, image by image.
    void record_gains(std::size_t k) {
        for (std::size_t i = 0; i < test_.count(); ++i) {
            std::vector<std::pair<double, double>> cold;  // log(1 + non-zeros), PSNR
            for (std::size_t l = 0; l < levels.size(); ++l)
                cold.emplace_back(std::log1p(recorded("cold_nonzeros", l, k, i)),
                                  recorded("cold_psnr", l, k, i));
            for (const std::string arm : {"warm", "continuation"}) {
                for (std::size_t l = 0; l < levels.size(); ++l) {
                    const double at = std::log1p(recorded(arm + "_nonzeros", l, k, i));
                    run_.record_at(arm + "_gain", {l, k, i},
                                   recorded(arm + "_psnr", l, k, i) - on_curve(cold, at));
                }
            }
        }
    }

    harness::Run& run_;
    ImageSet<Device> test_;
    std::unique_ptr<Groundwork<Device>> ground_;
    Images<Device, float> predicted_;
    std::vector<std::size_t> looks_, swept_;
};

std::vector<harness::MetricSpec> metrics() {
    std::vector<harness::MetricSpec> all = {
        {"pass_equivalents", "", "iterations that a pass of the network costs, by multiply-adds"}};
    for (const Rule& rule : rules) {
        for (const std::string arm : {"cold", "warm"}) {
            const std::string name = std::string(rule.name) + "_" + arm;
            const std::string of = std::string(", ") + rule.doc;
            all.push_back({name + "_energy", "", "of the rule's own problem" + of, {"iteration", "image"}});
            all.push_back(
                {name + "_settled",
                 "",
                 "first iteration with an energy of at most 1.01 times cold's at the end, for good" + of,
                 {"image"}});
            all.push_back(
                {name + "_own_settled",
                 "",
                 "first iteration with an energy of at most 1.01 times the arm's own at the end, for good" +
                     of,
                 {"image"}});
            all.push_back(
                {name + "_final_energy", "", "after reference_time tau iterations" + of, {"image"}});
        }
    }
    for (const std::string arm : arms) {
        all.push_back({arm + "_psnr", "dB", "hard threshold, " + arm, {"level", "stop", "image"}});
        all.push_back({arm + "_nonzeros", "", "hard threshold, " + arm, {"level", "stop", "image"}});
        if (arm == "cold") continue;
        all.push_back(
            {arm + "_gain",
             "dB",
             "PSNR above that of cold LCA with as many non-zeros, on lines between its lambdas, " + arm,
             {"level", "stop", "image"}});
    }
    return all;
}

std::vector<harness::ParamSpec> params() {
    const std::vector<harness::ParamSpec> own = {
        {"reference_time", 60.0, "T_ref / tau: iterations to the end", 3, 1e4}};
    return harness::joined(
        harness::joined(harness::joined(image_params(), problem_params()), dictionary_params()),
        harness::joined(harness::joined(target_params(), predictor_params()), own));
}

}  // namespace

void register_transfer() {
    harness::register_experiment(
        {.name = "warp.transfer",
         .doc =
             "A predictor trained on hard-threshold states at one lambda, for other thresholds and lambdas",
         .params = params(),
         .metrics = metrics(),
         .body = harness::on_device_in_float(
             []<class Device>(harness::Run& run) { Transfer<Device>(run).measure(); }),
         .data = image_data,
         .check = check_problem});
}

}  // namespace assay::warp
