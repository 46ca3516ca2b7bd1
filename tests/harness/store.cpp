#include "experiments/harness/store/store.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>

#include "experiments/harness/store/result_file.hpp"
#include "support/files.hpp"
#include "support/sha256.hpp"
#include "tests/scratch.hpp"

BOOST_AUTO_TEST_SUITE(store)

using namespace assay::harness;
namespace fs = std::filesystem;

using Folder = assay::testing::Scratch;

Result example() {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    Result result;
    result.id = assay::sha256_hex("example");
    result.experiment = "probe.curve";
    result.params = {{"flag", true},
                     {"m", std::int64_t{-7}},
                     {"rate", 0.1},
                     {"name", std::string("süß")},
                     {"none", std::string()}};
    result.seed = std::numeric_limits<std::uint64_t>::max();
    result.device = "cpu";
    result.axes["t"] = {"iterations", "layers", std::vector<double>(100)};
    for (std::size_t i = 0; i < 100; ++i) result.axes["t"].values[i] = static_cast<double>(i + 1);
    for (const char* name : {"a", "b", "c"}) {
        Metric& metric = result.metrics[name];
        metric = {"dB", "a curve", {"t"}, std::vector<double>(100, 1.0 / 3)};
        metric.values[99] = nan;
    }
    result.metrics["scalar"] = {"", "one number", {}, {-0.0}};
    result.axes["u"] = {"", "", {1, 2, 3}};
    result.metrics["matrix"] = {"", "t by u", {"t", "u"}, std::vector<double>(300, 2.5)};
    result.timing = {1.5, 2.5, 3.5, 123456789};
    result.provenance = {{"identity", "{}"}, {"git.commit", "abc"}, {"cpu.model", ""}};
    result.spec = "schema = 1\n# a comment\n";
    return result;
}

void overwrite(const fs::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
}

BOOST_AUTO_TEST_CASE(a_result_comes_back_as_it_went) {
    const Folder folder;
    const Store store(folder.path);
    Result result = example();
    store.write(result);
    const auto stored = store.load(result.id);
    BOOST_REQUIRE(stored);
    BOOST_TEST(stored->digest == logical_digest(result));
    BOOST_TEST((stored->params == result.params));
    BOOST_TEST(stored->seed == result.seed);
    BOOST_TEST(stored->spec == result.spec);
    BOOST_TEST((stored->provenance == result.provenance));
    BOOST_TEST(stored->timing.peak_memory_bytes == result.timing.peak_memory_bytes);
    BOOST_TEST(!stored->timing.peak_device_bytes);
    Result on_gpu = *stored;
    on_gpu.timing.peak_device_bytes = 77;
    BOOST_TEST(decode(encode(on_gpu), "gpu").timing.peak_device_bytes.value_or(0) == 77U);
    BOOST_TEST(stored->metrics.at("a").unit == "dB");
    BOOST_TEST(stored->metrics.at("matrix").axes.size() == 2U);
    BOOST_TEST(std::signbit(stored->metrics.at("scalar").values.at(0)));
    BOOST_TEST(std::isnan(stored->metrics.at("a").values.at(99)));
    BOOST_TEST(store.has(result.id));
    BOOST_TEST((store.ids() == std::vector<std::string>{result.id}));
}

BOOST_AUTO_TEST_CASE(a_diverged_result_keeps_its_reason) {
    const Folder folder;
    const Store store(folder.path);
    Result result = example();
    result.status = Status::diverged;
    result.message = "error is not finite at iteration 99";
    result.diverged_at = 99;
    store.write(result);
    const auto stored = store.load(result.id);
    BOOST_REQUIRE(stored);
    BOOST_TEST((stored->status == Status::diverged));
    BOOST_TEST(stored->message == result.message);
    BOOST_TEST(stored->diverged_at == 99U);
}

BOOST_AUTO_TEST_CASE(the_digest_sees_numbers_and_names_but_neither_time_nor_wording) {
    const std::string digest = logical_digest(example());
    const auto changed = [&](auto change) {
        Result result = example();
        change(result);
        return logical_digest(result) != digest;
    };
    BOOST_TEST(changed([](Result& r) { r.metrics["scalar"].values[0] = 0.0; }));
    BOOST_TEST(changed([](Result& r) { r.axes["t"].values[3] = 3.5; }));
    BOOST_TEST(changed([](Result& r) { r.params["rate"] = 0.2; }));
    BOOST_TEST(changed([](Result& r) { r.seed = 1; }));
    BOOST_TEST(
        changed([](Result& r) { std::swap(r.metrics["matrix"].axes[0], r.metrics["matrix"].axes[1]); }));
    BOOST_TEST(changed([](Result& r) { r.status = Status::diverged; }));
    BOOST_TEST(!changed([](Result& r) { r.timing = {99, 99, 99, 99, 99}; }));
    BOOST_TEST(!changed([](Result& r) { r.provenance["git.commit"] = "def"; }));
    BOOST_TEST(!changed([](Result& r) { r.metrics["a"].doc = "another wording"; }));
}

