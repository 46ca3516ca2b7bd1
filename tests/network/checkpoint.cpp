#include "solvers/network/checkpoint.hpp"

#include <boost/test/unit_test.hpp>

#include "solvers/device/random.hpp"
#include "solvers/network/batches.hpp"
#include "solvers/network/initialise.hpp"
#include "solvers/network/models.hpp"
#include "solvers/network/training.hpp"
#include "tests/message_of.hpp"
#include "tests/network/reference.hpp"

using namespace assay::solvers;
using assay::testing::message_of;
using reference::draw;

namespace {

constexpr MapShape image{3, 16, 16};
using Method = Optimiser<Cpu>::Method;

/// A training with everything that is random in one: order, augmentation, batch norms, a schedule.
struct Training {
    Network<Cpu> network{resnet(image, 4, 1)};
    Optimiser<Cpu> optimiser;
    Progress progress{.seed = 7};

    explicit Training(const Method& method) : optimiser(method, network) {
        initialise(network, Initialisation::he, 7);
    }
    void run(std::uint64_t steps) {
        static const auto X = draw(image.size(), 24, 1);
        Labels labels(24);
        for (std::size_t i = 0; i < 24; ++i) labels[i] = static_cast<std::uint32_t>(i % 4);
        for (std::uint64_t k = 0; k < steps; ++k, ++progress.step) {
            progress.epoch = progress.step / 3;
            const auto order = shuffled(24, progress.epoch, progress.seed);
            const auto chosen = std::span(order).subspan(progress.step % 3 * 8, 8);
            const auto places = draw_placements(8, 2, true, progress.seed, progress.step * 8);
            train_classifier(network, optimiser, cosine_rate(0.1, progress.step, 8),
                             placed(take(X, chosen), image, 2, places), 4, take(labels, chosen));
        }
    }
    Bytes bytes() const { return checkpoint_bytes(network, optimiser, progress); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(checkpoint)

BOOST_AUTO_TEST_CASE(an_interrupted_training_ends_in_the_same_bits) {
    for (const Method& method : {Method(Sgd{.weight_decay = 5e-4}), Method(Adam{.rate = 0.01})}) {
        Training whole(method), half(method), rest(method);
        whole.run(4);
        half.run(2);
        rest.run(1);  // of another training, which the restored one must not remember
        initialise(rest.network, Initialisation::xavier, 99);
        rest.progress = restore_checkpoint(half.bytes(), rest.network, rest.optimiser);
        BOOST_TEST((rest.progress == half.progress));
        BOOST_TEST((rest.bytes() == half.bytes()));
        rest.run(2);
        BOOST_TEST((rest.bytes() == whole.bytes()));
        BOOST_TEST((rest.bytes() != half.bytes()));
        const auto X = draw(image.size(), 5, 3);
        BOOST_TEST((rest.network.forward(X, Mode::evaluation).to_host() ==
                    whole.network.forward(X, Mode::evaluation).to_host()));
    }
}

BOOST_AUTO_TEST_CASE(a_network_alone_and_for_another_image_size) {
    Network<Cpu> trained(warp_cnn({3, 16, 16}, {}, WarpSize::small));
    initialise(trained, Initialisation::he, 1);
    Network<Cpu> same(warp_cnn({3, 16, 16}, {}, WarpSize::small)),
        larger(warp_cnn({3, 24, 20}, {}, WarpSize::small));
    restore_network(network_bytes(trained), same);
    restore_network(network_bytes(trained), larger);
    const auto X = draw(768, 2, 1);
    BOOST_TEST(
        (same.forward(X, Mode::evaluation).to_host() == trained.forward(X, Mode::evaluation).to_host()));
    BOOST_TEST((larger.parameters().to_host() == trained.parameters().to_host()));
}

BOOST_AUTO_TEST_CASE(bytes_that_do_not_fit_are_refused_and_change_nothing) {
    Training training(Sgd{});
    training.run(1);
    const Bytes good = training.bytes();
    Training other(Sgd{});
    const Bytes before = other.bytes();
    const auto says = [&](Bytes bytes, const char* text) {
        const std::string message =
            message_of([&] { restore_checkpoint(bytes, other.network, other.optimiser); });
        BOOST_TEST(message.find(text) != std::string::npos, message << " lacks " << text);
        BOOST_TEST((other.bytes() == before));
    };
    says({}, "cut short");
    says(Bytes(good.begin(), good.begin() + 1000), "damaged");
    Bytes flipped = good;
    flipped[good.size() / 2] ^= std::byte{1};
    says(flipped, "damaged");
    says(network_bytes(training.network), "no checkpoint of this kind");
    Training adam(Adam{});
    says(adam.bytes(), "another optimiser");
    Network<Cpu> lenet(lenet5({3, 32, 32}, 10));
    const std::string message = message_of([&] { restore_network(network_bytes(training.network), lenet); });
    BOOST_TEST(message.find("another network") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
