#include "experiments/warp/measures.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "solvers/dictionary/synthetic.hpp"
#include "tests/message_of.hpp"

using namespace assay;
using namespace assay::solvers;

BOOST_AUTO_TEST_SUITE(measures)

BOOST_AUTO_TEST_CASE(the_zero_code_reconstructs_the_mean_and_its_psnr_is_the_variance) {
    Images<Cpu, float> pixels({1, 12, 12}, 1);
    for (std::size_t k = 0; k < 144; ++k) pixels.data.data()[k] = k % 2 == 0 ? 0.25F : 0.75F;
    const auto set = warp::standardise<Cpu>(std::move(pixels));
    const Geometry g({.atoms = 4, .kernel = 3, .stride = 2, .padding = 1}, set.pixels.shape);
    const AtomBank<Cpu, float> atoms(g, random_dictionary<Cpu, float>(9, 4, 1));
    const warp::Reconstructions<Cpu> made(atoms, set, Images<Cpu, float>(g.code, 1));
    for (const float value : made.pixels().data.to_host()) BOOST_TEST(value == 0.5F);
    BOOST_TEST(std::abs(made.psnr()[0] + 20 * std::log10(0.25)) < 1e-12);
    BOOST_TEST(made.ssim()[0] < 0.1);  // no structure is left
}

BOOST_AUTO_TEST_CASE(a_picture_is_one_column) {
    Images<Cpu, float> images({3, 1, 1}, 2);
    const float values[] = {1, 0, 0, 0.5F, 0.25F, 0.125F};
    std::copy(values, values + 6, images.data.data());
    BOOST_TEST(warp::picture(images, 1) == (std::vector<double>{0.5, 0.25, 0.125}));
}

BOOST_AUTO_TEST_CASE(supports_are_compared_entry_by_entry) {
    Images<Cpu, float> found({1, 2, 3}, 1), right({1, 2, 3}, 1);
    const float f[] = {1, 2, 0, 0, 3, 0}, r[] = {0.1F, 0, 0, 0.2F, 0.3F, 0.4F};
    std::copy(f, f + 6, found.data.data());
    std::copy(r, r + 6, right.data.data());
    const auto agreement = warp::support_agreement(found, right);
    BOOST_TEST(agreement.precision == 2.0 / 3);
    BOOST_TEST(agreement.recall == 0.5);
    const Images<Cpu, float> none({1, 2, 3}, 1);
    BOOST_TEST(warp::support_agreement(none, right).precision == 1.0);
    BOOST_TEST(warp::support_agreement(none, right).recall == 0.0);
    BOOST_TEST(testing::message_of([&] {
                   warp::support_agreement(none, Images<Cpu, float>({1, 2, 3}, 2));
               }) == "support agreement: supports of different shapes have nothing in common");
}

BOOST_AUTO_TEST_SUITE_END()
