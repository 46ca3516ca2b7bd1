#include "solvers/deep/lista_cp.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "solvers/device/primitives.hpp"
#include "tests/deep/sample.hpp"
#include "tests/message_of.hpp"

using namespace assay::solvers;
using assay::testing::DeepSample;
using assay::testing::message_of;

namespace {

double slope(const std::vector<double>& values, std::size_t first, std::size_t last) {
    double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (std::size_t k = first; k <= last; ++k) {
        const double x = static_cast<double>(k), y = std::log(values[k]);
        n += 1, sx += x, sy += y, sxx += x * x, sxy += x * y;
    }
    return (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lista_cp)

BOOST_AUTO_TEST_CASE(certificates_follow_their_closed_form) {
    const CodeBounds bounds{3, 0.15, 2.0, 0.01};
    const Certificate certificate = certify(bounds, 40);
    const double r = 5 * 0.15;
    for (std::size_t k = 0; k <= 40; ++k) {
        const double power = std::pow(r, static_cast<double>(k));
        BOOST_TEST(certificate.errors[k] == power * 2.0 + 2 * 3 * 0.01 * (1 - power) / (1 - r),
                   boost::test_tools::tolerance(1e-13));
        if (k < 40)
            BOOST_TEST(certificate.thresholds[k] == 0.15 * certificate.errors[k] + 0.01,
                       boost::test_tools::tolerance(1e-13));
    }
    BOOST_TEST(error_floor(bounds) == 0.06 / 0.25, boost::test_tools::tolerance(1e-14));
    BOOST_TEST(std::isinf(error_floor({4, 0.15, 2.0, 0.01})));
}

BOOST_AUTO_TEST_CASE(an_iteration_is_the_formula) {
    // T_theta(x + W^T (y - D x)) with dense matrices, on a code of the tiny instance.
    const DeepSample sample("tiny", 0.01);
    const auto A = dense(effective_dictionary(sample.instance));
    const std::size_t d = A.cols();
    const DeepCoder coder(sample.instance);
    const std::vector<double> b = coder.effective_correlations(sample.first);
    std::vector<double> x(d);
    const CodeBounds bounds = sample.bounds();
    const Certificate certificate = certify(bounds, 12);
    const auto G = gram(A);
    coder.deepest_first(sample.first, 12, certified_rule(certificate),
                        [&](std::size_t k, std::span<const double> seen) {
                            std::vector<double> next(d);
                            for (std::size_t i = 0; i < d; ++i) {
                                double z = x[i] + b[i];
                                for (std::size_t j = 0; j < d; ++j) z -= G(i, j) / G(i, i) * x[j];
                                next[i] = shrink(Shrinkage::soft, z, certificate.thresholds[k - 1]);
                                BOOST_TEST(std::abs(next[i] - seen[i]) < 1e-13);  // sums of 104 products
                            }
                            x = next;
                        });
}

BOOST_AUTO_TEST_CASE(errors_keep_their_bound_and_supports_stay_inside) {
    for (const char* name : {"tiny", "S", "I", "II"}) {
        for (const double deviation : {0.0, 1e-5, 1e-3}) {
            const DeepSample sample(name, deviation);
            const Certificate certificate = certify(sample.bounds(), 60);
            const DeepCoder coder(sample.instance);
            coder.deepest_first(sample.first, 60, certified_rule(certificate),
                                [&](std::size_t k, std::span<const double> x) {
                                    const CodeError error = code_error(x, sample.deepest());
                                    BOOST_TEST(error.l1 <= certificate.errors[k]);
                                    BOOST_TEST(error.support_inside);
                                });
        }
    }
}

BOOST_AUTO_TEST_CASE(without_noise_the_error_falls_by_r_an_iteration) {
    const DeepSample sample("I", 0.0);
    std::vector<double> errors(41);
    DeepCoder(sample.instance)
        .deepest_first(sample.first, 40, certified_rule(certify(sample.bounds(), 40)),
                       [&](std::size_t k, std::span<const double> x) {
                           errors[k] = code_error(x, sample.deepest()).l2;
                       });
    const double c = -std::log(sample.instance.contraction());
    // Later than 16 the first iterations' other factors are gone.
    BOOST_TEST(std::abs(slope(errors, 16, 40) / -c - 1.0) < 0.005);
}

BOOST_AUTO_TEST_CASE(an_oracle_is_faster_than_its_bound) {
    const DeepSample sample("I", 0.0);
    const DeepCoder coder(sample.instance);
    const auto error = [&](const ThresholdRule& rule) {
        return code_error(coder.deepest_first(sample.first, 20, rule), sample.deepest()).l2;
    };
    const double certified = error(certified_rule(certify(sample.bounds(), 20)));
    const double oracle = error(oracle_rule(sample.bounds(), sample.deepest()));
    const double geometric = error(geometric_rule(0.5, 0.4, 1e-13));
    BOOST_TEST(oracle < certified / 100);
    BOOST_TEST(geometric < certified / 100);
}

BOOST_AUTO_TEST_CASE(thresholds_that_fall_too_fast_diverge) {
    const DeepSample sample("S", 0.0);
    const DeepCoder coder(sample.instance);
    const auto error = [&](double ratio) {
        return code_error(coder.deepest_first(sample.first, 40, geometric_rule(0.43, ratio, 1e-13)),
                          sample.deepest())
            .l2;
    };
    BOOST_TEST(error(0.6) < 1e-6);
    BOOST_TEST(error(0.1) > 1.0);
}

BOOST_AUTO_TEST_CASE(thresholds_below_rounding_blow_up_and_that_much_noise_prevents_it) {
    // Off-support rounding errors pass a threshold below them and grow by ||D||^2 - 1, about ten, each time.
    const DeepSample sample("S", 0.0);
    const auto error = [&](double rounding) {
        const auto rule = certified_rule(certify(sample.bounds(rounding), 120));
        return code_error(DeepCoder(sample.instance).deepest_first(sample.first, 120, rule), sample.deepest())
            .l2;
    };
    BOOST_TEST(error(0.0) > 1e3);
    BOOST_TEST(error(1e-13) < 1e-12);
}

BOOST_AUTO_TEST_CASE(overflow_is_divergence) {
    const DeepSample sample("tiny", 0.0);
    const DeepCoder coder(sample.instance);
    BOOST_CHECK_THROW(
        coder.deepest_first(sample.first, 5000, [](std::size_t, std::span<const double>) { return 0.0; }),
        assay::Diverged);
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    BOOST_TEST(message_of([] { certify({.sparsity = 0}, 3); }).find("sparsity of 1") != std::string::npos);
    BOOST_TEST(message_of([] { certify({.noise = -1.0}, 3); }).find("not usable") != std::string::npos);
    BOOST_TEST(message_of([] { certify({.start = NAN}, 3); }).find("not usable") != std::string::npos);
    BOOST_TEST(message_of([] { geometric_rule(1.0, 1.0, 0.0); }).find("between 0 and 1") !=
               std::string::npos);
    BOOST_TEST(message_of([] { geometric_rule(0.0, 0.5, 0.0); }).find("above 0") != std::string::npos);
    const DeepSample sample("tiny", 0.0);
    const std::vector<double> b(7);
    BOOST_TEST(message_of([&] {
                   assay::solvers::lista_cp(CoupledGram::matched(sample.instance.effective_gram), b, 1,
                                            geometric_rule(1.0, 0.5, 0.0));
               }).find("W^T y has 7 entries, the code 104") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
