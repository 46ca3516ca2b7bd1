#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <tuple>

#include "solvers/convolutional/lca.hpp"
#include "solvers/convolutional/unrolled.hpp"
#include "solvers/convolutional/unrolled_layers.hpp"
#include "solvers/dictionary/gradient.hpp"
#include "tests/message_of.hpp"
#include "tests/solvers/convolution_reference.hpp"

using namespace assay::solvers;
using namespace assay::testing;

BOOST_AUTO_TEST_SUITE(convolutional_unrolled)

namespace {

using Scalars = std::tuple<double, float>;
constexpr Gradient kinds[] = {Gradient::dec, Gradient::ae_lasso, Gradient::ae_ls};
constexpr Shrinkage shrinkages[] = {Shrinkage::soft, Shrinkage::soft_one_sided, Shrinkage::hard};

/// Noisy images, clean ones and an encoder whose step is stable on them.
template <class T>
struct Problem {
    Geometry g;
    Array<Cpu, T> D;
    Images<Cpu, T> clean, noisy;
    Encoder encoder;

    explicit Problem(const Geometry& geometry, Shrinkage shrinkage = Shrinkage::soft, std::size_t count = 2)
        : g(geometry),
          D(draw_atoms<T>(g)),
          clean(draw_images<T>(g.image, count)),
          noisy(g.image, draw_matrix<T>(g.image.size(), count, "noisy")) {
        encoder.layers = 6;
        encoder.alpha = 0.9 / largest_eigenvalue(atoms());
        encoder.lambda = 0.4;
        encoder.bias = 0.4 * encoder.alpha;
        encoder.shrinkage = shrinkage;
    }
    AtomBank<Cpu, T> atoms() const { return {g, D}; }
};

double loss_of(const SupervisedLoss& loss, const Images<Cpu, double>& error,
               const Images<Cpu, double>& codes) {
    double l1 = 0;
    for (const double z : codes.data.to_host()) l1 += std::abs(z);
    const double size = norm(error.data);
    return (0.5 * loss.fit * size * size + loss.l1 * l1) / static_cast<double>(error.count());
}

/// The loss at the problem's D; the codes are those at D too, unless some are given.
double loss_at(const Problem<double>& problem, const SupervisedLoss& loss,
               const Images<Cpu, double>* codes = nullptr) {
    const auto atoms = problem.atoms();
    const auto z = codes != nullptr ? codes->copy()
                                    : encode(problem.encoder, atoms, on_canvas(problem.g, problem.noisy));
    auto error = synthesis(atoms, z);
    axpy(-1.0, on_canvas(problem.g, problem.clean).data, error.data);
    return loss_of(loss, error, z);
}

template <class T>
double largest_difference(const Array<Cpu, T>& A, const Array<Cpu, T>& B) {
    double largest = 0;
    for (std::size_t k = 0; k < A.size(); ++k)
        largest = std::max(largest, std::abs(static_cast<double>(A.data()[k] - B.data()[k])));
    return largest;
}

}  // namespace

BOOST_AUTO_TEST_CASE(codes_are_those_of_the_dense_encoder_on_the_operators_matrix) {
    for (const Shrinkage shrinkage : shrinkages) {
        for (const Geometry& g : odd_geometries()) {
            Problem<double> problem(g, shrinkage);
            problem.encoder.decay = shrinkage == Shrinkage::hard ? 1.0 : 0.9;
            const auto y = on_canvas(g, problem.noisy);
            const auto Phi = explicit_operator(g, problem.D);
            Array<Cpu, double> B(Phi.cols(), y.count());
            gemm(Op::transpose, Op::none, 1.0, Phi, y.data, 0.0, B);
            const auto dense = encode_traced(problem.encoder, gram(Phi), B);

            ConvolutionalTrace<Cpu, double> trace;
            encode_traced(problem.encoder, problem.atoms(), y, trace);
            for (std::size_t t = 1; t <= problem.encoder.layers; ++t)
                // Entries of size 1 to 10 from sums of some hundred terms, added up in another order.
                BOOST_TEST(largest_difference(trace.codes(t).data, dense.codes(t)) < 1e-12);
            const auto last = trace.codes(problem.encoder.layers);
            BOOST_TEST(count_nonzero(last.data) > 0u);
            BOOST_TEST((encode(problem.encoder, problem.atoms(), y).data.to_host() == last.data.to_host()));
            BOOST_TEST(trace.nonzeros() == count_nonzero(last.data));
            double l1 = 0;
            for (const double z : last.data.to_host()) l1 += std::abs(z);
            BOOST_TEST(std::abs(trace.l1_norm() - l1) <= 1e-12 * l1);
            const auto picture = trace.decoded(problem.atoms());
            BOOST_TEST(largest_difference(picture.data, synthesis(problem.atoms(), last).data) < 1e-12);
        }
    }
}

