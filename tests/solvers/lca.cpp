#include "solvers/convolutional/lca.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <tuple>

#include "solvers/device/spectral_norm.hpp"
#include "solvers/sparse/ista.hpp"
#include "tests/message_of.hpp"
#include "tests/solvers/convolution_reference.hpp"

using namespace assay::solvers;
using namespace assay::testing;
namespace solvers = assay::solvers;

BOOST_AUTO_TEST_SUITE(lca)

namespace {

/// Smooth atoms and images, which overlap as learned ones do.
template <class T>
void smooth(std::size_t channels, std::size_t width, Array<Cpu, T>& columns) {
    for (int pass = 0; pass < 2; ++pass) {
        for (std::size_t j = 0; j < columns.cols(); ++j) {
            for (std::size_t k = columns.rows(); k-- > channels * (width + 1);) {
                columns(k, j) =
                    (columns(k, j) + columns(k - channels, j) + columns(k - channels * width, j)) /
                    static_cast<T>(2);
            }
        }
    }
}

template <class T>
struct Problem {
    Geometry geometry;
    Array<Cpu, T> D;
    AtomBank<Cpu, T> atoms;
    Images<Cpu, T> images;

    explicit Problem(const Geometry& g, std::size_t count = 3)
        : geometry(g), D(smooth_atoms(g)), atoms(g, D), images(draw_images<T>(g.image, count)) {
        smooth(g.image.channels, g.image.width, images.data);
    }
    static Array<Cpu, T> smooth_atoms(const Geometry& g) {
        auto D = draw_atoms<T>(g);
        smooth(g.image.channels, g.kernel, D);
        normalize_columns(D);
        return D;
    }
};

const Geometry small_padded({.atoms = 12, .kernel = 5, .stride = 2, .border = Border::padded}, {3, 10, 13});
const Geometry small_crop({.atoms = 12, .kernel = 5, .stride = 2}, {3, 10, 13});

/// The Gram form, as libraries that hold G compute it: b = Phi^T x on the zero-padded image, the dictionary
/// correlated with itself at the stride, its centre taken out, and du = b - u - G a by plain loops.
template <class T>
class GramForm {
  public:
    GramForm(const Geometry& g, const Array<Cpu, T>& D)
        : g_(g), reach_((g.kernel - 1) / g.stride), side_(2 * reach_ + 1), G_(side_ * side_, M() * M()) {
        const std::size_t C = g.image.channels, k = g.kernel;
        for (std::size_t e = 0; e < side_ * side_; ++e) {
            const long dy = shift(e / side_), dx = shift(e % side_);
            for (std::size_t mn = 0; mn < M() * M(); ++mn) {
                double sum = 0;
                for (std::size_t entry = 0; entry < D.rows(); ++entry) {
                    const long y = static_cast<long>(entry / C / k) - dy * static_cast<long>(g.stride);
                    const long x = static_cast<long>(entry / C % k) - dx * static_cast<long>(g.stride);
                    const long side = static_cast<long>(k);
                    if (y < 0 || x < 0 || y >= side || x >= side) continue;
                    const auto other = entry % C + C * static_cast<std::size_t>(x + side * y);
                    sum += static_cast<double>(D(entry, mn % M())) * static_cast<double>(D(other, mn / M()));
                }
                const bool itself = dy == 0 && dx == 0 && mn % M() == mn / M();
                G_(e, mn) = static_cast<T>(itself ? 0.0 : sum);
            }
        }
    }

    std::vector<T> operator()(const Penalty& penalty, double rate, std::size_t iterations,
                              const std::vector<T>& b) const {
        const Threshold<T> threshold = threshold_of<T>(penalty);
        std::vector<T> u(b.size(), T(0));
        for (std::size_t t = 0; t < iterations; ++t) {
            std::vector<T> drive = b;
            for (std::size_t from = 0; from < u.size(); ++from) {
                const T a = threshold(u[from]);
                if (a != T(0)) inhibit(from, a, drive);
            }
            for (std::size_t k = 0; k < u.size(); ++k) u[k] += static_cast<T>(rate) * (drive[k] - u[k]);
        }
        return u;
    }

  private:
    std::size_t M() const { return g_.atoms; }
    long shift(std::size_t e) const { return static_cast<long>(e) - static_cast<long>(reach_); }

