#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "experiments/harness/checkpoint.hpp"
#include "experiments/harness/declarations.hpp"
#include "experiments/harness/on_device.hpp"
#include "experiments/l1/features.hpp"
#include "experiments/l1/filters.hpp"
#include "experiments/l1/registrations.hpp"
#include "experiments/l1/trainer.hpp"
#include "solvers/network/models.hpp"

/// A network learns to tell images with an l1 penalty on its feature maps or without: its accuracy, how
/// sparse its maps become and how coherent its filters (Figures 1 and 5, Table 2).
namespace assay::l1 {

namespace {

using namespace solvers;

Graph graph_of(const harness::Run& run, const Samples& samples) {
    static const std::map<std::string, Activation> activations = {{"relu", {ActivationKind::relu}},
                                                                  {"elu", {ActivationKind::elu, 1.0}},
                                                                  {"mish", {ActivationKind::mish}}};
    const Activation activation = activations.at(run.text("activation"));
    const std::string& name = run.text("network");
    if (name == "lenet5") return lenet5(samples.shape, samples.classes, activation);
    return vgg11(samples.shape, samples.classes,
                 name == "vgg11-bn" ? Normalisation::batch : Normalisation::none, activation);
}

template <class Device>
class Classification {
  public:
    explicit Classification(harness::Run& run)
        : run_(run),
          images_(labelled_images(run)),
          trainer_(training_options(run), graph_of(run, images_.train), images_.train,
                   penalties_of(run, graph_of(run, images_.train)), run.seed()),
          features_(feature_nodes(graph())),
          convolutions_(convolutions(graph())) {}

    void measure() {
        harness::Checkpoint checkpoint(run_);
        if (const auto state = checkpoint.resume()) trainer_.restore(*state);
        run_.axis("epoch", harness::counted(1, run_.count("epochs")), "", "of training");
        run_.axis("layer", harness::counted(1, features_.size()), "", "j of the maps x_j");
        run_.axis("convolution", harness::counted(1, convolutions_.size()), "", "number of the convolution");
        while (!trainer_.done()) {
            const std::size_t epoch = trainer_.epochs_done();
            const EpochReport report =
                trainer_.epoch([&](double share) { run_.progress(share, "training"); });
            record(epoch, report);
            checkpoint.keep(trainer_.state());
        }
        run_.record("parameters", static_cast<double>(graph().parameter_count()));
        record_trend();
    }

  private:
    const Graph& graph() { return trainer_.network().graph(); }

    void record(std::size_t epoch, const EpochReport& report) {
        const auto paused = run_.pause_clock();
        run_.record_at("train_loss", {epoch}, report.loss);
        run_.record_at("train_penalty", {epoch}, report.penalty);
        run_.record_at("train_accuracy", {epoch}, report.accuracy);
        if (images_.validation.count() > 0)
            run_.record_at("validation_accuracy", {epoch},
                           accuracy(trainer_.network(), images_.validation, trainer_.batch()));
        look_at_test_images(epoch);
        look_at_filters(epoch);
    }

    void look_at_test_images(std::size_t epoch) {
        Network<Device>& network = trainer_.network();
        std::vector<SparsityMean> means(features_.size());
        const Labels found = predicted(network, images_.test, trainer_.batch(), [&](std::size_t first) {
            add_sparsities<Device>(network, features_, first, means);
        });
        run_.record_at("test_accuracy", {epoch},
                       static_cast<double>(count_equal(found, images_.test.labels)) /
                           static_cast<double>(images_.test.labels.size()));
        record_sparsities(run_, epoch, means);
    }

    void look_at_filters(std::size_t epoch) {
        for (std::size_t k = 0; k < convolutions_.size(); ++k) {
            const Graph::Entry& entry = graph().entry(convolutions_[k]);
            const auto& layer = std::get<Convolution>(entry.layer);
            const FilterShape shape{layer.channels, graph().shape(entry.inputs[0]).channels, layer.kernel};
            const FilterCoherence found =
                filter_coherence(shape, trainer_.network().parameter(entry.name + ".weight"));
            run_.record_at("filter_coherence", {epoch, k}, found.filters);
            run_.record_at("coherence", {epoch, k}, found.shifted);
        }
    }

    /// Over the maps behind convolutions alone: the linear layers of LeNet-5 are another kind.
    void record_trend() {
        const std::vector<double>& density = run_.result().metrics.at("density").values;
        const std::size_t layers = convolutions_.size();
        const double* last = density.data() + (run_.count("epochs") - 1) * features_.size();
        run_.record("density_trend", rank_correlation(harness::counted(1, layers), {last, layers}));
    }

    harness::Run& run_;
    LabelledImages images_;
    Trainer<Device> trainer_;
    std::vector<Node> features_, convolutions_;
};

std::vector<harness::ParamSpec> params() {
    std::vector<harness::ParamSpec> all = {
        {.name = "network",
         .fallback = std::string("lenet5"),
         .doc = "62 thousand parameters, or 9.2 million without or with batch norms",
         .choices = {"lenet5", "vgg11", "vgg11-bn"}},
        {.name = "activation",
         .fallback = std::string("relu"),
         .doc = "of every layer but the last",
         .choices = {"relu", "elu", "mish"}}};
    for (const auto& more : {penalty_params(), image_params(), training_params({})})
        all = harness::joined(std::move(all), more);
    return all;
}

std::vector<harness::MetricSpec> metrics() {
    const std::vector<std::string> by_filters = {"epoch", "convolution"};
    std::vector<harness::MetricSpec> all = {
        {"train_loss", "", "cross-entropy of the epoch's batches, each before its step", {"epoch"}},
        {"train_penalty", "", "what the penalty adds to the loss, of the same", {"epoch"}},
        {"train_accuracy", "", "of the same", {"epoch"}},
        {"validation_accuracy", "", "after the epoch; not recorded without validation images", {"epoch"}},
        {"test_accuracy", "", "after the epoch", {"epoch"}},
        {"filter_coherence", "", "largest |cosine| between two filters", by_filters},
        {"coherence", "", "mu of the convolution's matrix: the same over all shifts", by_filters},
        {"density_trend", "", "Spearman's correlation of density and depth, behind convolutions"},
        {"parameters", "", "learned numbers"}};
    std::ranges::move(sparsity_metrics(), std::back_inserter(all));
    return all;
}

std::vector<std::string> check(const harness::Params& params) {
    std::vector<std::string> mistakes = check_images(params);
    const auto images = std::get<std::int64_t>(params.at("training_images"));
    std::ranges::move(check_training(params, static_cast<std::size_t>(images)), std::back_inserter(mistakes));
    if (std::get<std::string>(params.at("network")) != "lenet5" && is_made(params))
        mistakes.push_back("a VGG11 halves its images five times: those of data = \"made\" are too small");
    return mistakes;
}

}  // namespace

void register_classification() {
    harness::register_experiment({.name = "l1.classification",
                                  .doc =
                                      "A network that classifies images, with an l1 penalty on its feature "
                                      "maps: accuracy, sparsity of the maps, coherence of the filters",
                                  .params = params(),
                                  .metrics = metrics(),
                                  .body = harness::on_device_in_float([]<class Device>(harness::Run& run) {
                                      Classification<Device>(run).measure();
                                  }),
                                  .data = image_data,
                                  .check = check});
}

}  // namespace assay::l1
