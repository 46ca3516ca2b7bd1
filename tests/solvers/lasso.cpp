#include "solvers/sparse/lasso.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "solvers/device/cpu/pursuit_kernel.hpp"
#include "solvers/device/cpu/unrolled_kernel.hpp"
#include "solvers/dictionary/synthetic.hpp"
#include "tests/message_of.hpp"

using assay::testing::message_of;
using namespace assay::solvers;
namespace solvers = assay::solvers;

BOOST_AUTO_TEST_SUITE(lasso)

namespace {
using Matrix = Array<Cpu, double>;
constexpr Shrinkage both_sides[] = {Shrinkage::soft, Shrinkage::soft_one_sided};

/// Twice as many atoms as rows.
struct Problem {
    Matrix D = random_dictionary<Cpu, double>(20, 41, 17);
    Matrix X = draw_samples(D, {.nonzeros = 3, .signs = Signs::independent}, 0.1, 0, 40, 17).samples;
};

double largest(const std::vector<double>& values) {
    return *std::max_element(values.begin(), values.end());
}

/// The largest gap of a sample over half its squared norm, by the residual in m dimensions.
template <class T>
double relative_gap(double lambda, Shrinkage shrinkage, const Array<Cpu, T>& D, const Array<Cpu, T>& X,
                    const Array<Cpu, T>& Z) {
    const auto gap = duality_gap(lambda, shrinkage, D, X, Z);
    const auto length = column_distances(X, Array<Cpu, T>(X.rows(), X.cols()));
    double worst = 0;
    for (std::size_t i = 0; i < gap.size(); ++i)
        worst = std::max(worst, gap[i] / (0.5 * length[i] * length[i]));
    return worst;
}

/// Atoms that share most of what they are, as images do: cosines of about 0.9.
template <class T>
Array<Cpu, T> alike(std::size_t m, std::size_t p, std::uint64_t seed) {
    auto D = random_dictionary<Cpu, T>(m, p, seed);
    scale(T(0.33), D);
    for (std::size_t k = 0; k < D.size(); ++k) D.data()[k] += static_cast<T>(1 / std::sqrt(double(m)));
    normalize_columns(D);
    return D;
}

}  // namespace

BOOST_AUTO_TEST_CASE(solutions_are_certified) {
    const Problem problem;
    // Down to a small lambda, at which every sample uses as many atoms as it has rows.
    for (const double lambda : {1.0, 0.3, 0.05, 1e-3, 1e-6}) {
        for (const Shrinkage shrinkage : both_sides) {
            const LassoOptions options{.lambda = lambda, .shrinkage = shrinkage, .tolerance = 1e-13};
            const auto result = solvers::lasso(options, problem.D, problem.X);
            BOOST_TEST(result.converged);
            BOOST_TEST(result.iterations < 100u);
            BOOST_TEST(relative_gap(lambda, shrinkage, problem.D, problem.X, result.codes) < 2e-13);
            BOOST_TEST(std::abs(result.gap) < 1e-12);
            double sum = 0;
            for (const double value : lasso_objective(lambda, problem.D, problem.X, result.codes))
                sum += value;
            BOOST_TEST(std::abs(result.objective - sum) < 1e-10);  // of 40 samples of order 10
            BOOST_TEST(largest(lasso_kkt_residual(lambda, shrinkage, problem.D, problem.X, result.codes)) <
                       1e-6 * lambda + 1e-12);
            for (std::size_t i = 0; i < 40; ++i) BOOST_TEST(count_nonzero(result.codes.columns(i, 1)) <= 20u);
        }
    }
}

BOOST_AUTO_TEST_CASE(fista_finds_the_same_codes) {
    const Problem problem;
    for (const Shrinkage shrinkage : both_sides) {
        const auto slow = solvers::ista<Cpu, double>({.lambda = 0.3,
                                                      .shrinkage = shrinkage,
                                                      .accelerated = true,
                                                      .max_iterations = 20000,
                                                      .stop = IstaStop::duality_gap,
                                                      .tolerance = 1e-13},
                                                     problem.D, problem.X);
        const auto fast =
            solvers::lasso({.lambda = 0.3, .shrinkage = shrinkage, .tolerance = 1e-13}, problem.D, problem.X);
        BOOST_TEST(slow.converged);
        BOOST_TEST(norm(fast.codes) > 5.0);
        BOOST_TEST(distance(slow.codes, fast.codes) <
                   1e-5);  // a gap of 1e-13 bounds the distance by its root
    }
}

