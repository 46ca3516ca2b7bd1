#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "experiments/harness/declarations.hpp"
#include "experiments/harness/on_device.hpp"
#include "experiments/warp/problem.hpp"
#include "experiments/warp/registrations.hpp"
#include "solvers/device/composed.hpp"

/// The dictionary that all experiments of the study code with: its learning, and what becomes of it.
namespace assay::warp {

namespace {

using namespace solvers;

double mean_of(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Codes of held-out images: their mean energy, non-zeros and uses of the atoms.
template <class Device>
struct Coding {
    double energy = 0.0, active_share = 0.0;
    std::vector<std::uint64_t> uses;
};

template <class Device>
Coding<Device> coded(const harness::Run& run, const AtomBank<Device, float>& atoms,
                     const Images<Device, float>& images) {
    const auto result =
        lca(lca_for(run.count("judged_iterations"), run.real("tau"), hard_penalty(run)), atoms, images);
    Coding<Device> coding{0.0, 0.0, count_uses(result.codes)};
    for (const SweepReading& reading : result.readings) coding.energy += reading.energy();
    coding.energy /= static_cast<double>(images.count());
    const double uses = std::accumulate(coding.uses.begin(), coding.uses.end(), 0.0);
    coding.active_share = uses / static_cast<double>(result.codes.data.size());
    return coding;
}

template <class Device>
class DictionaryLearning {
  public:
    explicit DictionaryLearning(harness::Run& run) : run_(run) {}

    void measure() {
        const std::size_t learned = run_.count("dictionary_images"), judged = run_.count("test_images");
        const ImageSet<Device> images = training_images<Device>(run_, learned + judged);
        const Array<Device, float> D = learn(images);
        run_.record("largest_norm_error", norm_error(D));
        const AtomBank<Device, float> atoms(geometry_of(run_), D);
        const Images<Device, float> held_out = images.standardised.columns(learned, judged);
        const auto after = coded<Device>(run_, atoms, held_out);
        const auto before = coded<Device>(
            run_, AtomBank<Device, float>(geometry_of(run_), random_atoms<Device>(run_)), held_out);
        run_.record("energy", after.energy);
        run_.record("random_energy", before.energy);
        run_.record("active_share", after.active_share);
        run_.record("unused_atoms", static_cast<double>(std::ranges::count(after.uses, 0U)));
        const double eigenvalue = largest_eigenvalue(atoms);
        run_.record("largest_eigenvalue", eigenvalue);
        run_.record("stable_tau", 0.5 * eigenvalue);
        record_pictures(D, after.uses);
    }

  private:
    Array<Device, float> learn(const ImageSet<Device>& images) {
        const std::size_t batches = run_.count("dictionary_batches");
        run_.axis("batch", harness::counted(1, batches), "", "of Hebbian learning");
        return learned_atoms<Device>(run_, images, [&](const DictionaryStep<Device>& step) {
            std::vector<double> energy;
            for (const SweepReading& reading : step.coded.readings) energy.push_back(reading.energy());
            const auto uses = count_uses(step.coded.codes);
            run_.record_at("batch_energy", {step.batch}, mean_of(energy));
            run_.record_at("batch_unused", {step.batch}, static_cast<double>(std::ranges::count(uses, 0U)));
            run_.record_at("revived", {step.batch}, static_cast<double>(step.revived));
        });
    }

    static double norm_error(const Array<Device, float>& D) {
        const std::vector<double> lengths = column_distances(D, Array<Device, float>(D.rows(), D.cols()));
        double largest = 0.0;
        for (const double length : lengths) largest = std::max(largest, std::abs(length - 1.0));
        return largest;
    }

    /// The atoms, most used first.
    void record_pictures(const Array<Device, float>& D, const std::vector<std::uint64_t>& uses) {
        const Geometry g = geometry_of(run_);
        std::vector<std::size_t> order(g.atoms);
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return uses[a] > uses[b]; });
        run_.axis("atom", harness::counted(1, g.atoms), "", "by its uses on held-out images");
        run_.axis("y", harness::counted(1, g.kernel));
        run_.axis("x", harness::counted(1, g.kernel));
        run_.axis("channel", harness::counted(1, g.image.channels), "", "red, green, blue");
        const std::vector<float> values = D.to_host();
        std::vector<double> pictures, shares;
        for (const std::size_t atom : order) {
            const float* column = values.data() + atom * D.rows();
            pictures.insert(pictures.end(), column, column + D.rows());
            shares.push_back(static_cast<double>(uses[atom]));
        }
        const double all = std::max(1.0, std::accumulate(shares.begin(), shares.end(), 0.0));
        for (double& share : shares) share /= all;
        run_.record("atom_pictures", pictures);
        run_.record("use_share", shares);
    }

    harness::Run& run_;
};

std::vector<harness::ParamSpec> params() {
    const harness::ParamSpec judged{.name = "judged_iterations",
                                    .fallback = std::int64_t{1000},
                                    .doc = "of cold LCA, when the two dictionaries are compared",
                                    .min = 1,
                                    .max = 1e6};
    return harness::joined(harness::joined(image_params(), problem_params()),
                           harness::joined(dictionary_params(), {judged}));
}

}  // namespace

void register_dictionary_learning() {
    harness::register_experiment(
        {.name = "warp.dictionary",
         .doc = "Hebbian learning of the convolutional dictionary that the study codes with",
         .params = params(),
         .metrics = {{"batch_energy", "", "mean energy of a batch, before its update", {"batch"}},
                     {"batch_unused", "", "atoms that no code of the batch uses", {"batch"}},
                     {"revived", "", "atoms that started anew after the batch", {"batch"}},
                     {"largest_norm_error", "", "largest | ||phi_m|| - 1 |"},
                     {"energy", "", "mean energy of held-out training images"},
                     {"random_energy", "", "the same with the dictionary before learning"},
                     {"active_share", "", "share of their codes that is not zero"},
                     {"unused_atoms", "", "atoms that no code of theirs uses"},
                     {"largest_eigenvalue", "", "lambda_max(Phi^T Phi)"},
                     {"stable_tau", "", "lambda_max / 2: above it Euler's steps are stable on any support"},
                     {"use_share", "", "share of all uses on held-out images", {"atom"}},
                     {"atom_pictures", "", "atoms", {"atom", "y", "x", "channel"}}},
         .body = harness::on_device_in_float(
             []<class Device>(harness::Run& run) { DictionaryLearning<Device>(run).measure(); }),
         .data = image_data,
         .check = check_problem});
}

}  // namespace assay::warp
