#include "solvers/dictionary/synthetic.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <set>

#include "solvers/error.hpp"

using namespace assay::solvers;

BOOST_AUTO_TEST_SUITE(synthetic)

namespace {
using Matrix = Array<Cpu, double>;

std::size_t nonzeros(const Matrix& Z, std::size_t i) {
    std::size_t count = 0;
    for (std::size_t j = 0; j < Z.rows(); ++j) count += Z(j, i) != 0.0;
    return count;
}
}  // namespace

BOOST_AUTO_TEST_CASE(a_sample_does_not_depend_on_the_size_of_its_set) {
    const Matrix D = random_dictionary<Cpu, double>(12, 20, 3);
    const CodeLaw law{.nonzeros = 4};
    const auto all = draw_samples(D, law, 0.1, 0, 50, 7);
    const auto tail = draw_samples(D, law, 0.1, 30, 20, 7);
    for (std::size_t i = 0; i < 20; ++i) {
        for (std::size_t j = 0; j < 20; ++j) BOOST_TEST(tail.codes(j, i) == all.codes(j, i + 30));
        // The product of a block and of the whole may be summed by different kernels.
        for (std::size_t l = 0; l < 12; ++l)
            BOOST_TEST(std::abs(tail.samples(l, i) - all.samples(l, i + 30)) < 1e-14);
    }
}

BOOST_AUTO_TEST_CASE(codes_follow_their_law) {
    const Matrix Z = sparse_codes<Cpu, double>({.nonzeros = 5}, 30, 0, 400, 1);
    std::size_t positive = 0;
    for (std::size_t i = 0; i < Z.cols(); ++i) {
        BOOST_TEST(nonzeros(Z, i) == 5U);
        std::set<double> signs;
        for (std::size_t j = 0; j < Z.rows(); ++j) {
            if (Z(j, i) == 0.0) continue;
            BOOST_TEST((std::abs(Z(j, i)) >= 1.0 && std::abs(Z(j, i)) < 2.0));
            signs.insert(sign(Z(j, i)));
        }
        BOOST_TEST(signs.size() == 1U);
        positive += *signs.begin() > 0.0;
    }
    // 400 fair coins: five standard deviations are 50.
    BOOST_TEST(std::abs(static_cast<double>(positive) - 200.0) < 50.0);
}

BOOST_AUTO_TEST_CASE(every_index_is_drawn_equally_often) {
    const Matrix Z = sparse_codes<Cpu, double>({.nonzeros = 3}, 10, 0, 5000, 2);
    for (std::size_t j = 0; j < 10; ++j) {
        double count = 0;
        for (std::size_t i = 0; i < Z.cols(); ++i) count += Z(j, i) != 0.0;
        // Binomial(5000, 0.3) has a standard deviation of 32.
        BOOST_TEST(std::abs(count - 1500.0) < 160.0);
    }
}

BOOST_AUTO_TEST_CASE(the_law_of_signs_and_amplitudes_leaves_the_supports) {
    const Matrix common = sparse_codes<Cpu, double>({.nonzeros = 4}, 25, 0, 60, 9);
    const Matrix independent =
        sparse_codes<Cpu, double>({.nonzeros = 4, .signs = Signs::independent}, 25, 0, 60, 9);
    const Matrix positive = sparse_codes<Cpu, double>(
        {.nonzeros = 4, .amplitude = Amplitude::normal, .signs = Signs::positive}, 25, 0, 60, 9);
    bool mixed = false;
    for (std::size_t i = 0; i < 60; ++i) {
        double sum = 0, magnitude = 0;
        for (std::size_t j = 0; j < 25; ++j) {
            BOOST_TEST((common(j, i) != 0.0) == (independent(j, i) != 0.0));
            BOOST_TEST((common(j, i) != 0.0) == (positive(j, i) != 0.0));
            BOOST_TEST(std::abs(common(j, i)) == std::abs(independent(j, i)));
            sum += independent(j, i);
            magnitude += std::abs(independent(j, i));
        }
        mixed = mixed || std::abs(sum) < magnitude;
    }
    BOOST_TEST(mixed);
}

