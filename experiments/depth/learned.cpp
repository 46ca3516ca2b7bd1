#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "experiments/depth/registrations.hpp"
#include "experiments/depth/samples.hpp"
#include "experiments/harness/declarations.hpp"
#include "experiments/harness/on_device.hpp"
#include "solvers/deep/coherence.hpp"
#include "solvers/deep/learned_lista.hpp"
#include "solvers/deep/weights.hpp"
#include "solvers/device/composed.hpp"
#include "solvers/device/random.hpp"
#include "solvers/device/spectral_norm.hpp"
#include "solvers/sparse/ista.hpp"

/// What training buys at equal depth: learned LISTA, LISTA-CP and ALISTA beside ISTA, FISTA and the
/// thresholds that are certified.
namespace assay::depth {

namespace {

using namespace assay::solvers;

using Matrix = Array<Cpu, double>;

/// Samples of different sets have different keys: no two share a random number.
enum class Set : std::uint64_t { training, validation, test };

/// A, the codes' law and the noise.
class Problem {
  public:
    explicit Problem(const harness::Run& run) : seed_(run.seed()) {
        if (run.text("dictionary") == "gaussian") {
            A = random_dictionary<Cpu, double>(run.count("m"), run.count("p"), seed_);
            occupied_ = run.real("occupied");
            power_ = occupied_;
        } else {
            const DeepInstance instance =
                make_instance(instance_shape(run.text("dictionary")), TapSigns::random, seed_);
            instance.require_certified();
            const CircularDictionary D = effective_dictionary(instance);
            A = dense(D);
            matched = dense(matched_weights(D));
            bounds = code_bounds(instance, 0.0);
            law_ = code_law(bounds->sparsity);
            power_ = static_cast<double>(bounds->sparsity) / static_cast<double>(A.cols()) *
                     (std::pow(law_.high, 3) - std::pow(law_.low, 3)) / (3.0 * (law_.high - law_.low));
        }
        deviation = run.real("noise") * std::sqrt(power_ * squared_norm(A) / static_cast<double>(A.rows()));
    }

    /// Codes of samples first .. first + count - 1, column by column.
    std::vector<double> codes(Set set, std::size_t first, std::size_t count) const {
        const std::size_t p = A.cols();
        if (bounds) return host::sparse_codes<double>(law_, p, first, count, key(set));
        // From one non-zero to the next it is a geometric number of entries, so that a sample costs its
        // non-zeros and not p.
        std::vector<double> values(p * count);
        const double empty = std::log1p(-occupied_);
        for (std::size_t i = 0; i < count; ++i) {
            Random gaps(key(set), "gap", (first + i) * (p + 1));
            Random amplitudes(key(set), "amplitude", (first + i) * 2 * p);
            const auto gap = [&] { return std::floor(std::log(1.0 - gaps.uniform()) / empty); };
            for (double j = gap(); j < static_cast<double>(p); j += 1.0 + gap())
                values[i * p + static_cast<std::size_t>(j)] = amplitudes.normal();
        }
        return values;
    }
    std::uint64_t key(Set set) const { return 3 * seed_ + static_cast<std::uint64_t>(set); }

    Matrix A;
    double deviation;                  ///< of each entry of the noise
    std::optional<CodeBounds> bounds;  ///< a certified instance: without noise
    Matrix matched;                    ///< a certified instance: a_i / ||a_i||^2, which attain its mu~

  private:
    std::uint64_t seed_;
    CodeLaw law_;  ///< a certified instance
    double occupied_ = 0.0;
    double power_;  ///< mean square of a code's entry
};

template <class Device, class T>
class Comparison {
  public:
    explicit Comparison(harness::Run& run)
        : run_(run), layers_(run.count("layers")), problem_(run), A_(to_device<Device, T>(problem_.A)) {}

    void measure() {
        run_.axis("layer", harness::counted(0, layers_), "", "K");
        test_ = run_.off_clock([&] { return draw(Set::test, 0, run_.count("test_samples")); });
        run_.record_at("nmse", {0}, 0.0);  // of the code 0
        const std::string& method = run_.text("method");
        if (method == "ista" || method == "fista") return lasso(method == "fista");
        if (method == "certified") return certified();
        train(method == "lista"      ? Unrolling::lista
              : method == "lista_cp" ? Unrolling::lista_cp
                                     : Unrolling::alista);
    }