BOOST_AUTO_TEST_CASE(all_gradients_match_finite_differences_for_every_threshold) {
    const Geometry grids[] = {Geometry({.atoms = 5, .kernel = 9, .stride = 4, .padding = 0}, {1, 21, 25}),
                              Geometry({.atoms = 4, .kernel = 3, .stride = 2}, {2, 6, 9})};
    for (const Geometry& g : grids) {
        for (const Shrinkage shrinkage : shrinkages) {
            for (const Gradient kind : kinds) {
                Problem<double> problem(g, shrinkage);
                const SupervisedLoss loss{kind, 0.7, kind == Gradient::ae_lasso ? 0.3 : 0.0};
                ConvolutionalTrace<Cpu, double> trace;
                const auto [gradient, value] = supervised_gradient(problem.encoder, loss, problem.atoms(),
                                                                   problem.noisy, problem.clean, trace);
                const auto codes = trace.codes(problem.encoder.layers);
                BOOST_TEST(std::abs(value - loss_at(problem, loss)) <= 1e-12 * value);
                const double h = 1e-6, size = norm(gradient);
                for (std::size_t k = 0; k < problem.D.size(); k += 3) {
                    double& entry = problem.D.data()[k];
                    const double centre = entry;
                    const Images<Cpu, double>* held = kind == Gradient::dec ? &codes : nullptr;
                    entry = centre + h;
                    const double above = loss_at(problem, loss, held);
                    entry = centre - h;
                    const double below = loss_at(problem, loss, held);
                    entry = centre;
                    // Central differences at h = 1e-6 carry rounding of about 1e-16 / h, truncation of h^2.
                    BOOST_TEST(std::abs((above - below) / (2 * h) - gradient.data()[k]) < 1e-6 * size);
                }
            }
        }
    }
}

