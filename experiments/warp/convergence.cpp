#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "experiments/harness/declarations.hpp"
#include "experiments/harness/on_device.hpp"
#include "experiments/warp/arms.hpp"
#include "experiments/warp/measures.hpp"
#include "experiments/warp/predictor.hpp"
#include "experiments/warp/registrations.hpp"
#include "solvers/device/primitives.hpp"

/// LCA from predicted states beside LCA from zero and the controls without a network: energy, PSNR, SSIM and
/// non-zeros against iterations, and when each settles.
namespace assay::warp {

namespace {

using namespace solvers;

struct Arm {
    const char* name;
    const char* doc;
    bool when_slow;  ///< runs with the second time constant too
};
constexpr Arm arms[] = {{"cold", "LCA from u = 0", true},
                        {"warm", "LCA from predicted states: WARP-LCA", true},
                        {"scaled", "LCA from u = 0.2 Phi^T x", false},
                        {"soft_first", "soft threshold for 6 tau, then the hard one", false},
                        {"restart", "from u = 0, with noise on the states after 10 tau", false},
                        {"continuation", "lambda from twice its value down in five steps of 1.2 tau", true}};

/// One time constant's account of one arm.
struct Outcome {
    EnergyTrace trace;
    std::vector<double> final_nonzeros, final_psnr;
};

template <class Device>
class Convergence {
  public:
    explicit Convergence(harness::Run& run)
        : run_(run), test_(test_images<Device>(run, run.count("test_images"))) {}

    void measure() {
        run_.off_clock([&] {
            prepare();
            declare_axes();
            for (std::size_t t = 0; t < taus_.size(); ++t) measure(t);
            record_pictures();
        });
        clock_iterations();
    }

  private:
    void prepare() {
        const Groundwork<Device> ground = lay_groundwork<Device>(run_);
        atoms_ = std::make_unique<AtomBank<Device, float>>(geometry_of(run_, test_.pixels.shape), ground.D);
        run_.record("largest_eigenvalue", largest_eigenvalue(*atoms_));
        const auto predictor = trained_predictor(run_, ground);
        predicted_ = predictor->states(test_.standardised);
        pass_ = predictor->pass_equivalents();
        run_.record("pass_equivalents", pass_);
    }

    void declare_axes() {
        taus_ = {run_.real("tau")};
        if (run_.real("slow_tau") > 0.0) taus_.push_back(run_.real("slow_tau"));
        run_.axis("time_constant", taus_, "", "time constant of LCA in iterations");
        run_.axis("image", harness::counted(1, test_.count()), "", "test image");
        std::vector<std::size_t> all;
        for (const double tau : taus_) {
            const auto looks = recorded_looks(last_iteration(tau));
            all.insert(all.end(), looks.begin(), looks.end());
        }
        std::ranges::sort(all);
        all.erase(std::unique(all.begin(), all.end()), all.end());
        for (std::size_t k = 0; k < all.size(); ++k) recorded_[all[k]] = k;
        run_.axis("iteration", {all.begin(), all.end()}, "", "times of threshold, then update");
        for (const auto& [iteration, k] : recorded_) {
            run_.record_at("own_cost", {k}, static_cast<double>(iteration));
            run_.record_at("warm_cost", {k}, static_cast<double>(iteration) + pass_);
        }
    }

    std::size_t last_iteration(double tau) const {
        return static_cast<std::size_t>(std::lround(run_.real("reference_time") * tau));
    }

    CodingProblem<Device> problem(double tau) const {
        return {*atoms_, test_.standardised, hard_penalty(run_), tau, 1.0, run_.seed()};
    }

    void measure(std::size_t t) {
        std::vector<double> reference;
        for (const Arm& arm : arms) {
            if (t > 0 && !arm.when_slow) continue;
            const Outcome outcome = run(arm, t);
            const std::string name = arm.name;
            const std::vector<double>& final_energy = outcome.trace.energy.back();
            if (name == "cold") reference = final_energy;
            record(name + "_settled", t, outcome.trace.settled(reference, 0.01));
            record(name + "_own_settled", t, outcome.trace.settled(final_energy, 0.01));
            record(name + "_final_energy", t, final_energy);
            record(name + "_final_nonzeros", t, outcome.final_nonzeros);
            record(name + "_final_psnr", t, outcome.final_psnr);
            if (name == "warm") record_equal_cost(t, outcome.trace);
        }
    }

    Phases phases(const std::string& arm, double tau) const {
        const Penalty hard = hard_penalty(run_);
        return arm == "soft_first"     ? soft_first(hard, tau)
               : arm == "restart"      ? noise_restart(hard, tau)
               : arm == "continuation" ? continuation(hard, tau)
                                       : plain(hard);
    }

