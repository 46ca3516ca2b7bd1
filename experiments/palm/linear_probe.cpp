#include "experiments/palm/linear_probe.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "experiments/palm/evaluation.hpp"
#include "solvers/device/composed.hpp"

namespace assay::palm {

namespace {

using namespace assay::solvers;
using Matrix = Array<Cpu, double>;

constexpr const char* where = "linear_probe";

void check(std::span<const double> ridges, const std::vector<std::uint32_t>& labels, std::size_t classes) {
    if (ridges.empty() || !std::all_of(ridges.begin(), ridges.end(), [](double r) { return r > 0; }))
        throw Error("a ridge that is not above 0, or none to choose from", where, "give positive numbers");
    const bool known = std::all_of(labels.begin(), labels.end(), [&](auto l) { return l < classes; });
    if (!known || labels.empty()) {
        throw Error("no labels, or one that is not below " + std::to_string(classes), where,
                    "give one label from 0 to classes - 1 for each sample");
    }
}

template <class Visit>
void for_each_block(const Columns& Y, std::size_t N, Visit visit) {
    for (std::size_t first = 0; first < N; first += evaluation_block)
        visit(Y(first, std::min(evaluation_block, N - first)), first);
}

/// S = Y Y^T and B = H Y^T.
struct Sums {
    Matrix S, B;
};

Sums sums(const Columns& Y, const std::vector<std::uint32_t>& labels, std::size_t classes) {
    Sums sums;
    for_each_block(Y, labels.size(), [&](const Matrix& block, std::size_t first) {
        require_entries(where, "the sample matrix Y", block);
        require_finite(where, "the sample matrix Y", block);
        if (first == 0) sums = {Matrix(block.rows(), block.rows()), Matrix(classes, block.rows())};
        Matrix H(classes, block.cols());
        for (std::size_t i = 0; i < block.cols(); ++i) H(labels[first + i], i) = 1.0;
        gemm(Op::none, Op::transpose, 1.0, block, block, 1.0, sums.S);
        gemm(Op::none, Op::transpose, 1.0, H, block, 1.0, sums.B);
    });
    return sums;
}

/// How many samples of a block the fit without them puts into their class. 1 - h_i is positive and common to
/// a sample's scores, so it does not matter which is the largest.
std::size_t left_out_right(const Matrix& Y, const Matrix& inverse, const Matrix& W,
                           std::span<const std::uint32_t> labels) {
    Matrix scores(W.rows(), Y.cols()), solved(Y.rows(), Y.cols());
    gemm(Op::none, Op::none, 1.0, W, Y, 0.0, scores);
    gemm(Op::none, Op::none, 1.0, inverse, Y, 0.0, solved);
    std::size_t right = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        double leverage = 0;  // h_i
        for (std::size_t r = 0; r < Y.rows(); ++r) leverage += Y(r, i) * solved(r, i);
        double* own = scores.data() + i * W.rows();
        own[labels[i]] -= leverage;
        right += std::max_element(own, own + W.rows()) == own + labels[i];
    }
    return right;
}

}  // namespace

LinearProbe linear_probe(std::span<const double> ridges, const Columns& Y,
                         const std::vector<std::uint32_t>& labels, std::size_t classes) {
    check(ridges, labels, classes);
    const Sums fit = sums(Y, labels, classes);
    LinearProbe best;
    for (const double ridge : ridges) {
        Matrix S = fit.S.copy();
        add_to_diagonal(ridge, S);
        const Matrix inverse = solve_spd(S, identity<Cpu, double>(S.rows()));
        Matrix W(classes, S.rows());
        gemm(Op::none, Op::none, 1.0, fit.B, inverse, 0.0, W);
        std::size_t right = 0;
        for_each_block(Y, labels.size(), [&](const Matrix& block, std::size_t first) {
            right += left_out_right(block, inverse, W, std::span(labels).subspan(first, block.cols()));
        });
        const double share = static_cast<double>(right) / static_cast<double>(labels.size());
        if (share > best.left_out) best = {std::move(W), ridge, share};
    }
    return best;
}

}  // namespace assay::palm
