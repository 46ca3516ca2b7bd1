#include "experiments/pudle/interpretation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "experiments/pudle/common.hpp"
#include "experiments/pudle/interpretation_tiles.hpp"
#include "solvers/device/composed.hpp"
#include "solvers/dictionary/training_contributions.hpp"

/// The measures behind Figures 7 to 10 and the identities of Theorem 5.1; everything in double on the host.
namespace assay::pudle {

using namespace assay::solvers;
using Matrix = Array<Cpu, double>;

std::vector<std::size_t> by_magnitude(std::span<const double> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return std::abs(values[a]) > std::abs(values[b]); });
    return order;
}

double cosine(std::span<const double> a, std::span<const double> b) {
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) ab += a[i] * b[i], aa += a[i] * a[i], bb += b[i] * b[i];
    return aa == 0.0 || bb == 0.0 ? 0.0 : ab / std::sqrt(aa * bb);
}

double correlation(std::span<const double> a, std::span<const double> b) {
    const auto centred = [](std::span<const double> values) {
        const double mean =
            std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
        std::vector<double> result(values.begin(), values.end());
        for (double& value : result) value -= mean;
        return result;
    };
    return cosine(centred(a), centred(b));
}

std::uint8_t majority(std::span<const std::uint8_t> labels) {
    if (labels.empty()) throw Error("no label to take the majority of", "interpretability");
    std::map<std::uint8_t, std::size_t> counts;
    for (const std::uint8_t label : labels) ++counts[label];
    return std::max_element(counts.begin(), counts.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; })
        ->first;
}

