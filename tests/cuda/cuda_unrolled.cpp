#include <boost/test/unit_test.hpp>
#include <tuple>

#include "solvers/dictionary/gradient.hpp"
#include "tests/cuda/parity.hpp"
#include "tests/cuda/problem.hpp"

using namespace assay::solvers;
using parity::epsilon;
using parity::largest_difference;
using parity::largest_entry;
using parity::Pair;
using parity::Problem;
using Scalars = std::tuple<double, float>;

namespace {

constexpr std::size_t atoms = 70, height = 41, samples = 33;  // above a warp, odd

struct Case {
    Shrinkage shrinkage;
    double decay;
    std::uint64_t seed;  ///< chosen so that no pre-activation comes near its threshold; checked below

    /// The lasso loss belongs to encoders with one weight only.
    std::vector<Gradient> kinds() const {
        if (shrinkage == Shrinkage::hard || decay != 1.0) return {Gradient::dec, Gradient::ae_ls};
        return {Gradient::dec, Gradient::ae_lasso, Gradient::ae_ls};
    }
};
const std::vector<Case> cases = {{Shrinkage::soft, 0.95, 2},
                                 {Shrinkage::soft, 1.0, 208},
                                 {Shrinkage::soft_one_sided, 0.95, 274},
                                 {Shrinkage::soft_one_sided, 1.0, 71},
                                 {Shrinkage::hard, 1.0, 7}};

Encoder encoder_for(const Case& which) {
    Encoder encoder;
    encoder.layers = 12;
    encoder.alpha = 0.15;
    encoder.decay = which.decay;
    encoder.shrinkage = which.shrinkage;
    return encoder;
}

/// A layer's product over at most `atoms` terms of order one errs by about atoms epsilon, and the steps do
/// not blow it up, so layers atoms epsilon bounds what rounding in another order can do to a code, and
/// relative to the largest entry to a sum of them.
template <class T>
double rounding(const Encoder& encoder) {
    return static_cast<double>(encoder.layers * atoms) * epsilon<T>;
}

template <class T>
struct Both {
    Problem<T> problem;
    Pair<T> G, B;
    Both(const Case& which, const Encoder& encoder)
        : problem(height, atoms, samples, which.seed), G(problem.G), B(problem.B) {
        BOOST_REQUIRE_GT(problem.margin(encoder), 100 * epsilon<float>);  // far above what rounding moves
    }
};

template <class T>
void expect_close(const std::vector<T>& gpu, const std::vector<T>& cpu, double bound,
                  const std::string& what) {
    const double largest = largest_entry(cpu);
    BOOST_TEST(largest > 0, what << ": the reference is zero");
    BOOST_TEST(largest_difference(gpu, cpu) <= bound * std::max(largest, 1.0), what);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cuda_unrolled)

BOOST_AUTO_TEST_CASE_TEMPLATE(codes_and_supports_agree_at_every_layer, T, Scalars) {
    for (const Case& which : cases) {
        const Encoder encoder = encoder_for(which);
        const Both<T> both(which, encoder);
        const Trace<Cpu, T> cpu = encode_traced(encoder, both.G.cpu, both.B.cpu);
        const Trace<Cuda, T> gpu = encode_traced(encoder, both.G.gpu, both.B.gpu);
        BOOST_TEST(gpu.layers() == encoder.layers);
        BOOST_TEST(gpu.samples() == samples);
        BOOST_TEST(norm(gpu.codes(0)) == 0.0);
        for (std::size_t t = 1; t <= encoder.layers; ++t) {
            const Array<Cuda, T> Z = gpu.codes(t);
            expect_close(Z.to_host(), cpu.codes(t).to_host(), rounding<T>(encoder),
                         "layer " + std::to_string(t));
            BOOST_TEST(count_nonzero(Z) == count_nonzero(cpu.codes(t)));
            BOOST_TEST(norm(Z.columns(5, 1)) == 0.0);  // the zero sample
        }
        BOOST_TEST(gpu.last_support_change() == cpu.last_support_change());
        BOOST_TEST(gpu.last_support_change()[5] == 0u);
        BOOST_CHECK_THROW(gpu.codes(encoder.layers + 1), assay::Error);
        expect_close(encode(encoder, both.G.gpu, both.B.gpu).to_host(),
                     encode(encoder, both.G.cpu, both.B.cpu).to_host(), rounding<T>(encoder), "encode");
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(reverse_passes_agree_at_every_kind_and_depth, T, Scalars) {
    for (const Case& which : cases) {
        const Encoder encoder = encoder_for(which);
        const Both<T> both(which, encoder);
        const Trace<Cpu, T> cpu = encode_traced(encoder, both.G.cpu, both.B.cpu);
        const Trace<Cuda, T> gpu = encode_traced(encoder, both.G.gpu, both.B.gpu);
        for (const Gradient kind : which.kinds()) {
            for (const std::size_t t : {std::size_t{1}, std::size_t{5}, encoder.layers}) {
                Pair<T> K(atoms, atoms, 1), Y(atoms, samples, 2);  // K is added to, Y is overwritten
                reverse(encoder, kind, t, both.G.cpu, both.B.cpu, cpu, K.cpu, Y.cpu);
                reverse(encoder, kind, t, both.G.gpu, both.B.gpu, gpu, K.gpu, Y.gpu);
                const std::string what =
                    "kind " + std::to_string(static_cast<int>(kind)) + ", depth " + std::to_string(t);
                expect_close(K.gpu.to_host(), K.cpu.to_host(), rounding<T>(encoder), "K, " + what);
                expect_close(Y.gpu.to_host(), Y.cpu.to_host(), rounding<T>(encoder), "Y, " + what);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(gradients_agree_and_repeat_to_the_bit, T, Scalars) {
    for (const Case& which : cases) {
        const Encoder encoder = encoder_for(which);
        const Both<T> both(which, encoder);
        const Pair<T> D(both.problem.D), X(both.problem.X);
        for (const Gradient kind : which.kinds()) {
            const CodedGradient<Cpu, T> cpu = unrolled_gradient(encoder, kind, D.cpu, X.cpu);
            const CodedGradient<Cuda, T> gpu = unrolled_gradient(encoder, kind, D.gpu, X.gpu);
            expect_close(gpu.codes.to_host(), cpu.codes.to_host(), rounding<T>(encoder), "codes");
            expect_close(gpu.gradient.to_host(), cpu.gradient.to_host(), rounding<T>(encoder), "gradient");
            const CodedGradient<Cuda, T> again = unrolled_gradient(encoder, kind, D.gpu, X.gpu);
            BOOST_TEST(again.gradient.to_host() == gpu.gradient.to_host());
        }
    }
}

BOOST_AUTO_TEST_CASE(arrays_that_do_not_fit_are_refused) {
    const Encoder encoder;
    const Array<Cuda, double> G(4, 4), B(4, 3), wrong(5, 3);
    Array<Cuda, double> K(4, 4), Y(4, 3);
    BOOST_CHECK_THROW(encode(encoder, G, wrong), assay::Error);
    const Trace<Cuda, double> trace = encode_traced(encoder, G, B);
    BOOST_CHECK_THROW(reverse(encoder, Gradient::dec, 0, G, B, trace, K, Y), assay::Error);
    BOOST_CHECK_THROW(reverse(encoder, Gradient::dec, encoder.layers + 1, G, B, trace, K, Y), assay::Error);
    BOOST_CHECK_THROW(reverse(encoder, Gradient::dec, 1, G, B, trace, Y, K), assay::Error);
}

BOOST_AUTO_TEST_SUITE_END()
