#include <fmt/format.h>

#include <boost/test/unit_test.hpp>

#include "experiments/harness/plan/expand.hpp"
#include "experiments/harness/plan/plan.hpp"
#include "spec_fixture.hpp"

BOOST_AUTO_TEST_SUITE(spec)

using namespace spec_test;

/// One bad spec and what must be said of it, all of it.
void expect(const std::string& text, const std::vector<std::string>& wanted,
            const LoadOptions& options = {}) {
    const std::vector<std::string> found = Folder().mistakes(text, options);
    BOOST_CHECK_EQUAL_COLLECTIONS(found.begin(), found.end(), wanted.begin(), wanted.end());
}

BOOST_FIXTURE_TEST_CASE(everything_is_read, Folder) {
    const Spec read = load(full);
    BOOST_TEST(read.study == "toy");
    BOOST_TEST(read.name == "one");
    BOOST_TEST(read.title == "A toy");
    BOOST_TEST((read.params.at("step") == Value(1.0)));
    BOOST_TEST((read.params.at("s") == Value(std::int64_t{5})));
    BOOST_TEST(read.seeds == 4u);
    BOOST_TEST(read.first_seed == 11u);
    BOOST_TEST(read.sweeps.size() == 2u);
    BOOST_TEST(read.limits.memory_bytes == 512.0 * 1024 * 1024);
    BOOST_TEST(!read.scaled_down);
    const Claim& claim = read.claims.at(0);
    BOOST_TEST(claim.paper == "0.875");
    BOOST_TEST(!claim.from_theory);
    BOOST_TEST(!claim.needs_scale);
    BOOST_TEST(claim.level == 0.99);
    BOOST_TEST(claim.check.below.value() == 0.0);
    BOOST_TEST(!claim.check.above.has_value());
    BOOST_TEST(claim.place.line == 46u);
    BOOST_TEST(read.deviations.at(0).sensitivity->of == "final[method=dec]");
    const Panel& panel = read.figures.at(0).panels.at(0);
    BOOST_TEST(panel.x_log);
    BOOST_TEST(panel.curves.at(0).style == "points");
    BOOST_TEST(panel.lines.at(0).second == 1e-8);
    BOOST_TEST(read.tables.at(0).paper_values.size() == 2u);
    BOOST_TEST(read.tables.at(0).digits == 2);
}

BOOST_FIXTURE_TEST_CASE(profiles_change_what_they_name, Folder) {
    const Spec quick = load(full, {.profile = "quick", .sets = {}, .seeds = {}});
    BOOST_TEST(quick.seeds == 2u);
    BOOST_TEST(quick.scaled_down);
    BOOST_TEST(quick.scaled.size() == 2u);
    BOOST_TEST(
        (quick.scaled.at("samples") == std::pair(Value(std::int64_t{10000}), Value(std::int64_t{2000}))));
    BOOST_TEST((quick.scaled.at("method").second == Value(std::string("[\"dec\", \"ae-lasso\"]"))));
    BOOST_TEST(quick.limits.seconds == 5);
    BOOST_TEST(quick.limits.memory_bytes > 0);
    const Spec smoke = load(full, {.profile = "smoke", .sets = {}, .seeds = {}});
    BOOST_TEST(smoke.profile == "smoke");
    BOOST_TEST((smoke.params == quick.params));

    const std::string seeds_only = head + "[profile.quick]\nseeds = 2\nparams.m = 50\n";
    BOOST_TEST(!load(seeds_only, {.profile = "quick", .sets = {}, .seeds = {}}).scaled_down);
    BOOST_TEST(load(seeds_only, {.profile = "quick", .sets = {}, .seeds = 7}).seeds == 7u);
}

