#pragma once

#include <string>
#include <vector>

#include "experiments/harness/run_context.hpp"
#include "solvers/dictionary/palm.hpp"
#include "solvers/dictionary/topk_learner.hpp"

/// Psi, its blocks' updates and its supervision as the parameters of a run describe them.
namespace assay::palm {

/// alpha, beta, mu_A, rho_W, eps_D and mu_G.
std::vector<harness::ParamSpec> weight_params();
/// The weights of Psi that they give; `lambda` is the one to use.
solvers::ObjectiveWeights weights_of(const harness::Run& run, double lambda);

/// atom_set, dictionary and dictionary_steps.
std::vector<harness::ParamSpec> dictionary_params();
solvers::AtomSet atom_set_of(const harness::Run& run);
solvers::DictionaryMethod dictionary_method_of(const harness::Run& run);

/// warm_up, ramp and strongest; without warm-up and ramp s is `strongest` from the first iteration on.
std::vector<harness::ParamSpec> schedule_params();
solvers::SupervisionSchedule schedule_of(const harness::Run& run);

/// nonzeros, layers, tying, batch and passes of the Top-K encoder and its training.
std::vector<harness::ParamSpec> encoder_params();
/// The learner that they and the parameters of the weights, the dictionary and Adam describe. Layers that are
/// not learned are those of iterative hard thresholding by the dictionary as it moves, whatever `tying` says.
solvers::TopkLearnerOptions topk_options(const harness::Run& run, bool learn_encoder);

/// Everything that PalmOptions hold but the blocks of samples: penalty, nonzeros, codes, code_steps, atoms,
/// gamma, moduli_scale, certificate_scale, tolerance, lambda, and those of the dictionary and of the weights.
std::vector<harness::ParamSpec> palm_params();
solvers::PalmOptions palm_options(const harness::Run& run);

/// What no single range can say of `palm_params`, or of nonzeros and atoms alone; one message a violation.
std::vector<std::string> check_palm(const harness::Params& params);
std::vector<std::string> check_nonzeros(const harness::Params& params);

}  // namespace assay::palm