  private:
    using Samples = SampleSet<Device, T>;
    using Network = LearnedLista<Device, T>;

    Samples draw(Set set, std::size_t first, std::size_t count) const {
        Samples result{to_device<Device, T>(A_.cols(), count, problem_.codes(set, first, count)), {}};
        result.samples = multiply_sparse(A_, result.codes);
        add_noise(problem_.deviation, first, problem_.key(set), result.samples);
        return result;
    }

    /// 10 log10 of sum ||x - x*||^2 / sum ||x*||^2.
    static double nmse(const Array<Device, T>& codes, const Samples& samples) {
        return 20.0 * std::log10(distance(codes, samples.codes) / norm(samples.codes));
    }

    void record(std::size_t layer, const Array<Device, T>& codes) {
        run_.record_at("nmse", {layer}, nmse(codes, test_));
        run_.progress(static_cast<double>(layer) / static_cast<double>(layers_), "layers");
    }

    /// At the lambda that is best at depth K on samples of its own.
    void lasso(bool accelerated) {
        const Samples validation =
            run_.off_clock([&] { return draw(Set::validation, 0, run_.count("test_samples")); });
        IstaOptions options{.accelerated = accelerated, .max_iterations = layers_, .check_every = 1};
        double best = 0.0, lambda = 1.0;
        for (double candidate = 1.0; candidate > 1e-4; candidate /= 2.0) {
            options.lambda = candidate;
            const double reached = nmse(ista(options, A_, validation.samples).codes, validation);
            if (!(reached < best)) continue;
            best = reached;
            lambda = candidate;
        }
        options.lambda = lambda;
        run_.record("lambda", lambda);
        const IstaObserver<Device, T> observer = [&](const IstaProgress<Device, T>& now) {
            const auto paused = run_.pause_clock();
            record(now.iteration, now.codes);
        };
        ista(options, A_, test_.samples, observer);
    }

    /// LISTA-CP by bounds alone: ALISTA's form with W_i = a_i / ||a_i||^2, gamma = 1 and certified
    /// thresholds.
    void certified() {
        const Matrix& W = problem_.matched;
        double longest = 0.0;
        for (const double square : column_dots(W, W)) longest = std::max(longest, std::sqrt(square));
        CodeBounds bounds = problem_.bounds.value();
        bounds.noise = gaussian_level(W.cols(), problem_.deviation, longest) + rounding_noise<T>;
        const Certificate certificate = certify(bounds, layers_);
        Network network(Unrolling::alista, A_, to_device<Device, T>(W), 0.0);
        for (const double theta : certificate.thresholds) {
            network.add_layer();
            network.layers().back().theta = theta;
        }
        const auto trace = network.forward(test_.samples);
        for (std::size_t k = 1; k <= layers_; ++k) record(k, trace.codes[k]);
        run_.record("contraction", contraction(bounds.sparsity, bounds.coherence));
    }

    /// Layer by layer: the new one alone, then all of them at lower rates.
    void train(Unrolling kind) {
        const double square = std::pow(spectral_norm(problem_.A), 2);
        Matrix W = kind == Unrolling::alista ? frobenius_weights(problem_.A) : problem_.A.copy();
        if (kind != Unrolling::alista) scale(1.0 / square, W);
        Network network(kind, A_, to_device<Device, T>(W), run_.real("start") / square);
        const double joint = run_.real("joint_rate");
        for (std::size_t k = 1; k <= layers_; ++k) {
            network.add_layer();
            stage(k, run_.count("layer_steps"), 1.0, network);
            if (k > 1) stage(1, run_.count("joint_steps"), joint, network);
            const auto paused = run_.pause_clock();
            record(k, network.forward(test_.samples).codes.back());
        }
        std::size_t learned = 0;
        for (const auto& layer : network.layers())
            learned += layer.W.size() + layer.S.size() + (kind == Unrolling::alista ? 2 : 1);
        run_.record("learned", static_cast<double>(learned));
    }

