#include "experiments/palm/linear_probe.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "solvers/device/composed.hpp"
#include "solvers/dictionary/supervised_objective.hpp"

namespace assay::palm {

namespace {

using namespace assay::solvers;
using Matrix = Array<Cpu, double>;

void check(std::span<const double> ridges, const Matrix& Y, const std::vector<std::uint32_t>& labels,
           std::size_t classes) {
    const char* where = "linear_probe";
    require_entries(where, "the sample matrix Y", Y);
    require_finite(where, "the sample matrix Y", Y);
    if (ridges.empty() || !std::all_of(ridges.begin(), ridges.end(), [](double r) { return r > 0; }))
        throw Error("a ridge that is not above 0, or none to choose from", where, "give positive numbers");
    const bool known = std::all_of(labels.begin(), labels.end(), [&](auto l) { return l < classes; });
    if (!known || labels.size() != Y.cols()) {
        throw Error(std::to_string(labels.size()) + " labels for " + std::to_string(Y.cols()) +
                        " samples, or a label that is not below " + std::to_string(classes),
                    where, "give one label from 0 to classes - 1 for each sample");
    }
}

/// S^-1 Y.
Matrix solved(double ridge, Matrix S, const Matrix& Y) {
    add_to_diagonal(ridge, S);
    return solve_spd(S, Y);
}

/// The share of the samples that the fit without them puts into their class. 1 - h_i is positive and common
/// to a sample's scores, so it does not matter which is the largest.
double left_out_share(const Matrix& Y, const Matrix& solved, const Matrix& W,
                      const std::vector<std::uint32_t>& labels) {
    Matrix scores(W.rows(), Y.cols());
    gemm(Op::none, Op::none, 1.0, W, Y, 0.0, scores);
    std::size_t right = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        double leverage = 0;  // h_i
        for (std::size_t r = 0; r < Y.rows(); ++r) leverage += Y(r, i) * solved(r, i);
        double* own = scores.data() + i * W.rows();
        own[labels[i]] -= leverage;
        right += std::max_element(own, own + W.rows()) == own + labels[i];
    }
    return static_cast<double>(right) / static_cast<double>(labels.size());
}

}  // namespace

LinearProbe linear_probe(std::span<const double> ridges, const Matrix& Y,
                         const std::vector<std::uint32_t>& labels, std::size_t classes) {
    check(ridges, Y, labels, classes);
    Matrix H(classes, Y.cols()), S(Y.rows(), Y.rows());
    for (std::size_t i = 0; i < labels.size(); ++i) H(labels[i], i) = 1.0;
    gemm(Op::none, Op::transpose, 1.0, Y, Y, 0.0, S);
    LinearProbe best{{}, 0.0, -1.0};
    for (const double ridge : ridges) {
        const Matrix M = solved(ridge, S.copy(), Y);
        Matrix W(classes, Y.rows());
        gemm(Op::none, Op::transpose, 1.0, H, M, 0.0, W);
        const double share = left_out_share(Y, M, W, labels);
        if (share > best.left_out) best = {std::move(W), ridge, share};
    }
    return best;
}

}  // namespace assay::palm
