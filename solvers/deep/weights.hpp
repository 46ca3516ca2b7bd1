#pragma once

#include "solvers/deep/circular_dictionary.hpp"

/// Weights W of LISTA-CP with W_i^T d_i = 1, of the dictionary's shape.
namespace assay::solvers {

/// W_i = d_i / ||d_i||^2. For a tight frame (D D^T = c I) these are the analytic weights below.
CircularDictionary matched_weights(const CircularDictionary& D);

/// min ||W^T D||_F subject to W_i^T d_i = 1 (ALISTA; Liu and Chen, 2019) in closed form:
///   W_i = (D D^T)^-1 d_i / (d_i^T (D D^T)^-1 d_i).
/// One Cholesky factorisation of D D^T, rows^3 / 3 multiply-adds. Throws Error when D has not full row rank.
CircularDictionary frobenius_weights(const CircularDictionary& D);
/// The same for any matrix: m x p as A is.
Array<Cpu, double> frobenius_weights(const Array<Cpu, double>& A);

/// The weights that attain the generalised coherence: for each channel the linear program
///   min t  subject to  W_i^T d_i = 1,  |W_i^T d_j| <= t  for j != i,
/// solved by Clp; the program of channel i has rows + 1 unknowns and 2 cols constraints, so this is for small
/// dictionaries. Throws Error when a program has no solution.
CircularDictionary minimax_weights(const CircularDictionary& D);

}  // namespace assay::solvers
