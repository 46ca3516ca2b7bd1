#include "solvers/device/convolution.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numeric>
#include <string>
#include <tuple>

#include "solvers/device/cpu/convolution_layout.hpp"
#include "solvers/device/cpu/correlation_kernel.hpp"
#include "tests/message_of.hpp"
#include "tests/solvers/convolution_reference.hpp"

using namespace assay::solvers;
using namespace assay::testing;

BOOST_AUTO_TEST_SUITE(convolution)

namespace {
using Scalars = std::tuple<double, float>;

template <class T>
struct Problem {
    Geometry geometry;
    Array<Cpu, T> D, Phi;
    AtomBank<Cpu, T> atoms;
    Images<Cpu, T> canvases, codes;

    explicit Problem(const Geometry& g)
        : geometry(g),
          D(draw_atoms<T>(g)),
          Phi(explicit_operator(g, D)),
          atoms(g, D),
          canvases(on_canvas(g, draw_images<T>(g.image, 2))),
          codes(draw_codes<T>(g, 2, 5)) {}
};

template <class T>
constexpr double roundoff = std::is_same_v<T, double> ? 1e-13 : 1e-5;

template <class T>
void check_near(const Array<Cpu, T>& found, const Array<Cpu, T>& expected) {
    // Unit atoms on pixels of size 1: entries are of size 1 to 4. The sums of a few hundred terms in another
    // order, and through the shared products of the CPU's kernels, stay well within 1000 roundings.
    double largest = 0;
    for (std::size_t k = 0; k < expected.size(); ++k) {
        largest = std::max(largest, std::abs(static_cast<double>(found.data()[k] - expected.data()[k])));
    }
    BOOST_TEST(largest < roundoff<T>);
}

template <class T>
Array<Cpu, T> product(Op op, const Array<Cpu, T>& Phi, const Array<Cpu, T>& X) {
    Array<Cpu, T> Y(op == Op::none ? Phi.rows() : Phi.cols(), X.cols());
    gemm(op, Op::none, T(1), Phi, X, T(0), Y);
    return Y;
}

}  // namespace

