#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "experiments/harness/checkpoint.hpp"
#include "experiments/harness/declarations.hpp"
#include "experiments/harness/on_device.hpp"
#include "experiments/l1/confusion.hpp"
#include "experiments/l1/features.hpp"
#include "experiments/l1/registrations.hpp"
#include "experiments/l1/saliency.hpp"
#include "experiments/l1/trainer.hpp"
#include "solvers/device/activation.hpp"
#include "solvers/device/transfer.hpp"
#include "solvers/network/models.hpp"

/// A U-Net learns to find what stands out in images, with an l1 penalty on its feature maps or without: PA,
/// mPA and mIoU (Table 4), on images like those that it learned from and on others.
namespace assay::l1 {

namespace {

using namespace solvers;

constexpr std::size_t pictured = 6;     // test images of which the masks are kept
constexpr std::size_t shown_maps = 16;  // channels of x_1 that are kept of one of them

Graph graph_of(const harness::Run& run, const Samples& samples) {
    return unet(samples.shape, samples.classes, run.count("width"));
}

template <class Device>
class Segmentation {
  public:
    explicit Segmentation(harness::Run& run)
        : run_(run),
          images_(saliency_split(run)),
          trainer_(training_options(run), graph_of(run, images_.train), images_.train,
                   penalties_of(run, graph_of(run, images_.train)), run.seed()),
          features_(feature_nodes(trainer_.network().graph())) {}

    void measure() {
        harness::Checkpoint checkpoint(run_);
        if (const auto state = checkpoint.resume()) trainer_.restore(*state);
        run_.axis("epoch", harness::counted(1, run_.count("epochs")), "", "of training");
        run_.axis("layer", harness::counted(1, features_.size()), "", "j of the encoder's maps x_j");
        while (!trainer_.done()) {
            const std::size_t epoch = trainer_.epochs_done();
            record(epoch, trainer_.epoch([&](double share) { run_.progress(share, "training"); }));
            checkpoint.keep(trainer_.state());
        }
        run_.off_clock([&] { record_pictures(); });
    }

  private:
    void record(std::size_t epoch, const EpochReport& report) {
        const auto paused = run_.pause_clock();
        run_.record_at("train_loss", {epoch}, report.loss);
        run_.record_at("train_penalty", {epoch}, report.penalty);
        std::vector<SparsityMean> means(features_.size());
        record_masks("", epoch, images_.test, [&](std::size_t first) {
            add_sparsities<Device>(trainer_.network(), features_, first, means);
        });
        record_sparsities(run_, epoch, means);
        if (images_.shifted.count() > 0) record_masks("shifted_", epoch, images_.shifted);
    }

    void record_masks(const std::string& prefix, std::size_t epoch, const Samples& samples,
                      const std::function<void(std::size_t first)>& look = {}) {
        Network<Device>& network = trainer_.network();
        Confusion confusion(samples.classes);
        confusion.add(samples.labels, predicted(network, samples, trainer_.batch(), look));
        run_.record_at(prefix + "pa", {epoch}, confusion.pixel_accuracy());
        run_.record_at(prefix + "mpa", {epoch}, confusion.mean_pixel_accuracy());
        run_.record_at(prefix + "miou", {epoch}, confusion.mean_iou());
    }

