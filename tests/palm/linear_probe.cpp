#include "experiments/palm/linear_probe.hpp"

#include <armadillo>
#include <array>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "solvers/device/random.hpp"
#include "tests/message_of.hpp"

using namespace assay;
using Matrix = solvers::Array<solvers::Cpu, double>;

namespace {

struct Problem {
    Matrix samples{8, 60};
    std::vector<std::uint32_t> labels;
    std::size_t classes = 3;

    explicit Problem(std::uint64_t seed) {
        solvers::Random random(seed, "probe");
        for (std::size_t i = 0; i < samples.cols(); ++i) {
            labels.push_back(static_cast<std::uint32_t>(random.below(classes)));
            for (std::size_t r = 0; r < samples.rows(); ++r)
                samples(r, i) = random.normal() + (r == labels[i] ? 1.0 : 0.0);
        }
    }
};

palm::Columns columns_of(const Matrix& Y) {
    return [&Y](std::size_t first, std::size_t count) { return Y.columns(first, count); };
}

/// W by the normal equations on the columns `kept`.
arma::mat fitted(const Problem& problem, double ridge, const arma::uvec& kept) {
    const arma::mat all(problem.samples.data(), problem.samples.rows(), problem.samples.cols());
    arma::mat targets(problem.classes, all.n_cols, arma::fill::zeros);
    for (arma::uword i = 0; i < all.n_cols; ++i) targets(problem.labels[i], i) = 1;
    const arma::mat Y = all.cols(kept), H = targets.cols(kept);
    return H * Y.t() * arma::inv_sympd(Y * Y.t() + ridge * arma::eye(Y.n_rows, Y.n_rows));
}

/// Fits as many times as there are samples.
double left_out_by_hand(const Problem& problem, double ridge) {
    const arma::uword count = problem.samples.cols();
    const arma::mat Y(problem.samples.data(), problem.samples.rows(), count);
    double right = 0;
    for (arma::uword i = 0; i < count; ++i) {
        arma::uvec kept = arma::regspace<arma::uvec>(0, count - 1);
        kept.shed_row(i);
        right += arma::vec(fitted(problem, ridge, kept) * Y.col(i)).index_max() == problem.labels[i];
    }
    return right / static_cast<double>(count);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(linear_probe)

BOOST_AUTO_TEST_CASE(leaving_out_needs_no_second_fit) {
    for (const std::uint64_t seed : {1, 2, 3}) {
        const Problem problem(seed);
        for (const double ridge : {0.01, 1.0, 100.0}) {
            const auto probe = palm::linear_probe(std::array{ridge}, columns_of(problem.samples),
                                                  problem.labels, problem.classes);
            BOOST_TEST(probe.left_out == left_out_by_hand(problem, ridge));
            BOOST_TEST(probe.left_out < 1.0);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_classifier_is_the_ridge_solution_on_all_samples) {
    const Problem problem(4);
    const auto probe =
        palm::linear_probe(std::array{0.5}, columns_of(problem.samples), problem.labels, problem.classes);
    const arma::mat W(probe.classifier.data(), problem.classes, problem.samples.rows());
    BOOST_TEST(arma::norm(W - fitted(problem, 0.5, arma::regspace<arma::uvec>(0, 59)), "fro") < 1e-13);
}

BOOST_AUTO_TEST_CASE(the_best_ridge_is_chosen_and_the_earlier_of_equals) {
    const Problem problem(5);
    const std::array ridges{1e4, 1e-6, 3.0, 30.0};
    const auto chosen =
        palm::linear_probe(ridges, columns_of(problem.samples), problem.labels, problem.classes);
    double best = 0, first_best = 0;
    for (const double ridge : ridges) {
        const double share = left_out_by_hand(problem, ridge);
        if (share > best) best = share, first_best = ridge;
    }
    BOOST_TEST(chosen.ridge == first_best);
    BOOST_TEST(chosen.left_out == best);
    const std::array equal{3.0, 3.0000001};
    BOOST_TEST(
        palm::linear_probe(equal, columns_of(problem.samples), problem.labels, problem.classes).ridge == 3.0);
}

// More samples than one block holds.
BOOST_AUTO_TEST_CASE(blocks_make_no_difference) {
    const Problem few(7);
    Problem many(7);
    many.samples = Matrix(8, 9000);
    many.labels.clear();
    for (std::size_t i = 0; i < 9000; ++i) {
        many.samples.set_columns(i, few.samples.columns(i % 60, 1));
        many.labels.push_back(few.labels[i % 60]);
    }
    const auto repeated =
        palm::linear_probe(std::array{150.0}, columns_of(many.samples), many.labels, many.classes);
    const auto once = palm::linear_probe(std::array{1.0}, columns_of(few.samples), few.labels, few.classes);
    for (std::size_t e = 0; e < once.classifier.size(); ++e)
        BOOST_TEST(std::abs(repeated.classifier.data()[e] - once.classifier.data()[e]) < 1e-12);
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const Problem problem(6);
    const auto refused = [&](std::span<const double> ridges, const Matrix& Y, std::size_t classes) {
        return testing::message_of(
            [&] { palm::linear_probe(ridges, columns_of(Y), problem.labels, classes); });
    };
    const std::array good{1.0};
    const std::array bad{1.0, 0.0};
    BOOST_TEST(refused(bad, problem.samples, 3).find("ridge") != std::string::npos);
    BOOST_TEST(refused({}, problem.samples, 3).find("none to choose") != std::string::npos);
    BOOST_TEST(refused(good, problem.samples, 2).find("not below 2") != std::string::npos);
    BOOST_TEST(testing::message_of([&] {
                   palm::linear_probe(good, columns_of(problem.samples), {}, 3);
               }).find("no labels") != std::string::npos);
    Matrix broken = problem.samples.copy();
    broken(1, 1) = std::numeric_limits<double>::quiet_NaN();
    BOOST_TEST(refused(good, broken, 3).find("NaN") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