namespace {

constexpr std::size_t classes = 5, judged_atoms = 10, top = 6, alike = 4, partial = 200, bins = 20;

Matrix product(const Matrix& A, const Matrix& B) {
    Matrix C(A.rows(), B.cols());
    gemm(Op::none, Op::none, 1.0, A, B, 0.0, C);
    return C;
}

double relative(const Matrix& A, const Matrix& B) {
    return distance(A, B) / norm(B);
}

std::vector<double> energies(const Matrix& Z) {
    std::vector<double> energy(Z.rows(), 0.0);
    for (std::size_t i = 0; i < Z.cols(); ++i) {
        for (std::size_t j = 0; j < Z.rows(); ++j)
            energy[j] += Z(j, i) * Z(j, i) / static_cast<double>(Z.cols());
    }
    return energy;
}

/// Theorem 5.1 and equations 17 to 19 on the first `n` training images and all test images.
void record_identities(harness::Run& run, const Exhibits& e, const Matrix& Z, const Matrix& Z_test,
                       std::size_t n) {
    const Matrix X = e.train.X.columns(0, n), Zn = Z.columns(0, n);
    const Matrix D = ridge_dictionary(e.omega, X, Zn), C = contributions(e.omega, Zn);
    run.record("dictionary_identity", relative(product(X, contributions_by_samples(e.omega, Zn)), D));
    // Stationarity of 1/2 ||X - D Z||^2 + omega/2 ||D||^2, next to the size of its terms.
    Matrix residual = X.copy(), ZX(D.rows(), D.cols());
    gemm(Op::none, Op::transpose, 1.0, X, Zn, 0.0, ZX);
    gemm(Op::none, Op::none, 1.0, D, Zn, -1.0, residual);
    Matrix slope = D.copy();
    gemm(Op::none, Op::transpose, 1.0, residual, Zn, e.omega, slope);
    run.record("stationarity", norm(slope) / norm(ZX));
    const Matrix predicted = product(D, Z_test);
    run.record("beta_identity", relative(product(X, sample_weights(C, Z_test)), predicted));
    Matrix similarity(n, Z_test.cols());
    gemm(Op::transpose, Op::none, 1.0, Zn, Z_test, 0.0, similarity);
    run.record("similarity_identity",
               relative(product(reweighted_samples(e.omega, X, Zn), similarity), predicted));
}

/// How well each of the most used atoms is put together from training images, all of them and the few that
/// contribute most.
void record_atoms(harness::Run& run, const Exhibits& e, const Matrix& C,
                  const std::vector<std::size_t>& order) {
    run.axis("atom", harness::counted(1, judged_atoms), "", "rank of the atom by mean squared code");
    for (std::size_t k = 0; k < judged_atoms; ++k) {
        const auto c = C.column(order[k]);
        const auto d = e.D.column(order[k]);
        const std::vector<std::size_t> by_size = by_magnitude(c);
        const double length = std::sqrt(std::inner_product(c.begin(), c.end(), c.begin(), 0.0));
        run.record_at("atom_cosine", {k}, cosine(d, weighted_sum(e.train.X, c, by_size, c.size())));
        run.record_at("atom_cosine_partial", {k}, cosine(d, weighted_sum(e.train.X, c, by_size, partial)));
        run.record_at("largest_contribution", {k}, std::abs(c[by_size.front()]) / length);
        run.record_at("smallest_contribution", {k}, std::abs(c[by_size.back()]) / length);
    }
}

/// Contributions to test images from codes of unit length (Figure 9).
void record_neighbours(harness::Run& run, const Exhibits& e, const Matrix& beta) {
    std::size_t agreeing = 0;
    double above = 0, below = 0, largest = 0;
    const std::size_t count = e.test.labels.size();
    for (std::size_t i = 0; i < count; ++i) {
        const auto weights = beta.column(i);
        const std::vector<std::size_t> order = by_magnitude(weights);
        std::array<std::uint8_t, top> labels{};
        for (std::size_t k = 0; k < top; ++k) {
            labels[k] = e.train.labels[order[k]];
            above += correlation(e.train.X.column(order[k]), e.test.X.column(i));
            below += correlation(e.train.X.column(order[order.size() - 1 - k]), e.test.X.column(i));
        }
        agreeing += majority(labels) == e.test.labels[i] ? 1 : 0;
        const double length =
            std::sqrt(std::inner_product(weights.begin(), weights.end(), weights.begin(), 0.0));
        if (length > 0.0) largest += std::abs(weights[order.front()]) / length;
    }
    const double images = static_cast<double>(count);
    run.record("beta_label_agreement", static_cast<double>(agreeing) / images);
    run.record("top_correlation", above / (images * top));
    run.record("bottom_correlation", below / (images * top));
    run.record("largest_beta", largest / images);
}

/// Cosines of codes: S is training images x test images (Figure 10).
void record_similarities(harness::Run& run, const Exhibits& e, const Matrix& S) {
    run.axis("digit", harness::counted(0, classes - 1), "", "digit of the test image");
    run.axis("train_digit", harness::counted(0, classes - 1), "", "digit of the training images");
    std::vector<double> sums(classes * classes, 0.0), counts(classes * classes, 0.0);
    double same = 0;
    for (std::size_t i = 0; i < S.cols(); ++i) {
        const std::size_t own = e.test.labels[i];
        const auto cosines = S.column(i);
        for (std::size_t k = 0; k < cosines.size(); ++k) {
            sums[own * classes + e.train.labels[k]] += cosines[k];
            counts[own * classes + e.train.labels[k]] += 1.0;
        }
        const std::vector<std::size_t> order = by_magnitude(cosines);
        for (std::size_t k = 0; k < alike; ++k) same += e.train.labels[order[k]] == own ? 1.0 : 0.0;
    }
    for (std::size_t c = 0; c < sums.size(); ++c) sums[c] /= std::max(counts[c], 1.0);
    run.record("class_similarity", sums);
    for (std::size_t c = 0; c < classes; ++c) {
        double other = 0;
        for (std::size_t k = 0; k < classes; ++k)
            other = k == c ? other : std::max(other, sums[c * classes + k]);
        run.record_at("similarity_margin", {c}, sums[c * classes + c] - other);
    }
    run.record("alike_same_digit", same / static_cast<double>(S.cols() * alike));
}

/// Fractions of the training images of each digit by the cosine of their code with that of one test image a
/// digit.
void record_histograms(harness::Run& run, const Exhibits& e, const Matrix& S,
                       const std::vector<std::size_t>& shown) {
    std::vector<double> centres(bins), fractions(shown.size() * classes * bins, 0.0), counts(classes, 0.0);
    for (std::size_t b = 0; b < bins; ++b) centres[b] = (static_cast<double>(b) + 0.5) / bins;
    run.axis("similarity", centres, "", "cosine of two codes, centre of the bin");
    for (const std::uint8_t label : e.train.labels) counts[label] += 1.0;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const auto cosines = S.column(shown[i]);
        for (std::size_t k = 0; k < cosines.size(); ++k) {
            const auto bin =
                std::min(static_cast<std::size_t>(std::clamp(cosines[k], 0.0, 1.0) * bins), bins - 1);
            fractions[(i * classes + e.train.labels[k]) * bins + bin] += 1.0 / counts[e.train.labels[k]];
        }
    }
    run.record("similarity_histogram", fractions);
}

/// The mean over images of max |beta|.
double mean_largest_weight(const Matrix& C, const Matrix& Z) {
    const Matrix beta = sample_weights(C, Z);
    double sum = 0;
    for (std::size_t i = 0; i < beta.cols(); ++i) {
        double largest = 0;
        for (const double weight : beta.column(i)) largest = std::max(largest, std::abs(weight));
        sum += largest;
    }
    return sum / static_cast<double>(beta.cols());
}

