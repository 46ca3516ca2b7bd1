#include "experiments/palm/palm_params.hpp"

#include <fmt/format.h>

#include <cstdint>

#include "experiments/harness/declarations.hpp"

namespace assay::palm {

using namespace solvers;
using harness::ParamSpec;

namespace {

ParamSpec integer(const char* name, std::size_t value, const char* doc, double min) {
    return {.name = name, .fallback = static_cast<std::int64_t>(value), .doc = doc, .min = min, .max = 1e6};
}

ParamSpec weight(const char* name, double value, const char* doc, double min) {
    return {.name = name, .fallback = value, .doc = doc, .min = min, .max = 1e6};
}

CodeMethod code_method_of(const harness::Run& run) {
    const std::string& name = run.text("codes");
    return name == "prox"    ? CodeMethod::prox
           : name == "fista" ? CodeMethod::fista
                             : CodeMethod::safeguarded_fista;
}

}  // namespace

std::vector<ParamSpec> weight_params() {
    const ObjectiveWeights w;
    return {weight("alpha", w.alpha, "of the label consistency ||A G - Q||^2 / 2", 0),
            weight("beta", w.beta, "of the classification ||W G - H||^2 / 2", 1e-12),
            weight("mu_A", w.mu_A, "of ||A||^2 / 2", 1e-12),
            weight("rho_W", w.rho_W, "of ||W||^2 / 2", 1e-12),
            weight("eps_D", w.eps_D, "of ||D||^2 / 2", 1e-12),
            weight("mu_G", w.mu_G, "of ||G||^2 / 2", 1e-12)};
}

ObjectiveWeights weights_of(const harness::Run& run, double lambda) {
    return {.alpha = run.real("alpha"),
            .beta = run.real("beta"),
            .mu_A = run.real("mu_A"),
            .rho_W = run.real("rho_W"),
            .eps_D = run.real("eps_D"),
            .mu_G = run.real("mu_G"),
            .lambda = lambda};
}

std::vector<ParamSpec> dictionary_params() {
    return {{.name = "atom_set",
             .fallback = std::string("sphere"),
             .doc = "unit atoms, or atoms of length 1 at most",
             .choices = {"sphere", "ball"}},
            {.name = "dictionary",
             .fallback = std::string("gradient"),
             .doc = "D's update: projected gradient, atom by atom, the normalised ridge solution, or none",
             .choices = {"gradient", "per-atom", "closed-form", "fixed"}},
            integer("dictionary_steps", 5, "steps of the projected gradient in an outer iteration", 1)};
}

AtomSet atom_set_of(const harness::Run& run) {
    return run.text("atom_set") == "ball" ? AtomSet::ball : AtomSet::sphere;
}

DictionaryMethod dictionary_method_of(const harness::Run& run) {
    const std::string& name = run.text("dictionary");
    return name == "gradient"   ? DictionaryMethod::projected_gradient
           : name == "per-atom" ? DictionaryMethod::per_atom
           : name == "fixed"    ? DictionaryMethod::fixed
                                : DictionaryMethod::closed_form;
}

std::vector<ParamSpec> schedule_params() {
    const SupervisionSchedule schedule;
    return {integer("warm_up", schedule.warm_up, "outer iterations without supervision", 0),
            integer("ramp", schedule.ramp, "outer iterations in which s climbs", 0),
            {"strongest", schedule.strongest, "s after the ramp", 0, 1}};
}

SupervisionSchedule schedule_of(const harness::Run& run) {
    return {.warm_up = run.count("warm_up"), .ramp = run.count("ramp"), .strongest = run.real("strongest")};
}

std::vector<ParamSpec> encoder_params() {
    const TopkLearnerOptions options;
    return {
        integer("nonzeros", options.encoder.nonzeros, "T, non-zeros of a Top-K code", 1),
        integer("layers", options.encoder.layers, "L, layers of the Top-K encoder", 1),
        {.name = "tying",
         .fallback = std::string("untied"),
         .doc = "Top-K: a learned matrix a layer, one for all layers, or one a layer that follows D",
         .choices = {"untied", "tied", "residual"}},
        integer("passes", options.passes, "Top-K: passes of Adam over the samples in an outer iteration", 1),
        integer("batch", options.batch, "Top-K: samples a step of Adam", 1)};
}

TopkLearnerOptions topk_options(const harness::Run& run, bool learn_encoder) {
    const std::string& tying = run.text("tying");
    TopkLearnerOptions options;
    options.weights = weights_of(run, 0.0);
    options.learn_encoder = learn_encoder;
    options.encoder.nonzeros = run.count("nonzeros");
    options.encoder.layers = run.count("layers");
    options.encoder.tying = tying == "residual" || !learn_encoder ? Tying::residual
                            : tying == "tied"                     ? Tying::tied
                                                                  : Tying::untied;
    options.adam = harness::adam_of(run);
    options.batch = run.count("batch");
    options.passes = run.count("passes");
    options.atoms = atom_set_of(run);
    options.dictionary_method = dictionary_method_of(run);
    options.dictionary_steps = run.count("dictionary_steps");
    options.seed = run.seed();
    return options;
}

std::vector<ParamSpec> palm_params() {
    const PalmOptions options;
    const std::vector<ParamSpec> own = {
        {.name = "penalty",
         .fallback = std::string("l1"),
         .doc = "of the codes: lambda ||G||_1, or at most `nonzeros` non-zeros a sample",
         .choices = {"l1", "l0"}},
        integer("nonzeros", options.nonzeros, "l0: T", 1),
        {.name = "codes",
         .fallback = std::string("prox"),
         .doc = "steps of the codes' block: proximal gradient, FISTA with a safeguard, or FISTA alone",
         .choices = {"prox", "safeguarded-fista", "fista"}},
        integer("code_steps", options.code_steps, "of them in an outer iteration", 1),
        integer("atoms", 80, "K", 1),
        {"gamma", options.gamma, "t = gamma L", 1.0 + 1e-9, 1e3},
        {"moduli_scale", options.moduli_scale,
         "multiplies the moduli; below 1 in a control, which must be able to fail", 1e-3, 1e3},
        {"certificate_scale", options.certificate_scale,
         "multiplies what certificates promise; far above 1 in a control, where each must fail", 1e-3, 1e6},
        {"tolerance", options.tolerance, "of a certificate, relative to Psi", 0, 1},
        weight("lambda", options.weights.lambda, "of ||G||_1", 0)};
    return harness::with_defaults(
        harness::joined(harness::joined(own, dictionary_params()), weight_params()),
        {{"dictionary_steps", static_cast<std::int64_t>(options.dictionary_steps)}});
}

PalmOptions palm_options(const harness::Run& run) {
    return {.weights = weights_of(run, run.real("lambda")),
            .penalty = run.text("penalty") == "l0" ? CodePenalty::l0 : CodePenalty::l1,
            .nonzeros = run.count("nonzeros"),
            .code_method = code_method_of(run),
            .code_steps = run.count("code_steps"),
            .atoms = atom_set_of(run),
            .dictionary_method = dictionary_method_of(run),
            .dictionary_steps = run.count("dictionary_steps"),
            .gamma = run.real("gamma"),
            .tolerance = run.real("tolerance"),
            .moduli_scale = run.real("moduli_scale"),
            .certificate_scale = run.real("certificate_scale")};
}

std::vector<std::string> check_palm(const harness::Params& params) {
    if (std::get<std::string>(params.at("penalty")) != "l0") return {};
    std::vector<std::string> messages = check_nonzeros(params);
    const std::string& codes = std::get<std::string>(params.at("codes"));
    if (codes != "prox") {
        messages.push_back(
            fmt::format("codes = \"{}\" does not go with penalty = \"l0\": FISTA does not "
                        "solve an l0 problem; take \"prox\"",
                        codes));
    }
    return messages;
}

std::vector<std::string> check_nonzeros(const harness::Params& params) {
    const auto integer_of = [&](const char* name) { return std::get<std::int64_t>(params.at(name)); };
    if (integer_of("nonzeros") <= integer_of("atoms")) return {};
    return {
        fmt::format("nonzeros = {} is more than atoms = {}", integer_of("nonzeros"), integer_of("atoms"))};
}

}  // namespace assay::palm
