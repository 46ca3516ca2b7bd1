#include <boost/test/unit_test.hpp>
#include <cmath>
#include <tuple>

#include "solvers/device/keep_largest.hpp"
#include "solvers/device/sparse_codes.hpp"
#include "solvers/dictionary/lc_ksvd.hpp"
#include "solvers/sparse/topk_lista.hpp"
#include "tests/cuda/parity.hpp"

using namespace assay::solvers;
using parity::epsilon;
using parity::largest_difference;
using parity::Pair;
using Scalars = std::tuple<double, float>;

namespace {

/// Unit-norm atoms and samples of four atoms each with a little noise; the same on both devices.
template <class T>
struct Data {
    static constexpr std::size_t height = 41, atoms = 70, samples = 33;
    Pair<T> D{normalised(parity::draw<T>(height * atoms, 1))}, X{mixed()};

    static Array<Cpu, T> normalised(const std::vector<T>& values) {
        Array<Cpu, T> A = Array<Cpu, T>::from_host(height, values.size() / height, values);
        normalize_columns(A);
        return A;
    }
    Array<Cpu, T> mixed() const {
        const auto Z =
            largest_entries(4, Array<Cpu, T>::from_host(atoms, samples, parity::draw<T>(atoms * samples, 2)));
        Array<Cpu, T> mixture = multiply_codes(D.cpu, Z);
        axpy(T(0.05), Array<Cpu, T>::from_host(height, samples, parity::draw<T>(height * samples, 3)),
             mixture);
        return mixture;
    }
};

template <class T>
void expect_equal_codes(const SparseCodes<Cpu, T>& cpu, const SparseCodes<Cuda, T>& gpu, double bound) {
    BOOST_TEST((gpu.index.to_host() == cpu.index.to_host()));
    BOOST_TEST(largest_difference(gpu.value.to_host(), cpu.value.to_host()) <= bound);
    BOOST_TEST(parity::largest_entry(cpu.value.to_host()) > 0.1);
}

/// A power of ten above the rounding of a few hundred operations on numbers of order one whose systems have
/// condition numbers below 1000: what the sequences of steps below may differ by.
template <class T>
constexpr double steps_bound = 1e5 * epsilon<T>;

}  // namespace

BOOST_AUTO_TEST_SUITE(cuda_sparse_codes)

