#include "solvers/sparse/omp.hpp"

#include <algorithm>
#include <armadillo>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "solvers/dictionary/synthetic.hpp"

using namespace assay::solvers;

namespace {
using Matrix = Array<Cpu, double>;

arma::mat to_arma(const Matrix& A) {
    return arma::mat(A.data(), A.rows(), A.cols());
}

/// The algorithm as it is defined: least squares by QR on the atoms taken, a fresh residual each time.
std::vector<arma::uword> reference(Choice choice, const arma::mat& D, const arma::vec& x,
                                   std::size_t nonzeros, arma::vec& z) {
    std::vector<arma::uword> taken;
    arma::vec residual = x;
    while (taken.size() < nonzeros) {
        arma::vec score = arma::abs(D.t() * residual);
        if (choice == Choice::reduction && !taken.empty()) {
            const arma::mat basis = arma::orth(D.cols(arma::uvec(taken)));
            const arma::rowvec distance = arma::sum(arma::square(D - basis * (basis.t() * D)));
            for (arma::uword k = 0; k < D.n_cols; ++k) score(k) /= std::sqrt(distance(k));
            for (const arma::uword k : taken) score(k) = 0;
        }
        taken.push_back(score.index_max());
        const arma::mat part = D.cols(arma::uvec(taken));
        z = arma::solve(part, x);
        residual = x - part * z;
    }
    return taken;
}

/// Runs one sample; the pairs with a value.
std::vector<std::pair<std::uint32_t, double>> code_of(const OmpOptions& options, const Matrix& D,
                                                      const Matrix& x) {
    const auto Z = assay::solvers::omp(options, D, x);
    std::vector<std::pair<std::uint32_t, double>> pairs;
    for (std::size_t s = 0; s < Z.width(); ++s)
        if (Z.value(s, 0) != 0) pairs.emplace_back(Z.index(s, 0), Z.value(s, 0));
    return pairs;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(omp)

BOOST_AUTO_TEST_CASE(follows_the_definition_atom_by_atom) {
    double residuals[2] = {};
    for (const Choice choice : {Choice::correlation, Choice::reduction}) {
        const std::size_t p = 150;
        const Matrix D = random_dictionary<Cpu, double>(30, p, 1);
        const Matrix X = draw_samples(D, {.nonzeros = 6, .signs = Signs::independent}, 0.1, 0, 25, 1).samples;
        const auto Z = assay::solvers::omp({.nonzeros = 12, .choice = choice, .block = 10}, D, X);
        residuals[choice == Choice::reduction] = distance(multiply_codes(D, Z), X);
        for (std::size_t i = 0; i < X.cols(); ++i) {
            arma::vec z;
            const auto taken = reference(choice, to_arma(D), to_arma(X).col(i), 12, z);
            for (std::size_t s = 0; s < 12; ++s) {
                BOOST_TEST(Z.index(s, i) == taken[s]);
                // Gram form squares the condition number of the atoms taken, here below 1e3.
                BOOST_TEST(std::abs(Z.value(s, i) - z(s)) < 1e-9);
            }
        }
    }
    BOOST_TEST(residuals[1] != residuals[0]);  // the two do differ here
}

BOOST_AUTO_TEST_CASE(finds_planted_codes_in_float) {
    const auto D = random_dictionary<Cpu, float>(64, 100, 2);
    const auto set = draw_samples(D, {.nonzeros = 4, .signs = Signs::independent}, 0.0, 0, 200, 2);
    const auto Z = assay::solvers::omp({.nonzeros = 4}, D, set.samples);
    std::size_t found = 0;
    for (const double error : column_distances(to_dense(Z), set.codes)) found += error < 1e-4;
    BOOST_TEST(found > 190u);  // a random dictionary this coherent misleads the greedy choice now and then
}

BOOST_AUTO_TEST_CASE(stops_at_the_residual_asked_for) {
    const Matrix D = random_dictionary<Cpu, double>(20, 50, 3);
    const Matrix X = draw_samples(D, {.nonzeros = 5, .signs = Signs::independent}, 0.05, 0, 40, 3).samples;
    const auto Z = assay::solvers::omp({.nonzeros = 20, .residual = 0.5, .block = 7}, D, X);
    const auto errors = column_distances(multiply_codes(D, Z), X);
    for (std::size_t i = 0; i < X.cols(); ++i) {
        BOOST_TEST(errors[i] <= 0.5);
        std::size_t used = 0;
        while (used < 20 && Z.value(used, i) != 0) ++used;
        if (used == 0) continue;
        // One atom less would not have been enough.
        const auto before =
            assay::solvers::omp({.nonzeros = std::max<std::size_t>(used - 1, 1)}, D, X.columns(i, 1));
        if (used > 1) BOOST_TEST(column_distances(multiply_codes(D, before), X.columns(i, 1))[0] > 0.5);
    }
}

BOOST_AUTO_TEST_CASE(a_repeated_atom_is_taken_once_and_the_lower_index_wins) {
    const Matrix base = random_dictionary<Cpu, double>(10, 4, 4);
    Matrix D(10, 8);
    D.set_columns(0, base);
    D.set_columns(4, base);
    Matrix x(10, 1);
    for (std::size_t i = 0; i < 10; ++i) x(i, 0) = 2 * base(i, 1) - base(i, 2) + 0.3 * base(i, 0);
    for (const Choice choice : {Choice::correlation, Choice::reduction}) {
        auto pairs = code_of({.nonzeros = 8, .choice = choice}, D, x);
        std::sort(pairs.begin(), pairs.end());
        BOOST_TEST_REQUIRE(pairs.size() == 3u);
        const double expected[] = {0.3, 2, -1};
        for (std::size_t k = 0; k < 3; ++k) {
            BOOST_TEST(pairs[k].first == k);
            BOOST_TEST(std::abs(pairs[k].second - expected[k]) < 1e-12);
        }
    }
}

BOOST_AUTO_TEST_CASE(more_nonzeros_than_the_rank_stop_at_the_rank) {
    for (const Choice choice : {Choice::correlation, Choice::reduction}) {
        const Matrix D = random_dictionary<Cpu, double>(5, 12, 5);
        const Matrix X = draw_samples(D, {.nonzeros = 3}, 0.3, 0, 20, 5).samples;
        const auto Z = assay::solvers::omp({.nonzeros = 12, .choice = choice}, D, X);
        for (const double error : column_distances(multiply_codes(D, Z), X)) BOOST_TEST(error < 1e-10);
        for (std::size_t i = 0; i < 20; ++i) BOOST_TEST(Z.value(5, i) == 0.0);
    }
}

BOOST_AUTO_TEST_CASE(zero_samples_and_zero_atoms_give_zeros) {
    Matrix D = random_dictionary<Cpu, double>(6, 9, 6);
    for (std::size_t i = 0; i < 6; ++i) D(i, 0) = 0;
    Matrix X = draw_samples(D, {.nonzeros = 2}, 0.1, 0, 5, 6).samples;
    for (std::size_t i = 0; i < 6; ++i) X(i, 3) = 0;
    const auto Z = assay::solvers::omp({.nonzeros = 6}, D, X);
    BOOST_TEST(norm(to_dense(Z).columns(3, 1)) == 0.0);
    for (std::size_t i = 0; i < 5; ++i) BOOST_TEST(to_dense(Z)(0, i) == 0.0);
    BOOST_TEST(norm(to_dense(Z).columns(2, 1)) > 0.0);
    BOOST_TEST(norm(to_dense(assay::solvers::omp({.nonzeros = 2}, Matrix(6, 9), X))) == 0.0);
}

BOOST_AUTO_TEST_CASE(equal_samples_get_equal_codes) {
    const auto D = random_dictionary<Cpu, float>(20, 33, 7);
    auto X = draw_samples(D, {.nonzeros = 3}, 0.1, 0, 6, 7).samples;
    X.set_columns(4, X.columns(1, 1));
    const auto Z = assay::solvers::omp({.nonzeros = 9, .block = 6}, D, X);
    BOOST_TEST((Z.value.columns(4, 1).to_host() == Z.value.columns(1, 1).to_host()));
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const Matrix D = random_dictionary<Cpu, double>(6, 9, 8);
    Matrix X(6, 2);
    const auto says = [](const char* text) {
        return [=](const assay::Error& error) { return error.problem().find(text) != std::string::npos; };
    };
    using assay::Error;
    BOOST_CHECK_EXCEPTION(assay::solvers::omp({.nonzeros = 0}, D, X), Error, says("T = 0"));
    BOOST_CHECK_EXCEPTION(assay::solvers::omp({.nonzeros = 10}, D, X), Error, says("T = 10"));
    BOOST_CHECK_EXCEPTION(assay::solvers::omp({.nonzeros = 2, .residual = -1}, D, X), Error,
                          says("negative"));
    BOOST_CHECK_EXCEPTION(assay::solvers::omp({.nonzeros = 2, .block = 0}, D, X), Error, says("block"));
    BOOST_CHECK_EXCEPTION(assay::solvers::omp({.nonzeros = 2}, Matrix(5, 9), X), Error, says("rows"));
    BOOST_CHECK_EXCEPTION(assay::solvers::omp({.nonzeros = 2}, D, Matrix()), Error, says("empty"));
    X(3, 1) = std::numeric_limits<double>::quiet_NaN();
    BOOST_CHECK_EXCEPTION(assay::solvers::omp({.nonzeros = 2}, D, X), Error, says("NaN"));
}

BOOST_AUTO_TEST_SUITE_END()
