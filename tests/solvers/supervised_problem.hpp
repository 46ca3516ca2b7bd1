#pragma once

#include <armadillo>
#include <cstdint>
#include <vector>

#include "solvers/device/random.hpp"
#include "solvers/dictionary/supervised_objective.hpp"
#include "solvers/dictionary/synthetic.hpp"

/// A small labelled problem and Psi by its formula, with A and Q as full matrices.
namespace assay::solvers::supervised {

using Matrix = Array<Cpu, double>;

inline arma::mat to_arma(const Matrix& A) {
    return arma::mat(A.data(), A.rows(), A.cols());
}

/// Unit-length samples around one mean a class: d x N, labels in turn.
struct Problem {
    std::size_t d, K, N, C;
    Matrix samples, start;
    std::vector<std::uint32_t> labels;

    Problem(std::size_t d_, std::size_t K_, std::size_t N_, std::size_t C_, std::uint64_t seed = 1)
        : d(d_), K(K_), N(N_), C(C_), samples(d_, N_), start(random_dictionary<Cpu, double>(d_, K_, seed)) {
        const Matrix means = random_dictionary<Cpu, double>(d, C, seed + 100);
        const Matrix spread = random_dictionary<Cpu, double>(d, N, seed + 200);
        for (std::size_t j = 0; j < N; ++j) {
            labels.push_back(static_cast<std::uint32_t>(j % C));
            for (std::size_t i = 0; i < d; ++i) samples(i, j) = 0.5 * means(i, j % C) + spread(i, j);
        }
        normalize_columns(samples);
    }

    LabelledSamples<Cpu, double> data() const { return labelled_samples(samples.copy(), labels, C, K); }
};

/// E, the atoms' membership in the classes (K x C), from the counts.
inline arma::mat membership(const std::vector<std::size_t>& counts, std::size_t K) {
    arma::mat E(K, counts.size(), arma::fill::zeros);
    std::size_t atom = 0;
    for (std::size_t c = 0; c < counts.size(); ++c) {
        for (std::size_t k = 0; k < counts[c]; ++k) E(atom++, c) = 1.0;
    }
    return E;
}

/// Psi with full A (K x K) and Q (K x N).
inline double dense_objective(const ObjectiveWeights& w, double s, double lambda,
                              const LabelledSamples<Cpu, double>& data,
                              const SupervisedModel<Cpu, double>& model) {
    const arma::mat E = membership(data.atoms, model.codes.rows());
    const arma::mat D = to_arma(model.dictionary), G = to_arma(model.codes);
    const arma::mat A = E * to_arma(model.consistency), W = to_arma(model.classifier);
    const arma::mat H = to_arma(data.targets), Q = E * H;
    const auto half_square = [](const arma::mat& X) { return 0.5 * arma::accu(X % X); };
    return half_square(to_arma(data.samples) - D * G) + s * w.alpha * half_square(A * G - Q) +
           s * w.beta * half_square(W * G - H) + w.mu_A * half_square(A) + w.rho_W * half_square(W) +
           w.eps_D * half_square(D) + w.mu_G * half_square(G) + lambda * arma::accu(arma::abs(G));
}

}  // namespace assay::solvers::supervised