    Images<Device, float> start(const std::string& arm) const {
        if (arm == "warm") return predicted_.copy();
        if (arm != "scaled") return {};
        Images<Device, float> drive = analysis(*atoms_, on_canvas(atoms_->geometry(), test_.standardised));
        scale(0.2F, drive.data);
        return drive;
    }

    Outcome run(const Arm& arm, std::size_t t) {
        const double tau = taus_[t];
        const std::string name = arm.name;
        Outcome outcome;
        outcome.trace.iterations = close_looks(last_iteration(tau));
        run_arm<Device>(problem(tau), phases(name, tau), start(name), outcome.trace.iterations,
                        [&](const Look<Device>& look) {
                            outcome.trace.energy.push_back(look.energy);
                            if (recorded_.contains(look.iteration)) record_look(name, t, look, outcome);
                        });
        arms_done_ += 1.0;
        run_.progress(0.7 + 0.3 * arms_done_ / static_cast<double>(std::size(arms) * taus_.size()), name);
        return outcome;
    }

    void record_look(const std::string& arm, std::size_t t, const Look<Device>& look, Outcome& outcome) {
        const std::size_t k = recorded_.at(look.iteration);
        const Reconstructions<Device> made(*atoms_, test_, look.codes);
        const std::vector<double> psnr = made.psnr(), ssim = made.ssim();
        keep_pictures(arm, t, look.iteration, made.pixels());
        outcome.final_psnr = psnr;
        outcome.final_nonzeros.assign(look.nonzeros.begin(), look.nonzeros.end());
        for (std::size_t i = 0; i < test_.count(); ++i) {
            run_.record_at(arm + "_energy", {t, k, i}, look.energy[i]);
            run_.record_at(arm + "_nonzeros", {t, k, i}, outcome.final_nonzeros[i]);
            run_.record_at(arm + "_psnr", {t, k, i}, psnr[i]);
            run_.record_at(arm + "_ssim", {t, k, i}, ssim[i]);
        }
    }

    /// The first images: as they are, and what cold and warm make of them, early on and at the end.
    void keep_pictures(const std::string& arm, std::size_t t, std::size_t iteration,
                       const Images<Cpu, float>& pixels) {
        const bool early = iteration == run_.count("pictured_iteration");
        const bool late = iteration == last_iteration(taus_[0]);
        if (t > 0 || (arm != "cold" && arm != "warm") || (!early && !late)) return;
        const std::size_t column = (early ? 1 : 3) + (arm == "warm" ? 1 : 0);
        for (std::size_t i = 0; i < pictured(); ++i) pictures_[i * 5 + column] = picture(pixels, i);
    }

    std::size_t pictured() const { return std::min<std::size_t>(6, test_.count()); }

    void record_pictures() {
        const ImageShape& shape = test_.pixels.shape;
        run_.axis("pictured", harness::counted(1, pictured()), "", "test image");
        run_.axis("version", harness::counted(1, 5), "",
                  "the image; cold and warm after `pictured_iteration` iterations; cold and warm at the end");
        run_.axis("y", harness::counted(1, shape.height));
        run_.axis("x", harness::counted(1, shape.width));
        run_.axis("channel", harness::counted(1, shape.channels), "", "red, green, blue");
        std::vector<double> values;
        for (std::size_t k = 0; k < pictured() * 5; ++k) {
            if (k % 5 == 0) pictures_[k] = picture(test_.pixels, k / 5);
            values.insert(values.end(), pictures_[k].begin(), pictures_[k].end());
        }
        run_.record("pictures", values);
    }

    /// What the run's solver time is: iterations of cold LCA, one after the other, on all test images.
    void clock_iterations() {
        const std::size_t iterations = run_.count("clocked_iterations");
        lca(lca_for(iterations, taus_[0], hard_penalty(run_)), *atoms_, test_.standardised);
        run_.record("clocked_sweeps", static_cast<double>(iterations * test_.count()));
    }

    void record(const std::string& metric, std::size_t t, const std::vector<double>& of_images) {
        for (std::size_t i = 0; i < of_images.size(); ++i) run_.record_at(metric, {t, i}, of_images[i]);
    }

    /// The energy that WARP-LCA has once it has cost as much as so many iterations, its network's pass
    /// included.
    void record_equal_cost(std::size_t t, const EnergyTrace& trace) {
        for (const auto& [iteration, k] : recorded_) {
            const double left = static_cast<double>(iteration) - pass_;
            if (left < 0.0 || iteration > trace.iterations.back()) continue;
            const std::vector<double> energy = trace.at(left);
            for (std::size_t i = 0; i < energy.size(); ++i)
                run_.record_at("warm_equal_cost_energy", {t, k, i}, energy[i]);
        }
    }

