#include "solvers/device/keep_largest.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>

#include "solvers/device/random.hpp"
#include "solvers/device/sparse_codes.hpp"

using namespace assay::solvers;
using Scalars = std::tuple<double, float>;

namespace {

/// `levels` different sizes at most, so that few levels mean many ties.
template <class T>
Array<Cpu, T> draw(std::size_t rows, std::size_t cols, double levels) {
    Random random(1, "keep largest");
    Array<Cpu, T> A(rows, cols);
    for (std::size_t i = 0; i < A.size(); ++i)
        A.data()[i] = static_cast<T>(random.sign() * std::floor(levels * random.uniform()) / 7);
    return A;
}

/// The definition: a stable sort by size, the first `count` stay.
template <class T>
Array<Cpu, T> sorted_out(std::size_t count, const Array<Cpu, T>& A) {
    Array<Cpu, T> kept(A.rows(), A.cols());
    std::vector<std::size_t> order(A.rows());
    for (std::size_t j = 0; j < A.cols(); ++j) {
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return std::abs(A(a, j)) > std::abs(A(b, j)); });
        for (std::size_t s = 0; s < std::min(count, A.rows()); ++s) kept(order[s], j) = A(order[s], j);
    }
    return kept;
}

bool names_nan(const assay::Error& error) {
    return error.problem().find("NaN") != std::string::npos && !error.hint().empty();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(keep_largest)

BOOST_AUTO_TEST_CASE_TEMPLATE(keeps_what_a_stable_sort_would, T, Scalars) {
    for (const double levels : {2.0, 5.0, 1e6}) {
        for (const std::size_t rows : {1, 7, 16, 520}) {
            const auto A = draw<T>(rows, 9, levels);
            for (const std::size_t count : {0, 1, 5, 16, 50, 519, 520, 1000}) {
                const auto expected = sorted_out(count, A);
                auto kept = A.copy();
                assay::solvers::keep_largest(count, kept);
                BOOST_TEST((kept.to_host() == expected.to_host()), count << " of " << rows);
                const auto sparse = largest_entries(count, A);
                BOOST_TEST(sparse.width() == std::min(count, rows));
                Array<Cpu, T> dense(rows, 9);
                for (std::size_t e = 0; e < sparse.value.size(); ++e)
                    dense(sparse.index.data()[e], e / sparse.width()) += sparse.value.data()[e];
                BOOST_TEST((dense.to_host() == expected.to_host()), count << " of " << rows << ", sparse");
            }
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(the_sparse_form_ascends_and_leaves_zeros_out, T, Scalars) {
    const auto Z = largest_entries(4, Array<Cpu, T>::from_host(6, 2,
                                                               std::vector<T>{0, -3, 0, 1, 3, 0,  //
                                                                              1, 1, -1, 1, 1, 1}));
    BOOST_TEST((Z.index.to_host() == std::vector<std::uint32_t>{1, 3, 4, 0, 0, 1, 2, 3}));
    BOOST_TEST((Z.value.to_host() == std::vector<T>{-3, 1, 3, 0, 1, 1, -1, 1}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(extreme_sizes_compare, T, Scalars) {
    using Limits = std::numeric_limits<T>;
    auto A = Array<Cpu, T>::from_host(
        5, 1,
        std::vector<T>{Limits::denorm_min(), -Limits::infinity(), T(-0.0), Limits::max(), Limits::min()});
    assay::solvers::keep_largest(2, A);
    BOOST_TEST((A.to_host() == std::vector<T>{0, -Limits::infinity(), 0, Limits::max(), 0}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(nan_is_an_error, T, Scalars) {
    for (const T nan : {std::numeric_limits<T>::quiet_NaN(), -std::numeric_limits<T>::quiet_NaN()}) {
        auto A = draw<T>(20, 3, 100);
        A(7, 1) = nan;
        BOOST_CHECK_EXCEPTION(largest_entries(3, A), assay::Error, names_nan);
        BOOST_CHECK_EXCEPTION(assay::solvers::keep_largest(3, A), assay::Error, names_nan);
    }
}

BOOST_AUTO_TEST_SUITE_END()
