#include <boost/test/unit_test.hpp>
#include <tuple>
#include <vector>

#include "solvers/convolutional/lca.hpp"
#include "solvers/convolutional/unrolled.hpp"
#include "solvers/device/primitives.hpp"
#include "tests/cuda/parity.hpp"

using namespace assay::solvers;
using parity::draw;
using parity::epsilon;
using parity::largest_difference;
using parity::Pair;

BOOST_AUTO_TEST_SUITE(cuda_convolution)

namespace {

using Scalars = std::tuple<double, float>;

const std::vector<Geometry> geometries{
    Geometry({.atoms = 20, .kernel = 9, .stride = 2}, {3, 15, 22}),
    Geometry({.atoms = 33, .kernel = 7, .stride = 1, .border = Border::padded}, {3, 9, 12}),
    Geometry({.atoms = 5, .kernel = 3, .stride = 5, .border = Border::padded}, {2, 17, 11})};

/// One batch on both devices.
template <class T>
struct Both {
    Geometry g;
    Pair<T> D, images, codes;
    AtomBank<Cpu, T> cpu;
    AtomBank<Cuda, T> gpu;

    explicit Both(const Geometry& geometry)
        : g(geometry),
          D(unit_atoms(geometry)),
          images(geometry.image.size(), 3, 2),
          codes(geometry.code.size(), 3, 3, 2),
          cpu(geometry, D.cpu),
          gpu(geometry, D.gpu) {}

    static Array<Cpu, T> unit_atoms(const Geometry& geometry) {
        auto D = Array<Cpu, T>::from_host(geometry.atom_entries(), geometry.atoms,
                                          draw<T>(geometry.atom_entries() * geometry.atoms, 1));
        normalize_columns(D);
        return D;
    }
    template <class Device>
    Images<Device, T> on(const ImageShape& shape, const Array<Device, T>& data) const {
        return {shape, data.copy()};
    }
    Images<Cpu, T> canvases() const { return on_canvas(g, on<Cpu>(g.image, images.cpu)); }
    Images<Cuda, T> gpu_canvases() const { return on_canvas(g, on<Cuda>(g.image, images.gpu)); }
};

template <class T>
double apart(const Images<Cuda, T>& gpu, const Images<Cpu, T>& cpu) {
    BOOST_TEST((gpu.shape == cpu.shape));
    return largest_difference(gpu.data.to_host(), cpu.data.to_host());
}

}  // namespace

// Entries are of size 1 to 4 and sums of a few hundred terms; the devices add in other orders, and the CPU
// shares products between positions.
BOOST_AUTO_TEST_CASE_TEMPLATE(operators_agree, T, Scalars) {
    for (const Geometry& g : geometries) {
        const Both<T> both(g);
        const double bound = 1000 * epsilon<T>;
        const auto cpu_codes = both.template on<Cpu>(g.code, both.codes.cpu);
        const auto gpu_codes = both.template on<Cuda>(g.code, both.codes.gpu);
        BOOST_TEST(apart(both.gpu_canvases(), both.canvases()) == 0.0);
        BOOST_TEST(apart(off_canvas(g, both.gpu_canvases()),
                         both.template on<Cpu>(g.image, both.images.cpu)) == 0.0);
        BOOST_TEST(apart(synthesis(both.gpu, gpu_codes), synthesis(both.cpu, cpu_codes)) < bound);
        BOOST_TEST(apart(analysis(both.gpu, both.gpu_canvases()), analysis(both.cpu, both.canvases())) <
                   bound);
        BOOST_TEST(apart(analysis_on_support(both.gpu, both.gpu_canvases(), gpu_codes),
                         analysis_on_support(both.cpu, both.canvases(), cpu_codes)) < bound);
        Pair<T> C(g.atom_entries(), g.atoms, 4);
        add_patches(g, both.canvases(), cpu_codes, C.cpu);
        add_patches(g, both.gpu_canvases(), gpu_codes, C.gpu);
        BOOST_TEST(largest_difference(C.gpu.to_host(), C.cpu.to_host()) < 10 * bound);
        BOOST_TEST(count_uses(gpu_codes) == count_uses(cpu_codes));
    }
}

// Rounding moves no state across a threshold in double; every iteration adds some hundred roundings to states
// of size 1, and none of them grows.
BOOST_AUTO_TEST_CASE(lca_agrees) {
    for (const Geometry& g : geometries) {
        const Both<double> both(g);
        for (const PenaltyKind kind : {PenaltyKind::l0, PenaltyKind::l1, PenaltyKind::half}) {
            const LcaOptions options{.penalty = {kind, 0.4, 0.0, false}, .max_iterations = 100};
            const auto cpu = lca(options, both.cpu, both.on<Cpu>(g.image, both.images.cpu));
            const auto gpu = lca(options, both.gpu, both.on<Cuda>(g.image, both.images.gpu));
            const double bound = 100 * 1000 * epsilon<double>;
            BOOST_TEST(apart(gpu.states, cpu.states) < bound);
            BOOST_TEST(apart(gpu.codes, cpu.codes) < bound);
            for (std::size_t i = 0; i < 3; ++i) {
                BOOST_TEST(gpu.readings[i].nonzeros == cpu.readings[i].nonzeros);
                BOOST_TEST(std::abs(gpu.readings[i].energy() - cpu.readings[i].energy()) < 100 * bound);
                BOOST_TEST(std::abs(gpu.readings[i].change - cpu.readings[i].change) < 100 * bound);
            }
        }
    }
}

// Some hundred roundings a layer in codes of size 1, which the reverse pass adds up over all of them.
BOOST_AUTO_TEST_CASE(the_unrolled_encoders_gradients_agree) {
    for (const Geometry& g : geometries) {
        const Both<double> both(g);
        const Encoder encoder{.layers = 6, .alpha = 0.9 / largest_eigenvalue(both.cpu), .lambda = 0.4};
        ConvolutionalTrace<Cpu, double> cpu_trace;
        ConvolutionalTrace<Cuda, double> gpu_trace;
        for (const Gradient kind : {Gradient::dec, Gradient::ae_lasso, Gradient::ae_ls}) {
            const SupervisedLoss loss{kind, 1.0, encoder.l1_weight(kind)};
            const auto cpu_images = both.on<Cpu>(g.image, both.images.cpu);
            const auto gpu_images = both.on<Cuda>(g.image, both.images.gpu);
            const auto cpu = supervised_gradient(encoder, loss, both.cpu, cpu_images, cpu_images, cpu_trace);
            const auto gpu = supervised_gradient(encoder, loss, both.gpu, gpu_images, gpu_images, gpu_trace);
            const double bound = 1e5 * epsilon<double> * (1 + norm(cpu.gradient));
            BOOST_TEST(largest_difference(gpu.gradient.to_host(), cpu.gradient.to_host()) < bound);
            BOOST_TEST(std::abs(gpu.loss - cpu.loss) < 1e-12 * cpu.loss);
            BOOST_TEST(gpu_trace.nonzeros() == cpu_trace.nonzeros());
        }
        BOOST_TEST(apart(restored(encoder, both.gpu, both.on<Cuda>(g.image, both.images.gpu)),
                         restored(encoder, both.cpu, both.on<Cpu>(g.image, both.images.cpu))) <
                   1e5 * epsilon<double>);
    }
}

BOOST_AUTO_TEST_SUITE_END()