    harness::Run& run_;
    ImageSet<Device> test_;
    std::unique_ptr<AtomBank<Device, float>> atoms_;  // on the test images
    Images<Device, float> predicted_;
    double pass_ = 0.0;
    std::vector<double> taus_;
    std::map<std::size_t, std::size_t> recorded_;  // iteration -> its place on the axis
    std::map<std::size_t, std::vector<double>> pictures_;
    double arms_done_ = 0.0;
};

std::vector<harness::ParamSpec> params() {
    const auto integer = [](const char* name, std::int64_t value, const char* doc) {
        return harness::ParamSpec{.name = name, .fallback = value, .doc = doc, .min = 1, .max = 1e6};
    };
    const std::vector<harness::ParamSpec> own = {
        {"slow_tau", 100.0, "a second time constant, for cold, warm and continuation; 0: none", 0, 1e5},
        {"reference_time", 60.0, "T_ref / tau: iterations to the reference energy", 1, 1e4},
        integer("pictured_iteration", 20, "at which the first reconstructions are shown"),
        integer("clocked_iterations", 100, "of cold LCA on all test images: what the solver time is of")};
    return harness::joined(
        harness::joined(harness::joined(image_params(), problem_params()), dictionary_params()),
        harness::joined(harness::joined(target_params(), predictor_params()), own));
}

std::vector<std::string> check(const harness::Params& params) {
    std::vector<std::string> messages = check_problem(params);
    const double tau = std::get<double>(params.at("tau"));
    if (tau == std::get<double>(params.at("slow_tau")))
        messages.push_back(fmt::format("slow_tau = {0} is tau once more; give another one, or 0", tau));
    const double end = tau * std::get<double>(params.at("reference_time"));
    auto looks = recorded_looks(static_cast<std::size_t>(std::lround(end)));
    looks.pop_back();  // the end has pictures of its own
    const auto shown = static_cast<std::size_t>(std::get<std::int64_t>(params.at("pictured_iteration")));
    if (std::ranges::find(looks, shown) == looks.end()) {
        messages.push_back(
            fmt::format("pictured_iteration = {} is none of those that are recorded before the end: {}",
                        shown, fmt::join(looks, ", ")));
    }
    return messages;
}

std::vector<harness::MetricSpec> metrics() {
    std::vector<harness::MetricSpec> all = {
        {"largest_eigenvalue", "", "lambda_max(Phi^T Phi)"},
        {"pass_equivalents", "", "iterations that a pass of the network costs, by multiply-adds"},
        {"own_cost", "", "the iterations themselves", {"iteration"}},
        {"warm_cost", "", "iterations and the network's pass", {"iteration"}},
        {"warm_equal_cost_energy",
         "",
         "of WARP-LCA once it has cost as much as `iteration` iterations, the network's pass included",
         {"time_constant", "iteration", "image"}},
        {"clocked_sweeps", "", "iterations times images behind the solver time"},
        {"pictures",
         "",
         "the first test images and their reconstructions",
         {"pictured", "version", "y", "x", "channel"}}};
    for (const Arm& arm : arms) {
        const std::string name = arm.name, of = std::string(", ") + arm.doc;
        const std::vector<std::string> traced = {"time_constant", "iteration", "image"},
                                       final = {"time_constant", "image"};
        all.push_back({name + "_energy", "", "1/2 ||x - Phi a||^2 + lambda^2/2 ||a||_0" + of, traced});
        all.push_back({name + "_nonzeros", "", "of the code" + of, traced});
        all.push_back({name + "_psnr", "dB", "of the reconstruction" + of, traced});
        all.push_back({name + "_ssim", "", "of the reconstruction" + of, traced});
        all.push_back({name + "_settled", "",
                       "first iteration with an energy of at most 1.01 times cold's at the end, for good; "
                       "twice the last where it is not at the end" +
                           of,
                       final});
        all.push_back(
            {name + "_own_settled", "",
             "first iteration with an energy of at most 1.01 times the arm's own at the end, for good" + of,
             final});
        all.push_back({name + "_final_energy", "", "after reference_time tau iterations" + of, final});
        all.push_back({name + "_final_nonzeros", "", "after reference_time tau iterations" + of, final});
        all.push_back({name + "_final_psnr", "dB", "after reference_time tau iterations" + of, final});
    }
    return all;
}

}  // namespace

void register_convergence() {
    harness::register_experiment(
        {.name = "warp.convergence",
         .doc = "LCA with the hard threshold from predicted states, from zero, and by ways without a network",
         .params = params(),
         .metrics = metrics(),
         .body = harness::on_device_in_float(
             []<class Device>(harness::Run& run) { Convergence<Device>(run).measure(); }),
         .data = image_data,
         .check = check});
}

}  // namespace assay::warp
