#include "experiments/harness/checkpoint.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cmath>
#include <thread>

#include "support/files.hpp"
#include "tests/scratch.hpp"

using namespace assay;
using namespace assay::harness;

namespace {

const Experiment& long_experiment() {
    static const Experiment experiment{.name = "probe.long",
                                       .doc = "",
                                       .params = {},
                                       .metrics = {{"curve", "dB", "a curve", {"t"}}, {"scalar", "", ""}},
                                       .body = [](Run&) {}};
    return experiment;
}

Run fresh_run() {
    return {long_experiment(), {}, 3, "cpu"};
}

std::vector<std::byte> bytes_of(const std::string& text) {
    const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
    return {bytes, bytes + text.size()};
}

/// A folder in which runs keep their state.
struct Keeping {
    testing::Scratch scratch;
    std::filesystem::path file = scratch / "deep" / "run.state";

    Run fresh_run() const {
        Run run{long_experiment(), {}, 3, "cpu"};
        run.set_checkpoint_file(file);
        return run;
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(checkpoint)

BOOST_AUTO_TEST_CASE(a_run_goes_on_with_what_it_had_recorded) {
    const Keeping keeping;
    Run first = keeping.fresh_run();
    Checkpoint kept(first);
    BOOST_TEST(!kept.resume());
    first.axis("t", {1, 2, 4}, "s", "time");
    first.record_at("curve", {0}, 0.1);
    first.record_at("curve", {1}, -1e-300);
    kept.keep(bytes_of("one"));
    kept.keep(bytes_of(std::string("two\0two", 7)));
    Run second = keeping.fresh_run();
    const auto state = Checkpoint(second).resume();
    BOOST_REQUIRE(state.has_value());
    BOOST_TEST((*state == bytes_of(std::string("two\0two", 7))));
    const Metric& curve = second.result().metrics.at("curve");
    BOOST_TEST(curve.values[0] == 0.1);
    BOOST_TEST(curve.values[1] == -1e-300);
    BOOST_TEST(std::isnan(curve.values[2]));
    BOOST_TEST(curve.unit == "dB");
    BOOST_TEST((second.result().axes.at("t").values == std::vector<double>{1, 2, 4}));
    second.axis("t", {1, 2, 4}, "s", "time");  // the body declares it again
    second.record_at("curve", {2}, 3.0);
    BOOST_TEST(second.result().metrics.at("curve").values[0] == 0.1);
}

BOOST_AUTO_TEST_CASE(seconds_add_up_without_what_was_paused) {
    const Keeping keeping;
    Run first = keeping.fresh_run();
    const auto pause = [&] {
        const auto paused = first.pause_clock();
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
    };
    using Clock = std::chrono::steady_clock;
    pause();  // as when data are loaded before
    const Clock::time_point start = Clock::now();
    Checkpoint kept(first);
    pause();
    kept.keep({});
    const double passed = std::chrono::duration<double>(Clock::now() - start).count();
    Run second = keeping.fresh_run();
    Checkpoint again(second);
    again.resume();
    const double before = second.result().timing.solver_seconds;
    BOOST_TEST((before >= 0 && before <= passed - 0.3));
    again.keep({});
    Run third = keeping.fresh_run();
    Checkpoint(third).resume();
    BOOST_TEST(third.result().timing.solver_seconds >= before);
}

BOOST_AUTO_TEST_CASE(a_damaged_file_counts_as_none_and_goes) {
    const Keeping keeping;
    Run run = keeping.fresh_run();
    Checkpoint kept(run);
    kept.keep(bytes_of("state"));
    const std::string whole = read_bytes(keeping.file);
    for (const std::size_t at : {std::size_t{3}, std::size_t{70}, whole.size() - 1}) {
        std::string bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ 1);
        write_bytes(keeping.file, bytes);
        BOOST_TEST(!kept.resume());
        BOOST_TEST(!std::filesystem::exists(keeping.file));
    }
    for (const std::size_t length : {std::size_t{0}, std::size_t{63}, whole.size() - 2}) {
        write_bytes(keeping.file, whole.substr(0, length));
        BOOST_TEST(!kept.resume());
    }
    write_bytes(keeping.file, whole);
    BOOST_TEST(kept.resume().has_value());
    Checkpoint::remove(keeping.file);
    BOOST_TEST(std::filesystem::is_empty(keeping.file.parent_path()));
    Checkpoint::remove(keeping.file);
}

BOOST_AUTO_TEST_CASE(a_run_without_a_place_for_it_keeps_nothing) {
    Run run = fresh_run();
    Checkpoint kept(run);
    kept.keep(bytes_of("state"));
    BOOST_TEST(!kept.resume());
}

BOOST_AUTO_TEST_SUITE_END()