    void inhibit(std::size_t from, T a, std::vector<T>& drive) const {
        const std::size_t n = from % M(), position = from / M();
        const long height = static_cast<long>(g_.code.height), width = static_cast<long>(g_.code.width);
        for (std::size_t e = 0; e < side_ * side_; ++e) {
            // The atom at `from` lies dy, dx positions from the one that it inhibits.
            const long p = static_cast<long>(position / g_.code.width) - shift(e / side_);
            const long q = static_cast<long>(position % g_.code.width) - shift(e % side_);
            if (p < 0 || q < 0 || p >= height || q >= width) continue;
            T* to = drive.data() + static_cast<std::size_t>(p * width + q) * M();
            for (std::size_t m = 0; m < M(); ++m) to[m] -= G_(e, m + n * M()) * a;
        }
    }

    Geometry g_;
    std::size_t reach_, side_;
    Array<Cpu, T> G_;
};

std::vector<Penalty> hard_and_soft() {
    std::vector<Penalty> all;
    for (const PenaltyKind kind : {PenaltyKind::l0, PenaltyKind::l1})
        for (const bool nonnegative : {true, false}) all.push_back({kind, 0.8, 0.0, nonnegative});
    return all;
}

template <class T>
double largest_difference(const std::vector<T>& a, const std::vector<T>& b) {
    double largest = 0;
    for (std::size_t k = 0; k < a.size(); ++k)
        largest = std::max(largest, std::abs(static_cast<double>(a[k]) - static_cast<double>(b[k])));
    return largest;
}

template <class T>
void compare_with_gram_form(const Geometry& g, double bound) {
    const Problem<T> problem(g, 2);
    const GramForm<T> gram(g, problem.D);
    const auto drive = analysis(problem.atoms, on_canvas(g, problem.images));
    for (const Penalty& penalty : hard_and_soft()) {
        const LcaOptions options{.penalty = penalty, .tau = 50, .max_iterations = 200};
        const auto result = solvers::lca(options, problem.atoms, problem.images);
        BOOST_TEST(count_nonzero(result.codes.data) > 20U);
        for (std::size_t i = 0; i < 2; ++i) {
            const std::vector<T> expected =
                gram(penalty, options.rate(), 200, drive.data.columns(i, 1).to_host());
            const std::vector<T> found = result.states.data.columns(i, 1).to_host();
            BOOST_TEST(largest_difference(found, expected) < bound);
            const Threshold<T> threshold = threshold_of<T>(penalty);
            for (std::size_t k = 0; k < found.size(); ++k)
                BOOST_TEST((threshold(found[k]) != T(0)) == (threshold(expected[k]) != T(0)));
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(on_the_padded_canvas_states_are_those_of_the_gram_form) {
    for (const std::size_t stride : {1, 2, 3}) {
        const Geometry g({.atoms = 8, .kernel = 5, .stride = stride, .border = Border::padded}, {3, 9, 12});
        compare_with_gram_form<double>(g, 1e-10);
        compare_with_gram_form<float>(g, 1e-4);
    }
    compare_with_gram_form<double>(
        Geometry({.atoms = 8, .kernel = 4, .stride = 2, .padding = 2, .border = Border::padded}, {1, 9, 12}),
        1e-10);
}

BOOST_AUTO_TEST_CASE(a_cropped_border_is_another_problem) {
    const Problem<double> padded(small_padded), crop(small_crop);
    const LcaOptions options{.penalty = {PenaltyKind::l0, 0.8}, .max_iterations = 200};
    const auto one = solvers::lca(options, padded.atoms, padded.images);
    const auto other = solvers::lca(options, crop.atoms, crop.images);
    BOOST_TEST(distance(one.codes.data, other.codes.data) > 0.1 * norm(one.codes.data));
    for (const auto* problem : {&padded, &crop}) {
        const auto& result = problem == &padded ? one : other;
        const auto energy =
            convolutional_energy(options.penalty, problem->atoms, problem->images, result.codes);
        for (std::size_t i = 0; i < energy.size(); ++i)
            BOOST_TEST(energy[i] == result.readings[i].energy(), boost::test_tools::tolerance(1e-12));
    }
}

BOOST_AUTO_TEST_CASE(a_soft_threshold_ends_at_the_lassos_minimum) {
    for (const bool nonnegative : {true, false}) {
        const Problem<double> problem(small_crop);
        const Penalty penalty{PenaltyKind::l1, 0.4, 0.0, nonnegative};
        const LcaOptions options{.penalty = penalty, .tau = 20, .max_iterations = 40000, .tolerance = 1e-10};
        const auto result = solvers::lca(options, problem.atoms, problem.images);
        const auto Phi = explicit_operator(small_crop, problem.D);
        const auto X = on_canvas(small_crop, problem.images);
        const Shrinkage shrinkage = nonnegative ? Shrinkage::soft_one_sided : Shrinkage::soft;
        const auto violation = lasso_kkt_residual(0.4, shrinkage, Phi, X.data, result.codes.data);
        for (std::size_t i = 0; i < violation.size(); ++i) {
            BOOST_TEST(result.converged[i]);
            // Where the states move by less than 1e-10 of their size (some 10) a time unit, the conditions
            // hold to about as much.
            BOOST_TEST(violation[i] < 1e-7);
        }
    }
}

BOOST_AUTO_TEST_CASE(fixed_points_of_the_hard_threshold_are_least_squares_on_their_support) {
    const Problem<double> problem(small_crop);
    const Penalty penalty{PenaltyKind::l0, 0.7};
    const auto result =
        solvers::lca({.penalty = penalty, .tau = 20, .max_iterations = 60000, .tolerance = 1e-11},
                     problem.atoms, problem.images);
    auto residual = on_canvas(small_crop, problem.images);
    axpy(-1.0, synthesis(problem.atoms, result.codes).data, residual.data);
    const auto correlation = analysis(problem.atoms, residual);
    for (std::size_t k = 0; k < correlation.data.size(); ++k) {
        const double a = result.codes.data.data()[k], c = correlation.data.data()[k];
        BOOST_TEST((a != 0.0 ? std::abs(c) < 1e-7 : c <= 0.7 + 1e-7));
        BOOST_TEST((a == 0.0 || a > 0.7));
        BOOST_TEST(std::abs(result.states.data.data()[k] - (c + a)) < 1e-7);
    }
    BOOST_TEST(std::all_of(result.converged.begin(), result.converged.end(), [](bool c) { return c; }));
}

// With a gain below 1 the fixed points still belong to the energy: a = argmin 1/2 (a - u)^2 + gain C(a) with
// u = a + gain Phi^T r.
BOOST_AUTO_TEST_CASE(fixed_points_belong_to_the_energy_whatever_the_gain) {
    const Problem<double> problem(small_crop, 1);
    for (const Penalty& penalty : {Penalty{PenaltyKind::cel0, 0.7}, Penalty{PenaltyKind::half, 0.3},
                                   Penalty{PenaltyKind::firm, 0.5, 0.5, false}}) {
        const LcaOptions options{
            .penalty = penalty, .tau = 10, .gain = 0.5, .max_iterations = 60000, .tolerance = 1e-10};
        const auto result = solvers::lca(options, problem.atoms, problem.images);
        BOOST_TEST(result.converged[0]);
        BOOST_TEST(count_nonzero(result.codes.data) > 3U);
        const double energy = result.readings[0].energy();
        for (std::size_t k = 0; k < result.codes.data.size(); k += 7) {
            for (const double move : {1e-3, -1e-3}) {  // coordinate by coordinate it is a minimum
                Images<Cpu, double> other = result.codes.copy();
                other.data.data()[k] += move;
                if (penalty.nonnegative && other.data.data()[k] < 0.0) continue;
                BOOST_TEST(convolutional_energy(penalty, problem.atoms, problem.images, other)[0] >
                           energy - 1e-9);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(every_threshold_lowers_its_energy) {
    const Problem<double> problem(small_padded);
    for (const Penalty& penalty :
         {Penalty{PenaltyKind::l1, 0.6}, Penalty{PenaltyKind::l0, 0.6},
          Penalty{PenaltyKind::rozell, 0.6, 0.5}, Penalty{PenaltyKind::firm, 0.6, 0.4},
          Penalty{PenaltyKind::cel0, 0.6}, Penalty{PenaltyKind::half, 0.4}}) {
        std::vector<double> before(3, std::numeric_limits<double>::infinity());
        solvers::lca<Cpu, double>({.penalty = penalty, .max_iterations = 400, .check_every = 100},
                                  problem.atoms, problem.images,
                                  [&](const LcaProgress<Cpu, double>& progress) {
                                      for (std::size_t i = 0; i < 3; ++i) {
                                          BOOST_TEST(progress.readings[i].energy() < before[i]);
                                          before[i] = progress.readings[i].energy();
                                      }
                                  });
    }
}

BOOST_AUTO_TEST_CASE(results_do_not_depend_on_how_a_run_is_cut) {
    const Problem<float> problem(small_crop);
    LcaOptions options{.penalty = {PenaltyKind::l0, 0.7}, .max_iterations = 60};
    const auto whole = solvers::lca(options, problem.atoms, problem.images);
    options.check_every = 7;
    BOOST_TEST(
        distance(solvers::lca(options, problem.atoms, problem.images).states.data, whole.states.data) == 0.0);
    options.max_iterations = 25;
    const auto first = solvers::lca(options, problem.atoms, problem.images);
    options.max_iterations = 35;
    const auto second = solvers::lca(options, problem.atoms, problem.images, {}, first.states);
    BOOST_TEST(distance(second.states.data, whole.states.data) == 0.0);
    BOOST_TEST(distance(second.codes.data, whole.codes.data) == 0.0);
    options.max_iterations = 60;
    const auto alone = solvers::lca(options, problem.atoms, problem.images.columns(1, 1));
    BOOST_TEST(distance(alone.states.data, whole.states.data.columns(1, 1)) == 0.0);
}

BOOST_AUTO_TEST_CASE(images_stop_one_by_one) {
    const Problem<double> problem(small_crop, 4);
    const LcaOptions options{
        .penalty = {PenaltyKind::l0, 0.7}, .tau = 20, .max_iterations = 3000, .tolerance = 1e-5};
    std::size_t most = 0;
    const auto result = solvers::lca<Cpu, double>(
        options, problem.atoms, problem.images,
        [&](const LcaProgress<Cpu, double>& progress) { most = std::max(most, progress.running.size()); });
    BOOST_TEST(most == 4U);
    BOOST_TEST(*std::min_element(result.iterations.begin(), result.iterations.end()) <
               *std::max_element(result.iterations.begin(), result.iterations.end()));
    for (std::size_t i = 0; i < 4; ++i) {
        BOOST_TEST(result.converged[i]);
        BOOST_TEST(result.readings[i].change <= 1e-5 * 0.05 * result.readings[i].size);
        LcaOptions as_long{options};
        as_long.tolerance = 0;
        as_long.max_iterations = result.iterations[i];
        const auto alone = solvers::lca(as_long, problem.atoms, problem.images.columns(i, 1));
        BOOST_TEST(distance(alone.states.data, result.states.data.columns(i, 1)) == 0.0);
        BOOST_TEST(!alone.converged[0]);
    }
}

BOOST_AUTO_TEST_CASE(the_exponential_integrator_is_euler_at_its_rate) {
    const Problem<double> problem(small_crop);
    const LcaOptions exponential{.penalty = {PenaltyKind::l0, 0.7},
                                 .tau = 10,
                                 .integrator = Integrator::exponential,
                                 .max_iterations = 50};
    LcaOptions euler{exponential};
    euler.integrator = Integrator::euler;
    BOOST_TEST(exponential.rate() == 1 - std::exp(-0.1), boost::test_tools::tolerance(1e-14));
    euler.tau = 1 / exponential.rate();
    const auto one = solvers::lca(exponential, problem.atoms, problem.images);
    const auto other = solvers::lca(euler, problem.atoms, problem.images);
    // 1 / (1 / rate) may round, and the states carry that on.
    BOOST_TEST(distance(one.states.data, other.states.data) < 1e-10);
}

BOOST_AUTO_TEST_CASE(the_largest_eigenvalue_is_that_of_the_matrix) {
    for (const Geometry& g : {small_crop, small_padded}) {
        const Problem<double> problem(g);
        const double sigma = spectral_norm(explicit_operator(g, problem.D));
        BOOST_TEST(largest_eigenvalue(problem.atoms, 200) <= sigma * sigma * (1 + 1e-12));
        BOOST_TEST(largest_eigenvalue(problem.atoms, 200) > 0.999 * sigma * sigma);
        BOOST_TEST(largest_eigenvalue(problem.atoms) > 0.98 * sigma * sigma);
    }
    BOOST_TEST(largest_eigenvalue(AtomBank<Cpu, double>(
                   small_crop, Array<Cpu, double>(small_crop.atom_entries(), small_crop.atoms))) == 0.0);
}

BOOST_AUTO_TEST_CASE(a_diverging_run_keeps_its_trace) {
    const Problem<double> problem(small_crop);
    std::vector<std::size_t> seen;
    const LcaOptions options{.penalty = {PenaltyKind::l1, 0.1, 0.0, false}, .tau = 1, .check_every = 5};
    const LcaObserver<Cpu, double> observer = [&](const LcaProgress<Cpu, double>& progress) {
        seen.push_back(progress.iteration);
    };
    BOOST_CHECK_EXCEPTION(solvers::lca(options, problem.atoms, problem.images, observer), assay::Diverged,
                          [&](const assay::Diverged& diverged) {
                              return diverged.iteration() == seen.back() &&
                                     std::string(diverged.what()).find("has grown beyond bounds") !=
                                         std::string::npos &&
                                     diverged.hint().find("any support is stable below") != std::string::npos;
                          });
    BOOST_TEST(seen.size() >= 1U);
    // At the bound that the hint names, any run is stable.
    LcaOptions stable{options};
    stable.tau = 0.51 * largest_eigenvalue(problem.atoms, 200);
    BOOST_CHECK_NO_THROW(solvers::lca(stable, problem.atoms, problem.images));
}

BOOST_AUTO_TEST_CASE(degenerate_images_have_answers) {
    const Problem<double> problem(small_crop);
    const LcaOptions options{.penalty = {PenaltyKind::l0, 0.7}, .max_iterations = 300, .tolerance = 1e-9};
    const auto zero = solvers::lca(options, problem.atoms, Images<Cpu, double>(small_crop.image, 2));
    BOOST_TEST(norm(zero.states.data) == 0.0);
    BOOST_TEST(zero.converged[0]);
    BOOST_TEST(zero.iterations[1] == 10U);
    BOOST_TEST(zero.readings[0].energy() == 0.0);
    Images<Cpu, double> constant(small_crop.image, 1);
    std::fill_n(constant.data.data(), constant.data.size(), 1.0);
    const auto flat = solvers::lca(options, problem.atoms, constant);
    BOOST_TEST(flat.readings[0].energy() < 0.5 * 3 * 10 * 13);
    for (const Geometry& g : odd_geometries()) {
        const Problem<double> odd(g);
        const auto result = solvers::lca<Cpu, double>({.penalty = {PenaltyKind::l0, 0.5},
                                                       .tau = 0.6 * largest_eigenvalue(odd.atoms, 200) + 1,
                                                       .max_iterations = 200},
                                                      odd.atoms, odd.images);
        const auto at_zero =
            convolutional_energy({}, odd.atoms, odd.images, Images<Cpu, double>(g.code, odd.images.count()));
        for (std::size_t i = 0; i < at_zero.size(); ++i)
            BOOST_TEST(result.readings[i].energy() <= at_zero[i]);
    }
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const Problem<double> problem(small_crop);
    const auto says = [](const auto& call, const char* text) {
        return message_of(call).find(text) != std::string::npos;
    };
    Images<Cpu, double> broken = problem.images.copy();
    broken.data.data()[5] = std::nan("");
    BOOST_TEST(says([&] { solvers::lca({}, problem.atoms, broken); }, "NaN or Inf"));
    BOOST_TEST(
        says([&] { solvers::lca({}, problem.atoms, Images<Cpu, double>(small_crop.image, 0)); }, "is empty"));
    BOOST_TEST(says(
        [&] {
            solvers::lca({}, problem.atoms, Images<Cpu, double>({3, 4, 4}, 1));
        },
        "the images are 3 x 4 x 4"));
    BOOST_TEST(says(
        [&] {
            solvers::lca<Cpu, double>({}, problem.atoms, problem.images, {},
                                      Images<Cpu, double>(small_crop.code, 1));
        },
        "do not go together"));
    for (const LcaOptions& bad :
         {LcaOptions{.tau = 0}, LcaOptions{.dt = -1}, LcaOptions{.gain = 0}, LcaOptions{.check_every = 0},
          LcaOptions{.tau = 0.1}, LcaOptions{.tolerance = std::nan("")}})
        BOOST_TEST(says([&] { solvers::lca(bad, problem.atoms, problem.images); }, "not a valid choice"));
    BOOST_TEST(says(
        [&] {
            solvers::lca({.penalty = {PenaltyKind::l0, -1}}, problem.atoms, problem.images);
        },
        "not a valid penalty"));
}

BOOST_AUTO_TEST_SUITE_END()
