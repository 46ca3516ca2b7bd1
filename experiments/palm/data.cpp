#include "experiments/palm/data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>
#include <span>
#include <utility>

#include "datasets/feature_sets.hpp"
#include "experiments/palm/gaussian_classes.hpp"
#include "solvers/device/primitives.hpp"
#include "solvers/device/random.hpp"
#include "solvers/error.hpp"

namespace assay::palm {
namespace {

using harness::ParamSpec;

/// The classes of the project's own data sets, which are known before a file is read.
const std::map<std::string, std::size_t>& known_classes() {
    static const std::map<std::string, std::size_t> classes = {{"ar_gender", 2},
                                                               {"cifar10", 10},
                                                               {"cifar10_mobilenet_v1", 10},
                                                               {"cifar10_resnet18", 10},
                                                               {"cifar10_resnet20_features", 10},
                                                               {"cifar10_squeezenet", 10},
                                                               {"fashion_mnist", 10},
                                                               {"mnist", 10},
                                                               {"tinyimagenet_subset_mobilenet_v1", 200},
                                                               {"yaleb", 38}};
    return classes;
}

const std::string& data_named(const harness::Params& params) {
    return std::get<std::string>(params.at("data"));
}

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
LabelledSet<T> drawn(datasets::LabelledFeatures<T> all, std::size_t count, std::uint64_t seed,
                     const char* purpose) {
    const std::size_t d = all.dimension;
    if (count >= all.count()) return {d, std::move(all.values), std::move(all.labels)};
    LabelledSet<T> set{d, {}, {}};
    for (const std::size_t i : drawn_indices(all.count(), count, seed, purpose)) {
        const auto first = all.values.begin() + static_cast<std::ptrdiff_t>(i * d);
        set.samples.insert(set.samples.end(), first, first + static_cast<std::ptrdiff_t>(d));
        set.labels.push_back(all.labels[i]);
    }
    return set;
}

/// How many samples of each class train where a data set has no test part: half of the largest class, but
/// every class keeps one for testing; fewer where fewer training samples are asked for.
template <class T>
std::size_t training_share(const datasets::LabelledFeatures<T>& all, std::size_t samples) {
    std::vector<std::size_t> counts(all.classes, 0);
    for (const std::uint32_t label : all.labels) ++counts[label];
    const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
    return std::min({*most / 2, *least - std::min<std::size_t>(*least, 1), samples / all.classes});
}

template <class T>
Split<T> stored(harness::Run& run) {
    const std::string& name = run.text("data");
    const std::size_t samples = run.count("samples");
    auto all = datasets::read_feature_set<T>(
        name, [&](const std::string& file) { return run.data_file(name, file); });
    const std::size_t classes = all.train.classes;
    if (all.test.count() == 0)
        all = datasets::split_by_class(all.train, training_share(all.train, samples), run.seed());
    return {classes,
            drawn(std::move(all.train), samples, run.seed(), "train"),
            drawn(std::move(all.test), run.count("test_samples"), run.seed(), "t10k"),
            {}};
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

template <class T>
void project(const solvers::Array<solvers::Cpu, T>& map, LabelledSet<T>& set) {
    const auto X = solvers::Array<solvers::Cpu, T>::from_host(set.dimension, set.count(), set.samples);
    solvers::Array<solvers::Cpu, T> projected(map.rows(), X.cols());
    solvers::gemm(solvers::Op::none, solvers::Op::none, T(1), map, X, T(0), projected);
    set.dimension = map.rows();
    set.samples = projected.to_host();
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
    return {
        {.name = "data",
         .fallback = std::string("fashion_mnist"),
         .doc = "a data set by its name (assay data list), one of your own too, or \"synthetic\": Gaussian "
                "classes with a known Bayes error"},
        integer(
            "samples", 60000,
            "N, training samples at most: drawn at random where there are more; where a data set has no test "
            "part, equally many of each class, half of the largest class at most",
            1),
        integer("test_samples", 10000, "test samples at most, drawn alike", 1),
        integer("projection", 0,
                "rows of a Gaussian random matrix, each of unit length, by which stored samples are "
                "multiplied; 0: none",
                0),
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
    if (data_named(params) == "synthetic") return {};
    return {data_named(params)};
}

std::optional<std::size_t> class_count(const harness::Params& params) {
    if (data_named(params) == "synthetic")
        return static_cast<std::size_t>(std::get<std::int64_t>(params.at("classes")));
    const auto known = known_classes().find(data_named(params));
    if (known == known_classes().end()) return std::nullopt;
    return known->second;
}

std::vector<std::string> check_data(const harness::Params& params) {
    const auto integer = [&](const char* name) { return std::get<std::int64_t>(params.at(name)); };
    std::vector<std::string> messages;
    const std::size_t classes = class_count(params).value_or(1);
    if (static_cast<std::size_t>(integer("samples")) < classes) {
        messages.push_back(fmt::format("samples = {} leave some of the {} classes without one",
                                       integer("samples"), classes));
    }
    if (data_named(params) != "synthetic") return messages;
    for (const char* name : {"classes", "rank"}) {
        if (integer(name) > integer("dimension")) {
            messages.push_back(fmt::format("{} = {} is more than dimension = {}", name, integer(name),
                                           integer("dimension")));
        }
    }
    if (integer("projection") > 0)
        messages.push_back(
            "projection is for stored samples: the Bayes error of synthetic ones would be lost");
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
void project(std::size_t rows, std::uint64_t seed, Split<T>& split) {
    const std::size_t d = split.train.dimension;
    if (rows > d) {
        throw Error(fmt::format("a projection to {} rows of samples with {}", rows, d), "project",
                    fmt::format("give at most {}, or 0 for none", d));
    }
    solvers::Random random(seed, "projection");
    solvers::Array<solvers::Cpu, T> map(rows, d);
    std::vector<double> row(d);
    for (std::size_t r = 0; r < rows; ++r) {
        double square = 0.0;
        for (double& entry : row) square += std::pow(entry = random.normal(), 2);
        for (std::size_t i = 0; i < d; ++i) map(r, i) = static_cast<T>(row[i] / std::sqrt(square));
    }
    project(map, split.train);
    project(map, split.test);
}
template void project(std::size_t, std::uint64_t, Split<float>&);
template void project(std::size_t, std::uint64_t, Split<double>&);

template <class T>
Split<T> load(harness::Run& run) {
    const auto paused = run.pause_clock();
    const std::string& data = run.text("data");
    Split<T> split = data == "synthetic" ? synthetic<T>(run) : stored<T>(run);
    if (const std::size_t rows = run.count("projection"); rows > 0) project(rows, run.seed(), split);
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