BOOST_FIXTURE_TEST_CASE(figures_and_tables_of_other_profiles_are_left_out, Folder) {
    const std::string text = head +
                             "[params]\nm = 100\n[profile.quick]\nparams.m = 50\n"
                             "[[figure]]\nid = \"f\"\ntitle = \"t\"\nprofiles = [\"paper\"]\n"
                             "[[figure.panel]]\ncurve = [{ of = \"error[m=100]\" }]\n"
                             "[[table]]\nid = \"g\"\ntitle = \"t\"\nprofiles = [\"quick\"]\n"
                             "rows = [{ key = \"50\" }]\ncolumns = [{ key = \"last\" }]\n"
                             "cell = \"{column}(error[m={row}])\"\n";
    // Each picks an m that only its own profile runs: the other is neither shown nor checked.
    const Spec paper = load(text, {.profile = "paper", .sets = {}, .seeds = {}});
    BOOST_TEST(paper.figures.size() == 1u);
    BOOST_TEST(paper.tables.empty());
    const Spec quick = load(text, {.profile = "quick", .sets = {}, .seeds = {}});
    BOOST_TEST(quick.figures.empty());
    BOOST_TEST(quick.tables.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(command_line_values_replace_sweeps, Folder) {
    const std::string swept = head + "[sweep.grid]\nm = [50, 100]\nmethod = [\"dec\", \"ae-ls\"]\n";
    const Spec one = load(
        swept, {.profile = "paper", .sets = {"m=80", "method=ae-lasso", "label = \"a b\""}, .seeds = {}});
    const std::vector<Params> points = expand(one);
    BOOST_TEST(points.size() == 1u);
    BOOST_TEST((points.at(0).at("m") == Value(std::int64_t{80})));
    BOOST_TEST((points.at(0).at("method") == Value(std::string("ae-lasso"))));
    BOOST_TEST((points.at(0).at("label") == Value(std::string("a b"))));
    BOOST_TEST((one.scaled.at("m").first == Value(std::string("[50, 100]"))));

    // The cases of a block stay cases, now alike in what was set.
    const std::string cases = head + "[[sweep.case]]\nm = 50\n[[sweep.case]]\nm = 70\nwarm = true\n";
    BOOST_TEST(expand(load(cases, {.profile = "paper", .sets = {"m=9"}, .seeds = {}})).size() == 2u);
    BOOST_TEST(expand(load(cases, {.profile = "paper", .sets = {"m=9", "warm=true"}, .seeds = {}})).size() ==
               1u);
}

BOOST_AUTO_TEST_CASE(bad_command_lines) {
    expect(head,
           {"--set m: write it as key=value, for example --set samples=2000",
            "--set m=0: params.m must be between 1 and 1000, but is 0",
            "--set m=[1, 2]: params.m must be an integer, but is a list; to sweep it, write the list under "
            "[sweep.grid]",
            "--set sample=5: unknown parameter \"sample\" of toy.fit; did you mean \"samples\"? (its "
            "parameters: label, m, "
            "method, s, samples, step, warm)",
            "--set method=ae-lass: params.method must be one of \"dec\", \"ae-lasso\", \"ae-ls\", but is "
            "\"ae-lass\"; did you "
            "mean \"ae-lasso\"?",
            "--seeds 0: must be between 1 and 10000"},
           {.profile = "paper", .sets = {"m", "m=0", "m=[1, 2]", "sample=5", "method=ae-lass"}, .seeds = 0});
    expect(head, {"--set m=5\ns=3: the value is not one TOML value"},
           {.profile = "paper", .sets = {"m=5\ns=3"}, .seeds = {}});
    expect(head, {"--profile fast: unknown profile (allowed: paper, quick, smoke)"},
           {.profile = "fast", .sets = {}, .seeds = {}});
    expect(head, {"--profile qiuck: unknown profile; did you mean \"quick\"? (allowed: paper, quick, smoke)"},
           {.profile = "qiuck", .sets = {}, .seeds = {}});
}

BOOST_AUTO_TEST_CASE(all_mistakes_at_once_in_file_order) {
    expect(
        "schema = 2\nexperiment = \"toy.fit\"\ntitel = \"x\"\n[params]\nm = \"fifty\"\ns = 0\nsample = "
        "3\nstep = nan\n"
        "warm = 1\n[sweep.grid]\nm = []\nmethod = [\"dec\", \"ae_ls\"]\n",
        {"1:1: the key \"title\" is missing", "1:10: schema must be 1, but is 2",
         "3:1: unknown key \"titel\"; did you mean \"title\"? (allowed: about, claim, deviation, experiment, "
         "figure, "
         "let, limits, params, profile, schema, source, sweep, table, title)",
         "5:5: params.m must be an integer, but is \"fifty\"",
         "6:5: params.s must be between 1 and 1000, but is 0",
         "7:1: unknown parameter \"sample\" of toy.fit; did you mean \"samples\"? (its parameters: label, m, "
         "method, s, "
         "samples, step, warm)",
         "8:8: params.step must be a finite number", "9:8: params.warm must be true or false, but is 1",
         "11:5: sweep.grid.m is an empty list; give at least one value or leave the key out",
         "12:18: sweep.grid.method must be one of \"dec\", \"ae-lasso\", \"ae-ls\", but is \"ae_ls\"; did "
         "you mean "
         "\"ae-ls\"?"});
}

BOOST_AUTO_TEST_CASE(header_mistakes) {
    expect("title = \"x\"\n", {"1:1: the key \"schema\" is missing; write schema = 1 in the first line",
                               "1:1: the key \"experiment\" is missing"});
    const std::vector<std::string> found =
        Folder().mistakes("schema = 1\nexperiment = \"toy.fits\"\ntitle = 3\n[params]\nanything = 1\n");
    BOOST_TEST_REQUIRE(found.size() == 2u);
    BOOST_TEST(
        found[0].rfind("2:14: unknown experiment \"toy.fits\"; did you mean \"toy.fit\"? (known: ", 0) == 0u);
    BOOST_TEST(found[1] == "3:9: title must be a text in quotes, but is 3");
    expect(head + "limits = { seconds = -1, memory_gb = 2 }\n",
           {"4:22: limits.seconds must be at least 0, but is -1",
            "4:26: unknown key \"memory_gb\" in limits; did you mean \"memory_mb\"? (allowed: memory_mb, "
            "seconds)"});
}

BOOST_AUTO_TEST_CASE(profile_mistakes) {
    expect(
        head +
            "[profile.fast]\nseeds = 1\n[profile.paper]\nseeds = 1\n[profile.quick]\nseeds = 0\nparams.x = "
            "1\n"
            "sweep.grid.m = [1]\nclaims = 1\n",
        {"4:10: unknown profile \"fast\" (allowed: quick, smoke)",
         "6:10: the profile \"paper\" is the file as it stands; write its values under [params] and [sweep]",
         "9:9: profile.quick.seeds must be between 1 and 10000, but is 0",
         "10:8: unknown parameter \"x\" of toy.fit (its parameters: label, m, method, s, samples, step, "
         "warm)",
         "11:12: profile.quick.sweep.grid.m replaces nothing: no [sweep.grid] of the spec sweeps \"m\"; set "
         "profile.quick.params.m instead",
         "12:1: unknown key \"claims\" in profile.quick (allowed: limits, params, seeds, sweep)"});
}

BOOST_AUTO_TEST_CASE(parameters_that_do_not_go_together) {
    expect(head + "[params]\ns = 60\n", {"4:2: s must not be above m"});
    expect(head + "[sweep.grid]\nm = [10, 20]\ns = [5, 15, 30]\n",
           {"4:2: s must not be above m (first at m = 10, s = 15)"});
    expect(head + "[sweep.grid]\nm = [10]\n[[sweep.exclude]]\nm = 10\n",
           {"4:2: sweep.exclude leaves no point"});
}

BOOST_AUTO_TEST_CASE(sweep_mistakes) {
    expect(head +
               "[sweep]\nseeds = 0\n[sweep.grid]\nm = 50\n[[sweep.zip]]\nm = [1, 2]\ns = [1, 2, "
               "3]\n[[sweep.case]]\n",
           {"5:9: sweep.seeds must be between 1 and 10000, but is 0",
            "7:5: sweep.grid.m must be a list, but is 50; write [50]",
            "9:1: sweep.zip sweeps \"m\", which sweep.grid (line 7) sweeps already",
            "10:1: sweep.zip walks its lists together, but \"s\" has 3 values (line 10) and \"m\" has 2 "
            "(line 9); make them "
            "equally long",
            "11:1: sweep.case has an empty entry; name at least one parameter in it"});
    expect(head +
               "[[sweep]]\ndraws = 2\n[[sweep]]\nseeds = 2\n[sweep.draw]\nm = { kind = \"log\", low = 0, "
               "high = 9 }\n"
               "step = { kind = \"gauss\", low = 0.5, high = 0.25 }\nmethod = { kind = \"log\", low = 1, "
               "high = 2 }\n",
           {"5:1: sweep.draws says how many points to draw, but [sweep.draw] is missing",
            "7:1: sweep.seeds holds for the whole spec: write it in the first [[sweep]] only",
            "8:8: sweep.draw needs the number of points to draw, draws = N in the same block",
            "9:7: sweep.draw.m.kind must be \"integer\", since \"m\" is an integer",
            "9:21: sweep.draw.m.low must be above 0 for a draw of kind \"log\", but is 0",
            "9:21: sweep.draw.m.low must be between 1 and 1000, but is 0.0",
            "10:17: sweep.draw.step.kind must be one of \"linear\", \"log\", \"integer\", but is \"gauss\"",
            "10:26: sweep.draw.step.low must be below high, 0.25, but is 0.5",
            "11:1: sweep.draw.method: only numbers can be drawn; list its values in [sweep.grid] instead"});
    std::string many = head + "[sweep.grid]\n";
    for (const char* name : {"m", "s", "samples"}) {
        many += std::string(name) + " = [1";
        for (int i = 2; i <= 100; ++i) many += fmt::format(", {}", i);
        many += "]\n";
    }
    expect(many, {"4:1: the sweep makes 1000000 points; 100000 are allowed"});
}

BOOST_AUTO_TEST_CASE(claim_mistakes) {
    const std::string claim = "[[claim]]\nid = \"a\"\nsays = \"x\"\nwhere = \"y\"\n";
    expect(head + claim, {"4:1: claim lacks the key \"check\""});
    expect(
        head +
            "[[claim]]\nid = \"A b\"\nsays = \"\"\ncheck = { of = \"1\", abov = 1 }\nlevel = 2\ninterval = "
            "\"z\"\n"
            "profiles = [\"quik\"]\ndeviations = [\"x\"]\npaper = [1]\nsource = \"author\"\n",
        {"4:1: claim lacks the key \"where\"",
         "5:6: claim.id must be lower-case words joined by hyphens (80 characters at most), but is \"A b\"",
         "6:8: claim.says must not be empty",
         "7:9: claim.check sets no bound; give above, below, or near and within",
         "7:21: unknown key \"abov\" in claim.check; did you mean \"above\"? (allowed: above, below, exact, "
         "margin, near, of, reused, scale, share_of, within)",
         "8:9: claim.level must be between 0.5 and 0.9999, but is 2",
         "9:12: claim.interval must be one of \"t\", \"bootstrap\", but is \"z\"",
         "10:12: claim.profiles: unknown profile \"quik\"; did you mean \"quick\"? (allowed: paper, quick, "
         "smoke)",
         "11:14: claim.deviations: unknown deviation \"x\" (the spec has no [[deviation]])",
         "12:9: claim.paper must be a number or a text in quotes, but is a list",
         "13:10: claim.source must be one of \"paper\", \"authors\", but is \"author\""});
    expect(head + claim + "check = { of = \"1\", above = 2, below = 1 }\n" + claim +
               "check = { of = \"1\", near = 2 }\n",
           {"8:21: claim.check.above: no value is above 2 and below 1",
            "10:6: the claim id \"a\" is taken already (line 4)",
            "13:21: claim.check.near needs claim.check.within, the half-width around it"});
}

BOOST_AUTO_TEST_CASE(seeds_that_reuse_samples_need_an_interval_that_knows) {
    const std::string claim = "[[claim]]\nid = \"a\"\nsays = \"x\"\nwhere = \"y\"\n";
    expect(head + claim + "check = { of = \"1\", above = 2, exact = true, reused = 1 }\n",
           {"8:46: claim.check.reused says how an interval is made, and claim.check.exact makes none; drop "
            "one"});
    expect(
        head + claim + "check = { of = \"1\", above = 2, reused = 1 }\ninterval = \"bootstrap\"\n",
        {"9:1: the correction for seeds that are splits of one set (check.reused) is that of a t interval; "
         "drop interval = \"bootstrap\""});
}

BOOST_AUTO_TEST_CASE(scale_share_and_role) {
    const auto claim = [](const std::string& rest) {
        return "[[claim]]\nid = \"a\"\nsays = \"x\"\nwhere = \"y\"\n" + rest + "\n";
    };
    const Folder folder;
    const Spec spec = folder.load(
        head + claim("check = { of = \"final\", above = 1, scale = \"log\" }\ncalibrated = \"the step\"") +
        "[[claim]]\nid = \"b\"\nsays = \"x\"\nwhere = \"y\"\nrole = \"identity\"\n"
        "check = { of = \"final\", above = 0.5, share_of = \"samples\" }\n"
        "[[claim]]\nid = \"c\"\nsays = \"x\"\nwhere = \"y\"\n"
        "check = { of = \"final\", above = 0.5, share_of = 500, reused = 0 }\n");
    BOOST_TEST_REQUIRE(spec.claims.size() == 3u);
    BOOST_TEST(spec.claims[0].check.log_scale);
    BOOST_TEST((spec.claims[2].check.reused == 0.0 && !spec.claims[1].check.reused));
    BOOST_TEST(spec.claims[0].calibrated == "the step");
    BOOST_TEST((spec.claims[0].role == Role::claim));
    BOOST_TEST((spec.claims[1].role == Role::identity));
    BOOST_TEST(!spec.claims[1].check.log_scale);
    BOOST_TEST(spec.claims[1].check.share_of == "samples");
    BOOST_TEST(spec.claims[2].check.share_of == "500");
    const Spec again = folder.load(resolved_text(spec));
    BOOST_TEST(resolved_text(again) == resolved_text(spec));
    BOOST_TEST(again.claims[0].check.log_scale);
    BOOST_TEST(again.claims[1].check.share_of == "samples");
    BOOST_TEST(again.claims[2].check.share_of == "500");
    BOOST_TEST((again.claims[1].role == Role::identity));
    BOOST_TEST(again.claims[0].calibrated == "the step");
}

BOOST_AUTO_TEST_CASE(scale_share_and_role_mistakes) {
    const auto expect_check = [](const std::string& check, const std::string& message) {
        expect(head + "[[claim]]\nid = \"a\"\nsays = \"x\"\nwhere = \"y\"\ncheck = { of = \"final\", " +
                   check + " }\n",
               {message});
    };
    expect_check(
        "near = 1, within = 1, scale = \"log\"",
        "8:25: claim.check.near: the bound 0 has no logarithm; scale = \"log\" needs bounds above 0");
    expect_check("above = 1, scale = \"logarithmic\"",
                 "8:44: claim.check.scale must be one of \"linear\", \"log\", but is \"logarithmic\"");
    expect_check(
        "above = 1, scale = \"log\", exact = true",
        "8:9: claim.check.exact, claim.check.scale and claim.check.share_of exclude one another; keep "
        "one");
    expect_check("above = 1, share_of = \"sample\"",
                 "8:47: claim.check.share_of: \"sample\" is no whole-number parameter of the experiment; did "
                 "you mean \"samples\"? (there are: m, s, samples)");
    expect_check(
        "above = 1, share_of = 0",
        "8:47: claim.check.share_of must be a whole number above 0 or the name of the parameter that "
        "holds it, but is 0");
    const std::string claim =
        "[[claim]]\nid = \"a\"\nsays = \"x\"\nwhere = \"y\"\ncheck = { of = \"final\", "
        "above = 1 }\n";
    expect(head + claim + "calibrated = \"\"\n",
           {"9:1: claim.calibrated must say what was fitted to the published numbers"});
    expect(head + claim + "calibrated = \"x\"\nrole = \"identity\"\n",
           {"9:1: claim.calibrated: a claim of role \"identity\" is no evidence for the paper and has "
            "nothing to "
            "calibrate; drop one of the two"});
    expect(head + claim + "role = \"identities\"\n",
           {"9:8: claim.role must be one of \"claim\", \"own\", \"identity\", but is \"identities\""});
}

/// The expression's own message follows; the place and the key are this layer's part.
BOOST_AUTO_TEST_CASE(expressions_are_checked_at_their_place) {
    const std::string claim = "[[claim]]\nid = \"a\"\nsays = \"x\"\nwhere = \"y\"\n";
    for (const char* expression : {"1 +", "eror[t=1]", "final[metod=dec]", "final[method=decc]"}) {
        const std::vector<std::string> found =
            Folder().mistakes(head + claim + "check = { of = \"" + expression + "\", above = 0 }\n");
        BOOST_TEST_CONTEXT(expression) {
            BOOST_TEST_REQUIRE(found.size() == 1u);
            BOOST_TEST(found[0].rfind("8:16: claim.check.of: ", 0) == 0u, found[0]);
        }
    }
    const auto cells =
        Folder().mistakes(head +
                          "[[table]]\nid = \"t\"\ntitle = \"t\"\nrows = [{key=\"nothing\"}, {key=\"1\"}]\n"
                          "columns = [{key=\"final\"}]\ncell = \"{row} + {column}\"\n");
    BOOST_TEST_REQUIRE(cells.size() == 1u);
    BOOST_TEST(cells[0].rfind("9:8: table.cell: ", 0) == 0u, cells[0]);
}

BOOST_AUTO_TEST_CASE(figure_and_table_mistakes) {
    expect(head +
               "[[figure]]\nid = \"f\"\ntitle = \"t\"\n[[figure]]\nid = \"f\"\ntitle = \"t\"\nkind = "
               "\"images\"\n"
               "columns = 0\npanel = []\n[[figure]]\nid = \"g\"\ntitle = \"t\"\n[[figure.panel]]\n"
               "x = { log = true, min = 0, max = -1 }\ncurve = [{ of = \"1\", style = \"dots\" }]\nline = [{ "
               "label = \"l\" }]\n",
           {"4:1: figure lacks the key \"panel\"", "7:1: figure lacks the key \"of\"",
            "8:6: the figure or table id \"f\" is taken already (line 4)",
            "11:11: figure.columns must be between 1 and 1000, but is 0",
            "12:1: figure.panel does not belong to a figure of kind \"images\"",
            "17:19: figure.panel.x.min must be below figure.panel.x.max, -1, but is 0",
            "17:19: figure.panel.x.min must be above 0 on a logarithmic axis, but is 0",
            "18:30: figure.panel.curve.style must be one of \"line\", \"points\", \"impulses\", \"steps\", "
            "but is \"dots\"",
            "19:9: figure.panel.line lacks the key \"value\""});
    expect(head +
               "[[table]]\nid = \"t\"\ntitle = \"t\"\nrows = [{ key = \"1\" }, { key = \"1\" }]\ncell = "
               "\"{row}\"\n"
               "paper = [1, \"2\", 3]\n",
           {"4:1: table lacks the key \"columns\"", "7:26: table.rows: the key \"1\" appears twice",
            "9:9: table.paper has 3 values, but the table has 2 rows of 0 columns; list 0 values, row after "
            "row (nan: not "
            "printed)",
            "9:13: table.paper must be a list of numbers (nan: not printed), but holds \"2\""});
}

BOOST_AUTO_TEST_CASE(suggestions_need_nearness) {
    expect(head + "[params]\nsmaples = 1\n", {"5:1: unknown parameter \"smaples\" of toy.fit; did you mean "
                                              "\"samples\"? (its parameters: label, m, method, s, "
                                              "samples, step, warm)"});
    expect(head + "[params]\nwavelength = 1\n", {"5:1: unknown parameter \"wavelength\" of toy.fit (its "
                                                 "parameters: label, m, method, s, samples, step, warm)"});
}

BOOST_AUTO_TEST_SUITE_END()
