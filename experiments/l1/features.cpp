#include "experiments/l1/features.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "solvers/device/transfer.hpp"

namespace assay::l1 {

using namespace solvers;

std::vector<Node> feature_nodes(const Graph& graph) {
    std::vector<Node> nodes;
    for (std::size_t j = 1;; ++j) {
        const std::string name = "x" + std::to_string(j);
        for (Node node = 1; node < graph.size(); ++node)
            if (graph.entry(node).name == name) nodes.push_back(node);
        if (nodes.size() < j) return nodes;
    }
}

std::vector<Node> convolutions(const Graph& graph) {
    std::vector<Node> nodes;
    for (Node node = 1; node < graph.size(); ++node)
        if (std::holds_alternative<Convolution>(graph.entry(node).layer)) nodes.push_back(node);
    return nodes;
}

std::vector<harness::ParamSpec> penalty_params() {
    return {{"gamma", 0.0, "strength of the penalty on feature maps; 0: none", 0, 1e3},
            {.name = "penalised",
             .fallback = std::string("first"),
             .doc = "the maps with omega_j = 1; those of the others are 0",
             .choices = {"first", "last", "all"}},
            {.name = "norm",
             .fallback = std::string("l1"),
             .doc = "what of the maps is penalised; for ablations ||x||_2^2 and ||x||_1 / ||x||_2",
             .choices = {"l1", "l2-squared", "l1-over-l2"}}};
}

std::vector<FeaturePenalty> penalties_of(const harness::Run& run, const Graph& graph) {
    static const std::map<std::string, FeatureNorm> norms = {{"l1", FeatureNorm::l1},
                                                             {"l2-squared", FeatureNorm::l2_squared},
                                                             {"l1-over-l2", FeatureNorm::l1_over_l2}};
    const double gamma = run.real("gamma");
    const std::string& which = run.text("penalised");
    std::vector<Node> nodes = feature_nodes(graph);
    if (gamma == 0.0) return {};
    if (which == "first") nodes = {nodes.front()};
    if (which == "last") nodes = {nodes.back()};
    std::vector<FeaturePenalty> penalties;
    for (const Node node : nodes) penalties.push_back({node, gamma, norms.at(run.text("norm"))});
    return penalties;
}

Sparsity sparsity_of(std::span<const float> entries) {
    double sum = 0.0, squares = 0.0;
    float largest = 0.0F;
    std::size_t nonzero = 0, negligible = 0;
    for (const float entry : entries) {
        const float size = std::abs(entry);
        sum += static_cast<double>(size);
        squares += static_cast<double>(size) * static_cast<double>(size);
        largest = std::max(largest, size);
        nonzero += size > 1e-6F ? 1U : 0U;
    }
    for (const float entry : entries) negligible += std::abs(entry) <= 1e-3F * largest ? 1U : 0U;
    const double count = static_cast<double>(entries.size()), root = std::sqrt(count);
    const double ratio = squares > 0 ? sum / std::sqrt(squares) : 1.0;
    return {sum / count, static_cast<double>(nonzero) / count, static_cast<double>(negligible) / count,
            entries.size() < 2 ? 1.0 : (root - ratio) / (root - 1.0)};
}

void SparsityMean::add(const Sparsity& one) {
    sum_.magnitude += one.magnitude;
    sum_.density += one.density;
    sum_.negligible += one.negligible;
    sum_.hoyer += one.hoyer;
    ++count_;
}

Sparsity SparsityMean::mean() const {
    const double share = count_ == 0 ? 0.0 : 1.0 / static_cast<double>(count_);
    return {share * sum_.magnitude, share * sum_.density, share * sum_.negligible, share * sum_.hoyer};
}

namespace {
constexpr std::size_t observed = 1000;  // samples whose maps are looked at, at most
}

template <class Device>
void add_sparsities(const Network<Device>& network, std::span<const Node> nodes, std::size_t first,
                    std::span<SparsityMean> means) {
    if (first >= observed) return;
    for (std::size_t j = 0; j < nodes.size(); ++j) {
        const Array<Cpu, float> maps = to_device<Cpu, float>(network.features(nodes[j]));
        const std::size_t count = std::min(maps.cols(), observed - first);
        for (std::size_t i = 0; i < count; ++i) means[j].add(sparsity_of(maps.column(i)));
    }
}

template void add_sparsities(const Network<Cpu>&, std::span<const Node>, std::size_t,
                             std::span<SparsityMean>);
template void add_sparsities(const Network<Cuda>&, std::span<const Node>, std::size_t,
                             std::span<SparsityMean>);

std::vector<harness::MetricSpec> sparsity_metrics() {
    const std::vector<std::string> axes = {"epoch", "layer"};
    return {
        {"magnitude", "", "||x_j||_1 over the entries of x_j, on the first 1000 test images", axes},
        {"density", "", "share of |x_j| > 1e-6, on the same", axes},
        {"negligible", "", "share of |x_j| <= 1e-3 max |x_j|, on the same", axes},
        {"hoyer", "", "(sqrt n - ||x_j||_1 / ||x_j||_2) / (sqrt n - 1), 1 where x_j = 0, on the same", axes}};
}

void record_sparsities(harness::Run& run, std::size_t epoch, std::span<const SparsityMean> means) {
    for (std::size_t j = 0; j < means.size(); ++j) {
        const Sparsity mean = means[j].mean();
        run.record_at("magnitude", {epoch, j}, mean.magnitude);
        run.record_at("density", {epoch, j}, mean.density);
        run.record_at("negligible", {epoch, j}, mean.negligible);
        run.record_at("hoyer", {epoch, j}, mean.hoyer);
    }
}

namespace {

std::vector<double> ranks(std::span<const double> values) {
    std::vector<double> result;
    for (const double value : values) {
        const auto below = std::ranges::count_if(values, [&](double other) { return other < value; });
        const auto equal = std::ranges::count(values, value);
        result.push_back(static_cast<double>(below) + 0.5 * static_cast<double>(equal - 1));
    }
    return result;
}

}  // namespace

double rank_correlation(std::span<const double> x, std::span<const double> y) {
    if (x.size() != y.size() || x.size() < 2)
        throw Error(std::to_string(x.size()) + " values and " + std::to_string(y.size()) + " partners",
                    "rank_correlation", "give two lists of one length, of two values or more");
    const std::vector<double> a = ranks(x), b = ranks(y);
    const double middle = 0.5 * static_cast<double>(x.size() - 1);  // the mean rank
    double both = 0.0, of_a = 0.0, of_b = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        both += (a[i] - middle) * (b[i] - middle);
        of_a += (a[i] - middle) * (a[i] - middle);
        of_b += (b[i] - middle) * (b[i] - middle);
    }
    return of_a > 0 && of_b > 0 ? both / std::sqrt(of_a * of_b) : 0.0;
}

}  // namespace assay::l1
