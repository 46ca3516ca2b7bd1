#include "solvers/deep/guarantees.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "solvers/deep/coherence.hpp"
#include "solvers/deep/linear_program.hpp"
#include "solvers/device/primitives.hpp"
#include "tests/deep/sample.hpp"
#include "tests/message_of.hpp"

using namespace assay::solvers;
using assay::testing::message_of;
using assay::testing::sparse_code;

namespace {

/// [I, H]: unit vectors and the columns of a Hadamard matrix of order n, a power of 2: mu = 1/sqrt(n).
Array<Cpu, double> spikes_and_signs(std::size_t n) {
    Array<Cpu, double> D(n, 2 * n);
    for (std::size_t i = 0; i < n; ++i) {
        D(i, i) = 1.0;
        for (std::size_t j = 0; j < n; ++j)
            D(i, n + j) =
                (__builtin_popcountll(i & j) % 2 == 0 ? 1.0 : -1.0) / std::sqrt(static_cast<double>(n));
    }
    return D;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(guarantees)

BOOST_AUTO_TEST_CASE(every_support_comes_once) {
    std::vector<std::vector<std::size_t>> seen;
    for_each_support(5, 3, [&](std::span<const std::size_t> s) { seen.emplace_back(s.begin(), s.end()); });
    BOOST_TEST(seen.size() == 10u);
    BOOST_TEST(seen.front() == (std::vector<std::size_t>{0, 1, 2}), boost::test_tools::per_element());
    BOOST_TEST(seen.back() == (std::vector<std::size_t>{2, 3, 4}), boost::test_tools::per_element());
    for (std::size_t k = 1; k < seen.size(); ++k) BOOST_TEST((seen[k - 1] < seen[k]));
    std::size_t all = 0;
    for_each_support(3, 3, [&](std::span<const std::size_t>) { ++all; });
    BOOST_TEST(all == 1u);
    BOOST_TEST(message_of([] { for_each_support(3, 4, {}); }).find("of 4 among 3") != std::string::npos);
    BOOST_TEST(message_of([] { for_each_support(3, 0, {}); }).find("of 0") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(below_the_bound_no_other_code_explains_the_sample) {
    const auto D = spikes_and_signs(16);  // mu = 1/4: lambda < 2.5
    BOOST_TEST(largest_sparsity(0.25) == 2u);
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const Rivals rivals = find_rivals(D, sparse_code(32, 2, seed), 2);
        BOOST_TEST(rivals.supports == 32u * 31 / 2);
        BOOST_TEST(rivals.count == 0u);
        BOOST_TEST(rivals.closest > 0.1);
    }
}

BOOST_AUTO_TEST_CASE(rivals_are_found_where_there_are_some) {
    // n = 4: the sum of two spikes is the sum of two columns of H (Dirac's comb), lambda = 2 > (1 + 2) / 2.
    const auto D = spikes_and_signs(4);
    BOOST_TEST(largest_sparsity(0.5) == 1u);
    std::vector<double> x(8);
    x[0] = x[1] = 1.0;
    const Rivals rivals = find_rivals(D, x, 2);
    BOOST_TEST(rivals.count >= 1u);
    BOOST_TEST(rivals.closest < 1e-12);
    BOOST_TEST(find_rivals(D, std::vector<double>{1, 0, 0, 0, 0, 0, 0, 0}, 1).count == 0u);
    BOOST_TEST(message_of([&] { find_rivals(D, std::vector<double>(8), 1); }).find("zero") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(supports_have_the_eigenvalues_that_coherence_grants) {
    const auto D = spikes_and_signs(16);
    BOOST_TEST(smallest_support_eigenvalue(D, 1) == 1.0, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(smallest_support_eigenvalue(D, 2) == 0.75, boost::test_tools::tolerance(1e-12));  // 1 - mu
    BOOST_TEST(smallest_support_eigenvalue(D, 4) >= 1 - 3 * 0.25 - 1e-12);
    // 2 + 2 atoms are never dependent: spark = 2 sqrt(n) for n = 4 is 4, and 1 + 1/mu = 3 bounds it below.
    BOOST_TEST(spark(spikes_and_signs(4), 8) == 4u);
    BOOST_TEST(spark(D, 4) == 0u);
}

BOOST_AUTO_TEST_CASE(the_least_l1_norm_is_the_sparsest_code_below_the_bound) {
    const auto D = spikes_and_signs(16);
    const auto recovered = [&](std::size_t nonzeros, std::uint64_t seed) {
        const std::vector<double> x = sparse_code(32, nonzeros, seed);
        Array<Cpu, double> y(16, 1);
        gemm(Op::none, Op::none, 1.0, D, Array<Cpu, double>::from_host(32, 1, x), 0.0, y);
        const std::vector<double> z = basis_pursuit(D, y.to_host());
        double difference = 0.0;
        for (std::size_t i = 0; i < 32; ++i) difference = std::max(difference, std::abs(z[i] - x[i]));
        return difference < 1e-7;
    };
    std::size_t beyond = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        BOOST_TEST(recovered(2, seed));
        beyond += recovered(10, seed) ? 1 : 0;
    }
    BOOST_TEST(beyond == 0u);  // 10 non-zeros of 16 equations: another code has a smaller l1 norm
}

BOOST_AUTO_TEST_CASE(linear_programs_are_solved_or_refused) {
    LinearProgram program(2);  // max x + y, that is min -x - y, with x + 2 y <= 4 and x <= 3: (3, 1/2)
    program.cost(0, -1.0);
    program.cost(1, -1.0);
    program.constrain(std::vector<double>{1.0, 2.0}, -LinearProgram::infinity, 4.0);
    program.constrain(std::vector<double>{1.0, 0.0}, -LinearProgram::infinity, 3.0);
    const std::vector<double> x = program.solve();
    BOOST_TEST(x[0] == 3.0, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(x[1] == 0.5, boost::test_tools::tolerance(1e-9));
    LinearProgram impossible(1);
    impossible.constrain(std::vector<double>{1.0}, -3.0, -2.0);  // x >= 0
    BOOST_TEST(message_of([&] { impossible.solve(); }).find("no optimal solution") != std::string::npos);
    LinearProgram endless(1);
    endless.cost(0, 1.0);
    endless.free(0);
    endless.constrain(std::vector<double>{1.0}, -LinearProgram::infinity, 1.0);
    BOOST_TEST(message_of([&] { endless.solve(); }).find("no optimal solution") != std::string::npos);
    BOOST_TEST(message_of([&] {
                   endless.constrain(std::vector<double>{1.0, 2.0}, 0.0, 0.0);
               }).find("2 coefficients for 1 unknowns") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