BOOST_AUTO_TEST_CASE(sizes_follow_the_definitions) {
    const Geometry a({}, {3, 32, 32});
    BOOST_TEST((a.code == ImageShape{64, 16, 16}));
    BOOST_TEST((a.canvas == ImageShape{3, 39, 39}));
    const Geometry b({.kernel = 7, .stride = 1}, {3, 32, 32});
    BOOST_TEST((b.code == ImageShape{64, 32, 32}));
    BOOST_TEST((b.canvas == ImageShape{3, 38, 38}));
    // Stride beyond the kernel: the canvas holds the image though no atom reaches its last pixels.
    const Geometry c({.atoms = 1, .kernel = 2, .stride = 7, .padding = 0}, {1, 15, 8});
    BOOST_TEST((c.code == ImageShape{1, 2, 1}));
    BOOST_TEST((c.canvas == ImageShape{1, 15, 8}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(operators_are_the_explicit_matrix, T, Scalars) {
    for (const Geometry& g : odd_geometries()) {
        const Problem<T> problem(g);
        const Images<Cpu, T> picture = synthesis(problem.atoms, problem.codes);
        const Images<Cpu, T> drive = analysis(problem.atoms, problem.canvases);
        BOOST_TEST((picture.shape == g.canvas && drive.shape == g.code));
        check_near(picture.data, product(Op::none, problem.Phi, problem.codes.data));
        check_near(drive.data, product(Op::transpose, problem.Phi, problem.canvases.data));
    }
}

BOOST_AUTO_TEST_CASE(synthesis_and_analysis_are_adjoint) {
    for (const Geometry& g : odd_geometries()) {
        const Problem<double> problem(g);
        const double left = dot(synthesis(problem.atoms, problem.codes).data, problem.canvases.data);
        const double right = dot(problem.codes.data, analysis(problem.atoms, problem.canvases).data);
        BOOST_TEST(std::abs(left - right) <= 1e-12 * norm(problem.canvases.data) * norm(problem.codes.data));
    }
}

BOOST_AUTO_TEST_CASE_TEMPLATE(on_a_support_the_analysis_is_masked, T, Scalars) {
    for (const Geometry& g : odd_geometries()) {
        const Problem<T> problem(g);
        Array<Cpu, T> expected = product(Op::transpose, problem.Phi, problem.canvases.data);
        keep_where_nonzero(problem.codes.data, expected);
        const auto found = analysis_on_support(problem.atoms, problem.canvases, problem.codes);
        check_near(found.data, expected);
        BOOST_TEST(count_nonzero(found.data) == count_nonzero(problem.codes.data));
    }
}

// <r, Phi a> is linear in the atoms, so that its derivative times the atoms is itself.
BOOST_AUTO_TEST_CASE(patches_are_the_derivative_by_the_atoms) {
    for (const Geometry& g : odd_geometries()) {
        const Problem<double> problem(g);
        Array<Cpu, double> C(g.atom_entries(), g.atoms);
        add_patches(g, problem.canvases, problem.codes, C);
        const double value = dot(problem.canvases.data, synthesis(problem.atoms, problem.codes).data);
        BOOST_TEST(std::abs(dot(C, problem.D) - value) < 1e-10);
        add_patches(g, problem.canvases, problem.codes, C);
        BOOST_TEST(std::abs(dot(C, problem.D) - 2 * value) < 1e-10);
    }
}

BOOST_AUTO_TEST_CASE(canvases_hold_the_image_in_zeros) {
    for (const Geometry& g : odd_geometries()) {
        const Images<Cpu, double> images = draw_images<double>(g.image, 3);
        const Images<Cpu, double> canvases = on_canvas(g, images);
        BOOST_TEST(distance(off_canvas(g, canvases).data, images.data) == 0.0);
        BOOST_TEST(norm(canvases.data) == norm(images.data), boost::test_tools::tolerance(1e-14));
    }
}

BOOST_AUTO_TEST_CASE(planes_and_mixed_channels_convert) {
    std::vector<float> planes(2 * 3 * 4 * 5);
    std::iota(planes.begin(), planes.end(), 0.0F);
    const auto images = from_planes<Cpu, float>({3, 4, 5}, planes);
    BOOST_TEST(images.count() == 2U);
    BOOST_TEST(images.data(1 + 3 * (4 + 5 * 2), 1) == 60.0F + 20.0F + 14.0F);
    BOOST_TEST(to_planes(images) == planes);
    BOOST_TEST(message_of([&] {
                   from_planes<Cpu, float>({3, 4, 4}, planes);
               }).find("no whole number") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(uses_are_counted_by_atom) {
    const Geometry g({.atoms = 3, .kernel = 3, .stride = 1}, {1, 4, 4});
    Images<Cpu, double> codes(g.code, 2);
    codes.data(1 + 3 * 5, 0) = 1.0;
    codes.data(1 + 3 * 2, 1) = -1.0;
    codes.data(2, 1) = 1.0;
    BOOST_TEST(count_uses(codes) == (std::vector<std::uint64_t>{0, 2, 1}));
}

// The two sets with a fused multiply-add give equal bits; this is what makes a result independent of them.
BOOST_AUTO_TEST_CASE_TEMPLATE(instruction_sets_have_equal_bits, T, Scalars) {
    if (!__builtin_cpu_supports("avx512bw")) return;
    const auto wide = kernels::avx512::correlation_kernels<T>();
    const auto narrow = kernels::avx2::correlation_kernels<T>();
    for (const Geometry& g : odd_geometries()) {
        const Problem<T> problem(g);
        std::vector<T> results[2];
        for (const auto* kernels : {&wide, &narrow}) {
            Workspace<T> work(g, problem.atoms.layout());
            const std::vector<T> states = draw_matrix<T>(g.code.size(), 1, "states").to_host();
            work.gather(states.data(), work.states());
            const kernels::SweepResult sums = kernels->sweep(
                {work.correlation(), work.drawing(), g.canvas.size(), problem.canvases.data.data(), nullptr,
                 threshold_of<T>({PenaltyKind::firm, 0.5, 0.4, false}), T(1), T(0), T(0.1), 5,
                 work.states().data(), nullptr, work.index(), work.value()});
            std::vector<T>& result = results[kernels == &wide ? 0 : 1];
            result = work.states().to_host();
            result.push_back(static_cast<T>(sums.fit));
            result.push_back(static_cast<T>(sums.change));
            kernels->correlate_listed(work.drawing(), sums.nonzeros, work.index(), work.canvas(),
                                      work.value());
            result.insert(result.end(), work.value(), work.value() + sums.nonzeros);
        }
        BOOST_TEST(results[0].size() > 2U);
        BOOST_TEST((results[0] == results[1]));
    }
}

// The same for what is done at listed codes, and for a layer of an unrolled encoder; the set without a fused
// multiply-add rounds differently.
BOOST_AUTO_TEST_CASE_TEMPLATE(listed_codes_have_equal_bits, T, Scalars) {
    if (!__builtin_cpu_supports("avx512bw")) return;
    const auto wide = kernels::avx512::correlation_kernels<T>();
    const auto narrow = kernels::avx2::correlation_kernels<T>();
    const auto plain = kernels::generic::correlation_kernels<T>();
    for (const Geometry& g : odd_geometries()) {
        const Problem<T> problem(g);
        const BankLayout<T>& layout = problem.atoms.layout();
        const std::size_t run = g.kernel * g.image.channels;
        std::vector<std::vector<T>> results;
        for (const auto* kernels : {&wide, &narrow, &plain}) {
            Workspace<T> work(g, layout);
            const std::size_t count = work.list(problem.codes.data.data());
            std::copy_n(problem.canvases.data.data(), g.canvas.size(), work.canvas());
            Array<Cpu, T> sums(layout.rows.rows(), g.atoms);
            kernels->add_listed_patches(work.drawing(), count, work.index(), work.value(), work.canvas(),
                                        sums.data());
            std::vector<T>& result = results.emplace_back();
            for (std::size_t m = 0; m < g.atoms; ++m)
                for (std::size_t k = 0; k < g.atom_entries(); ++k)
                    result.push_back(sums(k / run * layout.row + k % run, m));
            kernels->draw(work.drawing(), T(-0.5), count, work.index(), work.value(), work.canvas());
            result.insert(result.end(), work.canvas(), work.canvas() + g.canvas.size());
            kernels->correlate_listed(work.drawing(), count, work.index(), work.canvas(), work.value());
            result.insert(result.end(), work.value(), work.value() + count);
            const std::size_t listed = kernels->encode_layer({work.correlation(),
                                                              {T(0.3), T(0.3), T(1), false, false},
                                                              T(0.1),
                                                              work.states().data(),
                                                              work.index(),
                                                              work.value()});
            BOOST_TEST(listed == count_nonzero(work.states()));
            for (const T z : work.states().to_host()) result.push_back(z);
        }
        BOOST_TEST((results[0] == results[1]));
        BOOST_REQUIRE(results[0].size() == results[2].size());
        // Sums of up to a hundred products of size 1 to 10.
        for (std::size_t k = 0; k < results[0].size(); ++k)
            BOOST_REQUIRE(std::abs(results[0][k] - results[2][k]) < T(10 * roundoff<T>));
    }
}

BOOST_AUTO_TEST_CASE(bad_shapes_are_explained) {
    const auto says = [](const auto& call, const char* text) {
        return message_of(call).find(text) != std::string::npos;
    };
    BOOST_TEST(says([] { Geometry({.kernel = 9, .padding = 0}, {3, 8, 20}); }, "does not fit on an image"));
    BOOST_TEST(says([] { Geometry({.stride = 0}, {3, 8, 20}); }, "every size must be at least 1"));
    BOOST_TEST(says([] { Geometry({.atoms = 0}, {3, 8, 20}); }, "leave nothing to do"));
    BOOST_TEST(says([] { Geometry({}, {3, 0, 20}); }, "leave nothing to do"));
    const Problem<double> problem(odd_geometries()[0]);
    const Geometry& g = problem.geometry;
    BOOST_TEST(says([&] { AtomBank<Cpu, double>(g, Array<Cpu, double>(7, 3)); }, "the dictionary is 7 x 3"));
    BOOST_TEST(says([&] { synthesis(problem.atoms, problem.canvases); }, "the codes are"));
    BOOST_TEST(says([&] { analysis(problem.atoms, problem.codes); }, "the canvases are"));
    BOOST_TEST(says([&] { on_canvas(g, problem.canvases); }, "the images are"));
    BOOST_TEST(
        says([&] { analysis_on_support(problem.atoms, problem.canvases, problem.codes.columns(0, 1)); },
             "do not go together"));
    BOOST_TEST(says([] { Images<Cpu, double>({1, 2, 2}, Array<Cpu, double>(5, 1)); }, "hold no images"));
    SweepBatch<Cpu, double> batch(g, {}, problem.canvases.copy());
    const std::vector<std::uint32_t> listed{0, 2};
    const std::vector<double> rates{0.1, 0.1};
    BOOST_TEST(says([&] { sweep<Cpu, double>(problem.atoms, {}, listed, rates, batch); },
                    "image 2 is not in a batch"));
    BOOST_TEST(says([&] { sweep<Cpu, double>(problem.atoms, {.momentum = 0.5}, {}, {}, batch); },
                    "do not go together"));
}

BOOST_AUTO_TEST_SUITE_END()