BOOST_AUTO_TEST_CASE(atoms_that_are_alike_are_told_apart) {
    const Matrix D = alike<double>(60, 150, 3);
    const Matrix X = draw_samples(D, {.nonzeros = 12, .signs = Signs::positive}, 0.02, 0, 30, 3).samples;
    for (const double lambda : {0.5, 0.1, 0.02}) {
        const auto result = solvers::lasso({.lambda = lambda, .tolerance = 1e-12}, D, X);
        BOOST_TEST(result.converged);
        BOOST_TEST(relative_gap(lambda, Shrinkage::soft, D, X, result.codes) < 1e-12);
    }
}

BOOST_AUTO_TEST_CASE(an_orthogonal_dictionary_has_the_closed_form) {
    const Matrix Q = orthogonal_dictionary<Cpu, double>(16, 3);
    const Matrix X = draw_samples(Q, {.nonzeros = 4}, 0.2, 0, 5, 3).samples;
    Matrix expected(16, 5);
    gemm(Op::transpose, Op::none, 1.0, Q, X, 0.0, expected);
    shrink_all(Shrinkage::soft, 0.4, expected);
    BOOST_TEST(distance(solvers::lasso({.lambda = 0.4, .tolerance = 1e-15}, Q, X).codes, expected) < 1e-13);
    // The elastic net divides it by 1 + ridge.
    scale(1 / 1.5, expected);
    const auto net = solvers::lasso({.lambda = 0.4, .ridge = 0.5, .tolerance = 1e-15}, Q, X);
    BOOST_TEST(distance(net.codes, expected) < 1e-13);
}

// The elastic net is the lasso of D with sqrt(ridge) I below it and of X with zeros below it.
BOOST_AUTO_TEST_CASE(a_ridge_is_certified_as_a_lasso) {
    const Problem problem;
    const double ridge = 0.2;
    Matrix D(61, 41), X(61, 40);
    for (std::size_t j = 0; j < 41; ++j) {
        for (std::size_t i = 0; i < 20; ++i) D(i, j) = problem.D(i, j);
        D(20 + j, j) = std::sqrt(ridge);
    }
    for (std::size_t j = 0; j < 40; ++j) {
        for (std::size_t i = 0; i < 20; ++i) X(i, j) = problem.X(i, j);
    }
    for (const Shrinkage shrinkage : both_sides) {
        const LassoOptions options{.lambda = 0.1, .shrinkage = shrinkage, .ridge = ridge, .tolerance = 1e-13};
        const auto result = solvers::lasso(options, problem.D, problem.X);
        BOOST_TEST(result.converged);
        BOOST_TEST(relative_gap(0.1, shrinkage, D, X, result.codes) < 2e-13);
        double sum = 0;
        for (const double value : lasso_objective(0.1, D, X, result.codes)) sum += value;
        BOOST_TEST(std::abs(result.objective - sum) < 1e-10);
        BOOST_TEST(relative_gap(0.1, shrinkage, problem.D, problem.X, result.codes) > 1e-3);
    }
}

BOOST_AUTO_TEST_CASE(the_code_is_zero_at_lambda_max_and_not_just_below) {
    const Problem problem;
    for (const Shrinkage shrinkage : both_sides) {
        const std::vector<double> limits = lambda_max(shrinkage, problem.D, problem.X);
        for (std::size_t i = 0; i < problem.X.cols(); ++i) {
            const Matrix x = problem.X.columns(i, 1);
            const auto code = [&](double factor) {
                return solvers::lasso({.lambda = limits[i] * factor, .shrinkage = shrinkage, .tolerance = 0},
                                      problem.D, x);
            };
            BOOST_TEST(norm(code(1 + 1e-12).codes) == 0.0);
            BOOST_TEST(code(1 + 1e-12).iterations == 0u);
            BOOST_TEST(count_nonzero(code(1 - 1e-6).codes) == 1u);
        }
    }
}