    /// An image in grey, its mask, and the network's probability of an object; and maps of the first image.
    void record_pictures() {
        Network<Device>& network = trainer_.network();
        const Samples some = images_.test.columns(0, std::min(pictured, images_.test.count()));
        const std::size_t side = some.shape.height, pixels = some.shape.pixels();
        const auto logits =
            to_device<Cpu, float>(network.forward(to_device<Device, float>(some.images), Mode::evaluation));
        std::vector<double> values;
        for (std::size_t i = 0; i < some.count(); ++i) {
            const auto image = some.images.column(i), logit = logits.column(i);
            for (std::size_t e = 0; e < pixels; ++e)
                values.push_back(static_cast<double>(image[e] + image[pixels + e] + image[2 * pixels + e]) /
                                 3);
            for (std::size_t e = 0; e < pixels; ++e) values.push_back(some.labels[i * pixels + e]);
            for (std::size_t e = 0; e < pixels; ++e)
                values.push_back(logistic(static_cast<double>(logit[pixels + e] - logit[e])));
        }
        const auto first_maps = to_device<Cpu, float>(network.features(features_.front()));
        const auto maps = first_maps.column(0);
        const std::size_t shown = std::min(shown_maps, maps.size() / pixels);
        run_.axis("y", harness::counted(1, side));
        run_.axis("x", harness::counted(1, side));
        run_.axis("pictured", harness::counted(1, some.count()), "", "test image");
        run_.axis("version", {1, 2, 3}, "", "the image in grey; its mask; the probability of an object");
        run_.axis("channel", harness::counted(1, shown), "", "of x_1");
        run_.record("pictures", values);
        run_.record(
            "feature_maps",
            std::vector<double>(maps.begin(), maps.begin() + static_cast<std::ptrdiff_t>(shown * pixels)));
    }

    harness::Run& run_;
    SaliencySplit images_;
    Trainer<Device> trainer_;
    std::vector<Node> features_;
};

std::vector<harness::ParamSpec> params() {
    const TrainingOptions options{
        .optimiser = "adam", .epochs = 50, .batch = 16, .rate = 1e-3, .weight_decay = 0.0, .padding = 0};
    std::vector<harness::ParamSpec> all = {{.name = "width",
                                            .fallback = std::int64_t{32},
                                            .doc =
                                                "channels of the U-Net at full size; 16 times as many at the "
                                                "smallest",
                                            .min = 1,
                                            .max = 256}};
    for (const auto& more : {penalty_params(), saliency_params(), training_params(options)})
        all = harness::joined(std::move(all), more);
    return all;
}

std::vector<harness::MetricSpec> metrics() {
    std::vector<harness::MetricSpec> all = {
        {"train_loss", "", "cross-entropy of the epoch's batches, each before its step", {"epoch"}},
        {"train_penalty", "", "what the penalty adds to the loss, of the same", {"epoch"}},
        {"pictures", "", "of the first test images", {"pictured", "version", "y", "x"}},
        {"feature_maps", "", "x_1 of the first test image", {"channel", "y", "x"}}};
    std::ranges::move(sparsity_metrics(), std::back_inserter(all));
    for (const std::string prefix : {"", "shifted_"}) {
        const std::string of = prefix.empty() ? ", on test images" : ", on made images of other textures";
        all.push_back({prefix + "pa", "", "share of the pixels whose class is right" + of, {"epoch"}});
        all.push_back({prefix + "mpa", "", "mean over the classes of such shares" + of, {"epoch"}});
        all.push_back({prefix + "miou", "", "mean intersection over union" + of, {"epoch"}});
    }
    return all;
}

std::vector<std::string> check(const harness::Params& params) {
    std::vector<std::string> mistakes = check_training(params, saliency_training_count(params));
    if (std::get<std::int64_t>(params.at("side")) % 16 != 0)
        mistakes.push_back("side is no multiple of 16, which the four halvings of a U-Net need");
    return mistakes;
}

}  // namespace

void register_segmentation() {
    harness::register_experiment({.name = "l1.segmentation",
                                  .doc =
                                      "A U-Net that finds salient objects, with an l1 penalty on its feature "
                                      "maps: PA, mPA and mIoU, sparsity of the maps, masks as pictures",
                                  .params = params(),
                                  .metrics = metrics(),
                                  .body = harness::on_device_in_float([]<class Device>(harness::Run& run) {
                                      Segmentation<Device>(run).measure();
                                  }),
                                  .data = saliency_data,
                                  .check = check});
}

}  // namespace assay::l1