std::vector<std::size_t> first_of_each_digit(const ImageSet& set) {
    std::vector<std::size_t> first;
    for (std::size_t c = 0; c < classes; ++c) {
        const auto found = std::find(set.labels.begin(), set.labels.end(), static_cast<std::uint8_t>(c));
        if (found == set.labels.end())
            throw Error("no test image of the digit " + std::to_string(c), "interpretability");
        first.push_back(static_cast<std::size_t>(found - set.labels.begin()));
    }
    return first;
}

}  // namespace

void record_interpretation(harness::Run& run, const Exhibits& e, std::size_t identity_samples) {
    const Matrix Z = codes_at(e.encoder, e.D, e.train.X), Z_test = codes_at(e.encoder, e.D, e.test.X);
    const Matrix Z_other = codes_at(e.encoder, e.D, e.other.X);
    run.record("density", static_cast<double>(count_nonzero(Z_test)) / static_cast<double>(Z_test.size()));
    run.record("reconstruction_error", relative(product(e.D, Z_test), e.test.X));
    record_identities(run, e, Z, Z_test, std::min(identity_samples, Z.cols()));
    const Matrix C = contributions(e.omega, Z);
    const std::vector<double> energy = energies(Z);
    const std::vector<std::size_t> order = by_magnitude(energy);
    record_atoms(run, e, C, order);
    Matrix U = Z.copy(), U_test = Z_test.copy();
    normalize_columns(U);
    normalize_columns(U_test);
    const Matrix C_unit = contributions(e.omega, U);
    const Matrix beta = sample_weights(C_unit, U_test);
    record_neighbours(run, e, beta);
    Matrix S(U.cols(), U_test.cols());
    gemm(Op::transpose, Op::none, 1.0, U, U_test, 0.0, S);
    record_similarities(run, e, S);
    const std::vector<std::size_t> shown = first_of_each_digit(e.test);
    record_histograms(run, e, S, shown);
    run.record("largest_weight_digits", mean_largest_weight(C, Z_test));
    run.record("largest_weight_other", mean_largest_weight(C, Z_other));
    Matrix U_other = Z_other.copy();
    normalize_columns(U_other);
    run.record("largest_unit_weight_digits", mean_largest_weight(C_unit, U_test));
    run.record("largest_unit_weight_other", mean_largest_weight(C_unit, U_other));
    record_tiles(run, e, {Z_test, C, beta, S, order, shown});
}

std::vector<harness::MetricSpec> interpretation_metrics() {
    std::vector<harness::MetricSpec> metrics = {
        {"density", "", "non-zeros in the codes of the test images"},
        {"reconstruction_error", "", "||D Z - X||_F / ||X||_F on the test images"},
        {"dictionary_identity", "",
         "relative difference of X G Z^T, G = (Z^T Z + omega I_n)^-1, and X Z^T (Z Z^T + omega I_p)^-1"},
        {"stationarity", "", "||(D Z - X) Z^T + omega D||_F / ||X Z^T||_F at that dictionary"},
        {"beta_identity", "", "relative difference of D z and X beta (equation 18), test images"},
        {"similarity_identity", "", "relative difference of D z and X G (Z^T z) (equation 19), test images"},
        {"atom_cosine", "", "cosine of a trained atom and X c_j", {"atom"}},
        {"atom_cosine_partial", "", "the same with the 200 training images that contribute most", {"atom"}},
        {"largest_contribution", "", "largest entry of |c_j| / ||c_j||", {"atom"}},
        {"smallest_contribution", "", "smallest entry of |c_j| / ||c_j||", {"atom"}},
        {"beta_label_agreement", "",
         "test images whose 6 largest |beta| belong in the majority to images of their digit"},
        {"top_correlation", "", "mean pixel correlation of a test image with its 6 largest contributors"},
        {"bottom_correlation", "", "the same with its 6 smallest contributors"},
        {"largest_beta", "", "mean over test images of max |beta| / ||beta||"},
        {"class_similarity", "", "mean cosine of codes", {"digit", "train_digit"}},
        {"similarity_margin", "", "mean cosine to the own digit minus the largest to another", {"digit"}},
        {"alike_same_digit", "",
         "of the 4 training images with the most similar codes, those of the same digit"},
        {"similarity_histogram",
         "",
         "fraction of a digit's training images",
         {"digit", "train_digit", "similarity"}},
        {"largest_weight_digits", "", "mean of max |beta|, codes as they are, test digits"},
        {"largest_weight_other", "", "the same for images of another kind"},
        {"largest_unit_weight_digits", "", "mean of max |beta|, codes of unit length, test digits"},
        {"largest_unit_weight_other", "", "the same for images of another kind"}};
    for (harness::MetricSpec& metric : tile_metrics()) metrics.push_back(std::move(metric));
    return metrics;
}

}  // namespace assay::pudle
