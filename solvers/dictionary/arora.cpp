#include "solvers/dictionary/arora.hpp"

#include <algorithm>
#include <armadillo>
#include <cmath>
#include <limits>
#include <string>

#include "solvers/device/composed.hpp"
#include "solvers/device/random.hpp"

namespace assay::solvers {
namespace {

/// Armadillo's view on an array; it has none on constant memory, so the caller must only read through this
/// one.
arma::mat view(const Array<Cpu, double>& A) {
    return arma::mat(const_cast<double*>(A.data()), A.rows(), A.cols(), false, true);
}

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

// Rows are added one at a time; for each, a shortest augmenting path is grown over the columns on the reduced
// costs cost - row_price - column_price, which stay non-negative, and the prices are moved so that the path
// becomes free (Jonker and Volgenant, 1987). Index p of the columns is the virtual one at which each path
// starts.
std::vector<std::size_t> assign(std::size_t p, std::span<const double> cost) {
    if (cost.size() != p * p) {
        throw Error(std::to_string(cost.size()) + " costs for " + std::to_string(p) + " rows and columns",
                    "assign");
    }
    if (!std::all_of(cost.begin(), cost.end(), [](double c) { return std::isfinite(c); })) {
        throw Error("a cost is NaN or infinite", "assign", "check the dictionaries that are matched");
    }
    const std::size_t none = p;
    std::vector<double> row_price(p, 0.0), column_price(p + 1, 0.0);
    std::vector<std::size_t> row_of(p + 1, none), previous(p + 1, none);
    for (std::size_t row = 0; row < p; ++row) {
        std::vector<double> distance(p, std::numeric_limits<double>::infinity());
        std::vector<char> visited(p + 1, 0);
        std::size_t column = p;
        row_of[column] = row;
        while (row_of[column] != none) {
            visited[column] = 1;
            const std::size_t i = row_of[column];
            std::size_t nearest = none;
            for (std::size_t j = 0; j < p; ++j) {
                if (visited[j]) continue;
                const double reduced = cost[i * p + j] - row_price[i] - column_price[j];
                if (reduced < distance[j]) {
                    distance[j] = reduced;
                    previous[j] = column;
                }
                if (nearest == none || distance[j] < distance[nearest]) nearest = j;
            }
            const double step = distance[nearest];
            for (std::size_t j = 0; j <= p; ++j) {
                if (visited[j]) {
                    row_price[row_of[j]] += step;
                    column_price[j] -= step;
                } else {
                    distance[j] -= step;
                }
            }
            column = nearest;
        }
        for (; column != p; column = previous[column]) row_of[column] = row_of[previous[column]];
    }
    std::vector<std::size_t> order(p);
    for (std::size_t j = 0; j < p; ++j) order[row_of[j]] = j;
    return order;
}

AtomMatch match_atoms(const Array<Cpu, double>& D, const Array<Cpu, double>& truth) {
    require_same_shape("match_atoms", D, truth);
    const std::size_t p = D.cols();
    const arma::mat inner = view(truth).t() * view(D);
    const arma::rowvec d = arma::sum(arma::square(view(D)), 0), t = arma::sum(arma::square(view(truth)), 0);
    std::vector<double> cost(p * p);
    for (std::size_t i = 0; i < p; ++i) {
        for (std::size_t j = 0; j < p; ++j) cost[i * p + j] = t(i) + d(j) - 2.0 * std::abs(inner(i, j));
    }
    AtomMatch match{assign(p, cost), std::vector<double>(p), 0.0};
    for (std::size_t i = 0; i < p; ++i) {
        match.sign[i] = inner(i, match.order[i]) < 0.0 ? -1.0 : 1.0;
        match.cost += cost[i * p + match.order[i]];
    }
    return match;
}

Array<Cpu, double> matched(const Array<Cpu, double>& D, const AtomMatch& match) {
    if (match.order.size() != D.cols()) {
        throw Error(
            "a match of " + std::to_string(match.order.size()) + " atoms for a dictionary " + shape_text(D),
            "matched");
    }
    Array<Cpu, double> result(D.rows(), D.cols());
    for (std::size_t j = 0; j < D.cols(); ++j) {
        for (std::size_t i = 0; i < D.rows(); ++i) result(i, j) = match.sign[j] * D(i, match.order[j]);
    }
    return result;
}

}  // namespace assay::solvers
