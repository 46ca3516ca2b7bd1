#include "solvers/sparse/topk_lista.hpp"

#include <armadillo>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "solvers/device/random.hpp"
#include "solvers/device/spectral_norm.hpp"
#include "solvers/dictionary/synthetic.hpp"

using namespace assay::solvers;

namespace {
using Matrix = Array<Cpu, double>;

constexpr std::size_t d = 12, atoms = 20, classes = 3;
const std::vector<std::size_t> atoms_of_class = {7, 7, 6};

arma::mat to_arma(const Matrix& A) {
    return arma::mat(A.data(), A.rows(), A.cols());
}
Matrix from_arma(const arma::mat& A) {
    return Matrix::from_host(A.n_rows, A.n_cols, {A.memptr(), A.n_elem});
}

Matrix gaussian(std::size_t rows, std::size_t cols, double size, std::uint64_t seed) {
    Random random(seed, "topk lista");
    Matrix A(rows, cols);
    for (std::size_t i = 0; i < A.size(); ++i) A.data()[i] = size * random.normal();
    return A;
}

struct Problem {
    Matrix D = random_dictionary<Cpu, double>(d, atoms, 1);
    Matrix Y, H;
    Matrix P = gaussian(classes, atoms, 0.3, 2), W = gaussian(classes, atoms, 0.3, 3);
    CodeLossWeights weights{.s = 0.7, .alpha = 0.4, .beta = 0.6, .mu_G = 0.05};

    explicit Problem(std::size_t n) : Y(gaussian(d, n, 1.0, 4)), H(classes, n) {
        for (std::size_t i = 0; i < n; ++i) H(i % classes, i) = 1;
        normalize_columns(Y);
    }
    CodeLoss<Cpu, double> loss() const { return code_loss(weights, atoms_of_class, D, P, W); }
};

/// An encoder whose layers have left their start.
TopkLista<Cpu, double> moved(const TopkListaOptions& options, const Problem& problem) {
    TopkLista<Cpu, double> lista(options, problem.D);
    std::uint64_t seed = 10;
    for (Matrix& B : lista.matrices()) axpy(1.0, gaussian(atoms, atoms, 0.05, seed++), B);
    return lista;
}

arma::vec top(arma::vec z, std::size_t count) {
    const arma::uvec order = arma::stable_sort_index(arma::abs(z), "descend");
    for (arma::uword k = count; k < z.n_elem; ++k) z(order(k)) = 0;
    return z;
}

/// The loss of one sample as it is defined, with the whole A and q.
double plain_loss(const Problem& problem, const arma::vec& g, std::size_t sample) {
    const auto& w = problem.weights;
    const arma::mat H = to_arma(problem.H);
    arma::mat E(atoms, classes, arma::fill::zeros);
    for (arma::uword k = 0; k < atoms; ++k) E(k, k < 7 ? 0 : k < 14 ? 1 : 2) = 1;
    const arma::mat A = E * to_arma(problem.P);
    const auto half = [](const arma::vec& v) { return arma::dot(v, v) / 2; };
    return half(to_arma(problem.Y).col(sample) - to_arma(problem.D) * g) +
           w.s * w.alpha * half(A * g - E * H.col(sample)) +
           w.s * w.beta * half(to_arma(problem.W) * g - H.col(sample)) + w.mu_G * half(g);
}

double mean_loss(const Problem& problem, const SparseCodes<Cpu, double>& codes) {
    const arma::mat G = to_arma(to_dense(codes));
    double sum = 0;
    for (arma::uword i = 0; i < G.n_cols; ++i) sum += plain_loss(problem, G.col(i), i);
    return sum / static_cast<double>(G.n_cols);
}

/// The reverse pass in whole matrices.
std::vector<arma::mat> dense_gradient(const TopkLista<Cpu, double>& lista, const Problem& problem) {
    const std::size_t layers = lista.options().layers;
    const auto trace = lista.forward(problem.Y);
    const auto loss = problem.loss();
    std::vector<arma::mat> gradient(lista.options().tying == Tying::tied ? 1 : layers,
                                    arma::mat(atoms, atoms, arma::fill::zeros));
    std::vector<arma::mat> G;
    for (const auto& codes : trace.codes) G.push_back(to_arma(to_dense(codes)));
    arma::mat delta = to_arma(loss.M) * G.back() - to_arma(problem.D).t() * to_arma(problem.Y) -
                      to_arma(loss.N) * to_arma(problem.H);
    for (std::size_t l = layers; l >= 1; --l) {
        const arma::mat zeta = delta % arma::conv_to<arma::mat>::from(G[l] != 0);
        gradient[lista.place(l)] += zeta * G[l - 1].t() / static_cast<double>(problem.Y.cols());
        delta = to_arma(lista.layer(l)).t() * zeta;
    }
    return gradient;
}

bool same_supports(const ListaTrace<Cpu, double>& a, const ListaTrace<Cpu, double>& b) {
    for (std::size_t l = 0; l < a.codes.size(); ++l)
        if (a.codes[l].index.to_host() != b.codes[l].index.to_host()) return false;
    return true;
}

constexpr Tying tyings[] = {Tying::untied, Tying::tied, Tying::residual};

}  // namespace

