#include "solvers/dictionary/pairwise_initialisation.hpp"

#include <cmath>
#include <string>

#include "solvers/device/composed.hpp"
#include "solvers/device/cpu/armadillo_view.hpp"
#include "solvers/device/random.hpp"

namespace assay::solvers {
namespace {

void check(std::size_t p, const Array<Cpu, double>& pairs_from, const Array<Cpu, double>& X) {
    const char* where = "pairwise_initialisation";
    require_entries(where, "the sample matrix X", X);
    require_finite(where, "the sample matrix X", X);
    require_finite(where, "the set that pairs are drawn from", pairs_from);
    if (pairs_from.rows() != X.rows() || pairs_from.cols() < 2) {
        throw Error("the set that pairs are drawn from is " + shape_text(pairs_from) + ", the samples are " +
                        shape_text(X),
                    where, "both need the same number of rows and the first at least two columns");
    }
    if (p < 2) throw Error("p = " + std::to_string(p) + " atoms are too few for the tests' 1 / log p", where);
}

struct TopPair {
    double first;
    double second;
    arma::vec vector;
};

/// The two largest singular values of the symmetric M and the first singular vector.
TopPair top_singular(const arma::mat& M) {
    arma::vec values;
    arma::mat vectors;
    if (!arma::eig_sym(values, vectors, M))
        throw Error("an eigenvalue problem failed", "pairwise_initialisation");
    const arma::uvec order = arma::sort_index(arma::abs(values), "descend");
    const double second = order.n_elem > 1 ? std::abs(values(order(1))) : 0.0;
    return {std::abs(values(order(0))), second, vectors.col(order(0))};
}

bool accepted(const PairwiseOptions& options, std::size_t p, const TopPair& top) {
    if (options.test == PairwiseTest::absolute)
        return top.first >= options.first && top.second < options.second;
    const double ratio = options.ratio > 0.0 ? options.ratio : 1.0 / std::log(static_cast<double>(p));
    return top.second < ratio * top.first;
}

/// Unit vectors: ||a -+ b||^2 = 2 -+ 2 <a, b>.
bool near_one(const arma::mat& atoms, std::size_t found, const arma::vec& candidate, double separation) {
    for (std::size_t j = 0; j < found; ++j) {
        const double closeness = std::abs(arma::dot(atoms.col(j), candidate));
        if (2.0 - 2.0 * closeness < separation * separation) return true;
    }
    return false;
}

}  // namespace

PairwiseResult pairwise_initialisation(const PairwiseOptions& options, std::size_t p,
                                       const Array<Cpu, double>& pairs_from, const Array<Cpu, double>& X,
                                       std::uint64_t seed) {
    check(p, pairs_from, X);
    const arma::mat candidates = view(pairs_from), samples = view(X);
    const double separation =
        options.separation > 0.0 ? options.separation : 2.0 / std::log(static_cast<double>(p));
    PairwiseResult result{Array<Cpu, double>(X.rows(), p), 0};
    arma::mat atoms(result.atoms.data(), X.rows(), p, false, true);
    Random random(seed, "pairs");
    std::size_t found = 0;
    arma::mat weighted(samples.n_rows, samples.n_cols);
    while (found < p && result.pairs < options.max_pairs) {
        const std::size_t a = random.below(candidates.n_cols);
        const std::size_t b = (a + 1 + random.below(candidates.n_cols - 1)) % candidates.n_cols;
        ++result.pairs;
        const arma::rowvec weight = (candidates.col(a).t() * samples) % (candidates.col(b).t() * samples) /
                                    static_cast<double>(X.cols());
        for (arma::uword i = 0; i < samples.n_cols; ++i) weighted.col(i) = weight(i) * samples.col(i);
        arma::mat M = weighted * samples.t();
        M = 0.5 * (M + M.t());
        const TopPair top = top_singular(M);
        if (!accepted(options, p, top) || near_one(atoms, found, top.vector, separation)) continue;
        atoms.col(found++) = top.vector;
    }
    if (found < p) {
        throw Error("found only " + std::to_string(found) + " of " + std::to_string(p) + " atoms in " +
                        std::to_string(result.pairs) + " pairs",
                    "pairwise_initialisation",
                    "raise max_pairs, take more samples or held-out samples, or relax the test");
    }
    return result;
}

}  // namespace assay::solvers
