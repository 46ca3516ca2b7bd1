#include "solvers/sparse/unrolled.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstring>

#include "solvers/device/cpu/unrolled_kernel.hpp"
#include "solvers/device/cpu_kernels.hpp"
#include "solvers/device/primitives.hpp"
#include "solvers/device/random.hpp"

using namespace assay::solvers;

namespace {

template <class T>
Array<Cpu, T> gaussian(std::size_t rows, std::size_t cols, std::uint64_t seed) {
    Random random(seed, "test");
    Array<Cpu, T> A(rows, cols);
    for (std::size_t i = 0; i < A.size(); ++i) A.data()[i] = static_cast<T>(random.normal());
    return A;
}

template <class T>
struct Problem {
    Array<Cpu, T> D, X, G, B;
    Problem(std::size_t m, std::size_t p, std::size_t n, std::uint64_t seed)
        : D(gaussian<T>(m, p, seed)), X(m, n) {
        normalize_columns(D);
        Random random(seed, "codes");
        Array<Cpu, T> Z(p, n);
        for (std::size_t i = 0; i < n; ++i) {
            for (int k = 0; k < 4; ++k) {
                Z(random.below(p), i) = static_cast<T>(random.sign() * random.uniform(1, 2));
            }
        }
        gemm(Op::none, Op::none, T(1), D, Z, T(0), X);
        G = gram(D);
        B = Array<Cpu, T>(p, n);
        gemm(Op::transpose, Op::none, T(1), D, X, T(0), B);
    }
};

/// One layer after the other in plain loops: the definition, entry by entry.
std::vector<Array<Cpu, double>> encode_plainly(const Encoder& encoder, const Array<Cpu, double>& D,
                                               const Array<Cpu, double>& X) {
    std::vector<Array<Cpu, double>> codes;
    codes.emplace_back(D.cols(), X.cols());
    for (std::size_t t = 1; t <= encoder.layers; ++t) {
        const Array<Cpu, double>& before = codes.back();
        Array<Cpu, double> Z(D.cols(), X.cols());
        for (std::size_t i = 0; i < X.cols(); ++i) {
            std::vector<double> r(D.rows());
            for (std::size_t l = 0; l < D.rows(); ++l) {
                r[l] = -X(l, i);
                for (std::size_t j = 0; j < D.cols(); ++j) r[l] += D(l, j) * before(j, i);
            }
            for (std::size_t j = 0; j < D.cols(); ++j) {
                double correlation = 0;
                for (std::size_t l = 0; l < D.rows(); ++l) correlation += D(l, j) * r[l];
                Z(j, i) = shrink(encoder.shrinkage, before(j, i) - encoder.alpha * correlation,
                                 encoder.threshold(t));
            }
        }
        codes.push_back(std::move(Z));
    }
    return codes;
}

Encoder encoder_of(Shrinkage shrinkage, std::size_t layers) {
    Encoder encoder;
    encoder.layers = layers;
    encoder.alpha = 0.15;
    encoder.shrinkage = shrinkage;
    return encoder;
}

constexpr Shrinkage all_shrinkages[] = {Shrinkage::soft, Shrinkage::soft_one_sided, Shrinkage::hard};

}  // namespace

BOOST_AUTO_TEST_SUITE(unrolled)

BOOST_AUTO_TEST_CASE(every_layer_is_the_plain_definition) {
    const Problem<double> problem(13, 29, 7, 1);
    for (const Shrinkage shrinkage : all_shrinkages) {
        const Encoder encoder = encoder_of(shrinkage, 12);
        const auto trace = encode_traced(encoder, problem.G, problem.B);
        const auto plain = encode_plainly(encoder, problem.D, problem.X);
        for (std::size_t t = 0; t <= 12; ++t) {
            // Twelve layers of sums of about 30 terms of size 1: rounding stays below 1e-13.
            BOOST_TEST(distance(trace.codes(t), plain[t]) < 1e-13);
        }
    }
}