// No arithmetic: equal bits, with zeros and with ties (every entry of the second matrix is -1 or 1).
BOOST_AUTO_TEST_CASE_TEMPLATE(the_largest_entries_are_the_same, T, Scalars) {
    for (const std::size_t rows : {1, 31, 257, 900}) {
        for (const std::size_t count : {0, 1, 50, 256, 1000}) {
            Pair<T> A(rows, 13, 1, 5);
            std::vector<T> signs = A.cpu.to_host();
            for (T& sign : signs) sign = sign > T(0) ? T(1) : T(-1);
            {
                const auto cpu = largest_entries(count, A.cpu);
                const auto gpu = largest_entries(count, A.gpu);
                BOOST_TEST((gpu.index.to_host() == cpu.index.to_host()));
                BOOST_TEST((gpu.value.to_host() == cpu.value.to_host()));
            }
            Pair<T> ties(rows, 13, signs);
            keep_largest(count, A.cpu);
            keep_largest(count, A.gpu);
            keep_largest(count, ties.cpu);
            keep_largest(count, ties.gpu);
            BOOST_TEST(A.equal_bits());
            BOOST_TEST(ties.equal_bits());
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nan_is_an_error_there_too, T, Scalars) {
    std::vector<T> values(40, T(1));
    values[21] = std::nan("");
    Array<Cuda, T> A = Array<Cuda, T>::from_host(20, 2, values);
    BOOST_CHECK_THROW(keep_largest(3, A), assay::Error);
    BOOST_CHECK_THROW(largest_entries(3, A), assay::Error);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(products_agree, T, Scalars) {
    const Pair<T> A(70, 70, 5), Y(41, 33, 6), V(70, 33, 7), Z(70, 33, 8);
    const auto v = largest_entries(6, V.cpu), z = largest_entries(9, Z.cpu);
    const auto v_gpu = largest_entries(6, V.gpu), z_gpu = largest_entries(9, Z.gpu);
    const double bound = 70 * epsilon<T> * 70;
    BOOST_TEST((to_dense(z_gpu).to_host() == to_dense(z).to_host()));
    BOOST_TEST(largest_difference(multiply_codes(A.gpu, z_gpu).to_host(),
                                  multiply_codes(A.cpu, z).to_host()) <= bound);
    Pair<T> C(41, 70, 9), S(70, 70, 10);
    add_times_transposed(T(-2), Y.cpu, z, C.cpu);
    add_times_transposed(T(-2), Y.gpu, z_gpu, C.gpu);
    BOOST_TEST(largest_difference(C.gpu.to_host(), C.cpu.to_host()) <= bound);
    add_outer(T(0.5), v, z, S.cpu);
    add_outer(T(0.5), v_gpu, z_gpu, S.gpu);
    BOOST_TEST(largest_difference(S.gpu.to_host(), S.cpu.to_host()) <= bound);
    expect_equal_codes(multiply_on_support(A.cpu, v, z), multiply_on_support(A.gpu, v_gpu, z_gpu), bound);
    expect_equal_codes(on_support(V.cpu, z), on_support(V.gpu, z_gpu), 0.0);
}

BOOST_AUTO_TEST_CASE_TEMPLATE(pursuit_takes_the_same_atoms, T, Scalars) {
    const Data<T> data;
    for (const OmpOptions& options :
         {OmpOptions{.nonzeros = 4}, OmpOptions{.nonzeros = 12, .choice = Choice::reduction, .block = 10},
          OmpOptions{.nonzeros = 12, .residual = 0.3}}) {
        expect_equal_codes(omp(options, data.D.cpu, data.X.cpu), omp(options, data.D.gpu, data.X.gpu),
                           steps_bound<T>);
    }
    // A sample of zeros, and atoms that repeat.
    Array<Cpu, T> twice(41, 140), zero(41, 2);
    twice.set_columns(0, data.D.cpu);
    twice.set_columns(70, data.D.cpu);
    zero.set_columns(0, data.X.cpu.columns(0, 1));
    const Pair<T> repeated(twice), with_zero(zero);
    expect_equal_codes(omp({.nonzeros = 8}, repeated.cpu, with_zero.cpu),
                       omp({.nonzeros = 8}, repeated.gpu, with_zero.gpu), steps_bound<T>);
}

BOOST_AUTO_TEST_CASE(ksvd_and_lc_ksvd_agree) {
    const Data<double> data;
    const KsvdOptions options{.nonzeros = 3, .iterations = 4};
    const auto cpu = ksvd(options, data.D.cpu, data.X.cpu);
    const auto gpu = ksvd(options, data.D.gpu, data.X.gpu);
    BOOST_TEST(largest_difference(gpu.dictionary.to_host(), cpu.dictionary.to_host()) <= steps_bound<double>);
    expect_equal_codes(cpu.codes, gpu.codes, steps_bound<double>);

    std::vector<std::uint32_t> labels;
    for (std::uint32_t i = 0; i < 33; ++i) labels.push_back(i % 3);
    const LcKsvdOptions supervised{
        .nonzeros = 3, .alpha = 0.5, .beta = 0.5, .start_iterations = 3, .iterations = 3};
    const auto cpu_data = labelled_samples(data.X.cpu.copy(), labels, 3, 12);
    const auto gpu_data = labelled_samples(data.X.gpu.copy(), labels, 3, 12);
    const auto cpu_model = lc_ksvd(supervised, lc_ksvd_start(supervised, cpu_data), cpu_data);
    const auto gpu_model = lc_ksvd(supervised, lc_ksvd_start(supervised, gpu_data), gpu_data);
    BOOST_TEST(largest_difference(gpu_model.classifier.to_host(), cpu_model.classifier.to_host()) <=
               steps_bound<double>);
    BOOST_TEST((classify(3, gpu_model, data.X.gpu) == classify(3, cpu_model, data.X.cpu)));
}

BOOST_AUTO_TEST_CASE(training_of_the_topk_encoder_agrees) {
    const Data<double> data;
    std::vector<double> one_hot(3 * 33, 0.0);
    for (std::size_t i = 0; i < 33; ++i) one_hot[i % 3 + 3 * i] = 1;
    const Pair<double> H(3, 33, one_hot), P(3, 70, 5), W(3, 70, 6);
    const std::vector<std::size_t> atoms = {24, 23, 23};
    TopkLista<Cpu, double> cpu({.nonzeros = 5, .layers = 3}, data.D.cpu);
    TopkLista<Cuda, double> gpu({.nonzeros = 5, .layers = 3}, data.D.gpu);
    ListaTrainer<Cpu, double> cpu_trainer(
        Adam{.epsilon = 1e-2});  // a small one would magnify rounding in m / sqrt(v)
    ListaTrainer<Cuda, double> gpu_trainer(Adam{.epsilon = 1e-2});
    for (int k = 0; k < 5; ++k) {
        const ListaStep a =
            cpu_trainer.step(code_loss({}, atoms, data.D.cpu, P.cpu, W.cpu), data.X.cpu, H.cpu, cpu);
        const ListaStep b =
            gpu_trainer.step(code_loss({}, atoms, data.D.gpu, P.gpu, W.gpu), data.X.gpu, H.gpu, gpu);
        BOOST_TEST(std::abs(a.loss - b.loss) <= steps_bound<double>);
        BOOST_TEST(a.dead_atoms == b.dead_atoms);
    }
    BOOST_TEST(largest_difference(gpu.layer(3).to_host(), cpu.layer(3).to_host()) <= steps_bound<double>);
    expect_equal_codes(cpu.encode(data.X.cpu), gpu.encode(data.X.gpu), steps_bound<double>);
}

BOOST_AUTO_TEST_SUITE_END()
