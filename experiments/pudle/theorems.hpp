#pragma once

#include "experiments/harness/run_context.hpp"

/// pudle.theorems: numerical checks of the statements of Sections 3 and 4, one family a value of the
/// parameter `check`. All of them run on the host in double: they are about identities and rates, not speed.
namespace assay::pudle {

/// Lemmas 3.1, 3.2 and A.3, Proposition 4.1: the lasso code as the encoder's fixed point, and when its
/// support settles.
void check_fixed_point(harness::Run& run);
/// Theorem 4.1: one thresholding step finds the signed support.
void check_one_step(harness::Run& run);
/// Theorem 4.2: a threshold that follows the code's error keeps the support in every layer.
void check_preservation(harness::Run& run);
/// Theorem 4.3 where it is exact: an orthogonal dictionary contracts by 1 - alpha in every layer.
void check_orthogonal_rate(harness::Run& run);

/// Theorems 4.4 to 4.6: the lasso's bias at D*, and how codes move with the dictionary.
void check_code_bias(harness::Run& run);
/// Theorem 4.10 and equation 14: the gradients at D = D*, where the global direction is zero.
void check_gradient_bias(harness::Run& run);
/// Theorems 4.11 and 4.12: descent along g_dec with the oracle lambda_t, a decaying and a fixed lambda.
void check_contraction(harness::Run& run);

/// Lemma A.4: one unit atom, where code and Jacobian have closed forms.
void check_scalar(harness::Run& run);
/// Theorems 4.7 and 4.8: the Jacobian's convergence along the layers and its dependence on the dictionary.
void check_jacobian(harness::Run& run);

}  // namespace assay::pudle
