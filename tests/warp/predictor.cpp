#include "experiments/warp/predictor.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "solvers/device/primitives.hpp"
#include "solvers/device/random.hpp"
#include "tests/warp/small_warp.hpp"

using namespace assay;
using namespace assay::solvers;

namespace {

harness::Run run_of(const harness::Params& more = {}) {
    return {testing::experiment_named("warp.predictors"),
            testing::complete("warp.predictors", testing::small_predictor(more)), 1, "cpu"};
}

/// A run, its dictionary and its training pairs.
struct Setting {
    harness::Run run = run_of();
    warp::ImageSet<Cpu> images = warp::training_images<Cpu>(run, 24);
    Array<Cpu, float> D = warp::learned_atoms<Cpu>(run, images);
    AtomBank<Cpu, float> atoms{warp::geometry_of(run), D};
    warp::TrainingPairs pairs = warp::make_pairs(run, atoms, images);
};

Setting& setting() {
    static Setting made;
    return made;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(predictor)

BOOST_AUTO_TEST_CASE(targets_are_the_states_of_cold_lca_one_plane_an_atom) {
    Setting& s = setting();
    const auto states =
        lca(warp::lca_for(60, 20.0, warp::hard_penalty(s.run)), s.atoms, s.images.standardised.columns(3, 1))
            .states;
    const auto planes = to_planes(states);
    // Lazy sweeps round differently: 60 updates of states of size 1 to 10 in float.
    for (std::size_t k = 0; k < planes.size(); ++k)
        BOOST_REQUIRE(std::abs(planes[k] - s.pairs.states(k, 3)) < 1e-4F);
    const auto image = to_planes(s.images.standardised.columns(3, 1));
    for (std::size_t k = 0; k < image.size(); ++k) BOOST_REQUIRE(image[k] == s.pairs.images(k, 3));
}

BOOST_AUTO_TEST_CASE(the_parameters_name_the_loss) {
    const std::pair<const char*, RegressionKind> losses[] = {{"mse", RegressionKind::squared},
                                                             {"wexp", RegressionKind::exponential},
                                                             {"wlap", RegressionKind::laplacian},
                                                             {"corr", RegressionKind::correntropy}};
    for (const auto& [name, kind] : losses) {
        const harness::Run run = run_of({{"loss", std::string(name)}, {"gamma", 2.5}});
        BOOST_TEST((warp::predictor_options(run).loss.kind == kind));
        BOOST_TEST(warp::predictor_options(run).loss.gamma == 2.5);
    }
}

BOOST_AUTO_TEST_CASE(training_fits_what_it_sees) {
    Setting& s = setting();
    warp::PredictorOptions options = warp::predictor_options(s.run);
    options.epochs = 60;
    warp::Predictor<Cpu> network(options, s.atoms.geometry(), s.D, 1);
    const std::vector<double> losses = network.train(s.pairs, warp::hard_penalty(s.run), 1);
    BOOST_TEST(losses.size() == 60u);
    BOOST_TEST(losses.back() < 0.2 * losses.front());
    const auto predicted = to_planes(network.states(s.images.standardised));
    double error = 0.0, size = 0.0;
    for (std::size_t k = 0; k < predicted.size(); ++k) {
        error += std::pow(static_cast<double>(predicted[k] - s.pairs.states.data()[k]), 2);
        size += std::pow(static_cast<double>(s.pairs.states.data()[k]), 2);
    }
    BOOST_TEST(error < 0.5 * size);  // zero states would have an error of 1; this shows that places agree
}

BOOST_AUTO_TEST_CASE(activations_as_targets_are_another_training) {
    Setting& s = setting();
    warp::PredictorOptions options = warp::predictor_options(s.run);
    warp::Predictor<Cpu> states(options, s.atoms.geometry(), s.D, 1);
    options.of_activations = true;
    warp::Predictor<Cpu> activations(options, s.atoms.geometry(), s.D, 1);
    const Penalty hard = warp::hard_penalty(s.run);
    // Activations are mostly zero, so there is less to be wrong about.
    BOOST_TEST(activations.train(s.pairs, hard, 1).back() < states.train(s.pairs, hard, 1).back());
}

BOOST_AUTO_TEST_CASE(a_pass_does_not_depend_on_the_batch) {
    Setting& s = setting();
    warp::Predictor<Cpu> network(warp::predictor_options(s.run), s.atoms.geometry(), s.D, 1);
    network.train(s.pairs, warp::hard_penalty(s.run), 1);  // before it, all states are zero
    const auto all = network.states(s.images.standardised).data.to_host();
    BOOST_TEST(std::ranges::any_of(all, [](float state) { return std::abs(state) > 0.1F; }));
    const auto one = network.states(s.images.standardised.columns(5, 1)).data.to_host();
    for (std::size_t k = 0; k < one.size(); ++k)
        BOOST_REQUIRE(std::abs(one[k] - all[5 * one.size() + k]) < 1e-4F);  // sums of some hundred in float
}

// A state sees 5 x 5 pixels through two layers of 3 x 3 at stride 2: 6 pixels to every side.
BOOST_AUTO_TEST_CASE(a_larger_image_has_the_same_states_where_nothing_else_is_seen) {
    Setting& s = setting();
    warp::Predictor<Cpu> network(warp::predictor_options(s.run), s.atoms.geometry(), s.D, 1);
    network.train(s.pairs, warp::hard_penalty(s.run), 1);
    Images<Cpu, float> large({3, 32, 28}, 1);
    Random random(4, "large");
    for (std::size_t e = 0; e < large.data.size(); ++e)
        large.data.data()[e] = static_cast<float>(random.normal());
    Images<Cpu, float> middle({3, 16, 16}, 1);
    for (std::size_t y = 0; y < 16; ++y)
        for (std::size_t x = 0; x < 16; ++x)
            for (std::size_t c = 0; c < 3; ++c)
                middle.data(c + 3 * (x + 16 * y), 0) = large.data(c + 3 * (x + 6 + 28 * (y + 8)), 0);
    const auto of_large = network.states(large), of_middle = network.states(middle);
    BOOST_TEST((of_large.shape == ImageShape{8, 16, 14}));
    for (std::size_t y = 3; y <= 4; ++y)
        for (std::size_t x = 3; x <= 4; ++x)
            for (std::size_t m = 0; m < 8; ++m)
                BOOST_TEST(std::abs(of_middle.data(m + 8 * (x + 8 * y), 0) -
                                    of_large.data(m + 8 * (x + 3 + 14 * (y + 4)), 0)) < 1e-4F);
}

BOOST_AUTO_TEST_SUITE_END()
