#include <algorithm>
#include <cmath>
#include <vector>

#include "experiments/depth/registrations.hpp"
#include "experiments/depth/samples.hpp"
#include "experiments/harness/declarations.hpp"
#include "solvers/deep/coherence.hpp"

/// Convolutions by attention heads (Remark 12): each tap is a head whose logits -alpha (distance)^2 single
/// out one offset, but for what softmax leaves to its neighbours.
namespace assay::depth {

namespace {

using namespace assay::solvers;

constexpr std::size_t early = 4;  // the last K of the early rate

/// D with every tap spread by the softmax of -alpha d^2 over the circular distance d.
CircularDictionary by_attention(const CircularDictionary& D, double alpha) {
    const std::size_t p = D.length();
    std::vector<double> attention(p);
    double sum = 0.0;
    for (std::size_t k = 0; k < p; ++k) {
        const double distance = static_cast<double>(std::min(k, p - k));
        sum += attention[k] = std::exp(-alpha * distance * distance);
    }
    std::vector<std::vector<Tap>> atoms;
    for (std::size_t b = 0; b < D.channels(); ++b) {
        atoms.emplace_back();
        for (const Tap& tap : D.atom(b))
            for (std::size_t k = 0; k < p; ++k)
                if (attention[k] > 1e-30 * sum)
                    atoms.back().push_back(
                        {tap.channel, (tap.offset + k) % p, tap.weight * attention[k] / sum});
    }
    return {p, D.inputs(), std::move(atoms)};
}

/// LISTA-CP on the dictionary that attention makes of D_[J].
struct Attentive {
    std::vector<CircularDictionary> layers;
    ShiftGram gram;
    CoupledGram M;
    double coherence;

    static Attentive of(const DeepInstance& instance, double alpha) {
        std::vector<CircularDictionary> layers;
        for (const CircularDictionary& layer : instance.layers) layers.push_back(by_attention(layer, alpha));
        ShiftGram G = solvers::gram(layers[0]);
        for (std::size_t j = 1; j < layers.size(); ++j) G = gram_of_product(G, layers[j]);
        const double coherence = matched_coherence(G);
        CoupledGram M = CoupledGram::matched(G);
        return {std::move(layers), std::move(G), std::move(M), coherence};
    }

    /// W^T v.
    std::vector<double> correlations(std::vector<double> v) const {
        for (const CircularDictionary& layer : layers) v = layer.transposed_times(v);
        for (std::size_t i = 0; i < v.size(); ++i) v[i] *= M.factor(i / gram.length());
        return v;
    }
    /// D x.
    std::vector<double> times(std::vector<double> x) const {
        for (std::size_t j = layers.size(); j-- > 0;) x = layers[j].times(x);
        return x;
    }
};

void attend(harness::Run& run) {
    const DeepInstance instance = instance_of(run);
    const std::size_t iterations = run.count("iterations"), codes = run.count("codes");
    run.axis("iteration", harness::counted(0, iterations), "", "K");
    const Attentive attentive = Attentive::of(instance, run.real("alpha"));
    run.record("contraction", contraction(instance.sparsity.back(), attentive.coherence));
    run.record("exact_contraction", instance.contraction());
    const SampleSource source(instance, run.seed());
    std::vector<double> error(iterations + 1);
    double outside = 0.0;
    for (std::size_t i = 0; i < codes; ++i) {
        const Sample sample = source.draw(i, false);
        const std::vector<double> y = instance.layers[0].times(sample.codes[0]);
        // What attention gets wrong is noise to it.
        std::vector<double> wrong = attentive.times(sample.deepest());
        for (std::size_t k = 0; k < y.size(); ++k) wrong[k] = y[k] - wrong[k];
        CodeBounds bounds =
            code_bounds(instance, largest(attentive.correlations(wrong)) + rounding_noise<double>);
        bounds.coherence = attentive.coherence;
        const Certificate certificate = certify(bounds, iterations);
        const std::vector<double> zero(sample.deepest().size());
        error[0] += code_error(zero, sample.deepest()).l2 / static_cast<double>(codes);
        bool inside = true;
        lista_cp(attentive.M, attentive.correlations(y), iterations, certified_rule(certificate),
                 [&](std::size_t k, std::span<const double> x) {
                     const CodeError found = code_error(x, sample.deepest());
                     error[k] += found.l2 / static_cast<double>(codes);
                     inside = inside && found.support_inside;
                 });
        outside += inside ? 0.0 : 1.0 / static_cast<double>(codes);
    }
    run.record("error", error);
    run.record("floor", error.back());
    run.record("outside", outside);
    run.record("early_rate", -std::log(error[early] / error[1]) / static_cast<double>(early - 1));
}

}  // namespace

void register_attention() {
    harness::register_experiment(
        {.name = "depth.attention",
         .doc = "LISTA-CP with convolutions made of softmax attention",
         .params = harness::joined(instance_params("S"),
                                   {codes_param(),
                                    iterations_param(60, early),
                                    {"alpha", 7.0, "sharpness of a head's logits", 1.0, 200.0}}),
         .metrics = {{"error", "", "mean over the codes of ||x^K - x_J||_2", {"iteration"}},
                     {"floor", "", "the error at the last K"},
                     {"early_rate", "", "fall of log error an iteration, from K = 1 to 4"},
                     {"outside", "", "share of codes with a non-zero outside the true support at some K"},
                     {"contraction", "", "(2 lambda_J - 1) mu~ of the dictionary that attention makes"},
                     {"exact_contraction", "", "that of D_[J]"}},
         .body = attend,
         .on_cuda = false});
}

}  // namespace assay::depth
