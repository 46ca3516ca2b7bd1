#include "solvers/dictionary/lc_ksvd.hpp"

#include <armadillo>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "solvers/device/random.hpp"
#include "solvers/dictionary/synthetic.hpp"

using namespace assay::solvers;

namespace {
using Matrix = Array<Cpu, double>;

/// Classes on subspaces of five dimensions; with sixteen dimensions in all they overlap.
struct Problem {
    std::size_t classes = 4;
    Matrix samples{16, 240};
    std::vector<std::uint32_t> labels;

    explicit Problem(std::uint64_t seed) {
        const Matrix basis = random_dictionary<Cpu, double>(16, 20, seed);
        Random random(seed, "labelled samples");
        for (std::size_t i = 0; i < samples.cols(); ++i) {
            labels.push_back(static_cast<std::uint32_t>(i % classes));
            for (std::size_t k = 0; k < 5; ++k) {
                const double weight = random.uniform();  // of one sign, or W x could not tell x from -x
                for (std::size_t r = 0; r < 16; ++r)
                    samples(r, i) += weight * basis(r, 5 * labels.back() + k);
            }
            for (std::size_t r = 0; r < 16; ++r) samples(r, i) += 0.05 * random.normal();
        }
        normalize_columns(samples);
    }
    LabelledSamples<Cpu, double> data(std::size_t atoms) const {
        return labelled_samples(samples.copy(), labels, classes, atoms);
    }
};

LcKsvdOptions options_of(LcKsvdMethod method) {
    return {
        .method = method, .nonzeros = 4, .alpha = 0.3, .beta = 0.5, .start_iterations = 5, .iterations = 12};
}

double accuracy(const std::vector<std::uint32_t>& found, const std::vector<std::uint32_t>& labels) {
    std::size_t right = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) right += found[i] == labels[i];
    return static_cast<double>(right) / static_cast<double>(labels.size());
}

arma::mat to_arma(const Matrix& A) {
    return arma::mat(A.data(), A.rows(), A.cols());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lc_ksvd)

// Twelve iterations carry rounding of 1e-15 to some 1e-13 as long as no choice of an atom is a tie.
BOOST_AUTO_TEST_CASE(lc_ksvd2_is_d_ksvd_with_the_weights_added) {
    const auto data = Problem(1).data(20);
    auto published = options_of(LcKsvdMethod::lc_ksvd2), compressed = published;
    auto plain = options_of(LcKsvdMethod::d_ksvd);
    published.rows = LabelRows::per_atom;
    plain.beta = 0.5 + 5 * 0.3;
    const auto start = lc_ksvd_start(published, data);
    const auto a = assay::solvers::lc_ksvd(published, start, data);
    const auto b = assay::solvers::lc_ksvd(compressed, start, data);
    const auto c = assay::solvers::lc_ksvd(plain, start, data);
    BOOST_TEST(distance(a.dictionary, start.dictionary) > 0.1);
    BOOST_TEST(distance(a.dictionary, c.dictionary) < 1e-10);
    BOOST_TEST(distance(a.classifier, c.classifier) < 1e-10);
    BOOST_TEST(distance(b.dictionary, c.dictionary) < 1e-10);
    BOOST_TEST(distance(b.classifier, c.classifier) < 1e-10);
    // Not for any weight.
    plain.beta = 0.5 + 4 * 0.3;
    BOOST_TEST(distance(a.dictionary, assay::solvers::lc_ksvd(plain, start, data).dictionary) > 1e-3);
}

BOOST_AUTO_TEST_CASE(with_unequal_classes_the_rows_of_q_still_add_up_to_one_a_class) {
    const auto data = Problem(2).data(22);
    for (const LcKsvdMethod method : {LcKsvdMethod::lc_ksvd1, LcKsvdMethod::lc_ksvd2}) {
        auto published = options_of(method), compressed = published;
        published.rows = LabelRows::per_atom;
        const auto start = lc_ksvd_start(published, data);
        const auto a = assay::solvers::lc_ksvd(published, start, data);
        const auto b = assay::solvers::lc_ksvd(compressed, start, data);
        BOOST_TEST(distance(a.dictionary, b.dictionary) < 1e-10);
        BOOST_TEST(distance(a.classifier, b.classifier) < 1e-10);
        BOOST_TEST(distance(a.consistency, b.consistency) < 1e-10);
    }
}

BOOST_AUTO_TEST_CASE(splitting_undoes_stacking) {
    const auto data = Problem(3).data(20);
    for (const LabelRows rows : {LabelRows::per_atom, LabelRows::per_class}) {
        auto options = options_of(LcKsvdMethod::lc_ksvd2);
        const auto start = lc_ksvd_start(options, data);
        options.iterations = 0;
        options.rows = rows;
        const auto same = assay::solvers::lc_ksvd(options, start, data);
        BOOST_TEST(distance(same.dictionary, start.dictionary) < 1e-13);
        BOOST_TEST(distance(same.classifier, start.classifier) < 1e-13);
        BOOST_TEST(norm(start.classifier) > 0.1);
    }
}

