#include "solvers/dictionary/noodl.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <vector>

#include "solvers/dictionary/synthetic.hpp"
#include "solvers/error.hpp"

using namespace assay::solvers;

BOOST_AUTO_TEST_SUITE(noodl)

namespace {
using Matrix = Array<Cpu, double>;

/// Codes of +-1, as in the authors' reference experiment.
const CodeLaw coin{.nonzeros = 3, .low = 1.0, .high = 1.0, .signs = Signs::independent};
}  // namespace

BOOST_AUTO_TEST_CASE(codes_are_exact_at_the_true_dictionary) {
    const Matrix truth = random_dictionary<Cpu, double>(100, 150, 1);
    const auto set = draw_samples(truth, coin, 0.0, 0, 50, 1);
    const Matrix Z = noodl_codes({.code_iterations = 5000, .code_tolerance = 1e-14}, truth, set.samples);
    BOOST_TEST(distance(Z, set.codes) < 1e-10);
}

BOOST_AUTO_TEST_CASE(the_update_is_the_gradient_step_on_the_sphere) {
    const Matrix truth = random_dictionary<Cpu, double>(10, 12, 2);
    const auto set = draw_samples(truth, coin, 0.1, 0, 7, 2);
    Matrix D = perturbed_dictionary(truth, 0.05, 2);
    Matrix expected = D.copy();
    for (std::size_t j = 0; j < 12; ++j) {
        for (std::size_t l = 0; l < 10; ++l) {
            double sum = 0;
            for (std::size_t i = 0; i < 7; ++i) {
                double r = -set.samples(l, i);
                for (std::size_t k = 0; k < 12; ++k) r += D(l, k) * set.codes(k, i);
                sum += r * sign(set.codes(j, i));
            }
            expected(l, j) -= 0.4 * sum / 7.0;
        }
    }
    normalize_columns(expected);
    noodl_update(0.4, set.samples, set.codes, D);
    BOOST_TEST(distance(D, expected) < 1e-14);
}

BOOST_AUTO_TEST_CASE(the_error_decays_log_linearly_to_nothing) {
    const Matrix truth = random_dictionary<Cpu, double>(100, 150, 3);
    Matrix D = perturbed_dictionary(truth, 0.02, 3);
    const double start = relative_error(D, truth);
    std::vector<double> logs;
    for (std::size_t k = 0; k < 45; ++k) {
        noodl_step({.code_tolerance = 1e-10, .rate = 15.0},
                   draw_samples(truth, coin, 0.0, 500 * k, 500, 3).samples, D);
        logs.push_back(std::log(relative_error(D, truth)));
    }
    BOOST_TEST(start > 0.15);
    BOOST_TEST(logs.back() < std::log(1e-6));
    // A straight line: least squares of the log error against the iteration.
    const double n = static_cast<double>(logs.size());
    double sk = 0, sl = 0, skk = 0, skl = 0, sll = 0;
    for (std::size_t k = 0; k < logs.size(); ++k) {
        const double t = static_cast<double>(k);
        sk += t;
        sl += logs[k];
        skk += t * t;
        skl += t * logs[k];
        sll += logs[k] * logs[k];
    }
    const double covariance = skl - sk * sl / n;
    BOOST_TEST(covariance * covariance / ((skk - sk * sk / n) * (sll - sl * sl / n)) > 0.99);
    // First order in the error: a step contracts it by 1 - rate s / p = 0.7. Each atom sees some ten samples
    // of a batch, and cross terms of coherent atoms slow it down; both are a few per cent of the rate.
    BOOST_TEST(covariance / (skk - sk * sk / n) == std::log(0.7), boost::test_tools::tolerance(0.15));
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    Matrix D = random_dictionary<Cpu, double>(5, 6, 1);
    Matrix broken(5, 2);
    broken(0, 0) = std::nan("");
    BOOST_CHECK_EXCEPTION(noodl_step({}, broken, D, 7), assay::Diverged, [](const assay::Diverged& diverged) {
        return diverged.iteration() == 7 &&
               diverged.hint().find("check the samples for NaN") != std::string::npos;
    });
    BOOST_CHECK_THROW(noodl_codes({}, D, Matrix(5, 0)), assay::Error);
}

BOOST_AUTO_TEST_SUITE_END()
