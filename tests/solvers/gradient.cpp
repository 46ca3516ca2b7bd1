#include "solvers/dictionary/gradient.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "solvers/device/primitives.hpp"
#include "solvers/device/random.hpp"

using namespace assay::solvers;

namespace {

struct Problem {
    Array<Cpu, double> D, X;
    Problem(std::size_t m, std::size_t p, std::size_t n, std::uint64_t seed, bool positive)
        : D(m, p), X(m, n) {
        Random random(seed, "problem");
        for (std::size_t i = 0; i < D.size(); ++i) D.data()[i] = random.normal();
        normalize_columns(D);
        Array<Cpu, double> Z(p, n);
        for (std::size_t i = 0; i < n; ++i) {
            for (int k = 0; k < 3; ++k)
                Z(random.below(p), i) = (positive ? 1 : random.sign()) * random.uniform(1, 2);
        }
        gemm(Op::none, Op::none, 1.0, D, Z, 0.0, X);
        for (std::size_t i = 0; i < X.size(); ++i) X.data()[i] += 0.05 * random.normal();
    }
};

double loss(const Encoder& encoder, Gradient gradient, const Array<Cpu, double>& D,
            const Array<Cpu, double>& X, const Array<Cpu, double>& Z) {
    Array<Cpu, double> R = X.copy();
    gemm(Op::none, Op::none, 1.0, D, Z, -1.0, R);
    double l1 = 0;
    for (std::size_t i = 0; i < Z.size(); ++i) l1 += std::abs(Z.data()[i]);
    const double data = 0.5 * dot(R, R) / static_cast<double>(X.cols());
    return gradient == Gradient::ae_lasso ? data + encoder.lambda * l1 / static_cast<double>(X.cols()) : data;
}

/// The loss as a function of D, the encoder included; for `dec` the codes stay those at the centre.
double loss_at(const Encoder& encoder, Gradient gradient, const Array<Cpu, double>& D,
               const Array<Cpu, double>& X, const Array<Cpu, double>& centre_codes) {
    if (gradient == Gradient::dec) return loss(encoder, gradient, D, X, centre_codes);
    Array<Cpu, double> B(D.cols(), X.cols());
    gemm(Op::transpose, Op::none, 1.0, D, X, 0.0, B);
    return loss(encoder, gradient, D, X, encode(encoder, gram(D), B));
}

void check_against_finite_differences(const Encoder& encoder, Gradient gradient, Problem problem) {
    const auto [g, codes] = unrolled_gradient(encoder, gradient, problem.D, problem.X);
    BOOST_REQUIRE(count_nonzero(codes) > 0U);
    const double h = 1e-6, size = norm(g);
    for (std::size_t k = 0; k < problem.D.size(); k += 3) {
        double& entry = problem.D.data()[k];
        const double centre = entry;
        entry = centre + h;
        const double above = loss_at(encoder, gradient, problem.D, problem.X, codes);
        entry = centre - h;
        const double below = loss_at(encoder, gradient, problem.D, problem.X, codes);
        entry = centre;
        // Central differences at h = 1e-6 carry rounding of about 1e-16 / h and truncation of h^2.
        BOOST_TEST(std::abs((above - below) / (2 * h) - g.data()[k]) < 1e-6 * size);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gradient)

BOOST_AUTO_TEST_CASE(all_kinds_match_finite_differences_for_every_threshold) {
    for (const Shrinkage shrinkage : {Shrinkage::soft, Shrinkage::soft_one_sided, Shrinkage::hard}) {
        Encoder encoder;
        encoder.layers = 15;
        encoder.shrinkage = shrinkage;
        encoder.bias = 0.15;
        for (const Gradient kind : {Gradient::dec, Gradient::ae_lasso, Gradient::ae_ls}) {
            if (kind == Gradient::ae_lasso && shrinkage == Shrinkage::hard) continue;  // refused, see below
            check_against_finite_differences(encoder, kind,
                                             Problem(12, 18, 5, 11, shrinkage == Shrinkage::soft_one_sided));
        }
    }
}

BOOST_AUTO_TEST_CASE(decaying_threshold_matches_finite_differences) {
    Encoder encoder;
    encoder.layers = 15;
    encoder.decay = 0.9;
    check_against_finite_differences(encoder, Gradient::ae_ls, Problem(12, 18, 5, 12, false));
}

BOOST_AUTO_TEST_CASE(few_samples_of_many_atoms_go_without_the_matrix_in_between) {
    const Problem problem(27, 400, 3, 17, false);  // 27 rows: the last vector is not full
    Encoder encoder;
    encoder.layers = 21;  // batches of layers of several lengths
    const Array<Cpu, double> G = gram(problem.D);
    Array<Cpu, double> B(400, 3);
    gemm(Op::transpose, Op::none, 1.0, problem.D, problem.X, 0.0, B);
    const auto trace = encode_traced(encoder, G, B);
    for (const Gradient kind : {Gradient::ae_lasso, Gradient::ae_ls}) {
        for (const std::size_t t : {1, 2, 10, 21}) {
            Array<Cpu, double> H(400, 400), Y(400, 3), direct(27, 400);
            reverse(encoder, kind, t, G, B, trace, H, Y);
            BOOST_REQUIRE(reverse_directly(encoder, kind, t, problem.D, problem.X, G, B, trace, direct));
            add_transpose(H);
            Array<Cpu, double> through(27, 400);
            gemm(Op::none, Op::none, 1.0, problem.D, H, 0.0, through);
            const double size = norm(through);
            gemm(Op::none, Op::transpose, -1.0, problem.X, Y, 1.0, through);
            BOOST_REQUIRE(norm(through) > 0);
            // The sums come in another order; what they are differences of has this size.
            BOOST_TEST(distance(direct, through) < 1e-13 * size);
        }
    }
    Array<Cpu, double> C(27, 400);
    BOOST_TEST(!reverse_directly(encoder, Gradient::dec, 21, problem.D, problem.X, G, B, trace, C));
    BOOST_TEST(norm(C) == 0.0);
    for (const Gradient kind : {Gradient::ae_lasso, Gradient::ae_ls}) {
        check_against_finite_differences(encoder, kind, Problem(12, 60, 1, 18, false));
    }
}

BOOST_AUTO_TEST_CASE(every_depth_from_one_pass_is_the_gradient_at_that_depth) {
    const Problem problem(12, 18, 300, 13, false);  // more samples than one block
    Encoder encoder;
    encoder.layers = 20;
    const Gradient kinds[] = {Gradient::dec, Gradient::ae_lasso, Gradient::ae_ls};
    const std::size_t depths[] = {1, 4, 20};
    const auto path = gradients_at_depths(encoder, std::span<const Gradient>(kinds),
                                          std::span<const std::size_t>(depths), problem.D, problem.X);
    for (std::size_t k = 0; k < 3; ++k) {
        for (std::size_t i = 0; i < 3; ++i) {
            Encoder shallow = encoder;
            shallow.layers = depths[i];
            const auto direct = unrolled_gradient(shallow, kinds[k], problem.D, problem.X).gradient;
            BOOST_TEST(distance(path[k][i], direct) == 0.0);
        }
    }
}

BOOST_AUTO_TEST_CASE(decoder_gradient_is_the_code_gradient_at_the_codes) {
    const Problem problem(12, 18, 40, 14, false);
    const auto [g, codes] = unrolled_gradient(Encoder{}, Gradient::dec, problem.D, problem.X);
    BOOST_TEST(distance(g, code_gradient(problem.D, problem.X, codes)) < 1e-12);
}

BOOST_AUTO_TEST_CASE(scalar_problem_has_its_closed_form) {
    // m = p = 1, d = 1, x > lambda: z_t = (1 - (1 - alpha)^t)(x - lambda) (PUDLE, Lemma A.4); with unit d
    // fixed, g_dec = (z - x) z.
    const double x = 2.0;
    Array<Cpu, double> D(1, 1), X(1, 1);
    D(0, 0) = 1;
    X(0, 0) = x;
    for (std::size_t layers : {1, 5, 30}) {
        Encoder encoder;
        encoder.layers = layers;
        const double z =
            (1 - std::pow(1 - encoder.alpha, static_cast<double>(layers))) * (x - encoder.lambda);
        const auto [g, codes] = unrolled_gradient(encoder, Gradient::dec, D, X);
        BOOST_TEST(codes(0, 0) == z, boost::test_tools::tolerance(1e-14));
        BOOST_TEST(g(0, 0) == (z - x) * z, boost::test_tools::tolerance(1e-13));
    }
}

BOOST_AUTO_TEST_CASE(float_follows_double) {
    const Problem problem(30, 60, 50, 15, false);
    const auto to_float = [](const Array<Cpu, double>& A) {
        Array<Cpu, float> F(A.rows(), A.cols());
        for (std::size_t i = 0; i < A.size(); ++i) F.data()[i] = static_cast<float>(A.data()[i]);
        return F;
    };
    for (const Gradient kind : {Gradient::dec, Gradient::ae_lasso, Gradient::ae_ls}) {
        const auto exact = unrolled_gradient(Encoder{}, kind, problem.D, problem.X).gradient;
        const auto single =
            unrolled_gradient(Encoder{}, kind, to_float(problem.D), to_float(problem.X)).gradient;
        double error = 0;
        for (std::size_t i = 0; i < exact.size(); ++i) {
            error += std::pow(static_cast<double>(single.data()[i]) - exact.data()[i], 2);
        }
        // 100 contracting layers: the error stays near one rounding of 6e-8 per term, not per layer.
        BOOST_TEST(std::sqrt(error) < 1e-5 * norm(exact));
    }
}

BOOST_AUTO_TEST_CASE(noodl_direction_uses_signs) {
    const Problem problem(12, 18, 9, 16, false);
    const auto [g, Z] = unrolled_gradient(Encoder{}, Gradient::dec, problem.D, problem.X);
    const auto direction = noodl_gradient(problem.D, problem.X, Z);
    for (std::size_t l = 0; l < 12; ++l) {
        for (std::size_t j = 0; j < 18; ++j) {
            double sum = 0;
            for (std::size_t i = 0; i < 9; ++i) {
                double r = -problem.X(l, i);
                for (std::size_t k = 0; k < 18; ++k) r += problem.D(l, k) * Z(k, i);
                sum += r * sign(Z(j, i)) / 9;
            }
            BOOST_TEST(std::abs(direction(l, j) - sum) < 1e-13);
        }
    }
}

BOOST_AUTO_TEST_CASE(lasso_loss_of_an_encoder_without_one_weight_is_refused) {
    const Problem problem(12, 18, 9, 16, false);
    Encoder decaying, hard;
    decaying.decay = 0.9;
    hard.shrinkage = Shrinkage::hard;
    for (const Encoder& encoder : {decaying, hard}) {
        BOOST_CHECK_EXCEPTION(
            unrolled_gradient(encoder, Gradient::ae_lasso, problem.D, problem.X), assay::Error,
            [](const assay::Error& e) { return e.hint().find("decay = 1") != std::string::npos; });
        BOOST_CHECK_NO_THROW(unrolled_gradient(encoder, Gradient::ae_ls, problem.D, problem.X));
    }
}

BOOST_AUTO_TEST_CASE(mismatched_samples_are_refused) {
    const Problem problem(12, 18, 9, 16, false);
    BOOST_CHECK_THROW(unrolled_gradient(Encoder{}, Gradient::dec, problem.D, Array<Cpu, double>(13, 9)),
                      assay::Error);
    BOOST_CHECK_THROW(unrolled_gradient(Encoder{}, Gradient::dec, problem.D, Array<Cpu, double>(12, 0)),
                      assay::Error);
}

BOOST_AUTO_TEST_SUITE_END()
