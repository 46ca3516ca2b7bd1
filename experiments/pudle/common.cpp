#include "experiments/pudle/common.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace assay::pudle {

using harness::ParamSpec;

namespace {

constexpr double unbounded = std::numeric_limits<double>::infinity();

}  // namespace

std::vector<ParamSpec> synthetic_params() {
    const solvers::Encoder encoder;
    const solvers::CodeLaw law;
    const auto integer = [](const char* name, std::int64_t value, const char* doc, double min) {
        return ParamSpec{.name = name, .fallback = value, .doc = doc, .min = min, .max = 1e7};
    };
    const auto real = [](const char* name, double value, const char* doc, double min, double max) {
        return ParamSpec{.name = name, .fallback = value, .doc = doc, .min = min, .max = max};
    };
    return {
        integer("m", 50, "length of a sample x", 1),
        integer("p", 100, "number of atoms", 1),
        integer("samples", 10000, "n, number of samples", 1),
        integer("nonzeros", static_cast<std::int64_t>(law.nonzeros), "s, non-zero entries of a code z*", 1),
        {.name = "signs",
         .fallback = std::string("common"),
         .doc = "one random sign a sample (the authors' code), one an entry (Assumption 3.3), or none",
         .choices = {"common", "independent", "positive"}},
        real("noise", 0.0, "standard deviation of the Gaussian noise on an entry of x", 0, unbounded),
        real("perturbation", 0.02, "tau in D0 = normalise(D* + tau N(0, 1))", 0, unbounded),
        real("lambda", encoder.lambda, "weight of ||z||_1; a layer's threshold is alpha lambda", 0,
             unbounded),
        real("alpha", encoder.alpha, "step of the encoder, below 2 / sigma_max(D)^2", 1e-12, unbounded),
        integer("layers", static_cast<std::int64_t>(encoder.layers), "T, layers of the encoder", 1),
        harness::precision_param()};
}

std::vector<std::string> check_synthetic(const harness::Params& params) {
    const auto integer = [&](const char* name) { return std::get<std::int64_t>(params.at(name)); };
    if (integer("nonzeros") <= integer("p")) return {};
    return {fmt::format("nonzeros = {} is more than the number of atoms p = {}", integer("nonzeros"),
                        integer("p"))};
}

solvers::CodeLaw code_law(const harness::Run& run) {
    solvers::CodeLaw law;
    law.nonzeros = run.count("nonzeros");
    const std::string& signs = run.text("signs");
    law.signs = signs == "common"        ? solvers::Signs::common
                : signs == "independent" ? solvers::Signs::independent
                                         : solvers::Signs::positive;
    return law;
}

solvers::Encoder encoder_of(const harness::Run& run) {
    solvers::Encoder encoder;
    encoder.layers = run.count("layers");
    encoder.alpha = run.real("alpha");
    encoder.lambda = run.real("lambda");
    encoder.validate();
    return encoder;
}

const std::vector<std::string>& gradient_names() {
    static const std::vector<std::string> names = {"dec", "ae-lasso", "ae-ls"};
    return names;
}

solvers::Gradient gradient_named(const std::string& name) {
    if (name == "dec") return solvers::Gradient::dec;
    if (name == "ae-lasso") return solvers::Gradient::ae_lasso;
    if (name == "ae-ls") return solvers::Gradient::ae_ls;
    throw Error("no gradient is called \"" + name + "\"", "gradient", "use dec, ae-lasso or ae-ls");
}

ParamSpec gradient_param() {
    return {.name = "gradient",
            .fallback = std::string("ae-ls"),
            .doc = "what Adam follows: g_dec, g_ae-lasso or g_ae-ls",
            .choices = gradient_names()};
}

bool same_signs(const solvers::Array<solvers::Cpu, double>& A, const solvers::Array<solvers::Cpu, double>& B,
                std::size_t column) {
    for (std::size_t j = 0; j < A.rows(); ++j) {
        if (solvers::sign(A(j, column)) != solvers::sign(B(j, column))) return false;
    }
    return true;
}

std::size_t support_distance(std::span<const double> a, std::span<const double> b) {
    std::size_t different = 0;
    for (std::size_t j = 0; j < a.size(); ++j) different += (a[j] != 0.0) != (b[j] != 0.0) ? 1 : 0;
    return different;
}

double fitted_slope(const std::vector<double>& x, const std::vector<double>& y) {
    const double n = static_cast<double>(x.size());
    const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n;
    const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / n;
    double xx = 0, xy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    return xy / xx;
}

}  // namespace assay::pudle
