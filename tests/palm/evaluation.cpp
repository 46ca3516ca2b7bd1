#include "experiments/palm/evaluation.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

#include "solvers/device/composed.hpp"
#include "solvers/dictionary/synthetic.hpp"

using namespace assay;
using solvers::Array;
using solvers::Cpu;

BOOST_AUTO_TEST_SUITE(evaluation)

BOOST_AUTO_TEST_CASE(a_confusion_has_shares_of_the_true_class) {
    const std::vector<std::uint32_t> labels{0, 0, 0, 0, 1, 1}, guesses{0, 0, 0, 1, 1, 0};
    BOOST_TEST(palm::confusion(2, labels, guesses) == (std::vector<double>{0.75, 0.25, 0.5, 0.5}),
               boost::test_tools::per_element());
    BOOST_TEST(palm::agreement(labels, guesses) == 4.0 / 6.0);
}

BOOST_AUTO_TEST_CASE(usage_is_counted_by_class_and_atom) {
    palm::AtomUsage usage({2, 1});  // atoms 0 and 1 belong to class 0, atom 2 to class 1
    usage.add(std::vector<double>{3, 0, 0, /**/ 0, 0, 4, /**/ 0, 0, 2}, std::vector<std::uint32_t>{0, 0, 1});
    BOOST_TEST(usage.mean_nonzeros() == 1.0);
    BOOST_TEST(usage.dead_atoms() == 1.0 / 3.0);
    BOOST_TEST(usage.overlap() == 0.0);  // one atom a class is compared: 0, the lower of equals, and 2
    BOOST_TEST(usage.own_class_energy() == (9.0 + 4.0) / (9.0 + 16.0 + 4.0));
}

// Two of four atoms a class: class 0 uses 0, 1 and 2 by 3, 2 and 1 samples; class 1 uses 1 and 3.
BOOST_AUTO_TEST_CASE(overlap_compares_equally_many_atoms_however_many_are_used) {
    palm::AtomUsage usage({2, 2});
    usage.add(std::vector<double>{1, 1, 1, 0, /**/ 1, 1, 0, 0, /**/ 1, 0, 0, 0},
              std::vector<std::uint32_t>{0, 0, 0});
    usage.add(std::vector<double>{0, 1, 0, 1, /**/ 0, 0, 0, 1}, std::vector<std::uint32_t>{1, 1});
    BOOST_TEST(usage.overlap() == 1.0 / 3.0);  // {0, 1} and {1, 3}
}

BOOST_AUTO_TEST_CASE(equal_directions_have_the_full_effective_rank_and_one_direction_has_one) {
    const auto I = solvers::identity<Cpu, double>(6);
    BOOST_TEST(palm::effective_rank(I) == 6.0, boost::test_tools::tolerance(1e-12));
    const auto d = solvers::random_dictionary<Cpu, double>(6, 1, 3);
    Array<Cpu, double> S(6, 6);
    solvers::gemm(solvers::Op::none, solvers::Op::transpose, 1.0, d, d, 0.0, S);
    // Rounding leaves singular values of about sqrt(1e-16), whose entropy is some 1e-7.
    BOOST_TEST(palm::effective_rank(S) == 1.0, boost::test_tools::tolerance(1e-5));
}

BOOST_AUTO_TEST_CASE(classes_are_read_in_blocks_as_at_once) {
    const std::size_t count = palm::evaluation_block + 100;
    const auto W = solvers::random_dictionary<Cpu, double>(4, 7, 1);
    const auto X = solvers::random_dictionary<Cpu, double>(7, count, 2);
    const palm::Encode<Cpu, double> itself = [](const Array<Cpu, double>& Y) { return Y.copy(); };
    BOOST_TEST(palm::predicted(W, itself, X) == solvers::largest_rows(solvers::multiply_sparse(W, X)),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