    /// Steps on fresh samples at rates that fall linearly to zero.
    void stage(std::size_t first, std::size_t steps, double share, Network& network) {
        const std::size_t batch = run_.count("batch");
        LearnedTrainer<Device, T> trainer(
            {.matrices = run_.real("rate"), .scalars = run_.real("scalar_rate")}, first);
        for (std::size_t i = 0; i < steps; ++i) {
            const Samples samples = run_.off_clock(
                [&] { return draw(Set::training, std::exchange(drawn_, drawn_ + batch), batch); });
            trainer.step(samples.samples, samples.codes,
                         share * (1.0 - static_cast<double>(i) / static_cast<double>(steps)), network);
        }
    }

    harness::Run& run_;
    std::size_t layers_, drawn_ = 0;
    Problem problem_;
    Array<Device, T> A_;
    Samples test_;
};

std::vector<harness::ParamSpec> params() {
    const auto integer = [](const char* name, std::int64_t value, double least, const char* doc) {
        return harness::ParamSpec{.name = name, .fallback = value, .doc = doc, .min = least, .max = 1e6};
    };
    return {{.name = "method",
             .fallback = std::string("alista"),
             .doc = "ISTA, FISTA, LISTA-CP by bounds alone, or trained layers",
             .choices = {"ista", "fista", "certified", "lista", "lista_cp", "alista"}},
            {.name = "dictionary",
             .fallback = std::string("gaussian"),
             .doc = "Gaussian columns of length 1 and Bernoulli-Gaussian codes, or D_[J] and the codes of a "
                    "certified instance",
             .choices = {"gaussian", "tiny", "S"}},
            integer("m", 250, 1, "gaussian: rows of A"),
            integer("p", 500, 1, "gaussian: atoms"),
            {"occupied", 0.1, "gaussian: probability of a non-zero", 1e-6, 0.999},
            {"noise", 0.0, "deviation over that of an entry of A x*: 10^(-SNR/20)", 0, 1e3},
            integer("layers", 16, 1, "K"),
            integer("layer_steps", 2000, 1, "trained: on a new layer alone"),
            integer("joint_steps", 1000, 0, "trained: on all layers, when one was added"),
            integer("batch", 64, 1, "trained: fresh samples a step"),
            {"rate", 5e-4, "trained: Adam's, of matrices", 0, 1},
            {"scalar_rate", 0.02, "trained: Adam's, of gamma and of log theta", 0, 1},
            {"joint_rate", 0.2, "trained: share of these rates when all layers learn", 0, 1},
            {"start", 0.4, "trained: first threshold, times 1 / ||A||^2", 0, 1e3},
            integer("test_samples", 1000, 1, "of the test; as many choose the lambda of ISTA and FISTA"),
            harness::precision_param()};
}

std::vector<std::string> check(const harness::Params& params) {
    std::vector<std::string> messages;
    const bool gaussian = std::get<std::string>(params.at("dictionary")) == "gaussian";
    if (gaussian && std::get<std::string>(params.at("method")) == "certified")
        messages.emplace_back(
            "method = \"certified\" needs the dictionary of a certified instance: tiny or S");
    if (gaussian && std::get<std::int64_t>(params.at("m")) > std::get<std::int64_t>(params.at("p")))
        messages.emplace_back("m is above p: the analytic weights need a dictionary of full row rank");
    return messages;
}

}  // namespace

void register_learned() {
    harness::register_experiment(
        {.name = "depth.learned",
         .doc = "Learned LISTA, LISTA-CP and ALISTA at equal depth",
         .params = params(),
         .metrics = {{"nmse",
                      "dB",
                      "10 log10 of sum ||x^K - x*||^2 / sum ||x*||^2 on test samples, of the "
                      "method with K layers",
                      {"layer"}},
                     {"lambda", "",
                      "ISTA, FISTA: weight of ||x||_1, the best of 1, 1/2, 1/4, ... on samples "
                      "of its own"},
                     {"contraction", "", "certified: r = (2 lambda_J - 1) mu~"},
                     {"learned", "", "trained: numbers that the K layers learn"}},
         .body = harness::on_device(
             []<class Device, class T>(harness::Run& run) { Comparison<Device, T>(run).measure(); }),
         .check = check});
}

}  // namespace assay::depth