BOOST_AUTO_TEST_SUITE(topk_lista)

BOOST_AUTO_TEST_CASE(untrained_it_is_iterative_hard_thresholding) {
    const Problem problem(40);
    const arma::mat D = to_arma(problem.D), Y = to_arma(problem.Y);
    for (const Tying tying : tyings) {
        const TopkLista<Cpu, double> lista({.nonzeros = 4, .layers = 6, .tying = tying, .block = 7},
                                           problem.D);
        const double step = 1 / lista.lipschitz();
        BOOST_TEST(lista.lipschitz() == 1.01 * std::pow(arma::norm(D), 2),
                   boost::test_tools::tolerance(1e-12));
        const arma::mat codes = to_arma(to_dense(lista.encode(problem.Y)));
        for (arma::uword i = 0; i < Y.n_cols; ++i) {
            arma::vec g = top(step * D.t() * Y.col(i), 4);
            for (int l = 0; l < 6; ++l) g = top(g + step * D.t() * (Y.col(i) - D * g), 4);
            BOOST_TEST(arma::norm(codes.col(i) - g) < 1e-12);
            BOOST_TEST(arma::norm(g) > 0.1);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_trace_ends_with_the_codes) {
    const Problem problem(23);
    const auto lista = moved({.nonzeros = 5, .layers = 3, .block = 10}, problem);
    const auto codes = lista.encode(problem.Y);
    const auto trace = lista.forward(problem.Y);
    BOOST_TEST(trace.codes.size() == 4u);
    BOOST_TEST((trace.codes.back().index.to_host() == codes.index.to_host()));
    BOOST_TEST(distance(trace.codes.back().value, codes.value) < 1e-14);
}

BOOST_AUTO_TEST_CASE(the_loss_is_the_one_written_out) {
    const Problem problem(31);
    const auto lista = moved({.nonzeros = 5, .layers = 3}, problem);
    const auto trace = lista.forward(problem.Y);
    const auto gradient = lista_gradient(lista, trace, problem.loss(), problem.Y, problem.H);
    BOOST_TEST(gradient.loss == mean_loss(problem, trace.codes.back()), boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(the_sparse_gradient_is_the_dense_one) {
    const Problem problem(50);
    for (const Tying tying : tyings) {
        const auto lista = moved({.nonzeros = 5, .layers = 3, .tying = tying}, problem);
        const auto sparse =
            lista_gradient(lista, lista.forward(problem.Y), problem.loss(), problem.Y, problem.H);
        const auto dense = dense_gradient(lista, problem);
        BOOST_TEST_REQUIRE(sparse.matrices.size() == dense.size());
        for (std::size_t k = 0; k < dense.size(); ++k) {
            BOOST_TEST(arma::norm(dense[k], "fro") > 1e-3);
            BOOST_TEST(arma::norm(to_arma(sparse.matrices[k]) - dense[k], "fro") < 1e-12);
        }
    }
}

// Central differences with h = 1e-5 err by h^2 and by 1e-16 / h, both below 1e-9; entries whose step moves a
// support are left out, and few may be.
BOOST_AUTO_TEST_CASE(the_gradient_is_that_of_finite_differences) {
    const Problem problem(6);
    const double h = 1e-5;
    for (const Tying tying : tyings) {
        auto lista = moved({.nonzeros = 5, .layers = 3, .tying = tying}, problem);
        const auto base = lista.forward(problem.Y);
        const auto gradient = lista_gradient(lista, base, problem.loss(), problem.Y, problem.H);
        double largest = 0;
        for (const Matrix& part : gradient.matrices)
            largest = std::max(largest, arma::abs(to_arma(part)).max());
        std::size_t compared = 0, all = 0;
        for (std::size_t k = 0; k < gradient.matrices.size(); ++k) {
            for (std::size_t e = 0; e < atoms * atoms; ++e, ++all) {
                double& entry = lista.matrices()[k].data()[e];
                const double before = entry;
                entry = before + h;
                const auto up = lista.forward(problem.Y);
                entry = before - h;
                const auto down = lista.forward(problem.Y);
                entry = before;
                if (!same_supports(base, up) || !same_supports(base, down)) continue;
                ++compared;
                const double slope =
                    (mean_loss(problem, up.codes.back()) - mean_loss(problem, down.codes.back())) / (2 * h);
                BOOST_TEST(std::abs(slope - gradient.matrices[k].data()[e]) < 1e-6 * largest);
            }
        }
        BOOST_TEST(10 * compared > 9 * all);
    }
}

BOOST_AUTO_TEST_CASE(only_the_residual_form_follows_the_dictionary) {
    const Problem problem(10);
    const Matrix other = random_dictionary<Cpu, double>(d, atoms, 9);
    for (const Tying tying : tyings) {
        auto lista = moved({.nonzeros = 4, .layers = 2, .tying = tying}, problem);
        const Matrix before = lista.layer(2).copy();
        const TopkLista<Cpu, double> at_start({.nonzeros = 4, .layers = 2}, problem.D);
        const TopkLista<Cpu, double> at_other({.nonzeros = 4, .layers = 2}, other);
        lista.follow(other);
        BOOST_TEST(lista.lipschitz() == at_other.lipschitz());
        Matrix expected = before.copy();
        if (tying == Tying::residual) {
            axpy(-1.0, at_start.layer(2), expected);
            axpy(1.0, at_other.layer(2), expected);
        }
        BOOST_TEST(distance(lista.layer(2), expected) < 1e-14 * atoms);
    }
}

BOOST_AUTO_TEST_CASE(training_lowers_the_loss_in_every_form) {
    const Problem problem(60);
    for (const Tying tying : tyings) {
        TopkLista<Cpu, double> lista({.nonzeros = 4, .layers = 3, .tying = tying}, problem.D);
        ListaTrainer<Cpu, double> trainer(Adam{.rate = 2e-3});
        const auto loss = problem.loss();
        const double before = trainer.step(loss, problem.Y, problem.H, lista).loss;
        ListaStep last{};
        for (int k = 0; k < 150; ++k) last = trainer.step(loss, problem.Y, problem.H, lista);
        BOOST_TEST(last.loss < 0.95 * before);
        BOOST_TEST(last.dead_atoms <= atoms);
    }
}

BOOST_AUTO_TEST_CASE(a_pass_is_its_batches_one_after_the_other) {
    const Problem problem(7);
    const std::vector<std::size_t> order{6, 0, 3, 1, 5, 2, 4};
    const TopkListaOptions options{.nonzeros = 4, .layers = 2};
    TopkLista<Cpu, double> passed(options, problem.D), stepped(options, problem.D);
    ListaTrainer<Cpu, double> of_pass(Adam{.rate = 0.05}, 1.0), of_steps(Adam{.rate = 0.05}, 1.0);
    const ListaPass report = of_pass.pass(problem.loss(), problem.Y, problem.H, order, 3, passed);
    double loss = 0.0;
    std::size_t rescaled = 0;
    for (const std::vector<std::size_t>& batch : {std::vector<std::size_t>{6, 0, 3}, {1, 5, 2}, {4}}) {
        const ListaStep step =
            of_steps.step(problem.loss(), gathered(problem.Y, batch), gathered(problem.H, batch), stepped);
        loss += step.loss * static_cast<double>(batch.size()) / 7.0;
        rescaled += step.rescaled;
    }
    for (std::size_t l = 1; l <= 2; ++l)
        BOOST_TEST((passed.layer(l).to_host() == stepped.layer(l).to_host()));
    BOOST_TEST(report.loss == loss, boost::test_tools::tolerance(1e-14));
    BOOST_TEST(report.rescaled == rescaled);
    BOOST_TEST(rescaled > 0u);
    BOOST_CHECK_THROW(of_pass.pass(problem.loss(), problem.Y, problem.H, order, 0, passed), assay::Error);
}

BOOST_AUTO_TEST_CASE(the_guard_holds_the_norm) {
    const Problem problem(60);
    for (const double bound : {1.5, 1e9}) {
        TopkLista<Cpu, double> lista({.nonzeros = 4, .layers = 2}, problem.D);
        ListaTrainer<Cpu, double> trainer(Adam{.rate = 0.05}, bound);
        std::size_t rescaled = 0;
        for (int k = 0; k < 60; ++k)
            rescaled += trainer.step(problem.loss(), problem.Y, problem.H, lista).rescaled;
        // Five power iterations a step find the norm to a few per cent.
        const double norm = std::max(spectral_norm(lista.layer(1)), spectral_norm(lista.layer(2)));
        BOOST_TEST((norm < 1.05 * 1.5) == (bound < 2));
        BOOST_TEST((rescaled > 0) == (bound < 2));
    }
}

BOOST_AUTO_TEST_CASE(dead_atoms_are_rows_without_a_nonzero) {
    const auto codes = largest_entries(2, from_arma(arma::mat{{1, 0, 2}, {0, 0, 1}, {0, 0, 0}, {3, 0, 0.5}}));
    BOOST_TEST(count_dead_atoms(codes) == 1u);
    BOOST_TEST(count_dead_atoms(SparseCodes<Cpu, double>(5, 2, 3)) == 5u);
}

BOOST_AUTO_TEST_CASE(float_follows_double) {
    const Problem problem(40);
    const TopkLista<Cpu, double> wide({.nonzeros = 4, .layers = 4}, problem.D);
    const TopkLista<Cpu, float> narrow({.nonzeros = 4, .layers = 4}, to_device<Cpu, float>(problem.D));
    const auto codes = to_device<Cpu, double>(to_dense(narrow.encode(to_device<Cpu, float>(problem.Y))));
    // A support may differ where two sizes are closer than rounding: none is, among 40 samples.
    BOOST_TEST(distance(codes, to_dense(wide.encode(problem.Y))) < 1e-4);
}

BOOST_AUTO_TEST_CASE(zero_and_equal_samples_are_no_trouble) {
    Problem problem(6);
    for (std::size_t r = 0; r < d; ++r) problem.Y(r, 2) = 0;
    problem.Y.set_columns(4, problem.Y.columns(3, 1));
    auto lista = moved({.nonzeros = atoms, .layers = 2}, problem);
    const auto codes = lista.encode(problem.Y);
    BOOST_TEST(norm(to_dense(codes).columns(2, 1)) == 0.0);
    BOOST_TEST((codes.value.columns(4, 1).to_host() == codes.value.columns(3, 1).to_host()));
    ListaTrainer<Cpu, double> trainer;
    BOOST_TEST(std::isfinite(trainer.step(problem.loss(), problem.Y, problem.H, lista).loss));
}

BOOST_AUTO_TEST_CASE(a_zero_atom_stays_unused) {
    Problem problem(30);
    for (std::size_t r = 0; r < d; ++r) problem.D(r, 3) = 0;
    const auto codes = to_dense(TopkLista<Cpu, double>({.nonzeros = 9}, problem.D).encode(problem.Y));
    for (std::size_t i = 0; i < 30; ++i) BOOST_TEST(codes(3, i) == 0.0);
    BOOST_TEST(norm(codes) > 1.0);
}

BOOST_AUTO_TEST_CASE(bad_input_is_explained) {
    Problem problem(6);
    const auto says = [](const char* text) {
        return [=](const assay::Error& error) { return error.problem().find(text) != std::string::npos; };
    };
    using Lista = TopkLista<Cpu, double>;
    using assay::Error;
    BOOST_CHECK_EXCEPTION(Lista({.nonzeros = 0}, problem.D), Error, says("T = 0"));
    BOOST_CHECK_EXCEPTION(Lista({.nonzeros = 21}, problem.D), Error, says("T = 21"));
    BOOST_CHECK_EXCEPTION(Lista({.nonzeros = 2, .layers = 0}, problem.D), Error, says("without layers"));
    BOOST_CHECK_EXCEPTION(Lista({.nonzeros = 2, .block = 0}, problem.D), Error, says("block"));
    BOOST_CHECK_EXCEPTION(Lista({.nonzeros = 2}, Matrix(d, atoms)), Error, says("is zero"));
    Lista lista({.nonzeros = 2}, problem.D);
    BOOST_CHECK_THROW(lista.follow(Matrix(d, atoms - 1)), Error);
    BOOST_CHECK_THROW(lista.encode(Matrix(d + 1, 3)), Error);
    BOOST_CHECK_EXCEPTION(code_loss({}, {10, 10}, problem.D, problem.P, problem.W), Error, says("2 classes"));
    problem.Y(1, 1) = std::numeric_limits<double>::quiet_NaN();
    BOOST_CHECK_EXCEPTION(lista.forward(problem.Y), Error, says("NaN"));
}

BOOST_AUTO_TEST_SUITE_END()
