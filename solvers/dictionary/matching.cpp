#include "solvers/dictionary/matching.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "solvers/device/cpu/armadillo_view.hpp"
#include "solvers/device/shapes.hpp"

namespace assay::solvers {

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
