#include "solvers/deep/instance.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "solvers/deep/coherence.hpp"
#include "solvers/deep/weights.hpp"
#include "solvers/device/primitives.hpp"
#include "tests/message_of.hpp"

using namespace assay::solvers;
using assay::testing::message_of;

namespace {

/// mu by its definition, over all pairs.
double plain_coherence(const CircularDictionary& D) {
    const auto G = gram(dense(D));
    double largest = 0.0;
    for (std::size_t i = 0; i < G.rows(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            largest = std::max(largest, std::abs(G(i, j)) / std::sqrt(G(i, i) * G(j, j)));
    return largest;
}

DeepInstance made(const char* name, std::uint64_t seed = 1) {
    return make_instance(instance_shape(name), TapSigns::random, seed);
}

/// sum over i, j of (W_i^T d_j)^2.
double squared_sum(const ShiftGram& M) {
    double sum = 0.0;
    for (std::size_t b = 0; b < M.channels(); ++b)
        for (const double entry : M.column(b)) sum += entry * entry;
    return sum;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(instance)

BOOST_AUTO_TEST_CASE(zadoff_chu_sequences_are_bases_that_see_each_other_evenly) {
    const std::size_t p = 31, U = 4;
    const CircularDictionary D = zadoff_chu(p, U);
    BOOST_TEST(D.rows() == 2 * p);
    BOOST_TEST(D.cols() == 2 * U * p);
    const auto A = dense(D), G = gram(A);
    Array<Cpu, double> frame(2 * p, 2 * p);
    gemm(Op::none, Op::transpose, 1.0, A, A, 0.0, frame);
    for (std::size_t i = 0; i < 2 * p; ++i)  // tight
        for (std::size_t j = 0; j < 2 * p; ++j)
            BOOST_TEST(std::abs(frame(i, j) - (i == j ? static_cast<double>(U) : 0.0)) < 1e-12);
    for (std::size_t i = 0; i < G.rows(); ++i) {
        for (std::size_t j = 0; j < G.rows(); ++j) {
            const std::size_t u = i / p / 2, v = j / p / 2;
            if (u == v) {
                BOOST_TEST(std::abs(G(i, j) - (i == j ? 1.0 : 0.0)) < 1e-12);
                continue;
            }
            if (i / p % 2 != 0 || j / p % 2 != 0) continue;
            // Real and imaginary part of one complex correlation.
            const double modulus = std::hypot(G(i, j), G(i, j + p));
            BOOST_TEST(std::abs(modulus - 1.0 / std::sqrt(31.0)) < 1e-12);
        }
    }
}

BOOST_AUTO_TEST_CASE(long_sequences_keep_their_coherence) {
    // A phase in floating point would be off by about 1e-10 here; by integers only rounding is left.
    const double mu = mutual_coherence(gram(zadoff_chu(1021, 2)));
    BOOST_TEST(mu <= 1.0 / std::sqrt(1021.0) + 1e-13);
    // The correlation's phases lie pi/p apart, so a real part comes within 1 - cos(2 pi/p) of the modulus.
    BOOST_TEST(std::abs(mu * std::sqrt(1021.0) - 1.0) < 2e-5);
}

BOOST_AUTO_TEST_CASE(two_atoms_of_few_taps_share_one_at_most) {
    for (const TapSigns signs : {TapSigns::random, TapSigns::positive}) {
        const CircularDictionary D = tap_dictionary(31, 6, {3, 12}, signs, 7, "taps");
        BOOST_TEST(std::abs(plain_coherence(D) - 1.0 / 3.0) < 1e-14);
        for (std::size_t b = 0; b < D.channels(); ++b) {
            BOOST_TEST(std::abs(D.squared_norm(b) - 1.0) < 1e-14);
            for (const Tap& tap : D.atom(b)) BOOST_TEST((tap.weight > 0.0 || signs == TapSigns::random));
        }
    }
}

BOOST_AUTO_TEST_CASE(coherence_by_shifts_is_coherence) {
    const DeepInstance tiny = made("tiny");
    const CircularDictionary D = effective_dictionary(tiny);
    BOOST_TEST(std::abs(tiny.effective_coherence - plain_coherence(D)) < 1e-13);
    BOOST_TEST(std::abs(tiny.weighted_coherence - weighted_coherence(gram(matched_weights(D), D))) < 1e-13);
    for (std::size_t j = 0; j < tiny.depth(); ++j)
        BOOST_TEST(std::abs(tiny.coherence[j] - plain_coherence(tiny.layers[j])) < 1e-13);
}

BOOST_AUTO_TEST_CASE(instances_have_the_published_sizes_and_keep_their_conditions) {
    const DeepInstance S = made("S"), I = made("I"), II = made("II");
    BOOST_TEST(S.layers[0].rows() == 254u);
    BOOST_TEST(S.layers[1].cols() == 1524u);
    BOOST_TEST(I.layers[1].cols() == 10420u);
    BOOST_TEST(II.layers[2].cols() == 16672u);
    BOOST_TEST(I.sparsity == (std::vector<std::size_t>{10, 2}), boost::test_tools::per_element());
    BOOST_TEST(II.sparsity == (std::vector<std::size_t>{8, 2, 1}), boost::test_tools::per_element());
    // (2 lambda_j - 1) mu_j, which no sign changes.
    BOOST_TEST(std::abs(S.layer_contraction(0) - 0.4437) < 5e-5);
    BOOST_TEST(std::abs(I.layer_contraction(0) - 0.8324) < 5e-5);
    BOOST_TEST(std::abs(I.layer_contraction(1) - 0.6) < 1e-9);
    BOOST_TEST(std::abs(II.layer_contraction(1) - 0.75) < 1e-9);
    for (const DeepInstance* one : {&S, &I, &II}) {
        one->require_certified();
        BOOST_TEST(one->weighted_coherence >= one->effective_coherence);
    }
    // The range over signs of a prototype.
    BOOST_TEST((S.contraction() > 0.40 && S.contraction() < 0.46));
    BOOST_TEST((I.contraction() > 0.72 && I.contraction() < 0.86));
    BOOST_TEST((II.contraction() > 0.52 && II.contraction() < 0.60));
}

BOOST_AUTO_TEST_CASE(an_instance_beyond_its_condition_is_refused) {
    // Of the edge instance some signs are certified and others are not: it must be asked every time.
    std::size_t refused = 0, certified = 0;
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        const DeepInstance edge = made("edge", seed);
        const std::string message = message_of([&] { edge.require_certified(); });
        BOOST_TEST(message.empty() == (edge.contraction() < 1.0));
        (message.empty() ? certified : refused) += 1;
        if (!message.empty()) {
            BOOST_TEST(message.find("instance edge") != std::string::npos);
            BOOST_TEST(message.find("another seed") != std::string::npos);
        }
    }
    BOOST_TEST(refused > 0u);
    BOOST_TEST(certified > 0u);
}

BOOST_AUTO_TEST_CASE(the_condition_is_the_theorems) {
    BOOST_TEST(largest_sparsity(0.3) == 2u);        // lambda < 2.17
    BOOST_TEST(largest_sparsity(1.0 / 3.0) == 1u);  // lambda < 2, not 2 itself
    BOOST_TEST(contraction(2, 0.25) == 0.75);
    BOOST_TEST(contraction(largest_sparsity(0.3), 0.3) < 1.0);
    BOOST_TEST(contraction(largest_sparsity(0.3) + 1, 0.3) > 1.0);
    BOOST_TEST(message_of([] { largest_sparsity(0.0); }).find("above 0") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(weights_are_ordered_as_their_definitions_are) {
    const CircularDictionary D = effective_dictionary(made("tiny"));
    const CircularDictionary own = matched_weights(D), analytic = frobenius_weights(D),
                             minimax = minimax_weights(D);
    const ShiftGram M1 = gram(own, D), M2 = gram(analytic, D), M3 = gram(minimax, D);
    // weighted_coherence() itself demands W_i^T d_i = 1.
    const double mu1 = weighted_coherence(M1), mu2 = weighted_coherence(M2), mu3 = weighted_coherence(M3);
    BOOST_TEST(mu3 <= mu1 + 1e-9);
    BOOST_TEST(mu3 <= mu2 + 1e-9);
    BOOST_TEST(mu3 < 0.99 * mu1);
    BOOST_TEST(squared_sum(M2) <= squared_sum(M1) * (1 + 1e-12));
    BOOST_TEST(squared_sum(M2) <= squared_sum(M3) * (1 + 1e-12));
}

BOOST_AUTO_TEST_CASE(analytic_weights_of_a_tight_frame_are_its_atoms) {
    const CircularDictionary D = zadoff_chu(13, 3);
    const auto W = dense(frobenius_weights(D)), A = dense(D);
    BOOST_TEST(distance(W, A) < 1e-12);
}

BOOST_AUTO_TEST_CASE(analytic_weights_satisfy_their_optimality_condition) {
    // D D^T W_i = lambda d_i: the gradient of ||W_i^T D||^2 lies along the constraint's.
    const CircularDictionary D = effective_dictionary(made("tiny"));
    const CircularDictionary W = frobenius_weights(D);
    const auto A = dense(D), B = dense(W);
    Array<Cpu, double> M(D.cols(), D.cols()), gradient(D.rows(), D.cols());
    gemm(Op::transpose, Op::none, 1.0, A, B, 0.0, M);
    gemm(Op::none, Op::none, 1.0, A, M, 0.0, gradient);
    for (std::size_t i = 0; i < D.cols(); i += D.length()) {
        double along = 0.0, squares = 0.0, length = 0.0;
        for (std::size_t k = 0; k < D.rows(); ++k) {
            along += gradient(k, i) * A(k, i);
            squares += gradient(k, i) * gradient(k, i);
            length += A(k, i) * A(k, i);
        }
        BOOST_TEST(std::abs(along * along / (squares * length) - 1.0) < 1e-10);
    }
}

BOOST_AUTO_TEST_CASE(minimax_weights_meet_a_closed_form) {
    // Atoms (1, 0) and (c, s) with one position: W = (1, -c/s) is orthogonal to the other atom, so mu~ = 0.
    const CircularDictionary D(1, 2, {{{0, 0, 1.0}}, {{0, 0, 0.6}, {1, 0, 0.8}}});
    BOOST_TEST(weighted_coherence(gram(minimax_weights(D), D)) < 1e-9);
    // Three unit vectors at 120 degrees in the plane: by symmetry W_i = d_i, mu~ = 1/2.
    const double h = std::sqrt(3.0) / 2.0;
    const CircularDictionary three(1, 2,
                                   {{{0, 0, 1.0}}, {{0, 0, -0.5}, {1, 0, h}}, {{0, 0, -0.5}, {1, 0, -h}}});
    BOOST_TEST(std::abs(weighted_coherence(gram(minimax_weights(three), three)) - 0.5) < 1e-9);
}

BOOST_AUTO_TEST_CASE(bad_shapes_are_explained) {
    BOOST_TEST(message_of([] { instance_shape("IV"); }).find("tiny, S, I, I', II, III, edge") !=
               std::string::npos);
    for (const std::size_t p : {1, 2, 9, 15, 49})
        BOOST_TEST(message_of([&] { zadoff_chu(p, 1); }).find("odd prime") != std::string::npos);
    BOOST_TEST(message_of([] { zadoff_chu(7, 7); }).find("7 sequences") != std::string::npos);
    BOOST_TEST(message_of([] { zadoff_chu(7, 0); }).find("0 sequences") != std::string::npos);
    BOOST_TEST(message_of([] {
                   tap_dictionary(7, 6, {4, 6}, TapSigns::random, 1, "t");
               }).find("divide the inputs") != std::string::npos);
    BOOST_TEST(message_of([] {
                   tap_dictionary(7, 6, {0, 6}, TapSigns::random, 1, "t");
               }).find("0 taps") != std::string::npos);
    BOOST_TEST(message_of([] {
                   tap_dictionary(7, 6, {3, 15}, TapSigns::random, 1, "t");
               }).find("15 channels") != std::string::npos);
    BOOST_TEST(message_of([] {
                   const CircularDictionary D(1, 2, {{{0, 0, 1.0}}});
                   frobenius_weights(D);
               }).find("full row rank") != std::string::npos);
    BOOST_TEST(message_of([] {
                   weighted_coherence(gram(CircularDictionary(3, 1, {{{0, 0, 2.0}}})));
               }).find("W_i^T d_i is 4") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