// What K-SVD lowers on the stack is the published objective, whichever label rows stand for it.
BOOST_AUTO_TEST_CASE(the_observer_sees_the_published_objective) {
    const Problem problem(8);
    const auto data = problem.data(20);
    const arma::mat Y = to_arma(data.samples), H = to_arma(data.targets);
    const arma::mat Q = arma::repelem(H, 5, 1);
    std::vector<double> published, compressed;
    auto options = options_of(LcKsvdMethod::lc_ksvd2);
    const auto start = lc_ksvd_start(options, data);
    options.rows = LabelRows::per_atom;
    const auto model = assay::solvers::lc_ksvd<Cpu, double>(options, start, data, [&](const auto& progress) {
        const arma::mat stack = to_arma(progress.dictionary), X = to_arma(to_dense(progress.codes));
        const arma::mat D = stack.head_rows(16), A = stack.rows(16, 35) / std::sqrt(0.3),
                        W = stack.tail_rows(4) / std::sqrt(0.5);
        const double objective = arma::accu(arma::square(Y - D * X)) +
                                 0.3 * arma::accu(arma::square(Q - A * X)) +
                                 0.5 * arma::accu(arma::square(H - W * X));
        BOOST_TEST(progress.updated == objective, boost::test_tools::tolerance(1e-12));
        published.push_back(progress.updated);
    });
    options.rows = LabelRows::per_class;
    assay::solvers::lc_ksvd<Cpu, double>(
        options, start, data, [&](const auto& progress) { compressed.push_back(progress.updated); });
    BOOST_TEST(published.size() == options.iterations);
    BOOST_TEST(published == compressed, boost::test_tools::tolerance(1e-10)
                                            << boost::test_tools::per_element());
    BOOST_TEST(published.back() < 0.9 * published.front());
    // Who watches changes nothing.
    BOOST_TEST(distance(model.dictionary, [&] {
                   options.rows = LabelRows::per_atom;
                   return assay::solvers::lc_ksvd(options, start, data).dictionary;
               }()) == 0.0);
}

BOOST_AUTO_TEST_CASE(the_start_is_the_ridge_on_the_codes) {
    const Problem problem(4);
    const auto data = problem.data(20);
    const auto codes =
        assay::solvers::omp({.nonzeros = 3}, random_dictionary<Cpu, double>(16, 20, 4), data.samples);
    const arma::mat X = to_arma(to_dense(codes)), H = to_arma(data.targets);
    const arma::mat expected = H * X.t() * arma::inv(X * X.t() + 0.7 * arma::eye(20, 20));
    BOOST_TEST(arma::norm(to_arma(ridge_classifier(0.7, data.targets, codes)) - expected, "fro") < 1e-12);
}

BOOST_AUTO_TEST_CASE(every_method_classifies_new_samples) {
    const Problem problem(5);
    // Half to learn from, half to test on; classes alternate, so halves have all of them.
    const std::vector<std::uint32_t> labels(problem.labels.begin(), problem.labels.begin() + 120);
    const auto data = labelled_samples(problem.samples.columns(0, 120), labels, 4, 20);
    for (const LcKsvdMethod method : {LcKsvdMethod::d_ksvd, LcKsvdMethod::lc_ksvd1, LcKsvdMethod::lc_ksvd2}) {
        const auto options = options_of(method);
        const auto model = assay::solvers::lc_ksvd(options, lc_ksvd_start(options, data), data);
        BOOST_TEST(accuracy(classify(4, model, problem.samples.columns(120, 120)), labels) > 0.8);
        BOOST_TEST(model.consistency.size() == (method == LcKsvdMethod::d_ksvd ? 0u : 80u));
    }
}

BOOST_AUTO_TEST_CASE(duplicate_and_zero_samples_leave_everything_finite) {
    Problem problem(6);
    for (std::size_t i = 0; i < 40; i += 4) problem.samples.set_columns(i, problem.samples.columns(0, 1));
    for (std::size_t r = 0; r < 16; ++r) problem.samples(r, 1) = 0;
    const auto data = problem.data(20);
    const auto options = options_of(LcKsvdMethod::lc_ksvd2);
    const auto model = assay::solvers::lc_ksvd(options, lc_ksvd_start(options, data), data);
    BOOST_TEST(std::isfinite(norm(model.dictionary)));
    BOOST_TEST(std::isfinite(norm(model.classifier)));
    BOOST_TEST(accuracy(classify(4, model, data.samples), problem.labels) > 0.8);
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    const Problem problem(7);
    const auto says = [](const char* text) {
        return [=](const assay::Error& error) {
            return error.problem().find(text) != std::string::npos && !error.hint().empty();
        };
    };
    const auto options = options_of(LcKsvdMethod::lc_ksvd2);
    BOOST_CHECK_EXCEPTION(lc_ksvd_start(options, problem.data(260)), assay::Error,
                          says("60 samples for its 65"));
    BOOST_CHECK_EXCEPTION(problem.data(3), assay::Error, says("too few"));
    const auto data = problem.data(20);
    for (const std::size_t nonzeros : {0, 21}) {
        auto wrong = options;
        wrong.nonzeros = nonzeros;
        BOOST_CHECK_EXCEPTION(lc_ksvd_start(wrong, data), assay::Error, says("T = "));
    }
    auto wrong = options;
    wrong.alpha = 0;
    BOOST_CHECK_EXCEPTION(lc_ksvd_start(wrong, data), assay::Error, says("alpha"));
    wrong = options;
    wrong.beta = std::numeric_limits<double>::quiet_NaN();
    BOOST_CHECK_EXCEPTION(lc_ksvd_start(wrong, data), assay::Error, says("beta"));
    Problem broken(7);
    broken.samples(2, 2) = std::numeric_limits<double>::quiet_NaN();
    BOOST_CHECK_EXCEPTION(broken.data(20), assay::Error, says("NaN"));
}

BOOST_AUTO_TEST_SUITE_END()
