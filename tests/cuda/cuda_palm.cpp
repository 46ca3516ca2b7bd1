#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>
#include <vector>

#include "solvers/device/eigenvalue_bounds.hpp"
#include "solvers/device/l1_norm.hpp"
#include "solvers/device/primitives.hpp"
#include "solvers/dictionary/palm.hpp"
#include "solvers/dictionary/topk_learner.hpp"
#include "tests/cuda/parity.hpp"

using namespace assay::solvers;
using parity::largest_difference;
using parity::Pair;

// In double, where rounding moves no entry across a threshold: a product over `terms` terms of order one
// errs by at most terms epsilon, and the ridges bring in condition numbers of below 1000.
namespace {

constexpr std::size_t height = 41, atoms = 70, samples = 133, classes = 4;

double rounding(std::size_t iterations, std::size_t terms) {
    return 1000 * static_cast<double>(iterations * terms) * parity::epsilon<double>;
}

struct Data {
    Pair<double> Y{height, samples, 1}, D{height, atoms, 2};
    std::vector<std::uint32_t> labels;

    Data() {
        for (std::size_t i = 0; i < samples; ++i) labels.push_back(static_cast<std::uint32_t>(i % classes));
        normalize_columns(Y.cpu);
        Y = Pair<double>(Y.cpu);
    }
    Palm<Cpu, double> on_cpu(const PalmOptions& options) const {
        return {options, labelled_samples(Y.cpu.copy(), labels, classes, atoms), D.cpu};
    }
    Palm<Cuda, double> on_gpu(const PalmOptions& options) const {
        return {options, labelled_samples(Y.gpu.copy(), labels, classes, atoms), D.gpu};
    }
};

void expect_equal(const PalmOptions& options) {
    const Data data;
    Palm<Cpu, double> cpu = data.on_cpu(options);
    Palm<Cuda, double> gpu = data.on_gpu(options);
    const SupervisionSchedule schedule{.warm_up = 2, .ramp = 2};
    for (std::size_t t = 0; t < 6; ++t) {
        const PalmRecord a = cpu.step(schedule(t)), b = gpu.step(schedule(t));
        BOOST_TEST(b.objective == a.objective, boost::test_tools::tolerance(1e-10));
        BOOST_TEST(b.distance == a.distance, boost::test_tools::tolerance(1e-6));
        BOOST_TEST(b.nonzeros == a.nonzeros);
        if (options.dictionary_method != DictionaryMethod::closed_form) BOOST_TEST(b.violations == 0U);
    }
    const double bound = rounding(6 * options.code_steps, samples);
    BOOST_TEST(norm(cpu.model().classifier) > 0.01);
    BOOST_TEST(largest_difference(gpu.model().codes.to_host(), cpu.model().codes.to_host()) <= bound);
    BOOST_TEST(largest_difference(gpu.model().dictionary.to_host(), cpu.model().dictionary.to_host()) <=
               bound);
    BOOST_TEST(largest_difference(gpu.model().classifier.to_host(), cpu.model().classifier.to_host()) <=
               bound);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cuda_palm)

BOOST_AUTO_TEST_CASE(proximal_steps_agree) {
    expect_equal({});
    expect_equal({.penalty = CodePenalty::l0, .nonzeros = 6, .atoms = AtomSet::ball});
}

BOOST_AUTO_TEST_CASE(every_update_of_codes_and_dictionary_agrees) {
    expect_equal({.code_method = CodeMethod::safeguarded_fista,
                  .code_steps = 5,
                  .dictionary_method = DictionaryMethod::per_atom});
    expect_equal({.code_method = CodeMethod::fista,
                  .code_steps = 5,
                  .dictionary_method = DictionaryMethod::closed_form});
}

BOOST_AUTO_TEST_CASE(proposed_codes_agree) {
    const Data data;
    const PalmOptions options{.penalty = CodePenalty::l0, .nonzeros = 6};
    Palm<Cpu, double> cpu = data.on_cpu(options);
    Palm<Cuda, double> gpu = data.on_gpu(options);
    for (std::size_t t = 0; t < 3; ++t) {
        // Good codes for the first samples, nonsense for the others.
        Array<Cpu, double> proposal = Pair<double>(atoms, samples, t + 5).cpu.copy();
        proposal.set_columns(0, label_free_codes(options, 20, data.D.cpu, data.Y.cpu.columns(0, 50)));
        const PalmRecord a = cpu.step(1.0, proposal), b = gpu.step(1.0, Pair<double>(proposal).gpu.copy());
        BOOST_TEST(b.codes.refused == a.codes.refused);
        BOOST_TEST(b.objective == a.objective, boost::test_tools::tolerance(1e-10));
        BOOST_TEST(b.violations == 0U);
        if (t == 0) BOOST_TEST(a.codes.refused < samples);
    }
}

BOOST_AUTO_TEST_CASE(label_free_codes_agree) {
    const Data data;
    const PalmOptions options{.code_method = CodeMethod::fista};
    BOOST_TEST(largest_difference(label_free_codes(options, 30, data.D.gpu, data.Y.gpu).to_host(),
                                  label_free_codes(options, 30, data.D.cpu, data.Y.cpu).to_host()) <=
               rounding(30, height));
}

// Adam divides by the root of a second moment, which turns rounding of small gradients into steps of up to
// the rate; six steps of 1e-3 move Psi by far less than its own rounding times the condition numbers.
BOOST_AUTO_TEST_CASE(the_topk_learner_agrees) {
    const Data data;
    for (const bool learned : {false, true}) {
        TopkLearnerOptions options;
        options.encoder = {.nonzeros = 6, .layers = 3};
        options.learn_encoder = learned;
        options.batch = 64;
        TopkLearner<Cpu, double> cpu(
            options, labelled_samples(data.Y.cpu.copy(), data.labels, classes, atoms), data.D.cpu);
        TopkLearner<Cuda, double> gpu(
            options, labelled_samples(data.Y.gpu.copy(), data.labels, classes, atoms), data.D.gpu);
        for (const double s : {0.0, 1.0}) {
            const TopkRecord a = cpu.step(s), b = gpu.step(s);
            BOOST_TEST(b.objective == a.objective, boost::test_tools::tolerance(learned ? 1e-6 : 1e-10));
        }
    }
}

// Two orders of a sum of n doubles of one sign.
BOOST_AUTO_TEST_CASE(the_l1_norms_agree) {
    const Pair<float> X(257, 301, 3, 5);
    BOOST_TEST(std::abs(l1_norm(X.gpu) - l1_norm(X.cpu)) <=
               257 * 301 * parity::epsilon<double> * l1_norm(X.cpu));
    BOOST_TEST(l1_norm(X.cpu) > 1.0);
}

BOOST_AUTO_TEST_CASE(eigenvalue_bounds_are_those_of_the_host) {
    const Pair<double> S(gram(Data().D.cpu));
    BOOST_TEST(largest_eigenvalue_bound(S.gpu) == largest_eigenvalue_bound(S.cpu));
    BOOST_TEST(smallest_eigenvalue_bound(S.gpu) == smallest_eigenvalue_bound(S.cpu));
}

BOOST_AUTO_TEST_SUITE_END()