BOOST_AUTO_TEST_CASE(without_lambda_it_is_least_squares) {
    const Problem problem;
    // More atoms than rows: every sample is met. Fewer: the residual is orthogonal to the atoms.
    const auto met = solvers::lasso({.lambda = 0, .tolerance = 1e-14}, problem.D, problem.X);
    BOOST_TEST(met.converged);
    Matrix fit(20, 40);
    gemm(Op::none, Op::none, 1.0, problem.D, met.codes, 0.0, fit);
    BOOST_TEST(distance(fit, problem.X) < 1e-7 * norm(problem.X));
    const Matrix few = problem.D.columns(0, 12);
    const auto orthogonal = solvers::lasso({.lambda = 0}, few, problem.X);
    BOOST_TEST(orthogonal.converged);
    BOOST_TEST(largest(lasso_kkt_residual(0, Shrinkage::soft, few, problem.X, orthogonal.codes)) < 1e-13);
}

BOOST_AUTO_TEST_CASE(repeated_dependent_and_zero_atoms_are_no_trouble) {
    const Problem problem;
    Matrix D(20, 124);
    for (std::size_t block : {0, 41, 82}) D.set_columns(block, problem.D);  // the 124th atom is zero
    for (std::size_t k = 0; k < 20 * 41; ++k) D.data()[20 * 41 + k] *= -1;
    for (std::size_t i = 0; i < 20; ++i) D(i, 82) = (D(i, 0) + D(i, 1)) / 2;
    for (const double lambda : {0.3, 1e-3}) {
        const LassoOptions options{.lambda = lambda, .tolerance = 1e-12};
        const auto once = solvers::lasso(options, problem.D, problem.X);
        const auto result = solvers::lasso(options, D, problem.X);
        BOOST_TEST(result.converged);
        BOOST_TEST(relative_gap(lambda, Shrinkage::soft, D, problem.X, result.codes) < 1e-12);
        const auto a = lasso_objective(lambda, problem.D, problem.X, once.codes);
        const auto b = lasso_objective(lambda, D, problem.X, result.codes);
        for (std::size_t i = 0; i < 40; ++i) {
            BOOST_TEST(std::abs(a[i] - b[i]) < 1e-10);
            BOOST_TEST(result.codes(123, i) == 0.0);
        }
    }
    BOOST_TEST(norm(solvers::lasso({.lambda = 0.1}, Matrix(20, 7), problem.X).codes) == 0.0);
}

// From a code on three equal atoms of both signs: two of them leave by moves that no coordinate step could
// make.
BOOST_AUTO_TEST_CASE(a_start_on_dependent_atoms_leaves_them) {
    const Matrix D = Matrix::from_host(2, 4, std::vector<double>{1, 0, 1, 0, 1, 0, 0.6, 0.8});
    const Matrix x = Matrix::from_host(2, 1, std::vector<double>{2, 1});
    const Matrix start = Matrix::from_host(4, 1, std::vector<double>{3, -2, 0.5, 0.7});
    const auto result = solvers::lasso({.lambda = 0.1, .tolerance = 1e-14}, D, x, start.copy());
    BOOST_TEST(result.converged);
    BOOST_TEST(count_nonzero(result.codes) <= 2u);
    BOOST_TEST(relative_gap(0.1, Shrinkage::soft, D, x, result.codes) < 1e-14);
}

BOOST_AUTO_TEST_CASE(a_zero_sample_has_a_zero_code) {
    const Problem problem;
    Matrix X = problem.X.copy();
    X.set_columns(5, Matrix(20, 1));
    const Matrix Z = solvers::lasso({.lambda = 0.1, .tolerance = 0}, problem.D, X).codes;
    BOOST_TEST(norm(Z.columns(5, 1)) == 0.0);
    BOOST_TEST(norm(Z.columns(6, 1)) > 0.0);
    BOOST_TEST(norm(solvers::lasso({.lambda = 0.0}, problem.D, Matrix(20, 2)).codes) == 0.0);
}