BOOST_AUTO_TEST_CASE(a_small_result_is_a_small_file) {
    Result result = example();
    result.metrics.erase("matrix");
    result.digest = logical_digest(result);
    BOOST_TEST(encode(result).size() < 40'000U);  // three curves of 100 values are 2.4 kB
}

BOOST_AUTO_TEST_CASE(every_damage_is_found_and_quarantined) {
    const Folder folder;
    const Store store(folder.path);
    Result result = example();
    store.write(result);
    const fs::path file = store.run_file(result.id);
    const std::string sound = assay::read_bytes(file);
    std::size_t count = 0;
    const auto refused = [&](const std::string& bytes) {
        overwrite(file, bytes);
        ++count;
        return !store.has(result.id) && !fs::exists(file);
    };
    for (std::size_t i = 0; i < sound.size(); i += 97) {
        std::string flipped = sound;
        flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
        BOOST_TEST(refused(flipped), "a flip at byte " << i << " was trusted");
    }
    for (std::size_t size = 0; size < sound.size(); size += 1009) {
        BOOST_TEST(refused(sound.substr(0, size)), "a file cut at " << size << " was trusted");
    }
    BOOST_TEST(refused(sound + "x"));
    BOOST_TEST(refused(sound.substr(512)));  // a plain HDF5 file, without our header
    std::size_t reasons = 0;
    for (const auto& entry : fs::directory_iterator(folder.path / "quarantine")) {
        if (entry.path().extension() == ".txt") ++reasons;
    }
    BOOST_TEST(reasons == count);
    overwrite(file, sound);
    BOOST_TEST(store.has(result.id));
}

BOOST_AUTO_TEST_CASE(a_file_under_another_runs_name_is_refused) {
    const Folder folder;
    const Store store(folder.path);
    Result result = example();
    store.write(result);
    const std::string other = assay::sha256_hex("another");
    fs::create_directories(store.run_file(other).parent_path());
    fs::copy(store.run_file(result.id), store.run_file(other));
    BOOST_TEST(!store.load(other));
    BOOST_TEST(store.has(result.id));
}

BOOST_AUTO_TEST_CASE(a_sound_envelope_around_false_content_is_refused) {
    Result result = example();
    result.digest = assay::sha256_hex("not the content's");
    BOOST_CHECK_THROW(decode(encode(result), "file.h5"), Damaged);
    BOOST_CHECK_THROW(decode("assay result 2\n", "file.h5"), Damaged);
}

BOOST_AUTO_TEST_CASE(left_over_temporaries_go_when_their_process_is_gone) {
    const Folder folder;
    const Store store(folder.path);
    const std::string id = assay::sha256_hex("x");
    fs::create_directories(store.run_file(id).parent_path());
    const std::string base = store.run_file(id).string() + "." + assay::host_name() + ".";
    overwrite(base + "999999999.tmp", "dead");  // above the largest process id
    overwrite(base + std::to_string(::getpid()) + ".tmp", "alive");
    overwrite(store.run_file(id).string() + ".elsewhere.1.tmp", "another machine's");
    store.prepare();
    BOOST_TEST(!fs::exists(base + "999999999.tmp"));
    BOOST_TEST(fs::exists(base + std::to_string(::getpid()) + ".tmp"));
    BOOST_TEST(fs::exists(store.run_file(id).string() + ".elsewhere.1.tmp"));
}

BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_written_is_said_before_anything_runs) {
    const Folder folder;
    overwrite(folder.path / "file", "not a folder");
    BOOST_CHECK_EXCEPTION(Store(folder.path / "file" / "results").prepare(), assay::Error,
                          [](const assay::Error& error) {
                              return std::string(error.what()).find("file/results") != std::string::npos;
                          });
    BOOST_CHECK_THROW(Store("/proc/assay").prepare(), assay::Error);
}

BOOST_AUTO_TEST_CASE(the_journal_forgives_a_torn_tail) {
    const Folder folder;
    const Journal journal(folder.path / "journal.jsonl");
    BOOST_TEST(journal.read().empty());
    JournalEntry entry;
    entry.id = "a";
    entry.status = Status::timeout;
    entry.message = "a \"quoted\" line\nand another, not UTF-8: \xff";
    entry.seconds = 1.5;
    journal.append(entry);
    std::ofstream(folder.path / "journal.jsonl", std::ios::app) << "{\"time\":\"2024-01-01T00:0";
    BOOST_TEST(journal.read().size() == 1U);
    entry.status = Status::completed;
    journal.append(entry);
    const auto entries = journal.read();
    BOOST_REQUIRE(entries.size() == 2U);
    BOOST_TEST((entries[0].status == Status::timeout));
    BOOST_TEST(entries[0].message.starts_with("a \"quoted\" line\nand"));
    BOOST_TEST((journal.last().at("a").status == Status::completed));
}

BOOST_AUTO_TEST_CASE(sha256_is_the_standards) {
    // FIPS 180-4, the one-block example
    BOOST_TEST(assay::sha256_hex("abc") ==
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    const Folder folder;
    overwrite(folder.path / "abc", "abc");
    BOOST_TEST(assay::sha256_file(folder.path / "abc") == assay::sha256_hex("abc"));
    BOOST_CHECK_THROW(assay::sha256_file(folder.path / "none"), assay::Error);
}

BOOST_AUTO_TEST_SUITE_END()
