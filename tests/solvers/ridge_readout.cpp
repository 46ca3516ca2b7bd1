#include "solvers/dictionary/ridge_readout.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "solvers/device/random.hpp"
#include "solvers/dictionary/synthetic.hpp"
#include "tests/message_of.hpp"

using namespace assay::solvers;
using Matrix = Array<Cpu, double>;

namespace {

struct Fixture {
    Matrix G = random_dictionary<Cpu, double>(6, 40, 1), H{3, 40};

    Fixture() {
        for (std::size_t j = 0; j < 40; ++j) H(j % 3, j) = 1.0;
    }
    RidgeReadout<Cpu, double> readout() const {
        RidgeReadout<Cpu, double> sums(6, 3);
        for (const std::size_t first : {0, 16}) {
            const std::size_t count = first == 0 ? 16 : 24;
            sums.add(G.columns(first, count), H.columns(first, count));
        }
        return sums;
    }
};

/// (W G - H) G^T + ridge W + penalty diag(S) W by plain loops, its largest entry.
double largest_gradient(const Fixture& f, const Matrix& W, double ridge, double penalty) {
    double largest = 0.0;
    for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t k = 0; k < 6; ++k) {
            double sum = ridge * W(c, k);
            for (std::size_t j = 0; j < 40; ++j) {
                double fit = -f.H(c, j);
                for (std::size_t i = 0; i < 6; ++i) fit += W(c, i) * f.G(i, j);
                sum += fit * f.G(k, j) + penalty * f.G(k, j) * f.G(k, j) * W(c, k);
            }
            largest = std::max(largest, std::abs(sum));
        }
    }
    return largest;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ridge_readout)

BOOST_AUTO_TEST_CASE(the_classifier_is_stationary_with_and_without_dropout) {
    const Fixture f;
    // Sums of 40 products of order one.
    BOOST_TEST(largest_gradient(f, f.readout().classifier(0.3), 0.3, 0.0) < 1e-13);
    BOOST_TEST(largest_gradient(f, f.readout().classifier(0.3, 0.2), 0.3, 0.2 / 0.8) < 1e-13);
    BOOST_TEST(largest_gradient(f, f.readout().classifier(0.3, 0.2), 0.3, 0.0) > 1e-3);
}

BOOST_AUTO_TEST_CASE(dropout_is_the_mean_over_lost_entries) {
    // ||W (m .* g) / (1 - p) - h||^2 over random masks m against ||W g - h||^2 + p / (1 - p) sum w_k^2 g_k^2.
    const double p = 0.3, w[] = {0.5, -1.0, 2.0}, g[] = {1.0, 0.7, -0.4}, h = 0.2;
    Random random(5, "masks");
    const int draws = 200000;
    double mean = 0.0, fit = -h, penalty = 0.0;
    for (int n = 0; n < draws; ++n) {
        double residual = -h;
        for (int k = 0; k < 3; ++k) residual += random.uniform() < p ? 0.0 : w[k] * g[k] / (1 - p);
        mean += residual * residual / draws;
    }
    for (int k = 0; k < 3; ++k) {
        fit += w[k] * g[k];
        penalty += w[k] * w[k] * g[k] * g[k];
    }
    BOOST_TEST(std::abs(mean - fit * fit - p / (1 - p) * penalty) < 0.01);  // some five standard errors
}

BOOST_AUTO_TEST_CASE(the_largest_row_is_found_and_ties_go_to_the_lower) {
    const Matrix scores = Matrix::from_host(3, 3, std::vector<double>{1, 3, 2, -1, -1, -2, 0, 5, 5});
    BOOST_TEST(largest_rows(scores) == (std::vector<std::uint32_t>{1, 0, 1}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_ridge_or_dropout_that_is_not_allowed_is_refused) {
    const auto readout = Fixture().readout();
    BOOST_TEST(assay::testing::message_of([&] { readout.classifier(0.0); }).find("ridge") !=
               std::string::npos);
    BOOST_TEST(assay::testing::message_of([&] { readout.classifier(1.0, 1.0); }).find("dropout") !=
               std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
