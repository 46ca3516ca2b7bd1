#pragma once

#include <cstddef>

#include "solvers/deep/circular_dictionary.hpp"

/// How alike the atoms of a dictionary are, and what that grants to sparse codes. By shift invariance one
/// atom a channel against all atoms says everything.
namespace assay::solvers {

/// mu(D) = max over i != j of |d_i^T d_j| / (||d_i|| ||d_j||), from D^T D.
double mutual_coherence(const ShiftGram& gram);

/// max over i != j of |W_i^T d_j|, from M = W^T D, for weights with W_i^T d_i = 1. Its infimum over such W is
/// the generalised coherence mu~(D) (Chen, Liu, Wang and Yin, 2018). Throws Error when a diagonal entry is
/// not 1 to 1e-9.
double weighted_coherence(const ShiftGram& M);

/// The same for W_i = d_i / ||d_i||^2, from D^T D: max over i != j of |d_i^T d_j| / ||d_i||^2.
double matched_coherence(const ShiftGram& gram);

/// r = (2 s - 1) mu: LISTA-CP takes the l1 error down by r an iteration where r < 1, which is s < (1 +
/// 1/mu)/2.
double contraction(std::size_t sparsity, double mu);

/// The largest s below (1 + 1/mu) / 2.
std::size_t largest_sparsity(double mu);

}  // namespace assay::solvers