BOOST_AUTO_TEST_CASE(a_known_code_is_a_start) {
    const Problem problem;
    for (const Shrinkage shrinkage : both_sides) {
        const LassoOptions options{.lambda = 0.1, .shrinkage = shrinkage, .tolerance = 1e-12};
        const auto cold = solvers::lasso(options, problem.D, problem.X);
        const auto again = solvers::lasso(options, problem.D, problem.X, cold.codes.copy());
        BOOST_TEST(cold.iterations > 2u);
        BOOST_TEST(again.iterations == 0u);
        BOOST_TEST(distance(again.codes, cold.codes) == 0.0);
        // Of a dictionary close by, and of anything at all.
        const Matrix near = perturbed_dictionary(problem.D, 0.01, 1);
        BOOST_TEST(relative_gap(0.1, shrinkage, near, problem.X,
                                solvers::lasso(options, near, problem.X, cold.codes.copy()).codes) < 1e-12);
        Matrix dense = random_dictionary<Cpu, double>(41, 40, 8);
        BOOST_TEST(distance(solvers::lasso(options, problem.D, problem.X, std::move(dense)).codes,
                            cold.codes) < 1e-5);
    }
}

BOOST_AUTO_TEST_CASE(samples_do_not_depend_on_each_other) {
    const Problem problem;
    const LassoOptions options{.lambda = 0.05, .block = 7};
    const auto blocks = solvers::lasso(options, problem.D, problem.X);
    const auto whole = solvers::lasso({.lambda = 0.05}, problem.D, problem.X);
    // The products D^T x may differ by rounding between blocks.
    BOOST_TEST(distance(blocks.codes, whole.codes) < 1e-12);
    Matrix X = problem.X.copy();
    X.set_columns(33, X.columns(2, 1));
    const Matrix Z = solvers::lasso({.lambda = 0.05}, problem.D, X).codes;
    BOOST_TEST((Z.columns(33, 1).to_host() == Z.columns(2, 1).to_host()));
    BOOST_TEST((solvers::lasso({.lambda = 0.05}, problem.D, X).codes.to_host() == Z.to_host()));
}

BOOST_AUTO_TEST_CASE(float_follows_double) {
    const Problem problem;
    const auto D = to_device<Cpu, float>(problem.D), X = to_device<Cpu, float>(problem.X);
    for (const double lambda : {0.3, 0.02}) {
        const auto narrow = solvers::lasso({.lambda = lambda}, D, X);
        BOOST_TEST(narrow.converged);
        const auto codes = to_device<Cpu, double>(narrow.codes);
        // Correlations are known to some 1e-7, gaps to that times ||z||_1.
        BOOST_TEST(relative_gap(lambda, Shrinkage::soft, problem.D, problem.X, codes) < 1e-5);
        BOOST_TEST(distance(codes, solvers::lasso({.lambda = lambda}, problem.D, problem.X).codes) < 1e-2);
    }
}

// As many atoms in use as there are rows, and more alike than float can tell: no certificate is claimed that
// is not there, and the objective is still near the best.
BOOST_AUTO_TEST_CASE(rounding_does_not_break_it) {
    const Matrix D = alike<double>(100, 300, 5);
    Matrix X = draw_samples(D, {.nonzeros = 60, .signs = Signs::positive}, 0.05, 0, 20, 5).samples;
    normalize_columns(X);
    const double lambda = 2e-5;
    const auto exact = solvers::lasso({.lambda = lambda, .tolerance = 1e-7}, D, X);
    BOOST_TEST(exact.converged);
    BOOST_TEST(relative_gap(lambda, Shrinkage::soft, D, X, exact.codes) < 1.1e-7);
    const auto narrow =
        solvers::lasso({.lambda = lambda}, to_device<Cpu, float>(D), to_device<Cpu, float>(X));
    const Matrix codes = to_device<Cpu, double>(narrow.codes);
    const double gap = relative_gap(lambda, Shrinkage::soft, D, X, codes);
    BOOST_TEST(gap < 1e-3);
    BOOST_TEST((gap < 1e-5 || !narrow.converged));
}

