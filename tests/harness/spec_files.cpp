#include <sys/stat.h>

#include <boost/test/unit_test.hpp>

#include "experiments/harness/plan/plan.hpp"
#include "experiments/harness/spec/front_door.hpp"
#include "solvers/device/random.hpp"
#include "spec_fixture.hpp"

BOOST_AUTO_TEST_SUITE(spec_files)

using namespace spec_test;

std::string repeated(const std::string& text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
}

std::string only_mistake(const std::string& text) {
    const std::vector<std::string> found = Folder().mistakes(text);
    BOOST_TEST_REQUIRE(found.size() == 1u);
    return found[0];
}

BOOST_FIXTURE_TEST_CASE(missing_file_names_its_neighbour, Folder) {
    write(head, "fig3.toml");
    const auto message = [&](const std::filesystem::path& file) {
        try {
            load_spec(file, {});
        } catch (const SpecErrors& errors) {
            return errors.messages().at(0);
        }
        return std::string("loaded");
    };
    const std::filesystem::path folder = root / "toy";
    BOOST_TEST(message(folder / "fig2.toml") ==
               (folder / "fig2.toml").string() + ": there is no such file; did you mean \"fig3.toml\"?");
    BOOST_TEST(message(folder) == folder.string() + ": is a folder; name a spec file (.toml) in it");
    BOOST_TEST(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    BOOST_TEST(message(folder / "pipe") == (folder / "pipe").string() + ": is not a regular file");
}

BOOST_AUTO_TEST_CASE(broken_text) {
    BOOST_TEST(only_mistake("title = \"\xff\"\n") ==
               "1:10: byte 0xff is not valid UTF-8; save the file as UTF-8");
    BOOST_TEST(only_mistake("a = 1\n\xc0\xaf = 1\n").rfind("2:1: byte 0xc0", 0) == 0u);
    BOOST_TEST(only_mistake("# \xed\xa0\x80\n").rfind("1:3: byte 0xed", 0) == 0u);
    BOOST_TEST(only_mistake(std::string("a = 1\nb\0 = 2\n", 13)) ==
               "2:2: the file holds a NUL byte; a spec is a text file");
    BOOST_TEST(only_mistake("schema = \n").rfind("1:10: not valid TOML: ", 0) == 0u);
    BOOST_TEST(only_mistake(head + "title = \"again\"\n").rfind("4:", 0) == 0u);
    for (const char* text :
         {"[.", "[", "a", "= 1", "\"", "'''", "a = [", "a = {", "[[sweep]]\n[sweep]", "a.b = 1\na = 2"})
        BOOST_TEST(only_mistake(text).find("not valid TOML") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(what_would_break_the_parser_never_reaches_it) {
    BOOST_TEST(only_mistake(repeated("a.", 50'000) + "a = 1\n") ==
               "1:128: a dotted key may have 64 parts at most");
    BOOST_TEST(only_mistake(std::string("[") + repeated("a . ", 70) + "a]\n").find("64 parts") !=
               std::string::npos);
    BOOST_TEST(only_mistake(std::string("a = ") + repeated("[", 10'000)) ==
               "1:37: brackets are nested deeper than 32 levels");
    BOOST_TEST(only_mistake(std::string("a = ") + repeated("{b=", 10'000)).find("nested deeper") !=
               std::string::npos);
    // What only looks like keys and brackets is let through.
    const std::string harmless = repeated("a.[{", 100);
    const std::string text = head + "# " + harmless + "\nabout = '" + harmless + "'\nsource = \"\"\"\\\"" +
                             harmless + "\n\\\\ " + harmless + "\"\"\"\"\" # " + harmless + "\n";
    const std::vector<std::string> found = Folder().mistakes(text);
    BOOST_TEST(found.empty(), (found.empty() ? "" : found[0]));
}

BOOST_FIXTURE_TEST_CASE(ten_megabytes_are_refused_at_once, Folder) {
    const std::filesystem::path file = write(std::string(10'000'000, 'a'));
    const std::clock_t start = std::clock();
    BOOST_CHECK_EXCEPTION(load_spec(file, {}), SpecErrors, [&](const SpecErrors& errors) {
        return errors.messages().at(0) ==
               file.string() + ": has 10000000 bytes; a spec may have 1048576 at most";
    });
    // It only asks for the size: milliseconds.
    BOOST_TEST(cpu_seconds_since(start) < 0.2);
}

BOOST_FIXTURE_TEST_CASE(a_megabyte_of_mistakes_is_quick_and_cut_off, Folder) {
    std::string text = head;
    for (int i = 0; text.size() < 1'000'000; ++i) text.append("k").append(std::to_string(i)).append(" = 1\n");
    const std::clock_t start = std::clock();
    const std::vector<std::string> found = mistakes(text);
    const double seconds = cpu_seconds_since(start);
    BOOST_TEST_MESSAGE("a megabyte of unknown keys refused in " << seconds << " s");
    BOOST_TEST(found.size() == 201u);
    BOOST_TEST(found.back().find("more mistakes") != std::string::npos);
    BOOST_TEST(seconds < 2.0);
}

BOOST_FIXTURE_TEST_CASE(byte_order_mark_and_windows_lines_are_fine, Folder) {
    std::string windows = "\xef\xbb\xbf";
    for (const char c : head) windows += c == '\n' ? "\r\n" : std::string(1, c);
    BOOST_TEST(load(windows).title == "A toy");
}

/// Whatever a file holds, the answer is a spec or SpecErrors.
BOOST_FIXTURE_TEST_CASE(random_edits_only_make_spec_errors, Folder) {
    const std::string alphabet = "[]{}=.,\"'#\n -_0123456789aeinfxmt\\\xc3\xa4\x00";
    assay::solvers::Random random(1, "spec edits");
    std::size_t loaded = 0, refused = 0;
    for (int round = 0; round < 4000; ++round) {
        std::string text = full;
        const std::uint64_t edits = 1 + random.below(4);
        for (std::uint64_t i = 0; i < edits; ++i) {
            const std::size_t at = random.below(text.size());
            const std::size_t length = 1 + random.below(12);
            switch (random.below(5)) {
                case 0:
                    text[at] = static_cast<char>(random.below(256));
                    break;
                case 1:
                    text[at] = alphabet[random.below(alphabet.size())];
                    break;
                case 2:
                    text.insert(at, 1, alphabet[random.below(alphabet.size())]);
                    break;
                case 3:
                    text.erase(at, length);
                    break;
                default:
                    text.insert(at, text.substr(random.below(text.size()), length));
                    break;
            }
        }
        const std::filesystem::path file = write(text);
        const LoadOptions options{.profile = round % 2 == 0 ? "paper" : "quick", .sets = {}, .seeds = {}};
        try {
            const Spec spec = load_spec(file, options);
            // What loads can be planned and written out.
            BOOST_REQUIRE(!resolved_text(spec).empty());
            BOOST_REQUIRE(!expand(spec).empty());
            ++loaded;
        } catch (const SpecErrors& errors) {
            BOOST_REQUIRE(!errors.messages().empty());
            ++refused;
        } catch (const std::exception& error) {
            BOOST_FAIL("round " << round << " threw " << error.what() << " for\n" << text);
        }
    }
    BOOST_TEST_MESSAGE(loaded << " loaded, " << refused << " refused");
    BOOST_TEST(loaded > 100u);
    BOOST_TEST(refused > 1000u);
}

BOOST_FIXTURE_TEST_CASE(random_bytes_and_truncations, Folder) {
    assay::solvers::Random random(2, "spec bytes");
    for (int round = 0; round < 500; ++round) {
        std::string text;
        for (std::uint64_t i = random.below(60); i > 0; --i) text += static_cast<char>(random.below(128));
        BOOST_REQUIRE(!mistakes(text).empty());
    }
    for (std::size_t size = 0; size < full.size(); size += 7)
        BOOST_REQUIRE_NO_THROW(mistakes(full.substr(0, size)));
}

BOOST_AUTO_TEST_SUITE_END()
