#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "experiments/harness/declarations.hpp"
#include "experiments/harness/on_device.hpp"
#include "experiments/warp/arms.hpp"
#include "experiments/warp/measures.hpp"
#include "experiments/warp/noise.hpp"
#include "experiments/warp/predictor.hpp"
#include "experiments/warp/quality.hpp"
#include "experiments/warp/registrations.hpp"

/// Denoising: images with white noise are coded by LCA, from zero and from predicted states, and read off
/// their codes again. The threshold for each noise level is chosen on training images.
namespace assay::warp {

namespace {

using namespace solvers;

constexpr std::array noise_levels{10.0, 15.0, 25.0, 50.0};  // deviations, in 255ths of white
constexpr std::array thresholds{0.25, 0.35, 0.5, 0.75,
                                1.0,  1.5,  2.0, 3.0};  // lambda, in deviations of an image

double mean_of(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// An arm at one noise level: where it starts, and its threshold.
struct Arm {
    const char* name;
    bool warm;
    double lambda;
};

template <class Device>
class Denoising {
  public:
    explicit Denoising(harness::Run& run)
        : run_(run), test_(test_images<Device>(run, run.count("test_images"))) {}

    void measure() {
        run_.off_clock([&] {
            prepare();
            declare_axes();
            for (std::size_t n = 0; n < noise_levels.size(); ++n) {
                measure(n);
                run_.progress(0.7 + 0.3 * static_cast<double>(n + 1) / noise_levels.size(), "noise levels");
            }
        });
    }

  private:
    void prepare() {
        Groundwork<Device> ground = lay_groundwork<Device>(run_, run_.count("validation_images"));
        predictor_ = trained_predictor(run_, ground);
        run_.record("pass_equivalents", predictor_->pass_equivalents());
        validation_ = std::move(ground.kept);
        atoms_ = std::make_unique<AtomBank<Device, float>>(std::move(ground.atoms));
    }

    void declare_axes() {
        looks_ = recorded_looks(run_.count("iterations"));
        run_.axis("noise", {noise_levels.begin(), noise_levels.end()}, "",
                  "its deviation in 255ths of white");
        run_.axis("threshold", {thresholds.begin(), thresholds.end()}, "", "lambda that was tried");
        run_.axis("iteration", {looks_.begin(), looks_.end()}, "", "times of threshold, then update");
        const ImageShape& shape = test_.pixels.shape;
        run_.axis("pictured", harness::counted(1, pictured()), "", "test image");
        run_.axis("version", harness::counted(1, 4), "",
                  "clean; noisy; cold at the end; warm at its iteration");
        run_.axis("y", harness::counted(1, shape.height));
        run_.axis("x", harness::counted(1, shape.width));
        run_.axis("channel", harness::counted(1, shape.channels), "", "red, green, blue");
    }

    std::size_t pictured() const { return std::min<std::size_t>(6, test_.count()); }

    CodingProblem<Device> problem(const ImageSet<Device>& images, double lambda) const {
        Penalty penalty = hard_penalty(run_);
        penalty.lambda = lambda;
        return {*atoms_, images.standardised, penalty, run_.real("tau"), 1.0, run_.seed()};
    }

    /// `visit(look, reconstructions)` at each of the iterations.
    template <class Visit>
    void code(const ImageSet<Device>& images, bool warm, double lambda,
              const std::vector<std::size_t>& iterations, Visit visit) const {
        const CodingProblem<Device> task = problem(images, lambda);
        const Images<Device, float> start =
            warm ? predictor_->states(images.standardised) : Images<Device, float>{};
        run_arm<Device>(task, plain(task.penalty), start, iterations, [&](const Look<Device>& look) {
            visit(look, Reconstructions<Device>(*atoms_, images, look.codes));
        });
    }

    void measure(std::size_t n) {
        const double deviation = noise_levels[n] / 255.0;
        const double of_cold = chosen_threshold(n, deviation, false);
        const double of_warm = chosen_threshold(n, deviation, true);
        run_.record_at("cold_threshold", {n}, of_cold);
        run_.record_at("warm_threshold", {n}, of_warm);
        const ImageSet<Device> images = noisy<Device>(test_.pixels, deviation, run_.seed(), "test");
        const Images<Cpu, float> as_given = seen(images.standardised, images.scales);
        std::vector<double> psnr, ssim;
        quality_of(as_given, psnr, ssim);
        run_.record_at("noisy_psnr", {n}, mean_of(psnr));
        run_.record_at("noisy_ssim", {n}, mean_of(ssim));
        if (noise_levels[n] == pictured_noise) keep_picture(1, as_given);
        for (const Arm& arm :
             {Arm{"cold", false, of_cold}, Arm{"warm", true, of_cold}, Arm{"warm_own", true, of_warm}})
            trace(n, images, arm);
        if (noise_levels[n] == pictured_noise) record_pictures();
    }

    void quality_of(const Images<Cpu, float>& pixels, std::vector<double>& psnr,
                    std::vector<double>& ssim) const {
        for (std::size_t i = 0; i < pixels.count(); ++i) {
            psnr.push_back(warp::psnr(test_.pixels.data.column(i), pixels.data.column(i)));
            ssim.push_back(warp::ssim(pixels.shape, test_.pixels.data.column(i), pixels.data.column(i)));
        }
    }

    /// The threshold with the best mean PSNR on the validation images, for LCA from zero at its end or from
    /// predicted states after the few iterations that these are given. One at which LCA diverges, as low ones
    /// with their large supports may, is none to choose.
    double chosen_threshold(std::size_t n, double deviation, bool warm) {
        const ImageSet<Device> images =
            noisy<Device>(validation_.pixels, deviation, run_.seed(), "validation");
        const std::size_t iterations = run_.count(warm ? "warm_iterations" : "iterations");
        double best = 0.0, chosen = 0.0;
        for (std::size_t k = 0; k < thresholds.size(); ++k) {
            double psnr = 0.0;
            try {
                code(images, warm, thresholds[k], {iterations},
                     [&](const Look<Device>&, const Reconstructions<Device>& made) {
                         psnr = mean_of(made.psnr());
                     });
            } catch (const Diverged&) {
                continue;
            }
            run_.record_at(warm ? "warm_validation" : "cold_validation", {n, k}, psnr);
            if (psnr > best) best = psnr, chosen = thresholds[k];
        }
        return chosen;
    }

    void trace(std::size_t n, const ImageSet<Device>& images, const Arm& arm) {
        const std::string name = arm.name;
        std::size_t k = 0;
        code(images, arm.warm, arm.lambda, looks_,
             [&](const Look<Device>& look, const Reconstructions<Device>& made) {
                 run_.record_at(name + "_psnr", {n, k}, mean_of(made.psnr()));
                 run_.record_at(name + "_ssim", {n, k}, mean_of(made.ssim()));
                 ++k;
                 if (noise_levels[n] != pictured_noise) return;
                 if (name == "cold" && look.iteration == looks_.back()) keep_picture(2, made.pixels());
                 if (name == "warm" && look.iteration == run_.count("warm_iterations"))
                     keep_picture(3, made.pixels());
             });
    }

    void keep_picture(std::size_t version, const Images<Cpu, float>& pixels) {
        pictures_.resize(4 * pictured());
        for (std::size_t i = 0; i < pictured(); ++i) pictures_[4 * i + version] = picture(pixels, i);
    }

    void record_pictures() {
        keep_picture(0, test_.pixels);
        std::vector<double> values;
        for (const std::vector<double>& picture : pictures_)
            values.insert(values.end(), picture.begin(), picture.end());
        run_.record("pictures", values);
    }

    static constexpr double pictured_noise = 25.0;

    harness::Run& run_;
    ImageSet<Device> test_, validation_;
    std::unique_ptr<AtomBank<Device, float>> atoms_;
    std::unique_ptr<Predictor<Device>> predictor_;
    std::vector<std::size_t> looks_;
    std::vector<std::vector<double>> pictures_;  // [image][version]
};

std::vector<harness::ParamSpec> params() {
    const auto integer = [](const char* name, std::int64_t value, const char* doc) {
        return harness::ParamSpec{.name = name, .fallback = value, .doc = doc, .min = 1, .max = 1e6};
    };
    const std::vector<harness::ParamSpec> own = {
        integer("validation_images", 100,
                "training images on which thresholds are chosen, kept from the rest"),
        integer("iterations", 1000, "of LCA"),
        integer("warm_iterations", 20,
                "after which WARP-LCA's own threshold is chosen; one that is recorded")};
    return harness::joined(
        harness::joined(harness::joined(image_params(), problem_params()), dictionary_params()),
        harness::joined(harness::joined(target_params(), predictor_params()), own));
}

std::vector<std::string> check(const harness::Params& params) {
    std::vector<std::string> messages = check_problem(params);
    const auto number = [&](const char* name) {
        return static_cast<std::size_t>(std::get<std::int64_t>(params.at(name)));
    };
    const auto looks = recorded_looks(number("iterations"));
    if (std::ranges::find(looks, number("warm_iterations")) == looks.end())
        messages.push_back(
            "warm_iterations = " + std::to_string(number("warm_iterations")) +
            " is none of the recorded iterations: 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, ... up to "
            "iterations = " +
            std::to_string(number("iterations")));
    return messages;
}

std::vector<harness::MetricSpec> metrics() {
    std::vector<harness::MetricSpec> all = {
        {"pass_equivalents", "", "iterations that a pass of the network costs, by multiply-adds"},
        {"noisy_psnr", "dB", "of the noisy test images, clipped to [0, 1]; mean over images", {"noise"}},
        {"noisy_ssim", "", "of the same", {"noise"}},
        {"cold_threshold", "", "lambda that is best for LCA from zero on the validation images", {"noise"}},
        {"warm_threshold", "", "the same for WARP-LCA after warm_iterations", {"noise"}},
        {"cold_validation", "dB", "PSNR of LCA from zero on the validation images", {"noise", "threshold"}},
        {"warm_validation", "dB", "the same of WARP-LCA after warm_iterations", {"noise", "threshold"}},
        {"pictures", "", "the first test images at noise 25", {"pictured", "version", "y", "x", "channel"}}};
    const std::pair<std::string, std::string> arms[] = {
        {"cold", "LCA from zero"},
        {"warm", "WARP-LCA with the threshold of LCA from zero"},
        {"warm_own", "WARP-LCA with a threshold of its own"}};
    for (const auto& [name, whose] : arms) {
        all.push_back({name + "_psnr", "dB", "mean over test images, " + whose, {"noise", "iteration"}});
        all.push_back({name + "_ssim", "", "mean over test images, " + whose, {"noise", "iteration"}});
    }
    return all;
}

}  // namespace

void register_denoising() {
    harness::register_experiment(
        {.name = "warp.denoising",
         .doc = "Denoising by LCA with the hard threshold, from zero and from predicted states",
         .params = params(),
         .metrics = metrics(),
         .body = harness::on_device_in_float(
             []<class Device>(harness::Run& run) { Denoising<Device>(run).measure(); }),
         .data = image_data,
         .check = check});
}

}  // namespace assay::warp