BOOST_AUTO_TEST_CASE(decaying_threshold_is_the_plain_definition) {
    const Problem<double> problem(13, 29, 7, 2);
    Encoder encoder = encoder_of(Shrinkage::soft, 20);
    encoder.decay = 0.9;
    BOOST_TEST(encoder.threshold(3) == 0.15 * 0.2 * 0.81, boost::test_tools::tolerance(1e-14));
    BOOST_TEST(distance(encode(encoder, problem.G, problem.B),
                        encode_plainly(encoder, problem.D, problem.X)[20]) < 1e-13);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(screening_changes_no_bit, T, decltype(std::tuple<double, float>{})) {
    // Above 384 atoms layers run on a screened working set; the kernel without screening must give the same
    // bits.
    const Problem<T> problem(120, 450, 12, 3);
    using namespace kernels;
    const std::size_t p = 450, ld = padded(p);
    std::vector<T> padded_gram(ld * p, T(0)), length(p), b(ld, T(0)), threshold;
    for (std::size_t j = 0; j < p; ++j) {
        for (std::size_t i = 0; i < p; ++i) padded_gram[i + j * ld] = problem.G(i, j);
        length[j] = std::sqrt(problem.G(j, j));
    }
    for (const Shrinkage shrinkage : all_shrinkages) {
        for (const double decay : {1.0, 0.97}) {
            Encoder encoder = encoder_of(shrinkage, 100);
            encoder.decay = decay;
            threshold.clear();
            for (std::size_t t = 1; t <= 100; ++t) threshold.push_back(static_cast<T>(encoder.threshold(t)));
            for (std::size_t i = 0; i < 12; ++i) {
                std::copy_n(problem.B.data() + i * p, p, b.data());
                std::vector<T> scratch(encode_scratch(p)), value[2];
                std::vector<std::uint32_t> members(p), index[2], count[2];
                std::size_t nnz[2];
                for (std::size_t screened : {0, 1}) {
                    value[screened].resize(code_capacity(p, 100));
                    index[screened].resize(code_capacity(p, 100));
                    count[screened].resize(100);
                    const EncodeJob<T> job{p,
                                           ld,
                                           padded_gram.data(),
                                           length.data(),
                                           b.data(),
                                           threshold.data(),
                                           100,
                                           static_cast<T>(encoder.alpha),
                                           shrinkage,
                                           screened == 0 ? 0U : 100U,
                                           scratch.data(),
                                           members.data()};
                    nnz[screened] = best_kernels<T>().encode(
                        job, {index[screened].data(), value[screened].data(), count[screened].data()});
                    value[screened].resize(nnz[screened]);
                    index[screened].resize(nnz[screened]);
                }
                BOOST_REQUIRE(nnz[0] > 0);
                BOOST_TEST((count[0] == count[1]));
                BOOST_TEST((index[0] == index[1]));
                BOOST_TEST((value[0] == value[1]));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(instruction_sets_with_fused_multiply_add_give_equal_bits) {
    if (std::strcmp(cpu_kernel_set(), "avx512") != 0) {
        BOOST_TEST_MESSAGE("skipped: this machine has no AVX-512 to compare AVX2 with");
        return;
    }
    using namespace kernels;
    const std::size_t p = 100, ld = padded(p), layers = 50;
    const Problem<float> problem(50, p, 5, 4);
    std::vector<float> gram_values(ld * p, 0.0F), length(p, 1.0F), b(ld, 0.0F), threshold(layers, 0.04F);
    for (std::size_t j = 0; j < p; ++j) std::copy_n(problem.G.data() + j * p, p, gram_values.data() + j * ld);
    for (std::size_t i = 0; i < 5; ++i) {
        std::copy_n(problem.B.data() + i * p, p, b.data());
        std::vector<float> scratch(encode_scratch(p)), value[2];
        std::vector<std::uint32_t> members(p), index(code_capacity(p, layers)), count(layers);
        const EncodeJob<float> job{p,
                                   ld,
                                   gram_values.data(),
                                   length.data(),
                                   b.data(),
                                   threshold.data(),
                                   layers,
                                   0.15F,
                                   Shrinkage::soft,
                                   0,
                                   scratch.data(),
                                   members.data()};
        std::size_t nnz[2];
        for (std::size_t k : {0, 1}) {
            value[k].resize(code_capacity(p, layers));
            nnz[k] = (k == 0 ? avx2::kernels<float>() : avx512::kernels<float>())
                         .encode(job, {index.data(), value[k].data(), count.data()});
        }
        BOOST_REQUIRE(nnz[0] == nnz[1]);
        BOOST_TEST((value[0] == value[1]));
    }
}

BOOST_AUTO_TEST_CASE(permuting_atoms_permutes_codes) {
    const Problem<double> problem(13, 29, 4, 5);
    Array<Cpu, double> G(29, 29), B(29, 4);
    const auto to = [](std::size_t j) { return (j * 7 + 3) % 29; };
    const auto flip = [](std::size_t j) { return j % 3 == 0 ? -1.0 : 1.0; };
    for (std::size_t j = 0; j < 29; ++j) {
        for (std::size_t i = 0; i < 29; ++i) G(to(i), to(j)) = flip(i) * flip(j) * problem.G(i, j);
        for (std::size_t i = 0; i < 4; ++i) B(to(j), i) = flip(j) * problem.B(j, i);
    }
    const Encoder encoder = encoder_of(Shrinkage::soft, 30);
    const auto Z = encode(encoder, problem.G, problem.B), permuted = encode(encoder, G, B);
    for (std::size_t j = 0; j < 29; ++j) {
        for (std::size_t i = 0; i < 4; ++i)
            BOOST_TEST(std::abs(permuted(to(j), i) - flip(j) * Z(j, i)) < 1e-12);
    }
}

BOOST_AUTO_TEST_CASE(zero_threshold_above_the_largest_correlation) {
    const Problem<double> problem(13, 29, 1, 6);
    double largest = 0;
    for (std::size_t j = 0; j < 29; ++j) largest = std::max(largest, std::abs(problem.B(j, 0)));
    Encoder encoder = encoder_of(Shrinkage::soft, 40);
    encoder.lambda = largest;
    BOOST_TEST(count_nonzero(encode(encoder, problem.G, problem.B)) == 0U);
    encoder.lambda = largest * (1 - 1e-9);
    BOOST_TEST(count_nonzero(encode(encoder, problem.G, problem.B)) > 0U);
}

BOOST_AUTO_TEST_CASE(last_support_change_is_found) {
    // One unit atom, x = d: z_1 = alpha (1 - lambda) is already on the support, which then never changes.
    Array<Cpu, double> G(2, 2), B(2, 2);
    G(0, 0) = G(1, 1) = 1;
    B(0, 0) = 1;  // the second sample stays empty
    const auto trace = encode_traced(encoder_of(Shrinkage::soft, 10), G, B);
    BOOST_TEST(trace.last_support_change() == (std::vector<std::size_t>{1, 0}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(wrong_shapes_and_options_are_refused) {
    const Problem<double> problem(13, 29, 4, 5);
    Encoder encoder;
    BOOST_CHECK_THROW(encode(encoder, problem.B, problem.B), assay::Error);
    encoder.alpha = 0;
    BOOST_CHECK_THROW(encode(encoder, problem.G, problem.B), assay::Error);
    encoder.alpha = 0.1;
    encoder.layers = 0;
    BOOST_CHECK_THROW(encode(encoder, problem.G, problem.B), assay::Error);
}

BOOST_AUTO_TEST_SUITE_END()
