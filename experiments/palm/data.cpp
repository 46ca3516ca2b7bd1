#include "experiments/palm/data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "datasets/idx.hpp"
#include "experiments/palm/gaussian_classes.hpp"
#include "solvers/device/random.hpp"
#include "solvers/error.hpp"

namespace assay::palm {
namespace {

using harness::ParamSpec;

/// `count` of 0 .. total - 1 in ascending order, drawn without replacement.
std::vector<std::size_t> drawn_indices(std::size_t total, std::size_t count, std::uint64_t seed,
                                       const char* purpose) {
    std::vector<std::size_t> order(total);
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (count >= total) return order;
    solvers::Random random(seed, purpose);
    for (std::size_t i = 0; i < count; ++i) std::swap(order[i], order[i + random.below(total - i)]);
    order.resize(count);
    std::sort(order.begin(), order.end());
    return order;
}

template <class T>
LabelledSet<T> images(harness::Run& run, const char* dataset, const char* part, std::size_t count) {
    const std::string stem(part);
    const auto all = datasets::read_idx<T>(run.data_file(dataset, stem + "-images-idx3-ubyte.gz"),
                                           run.data_file(dataset, stem + "-labels-idx1-ubyte.gz"));
    LabelledSet<T> set{all.dimension(), {}, {}};
    for (const std::size_t i : drawn_indices(all.count(), count, run.seed(), part)) {
        const auto first = all.pixels.begin() + static_cast<std::ptrdiff_t>(i * set.dimension);
        set.samples.insert(set.samples.end(), first, first + static_cast<std::ptrdiff_t>(set.dimension));
        set.labels.push_back(all.labels[i]);
    }
    return set;
}

ClassLaw law_of(const harness::Run& run) {
    return {.dimension = run.count("dimension"),
            .classes = run.count("classes"),
            .rank = run.count("rank"),
            .spread = run.real("spread"),
            .noise = run.real("noise"),
            .cosine = run.real("cosine")};
}

template <class T>
LabelledSet<T> rounded(std::size_t dimension, const GaussianClasses::Drawn& drawn) {
    return {dimension, std::vector<T>(drawn.samples.begin(), drawn.samples.end()), drawn.labels};
}

template <class T>
Split<T> synthetic(const harness::Run& run) {
    const ClassLaw law = law_of(run);
    const GaussianClasses model(law, run.seed());
    const auto train = model.draw("training samples", run.count("samples"));
    const auto test = model.draw("test samples", run.count("test_samples"));
    Split<T> split{law.classes, rounded<T>(law.dimension, train), rounded<T>(law.dimension, test), {}};
    for (std::size_t i = 0; i < test.labels.size(); ++i)
        split.bayes.push_back(model.bayes(std::span(test.samples).subspan(i * law.dimension, law.dimension)));
    return split;
}

/// Takes `mean` off every sample and divides it by its length.
template <class T>
void prepare(const std::vector<double>& mean, LabelledSet<T>& set) {
    for (std::size_t n = 0; n < set.count(); ++n) {
        const std::span<T> x(set.samples.data() + n * set.dimension, set.dimension);
        double square = 0.0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] = static_cast<T>(static_cast<double>(x[i]) - mean[i]);
            square += static_cast<double>(x[i]) * static_cast<double>(x[i]);
        }
        if (square == 0.0) continue;
        const double scale = 1.0 / std::sqrt(square);
        for (T& entry : x) entry = static_cast<T>(scale * static_cast<double>(entry));
    }
}

template <class T>
std::vector<double> mean_of(const LabelledSet<T>& set) {
    std::vector<double> mean(set.dimension, 0.0);
    for (std::size_t e = 0; e < set.samples.size(); ++e)
        mean[e % set.dimension] += static_cast<double>(set.samples[e]);
    for (double& entry : mean) entry /= static_cast<double>(set.count());
    return mean;
}

}  // namespace

std::vector<ParamSpec> data_params() {
    const ClassLaw law;
    const auto integer = [](const char* name, std::size_t value, const char* doc, double min) {
        return ParamSpec{
            .name = name, .fallback = static_cast<std::int64_t>(value), .doc = doc, .min = min, .max = 1e7};
    };
    return {{.name = "data",
             .fallback = std::string("fashion"),
             .doc = "Fashion-MNIST, MNIST, or Gaussian classes with a known Bayes error",
             .choices = {"fashion", "mnist", "synthetic"}},
            integer("samples", 60000, "N, training samples at most: drawn at random where there are more", 1),
            integer("test_samples", 10000, "test samples at most, drawn alike", 1),
            {.name = "centre", .fallback = true, .doc = "take the training samples' mean off all samples"},
            integer("dimension", law.dimension, "synthetic: d", 2),
            integer("classes", law.classes, "synthetic: C", 2),
            integer("rank", law.rank, "synthetic: r, of the subspace in which a class varies", 0),
            {"spread", law.spread, "synthetic: root mean square length inside the subspace", 0, 100},
            {"noise", law.noise, "synthetic: root mean square length of the isotropic noise", 1e-6, 100},
            {"cosine", law.cosine, "synthetic: cosine of the means of the classes 0 and 1", -1, 1}};
}

std::vector<std::string> data_sets(const harness::Params& params) {
    const std::string& data = std::get<std::string>(params.at("data"));
    if (data == "fashion") return {"fashion_mnist"};
    if (data == "mnist") return {"mnist"};
    return {};
}

std::vector<std::string> check_data(const harness::Params& params) {
    if (std::get<std::string>(params.at("data")) != "synthetic") return {};
    const auto integer = [&](const char* name) { return std::get<std::int64_t>(params.at(name)); };
    std::vector<std::string> messages;
    for (const char* name : {"classes", "rank"}) {
        if (integer(name) > integer("dimension")) {
            messages.push_back(fmt::format("{} = {} is more than dimension = {}", name, integer(name),
                                           integer("dimension")));
        }
    }
    if (integer("samples") < integer("classes")) {
        messages.push_back(fmt::format("samples = {} leave some of the {} classes without one",
                                       integer("samples"), integer("classes")));
    }
    return messages;
}

template <class T>
Split<T> load(harness::Run& run) {
    const auto paused = run.pause_clock();
    const std::string& data = run.text("data");
    const char* dataset = data == "mnist" ? "mnist" : "fashion_mnist";
    Split<T> split = data == "synthetic"
                         ? synthetic<T>(run)
                         : Split<T>{10,
                                    images<T>(run, dataset, "train", run.count("samples")),
                                    images<T>(run, dataset, "t10k", run.count("test_samples")),
                                    {}};
    const std::vector<double> mean =
        run.flag("centre") ? mean_of(split.train) : std::vector<double>(split.train.dimension, 0.0);
    prepare(mean, split.train);
    prepare(mean, split.test);
    return split;
}

template Split<float> load(harness::Run&);
template Split<double> load(harness::Run&);

}  // namespace assay::palm
