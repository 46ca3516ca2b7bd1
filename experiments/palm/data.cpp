#include "experiments/palm/data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <span>
#include <utility>

#include "datasets/idx.hpp"
#include "experiments/palm/gaussian_classes.hpp"
#include "solvers/device/primitives.hpp"
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

/// x -> sqrt(2 / M) cos(Omega x / bandwidth + b) with Gaussian Omega and uniform phases b: M random Fourier
/// features (Rahimi and Recht, 2007).
template <class T>
LabelledSet<T> lifted(std::size_t M, double bandwidth, std::uint64_t seed, const LabelledSet<T>& set) {
    using solvers::Array, solvers::Cpu;
    solvers::Random frequencies(seed, "lift frequencies"), phases(seed, "lift phases");
    Array<Cpu, T> omega(M, set.dimension), angles(M, set.count());
    for (std::size_t e = 0; e < omega.size(); ++e)
        omega.data()[e] = static_cast<T>(frequencies.normal() / bandwidth);
    const auto X = Array<Cpu, T>::from_host(set.dimension, set.count(), set.samples);
    solvers::gemm(solvers::Op::none, solvers::Op::none, T(1), omega, X, T(0), angles);
    std::vector<double> phase(M);
    for (double& b : phase) b = phases.uniform(0.0, 2.0 * std::numbers::pi);
    const double size = std::sqrt(2.0 / static_cast<double>(M));
    LabelledSet<T> result{M, std::vector<T>(angles.size()), set.labels};
    for (std::size_t e = 0; e < angles.size(); ++e) {
        const double angle = static_cast<double>(angles.data()[e]) + phase[e % M];
        result.samples[e] = static_cast<T>(size * std::cos(angle));
    }
    return result;
}

template <class T>
std::vector<double> mean_of(const LabelledSet<T>& set) {
    std::vector<double> mean(set.dimension, 0.0);
    for (std::size_t e = 0; e < set.samples.size(); ++e)
        mean[e % set.dimension] += static_cast<double>(set.samples[e]);
    for (double& entry : mean) entry /= static_cast<double>(set.count());
    return mean;
}

template <class T>
void prepare(bool centre, Split<T>& split) {
    const std::vector<double> mean =
        centre ? mean_of(split.train) : std::vector<double>(split.train.dimension, 0.0);
    prepare(mean, split.train);
    prepare(mean, split.test);
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
            {"cosine", law.cosine, "synthetic: cosine of the means of the classes 0 and 1", -1, 1},
            integer("lift", 0, "random Fourier features that take the place of the samples; 0: none", 0),
            {"bandwidth", 1.0, "of the Gaussian kernel that the lift approximates", 1e-3, 1e3}};
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

std::vector<std::size_t> class_samples(const std::vector<std::uint32_t>& labels,
                                       const std::vector<std::size_t>& atoms, std::uint64_t seed) {
    std::vector<std::vector<std::size_t>> of_class(atoms.size());
    for (const std::size_t i : solvers::shuffled(labels.size(), 0, seed)) {
        std::vector<std::size_t>& own = of_class.at(labels[i]);
        if (own.size() < atoms[labels[i]]) own.push_back(i);
    }
    std::vector<std::size_t> chosen;
    for (std::size_t c = 0; c < atoms.size(); ++c) {
        if (of_class[c].size() < atoms[c]) {
            throw Error(fmt::format("class {} has {} samples for {} atoms", c, of_class[c].size(), atoms[c]),
                        "class_samples", "take fewer atoms, more samples, or the start \"gaussian\"");
        }
        chosen.insert(chosen.end(), of_class[c].begin(), of_class[c].end());
    }
    return chosen;
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
    prepare(run.flag("centre"), split);
    if (const std::size_t M = run.count("lift"); M > 0) {
        split.train = lifted(M, run.real("bandwidth"), run.seed(), split.train);
        split.test = lifted(M, run.real("bandwidth"), run.seed(), split.test);
        prepare(run.flag("centre"), split);
    }
    return split;
}

template Split<float> load(harness::Run&);
template Split<double> load(harness::Run&);

}  // namespace assay::palm