// The operator's matrix repeats the atoms: the derivative by an atom's entry is the sum over its places in
// it.
BOOST_AUTO_TEST_CASE(gradients_are_those_of_the_dense_encoder_summed_over_an_atoms_places) {
    for (const Geometry& g : odd_geometries()) {
        if (g.border == Border::crop && g.padding > 0)
            continue;  // the matrix would have places that are not free
        const Problem<double> problem(g);
        const auto y = on_canvas(g, problem.noisy);
        const auto Phi = explicit_operator(g, problem.D);
        for (const Gradient kind : kinds) {
            const SupervisedLoss loss{kind, 1.0, problem.encoder.l1_weight(kind)};
            ConvolutionalTrace<Cpu, double> trace;
            const auto found = supervised_gradient(problem.encoder, loss, problem.atoms(), problem.noisy,
                                                   problem.noisy, trace);
            const auto dense = unrolled_gradient(problem.encoder, kind, Phi, y.data).gradient;
            Array<Cpu, double> expected(g.atom_entries(), g.atoms);
            const std::size_t C = g.image.channels;
            for (std::size_t p = 0; p < g.positions(); ++p) {
                for (std::size_t e = 0; e < g.atom_entries(); ++e) {
                    const std::size_t row = p / g.code.width * g.stride + e / C / g.kernel;
                    const std::size_t column = p % g.code.width * g.stride + e / C % g.kernel;
                    for (std::size_t m = 0; m < g.atoms; ++m)
                        expected(e, m) += dense(e % C + C * (column + g.canvas.width * row), m + g.atoms * p);
                }
            }
            BOOST_TEST(largest_difference(found.gradient, expected) <= 1e-12 * (1 + norm(expected)));
        }
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(passes_over_lists_are_those_over_dense_codes, T, Scalars) {
    for (const Shrinkage shrinkage : shrinkages) {
        for (const Geometry& g : odd_geometries()) {
            const Problem<T> problem(g, shrinkage, 3);
            const auto atoms = problem.atoms();
            const auto y = on_canvas(g, problem.noisy), e = on_canvas(g, problem.clean);
            const auto layers = layers_of_codes(problem.encoder, atoms, y);
            ConvolutionalTrace<Cpu, T> trace;
            encode_traced(problem.encoder, atoms, y, trace);
            BOOST_TEST(count_nonzero(trace.codes(1).data) > 0u);
            for (const Gradient kind : kinds) {
                Array<Cpu, T> found(g.atom_entries(), g.atoms), expected(g.atom_entries(), g.atoms);
                reverse(problem.encoder, kind, 0.2, atoms, y, e, trace, found);
                reverse_layers(problem.encoder, kind, 0.2, atoms, y, e, layers, expected);
                // Some thousand roundings of terms that may cancel; a code at its threshold may differ in
                // float.
                const double tolerance = std::is_same_v<T, double> ? 1e-12 : 1e-3;
                BOOST_TEST(distance(found, expected) <= tolerance * (1 + norm(expected)));
            }
        }
    }
}

// <e, d(Phi z_T)/dD H> = <reverse(e), H>: the pass is the adjoint of the derivative along any direction H.
BOOST_AUTO_TEST_CASE(the_reverse_pass_is_the_adjoint_of_the_derivative) {
    for (const Geometry& g : odd_geometries()) {
        Problem<double> problem(g);
        const auto y = on_canvas(g, problem.noisy), e = on_canvas(g, problem.clean);
        const auto H = draw_matrix<double>(g.atom_entries(), g.atoms, "direction", 0.05);
        ConvolutionalTrace<Cpu, double> trace;
        encode_traced(problem.encoder, problem.atoms(), y, trace);
        Array<Cpu, double> C(g.atom_entries(), g.atoms);
        reverse(problem.encoder, Gradient::ae_ls, 0.0, problem.atoms(), y, e, trace, C);
        const double h = 1e-6;
        axpy(h, H, problem.D);
        const double above =
            dot(e.data, synthesis(problem.atoms(), encode(problem.encoder, problem.atoms(), y)).data);
        axpy(-2 * h, H, problem.D);
        const double below =
            dot(e.data, synthesis(problem.atoms(), encode(problem.encoder, problem.atoms(), y)).data);
        // As above; a code that crosses its threshold within h adds to the truncation.
        BOOST_TEST(std::abs((above - below) / (2 * h) - dot(C, H)) <= 1e-6 * (norm(C) * norm(H) + 1));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_batch_is_the_mean_of_its_images_and_a_trace_forgets, T, Scalars) {
    const Geometry g({.atoms = 9, .kernel = 9, .stride = 4, .padding = 0}, {1, 29, 33});
    const Problem<T> problem(g, Shrinkage::soft, 3);
    const SupervisedLoss loss;
    ConvolutionalTrace<Cpu, T> trace, fresh;
    const auto all =
        supervised_gradient(problem.encoder, loss, problem.atoms(), problem.noisy, problem.clean, trace);
    Array<Cpu, T> mean(g.atom_entries(), g.atoms);
    double value = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        // The same trace again: what is left of the batch must not show.
        const auto one = supervised_gradient(problem.encoder, loss, problem.atoms(),
                                             problem.noisy.columns(i, 1), problem.clean.columns(i, 1), trace);
        axpy(T(1) / T(3), one.gradient, mean);
        value += one.loss / 3;
    }
    BOOST_TEST(distance(all.gradient, mean) <= (std::is_same_v<T, double> ? 1e-13 : 1e-5) * norm(mean));
    BOOST_TEST(std::abs(all.loss - value) <= (std::is_same_v<T, double> ? 1e-13 : 1e-5) * value);
    const auto again =
        supervised_gradient(problem.encoder, loss, problem.atoms(), problem.noisy, problem.clean, fresh);
    BOOST_TEST((again.gradient.to_host() == all.gradient.to_host()));
}

BOOST_AUTO_TEST_CASE(restored_images_are_the_decoded_codes) {
    const Geometry g({.atoms = 7, .kernel = 5, .stride = 2}, {3, 9, 12});
    const Problem<double> problem(g);
    ConvolutionalTrace<Cpu, double> trace;
    encode_traced(problem.encoder, problem.atoms(), on_canvas(g, problem.noisy), trace);
    const auto found = restored(problem.encoder, problem.atoms(), problem.noisy);
    BOOST_TEST((found.shape == g.image));
    const auto decoded = off_canvas(g, trace.decoded(problem.atoms()));
    BOOST_TEST(largest_difference(found.data, decoded.data) < 1e-12);
    const Images<Cpu, double> black(g.image, 1);
    BOOST_TEST(norm(restored(problem.encoder, problem.atoms(), black).data) == 0.0);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_refused) {
    const Geometry g({.atoms = 4, .kernel = 3, .stride = 2, .padding = 0}, {1, 7, 9});
    const Problem<double> problem(g);
    const auto said = [&](const SupervisedLoss& loss, const Images<Cpu, double>& noisy,
                          const Images<Cpu, double>& clean, Encoder encoder) {
        ConvolutionalTrace<Cpu, double> trace;
        return message_of([&] { supervised_gradient(encoder, loss, problem.atoms(), noisy, clean, trace); });
    };
    const auto refused = [](const std::string& message, const std::string& part) {
        BOOST_TEST(message.find(part) != std::string::npos, message);
    };
    const Encoder encoder = problem.encoder;
    const Images<Cpu, double>&y = problem.noisy, &x = problem.clean;
    refused(said({}, Images<Cpu, double>({1, 9, 7}, 2), x, encoder), "the images are 1 x 9 x 7");
    refused(said({}, y, x.columns(0, 1), encoder), "batches of 2 and of 1");
    refused(said({}, Images<Cpu, double>(g.image, 0), Images<Cpu, double>(g.image, 0), encoder), "is empty");
    Images<Cpu, double> bad = y.copy();
    bad.data.data()[5] = std::numeric_limits<double>::quiet_NaN();
    refused(said({}, bad, x, encoder), "holds NaN or Inf");
    refused(said({}, y, bad, encoder), "holds NaN or Inf");
    refused(said({.fit = 0.0}, y, x, encoder), "fit must be positive");
    refused(said({.gradient = Gradient::ae_lasso, .l1 = -1.0}, y, x, encoder), "l1 not negative");
    refused(said({.gradient = Gradient::ae_ls, .l1 = 1.0}, y, x, encoder), "only g_ae-lasso knows");
    Encoder none = encoder;
    none.layers = 0;
    refused(said({}, y, x, none), "at least one layer");

    ConvolutionalTrace<Cpu, double> trace;
    encode_traced(encoder, problem.atoms(), y, trace);
    refused(message_of([&] { trace.codes(7); }), "layer 7 is not one of the trace's 1 to 6");
    Array<Cpu, double> C(g.atom_entries(), g.atoms), narrow(g.atom_entries(), 1);
    refused(message_of([&] {
                reverse(encoder, Gradient::dec, 0, problem.atoms(), y.columns(0, 1), x.columns(0, 1), trace,
                        C);
            }),
            "6 layers of 2 images, not 6 of 1");
    refused(message_of([&] { reverse(encoder, Gradient::dec, 0, problem.atoms(), y, x, trace, narrow); }),
            "the dictionary is");
    refused(message_of([&] { restored(encoder, problem.atoms(), bad); }), "holds NaN or Inf");
}

BOOST_AUTO_TEST_SUITE_END()
