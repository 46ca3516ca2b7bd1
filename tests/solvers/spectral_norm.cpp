#include "solvers/device/spectral_norm.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <string>

#include "solvers/dictionary/synthetic.hpp"
#include "solvers/error.hpp"

using namespace assay;
using namespace assay::solvers;

BOOST_AUTO_TEST_SUITE(spectral_norm)

namespace {
using Matrix = Array<Cpu, double>;
}

BOOST_AUTO_TEST_CASE(closed_forms) {
    BOOST_TEST(solvers::spectral_norm(orthogonal_dictionary<Cpu, double>(12, 1)) == 1.0,
               boost::test_tools::tolerance(1e-12));
    // Rank one: sigma_max(a b^T) = ||a|| ||b||.
    Matrix rank_one(3, 5);
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 5; ++j) rank_one(i, j) = static_cast<double>((i + 1) * (j + 1));
    }
    BOOST_TEST(solvers::spectral_norm(rank_one) == std::sqrt(14.0 * 55.0),
               boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(power_iteration_finds_the_spectral_norm) {
    const Matrix D = random_dictionary<Cpu, double>(20, 45, 3);
    Matrix x = sparse_codes<Cpu, double>({.nonzeros = 45, .signs = Signs::independent}, 45, 0, 1, 3),
           y(20, 1);
    // Power iteration on D^T D from an arbitrary start reaches sigma_max.
    for (int i = 0; i < 2000; ++i) {
        scale(1.0 / norm(x), x);
        gemm(Op::none, Op::none, 1.0, D, x, 0.0, y);
        gemm(Op::transpose, Op::none, 1.0, D, y, 0.0, x);
    }
    BOOST_TEST(norm(y) == solvers::spectral_norm(D), boost::test_tools::tolerance(1e-8));
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const auto message = [](const Matrix& A) -> std::string {
        try {
            solvers::spectral_norm(A);
        } catch (const assay::Error& error) {
            return error.what();
        }
        return "";
    };
    Matrix broken(2, 2);
    broken(0, 1) = std::nan("");
    BOOST_TEST(message(broken).find("look for NaN") != std::string::npos);
    BOOST_TEST(message(Matrix()).find("empty") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