BOOST_AUTO_TEST_CASE(every_instruction_set_gives_the_same_bits) {
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512dq")) return;
    using namespace kernels;
    const Matrix D = alike<double>(60, 150, 3);
    const Matrix X = draw_samples(D, {.nonzeros = 12}, 0.02, 0, 10, 3).samples;
    const Matrix G = gram(D);
    Matrix B(150, 10);
    gemm(Op::transpose, Op::none, 1.0, D, X, 0.0, B);
    const std::size_t p = 150, ld = padded(p);
    std::vector<double> padded_gram(ld * p), diagonal(p), ones(p, 1.0), scratch(lasso_scratch(p, ld, ld));
    for (std::size_t j = 0; j < p; ++j) {
        diagonal[j] = G(j, j);
        for (std::size_t i = 0; i < p; ++i) padded_gram[i + j * ld] = G(i, j);
    }
    std::vector<std::uint32_t> indices(lasso_indices(p));
    const LassoProblem<double> problem{
        p,     ld,  padded_gram.data(), diagonal.data(), ones.data(), 1.0, -0.05, 0.05, 1e-10, 100, false,
        2e-16, 1e-5};
    const LassoMemory<double> memory = lasso_memory(p, ld, ld, scratch.data(), indices.data());
    for (std::size_t i = 0; i < 10; ++i) {
        std::vector<double> wide(p), narrow(p), plain(p);
        const double length = norm(X.columns(i, 1));
        const auto run = [&](const PursuitKernels<double>& set, std::vector<double>& z) {
            return set.lasso(problem, memory, B.data() + i * p, length, z.data());
        };
        const LassoOutcome a = run(avx512::pursuit_kernels<double>(), wide);
        const LassoOutcome b = run(avx2::pursuit_kernels<double>(), narrow);
        const LassoOutcome c = run(generic::pursuit_kernels<double>(), plain);
        BOOST_TEST((wide == narrow));
        BOOST_TEST(a.gap == b.gap);
        BOOST_TEST((a.converged && c.converged));  // without a fused multiply-add the bits are others
        for (std::size_t j = 0; j < p; ++j) BOOST_TEST(std::abs(plain[j] - wide[j]) < 1e-9);
    }
}

BOOST_AUTO_TEST_CASE(a_limit_of_iterations_is_kept_and_said) {
    const Problem problem;
    const auto cut =
        solvers::lasso({.lambda = 0.05, .max_iterations = 1, .tolerance = 1e-12}, problem.D, problem.X);
    BOOST_TEST(!cut.converged);
    BOOST_TEST(cut.iterations == 1u);
    BOOST_TEST(cut.gap > 1e-12);
    const auto none = solvers::lasso({.lambda = 0.05, .max_iterations = 0}, problem.D, problem.X);
    BOOST_TEST(!none.converged);
    BOOST_TEST(norm(none.codes) == 0.0);
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const Problem problem;
    Matrix broken = problem.X.copy();
    broken(3, 4) = std::nan("");
    const auto says = [&](const LassoOptions& options, const Matrix& D, const Matrix& X, const char* text) {
        return message_of([&] { solvers::lasso(options, D, X); }).find(text) != std::string::npos;
    };
    BOOST_TEST(says({}, problem.D, broken, "X holds NaN or Inf"));
    BOOST_TEST(says({}, Matrix(), problem.X, "D is empty"));
    BOOST_TEST(says({}, problem.D, Matrix(20, 0), "X is empty"));
    BOOST_TEST(says({}, Matrix(3, 4), problem.X, "number of rows"));
    BOOST_TEST(says({.shrinkage = Shrinkage::hard}, problem.D, problem.X, "does not solve the lasso"));
    BOOST_TEST(says({.lambda = -1}, problem.D, problem.X, "negative"));
    BOOST_TEST(says({.lambda = std::nan("")}, problem.D, problem.X, "lambda = nan"));
    BOOST_TEST(says({.ridge = -1}, problem.D, problem.X, "ridge = -1"));
    BOOST_TEST(says({.tolerance = -1}, problem.D, problem.X, "tolerance = -1"));
    BOOST_TEST(says({.block = 0}, problem.D, problem.X, "block of 0"));
    auto wide = to_device<Cpu, float>(problem.D), huge = to_device<Cpu, float>(problem.X);
    scale(1e25F, wide);
    scale(1e25F, huge);
    BOOST_TEST(message_of([&] { solvers::lasso({}, wide, huge); }).find("norm") != std::string::npos);
    scale(1e-30F, wide);
    scale(1e-30F, wide);
    BOOST_TEST(message_of([&] { solvers::lasso({}, wide, huge); }).find("norm") != std::string::npos);
    BOOST_TEST(message_of([&] {
                   solvers::lasso({}, problem.D, problem.X, Matrix(41, 3));
               }).find("the start is 41 x 3") != std::string::npos);
    Matrix start(41, 40);
    start(0, 0) = std::numeric_limits<double>::infinity();
    BOOST_TEST(message_of([&] {
                   solvers::lasso({}, problem.D, problem.X, std::move(start));
               }).find("the start Z holds NaN or Inf") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