BOOST_AUTO_TEST_CASE(normal_amplitudes_have_their_moments) {
    const Matrix Z = sparse_codes<Cpu, double>({.nonzeros = 8,
                                                .amplitude = Amplitude::normal,
                                                .mean = 5.0,
                                                .deviation = 1.0,
                                                .signs = Signs::positive},
                                               8, 0, 2500, 4);
    double sum = 0, square = 0;
    for (std::size_t k = 0; k < Z.size(); ++k) {
        sum += Z.data()[k];
        square += Z.data()[k] * Z.data()[k];
    }
    const double n = static_cast<double>(Z.size()), mean = sum / n;
    // 20 000 draws: five standard errors of the mean are 0.035, of the variance 0.05.
    BOOST_TEST(std::abs(mean - 5.0) < 0.035);
    BOOST_TEST(std::abs(square / n - mean * mean - 1.0) < 0.05);
}

BOOST_AUTO_TEST_CASE(dictionaries_have_unit_columns_and_orthogonal_ones_are_orthogonal) {
    const Matrix D = random_dictionary<Cpu, double>(15, 40, 5);
    const Matrix G = gram(D);
    for (std::size_t j = 0; j < 40; ++j) BOOST_TEST(std::abs(G(j, j) - 1.0) < 1e-14);
    const Matrix Q = orthogonal_dictionary<Cpu, double>(15, 5);
    const Matrix I = gram(Q);
    for (std::size_t i = 0; i < 15; ++i) {
        for (std::size_t j = 0; j < 15; ++j) BOOST_TEST(std::abs(I(i, j) - (i == j ? 1.0 : 0.0)) < 1e-14);
    }
    BOOST_TEST(distance(Q, orthogonal_dictionary<Cpu, double>(15, 6)) > 1.0);
}

BOOST_AUTO_TEST_CASE(a_perturbation_has_the_published_relative_error) {
    // The authors' initial errors: 0.14 and 0.611 at m = 50; the closed form for many atoms is sqrt(2 - 2 /
    // sqrt(1 + tau^2 m)).
    const Matrix D = random_dictionary<Cpu, double>(50, 100, 11);
    for (const double tau : {0.02, 0.1}) {
        const double expected = std::sqrt(2.0 - 2.0 / std::sqrt(1.0 + tau * tau * 50.0));
        // The mean over 100 columns of 50 entries scatters by about 1 %.
        BOOST_TEST(relative_error(perturbed_dictionary(D, tau, 1), D) == expected,
                   boost::test_tools::tolerance(0.05));
    }
    BOOST_TEST(relative_error(perturbed_dictionary(D, 0.0, 1), D) < 1e-15);
}

BOOST_AUTO_TEST_CASE(float_sets_are_the_rounded_double_sets) {
    const Matrix wide = random_dictionary<Cpu, double>(9, 14, 8);
    const Array<Cpu, float> narrow = random_dictionary<Cpu, float>(9, 14, 8);
    for (std::size_t k = 0; k < wide.size(); ++k)
        BOOST_TEST(narrow.data()[k] == static_cast<float>(wide.data()[k]));
    const Matrix Z = sparse_codes<Cpu, double>({.nonzeros = 3}, 14, 5, 6, 8);
    const Array<Cpu, float> z = sparse_codes<Cpu, float>({.nonzeros = 3}, 14, 5, 6, 8);
    for (std::size_t k = 0; k < Z.size(); ++k) BOOST_TEST(z.data()[k] == static_cast<float>(Z.data()[k]));
}

BOOST_AUTO_TEST_CASE(noise_has_its_deviation_and_its_place) {
    Matrix all(10, 300), tail(10, 100);
    add_noise(0.12, 0, 3, all);
    add_noise(0.12, 200, 3, tail);
    for (std::size_t k = 0; k < tail.size(); ++k) BOOST_TEST(tail.data()[k] == all.data()[2000 + k]);
    // 3000 draws: five standard errors of the root mean square are 6.5 %.
    BOOST_TEST(norm(all) / std::sqrt(3000.0) == 0.12, boost::test_tools::tolerance(0.065));
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const auto message = [](auto call) -> std::string {
        try {
            call();
        } catch (const assay::Error& error) {
            return error.what();
        }
        return "";
    };
    BOOST_TEST(message([] {
                   sparse_codes<Cpu, double>({.nonzeros = 6}, 5, 0, 1, 1);
               }).find("cannot have 6 non-zeros") != std::string::npos);
    BOOST_TEST(message([] {
                   sparse_codes<Cpu, double>({.low = 2, .high = 1}, 9, 0, 1, 1);
               }).find("exchange low and high") != std::string::npos);
    BOOST_TEST(message([] {
                   sparse_codes<Cpu, double>({.amplitude = Amplitude::normal, .deviation = -1}, 9, 0, 1, 1);
               }).find("negative") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
