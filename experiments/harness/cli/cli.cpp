#include "experiments/harness/cli/cli.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>

#include "experiments/harness/cli/commands.hpp"
#include "experiments/harness/run/worker.hpp"

namespace assay::harness {

namespace {

constexpr int bad_input = 2;

/// Everything that the command line can set, and what it asks for.
struct CommandLine {
    Inputs inputs;
    std::string results;
    std::size_t seeds = 0;
    RunArguments run;
    std::string launcher = "local";
    bool all = false;
    bool open = false;
    std::string first, second, third;
    std::vector<std::string> names;
    std::function<int()> action;
};

void add_results(CLI::App& command, CommandLine& line) {
    command
        .add_option("--results", line.results,
                    "folder of the results (default: $ASSAY_RESULTS, else results/ of the source tree)")
        ->type_name("DIR");
}

void add_specs(CLI::App& command, CommandLine& line, bool required) {
    auto* specs =
        command.add_option("SPEC", line.inputs.specs, "spec files, or folders of them")->type_name("");
    if (required) specs->required();
    command.add_option("--profile", line.inputs.load.profile, "paper, quick or smoke")->capture_default_str();
    command.add_option("--device", line.inputs.device, "cpu, cuda or auto")->capture_default_str();
    command
        .add_option("--set", line.inputs.load.sets, "a parameter for all specs, key=value; may be repeated")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    command.add_option("--seeds", line.seeds, "number of seeds instead of the specs'")
        ->check(CLI::Range(1, 10000));
    add_results(command, line);
}

void add_run(CLI::App& app, CommandLine& line) {
    auto* run = app.add_subcommand("run", "compute what the specs need and the store does not have");
    add_specs(*run, line, true);
    run->add_option("-j,--jobs", line.run.jobs, "runs at a time (default: one per core, on a GPU one)")
        ->check(CLI::Range(1, 10000));
    run->add_option("--timeout", line.run.timeout_seconds,
                    "time limit of one run in seconds, instead of the specs'")
        ->check(CLI::Range(1e-3, 1e9));
    run->add_option("--launcher", line.launcher, "where workers run")
        ->check(CLI::IsMember({"local"}))
        ->capture_default_str();
    run->add_flag("--fail-fast", line.run.fail_fast, "stop at the first run that fails");
    run->callback([&] { line.action = [&] { return cli_run(line.inputs, line.run); }; });

    auto* plan = app.add_subcommand("plan", "say what run would do");
    add_specs(*plan, line, false);
    plan->add_option("-j,--jobs", line.run.jobs, "runs at a time, for the estimate")
        ->check(CLI::Range(1, 10000));
    plan->callback([&] { line.action = [&] { return cli_plan(line.inputs, line.run.jobs); }; });
}

void add_inspection(CLI::App& app, CommandLine& line) {
    auto* status =
        app.add_subcommand("status", "the state of the specs' runs, the failed ones with their logs");
    add_specs(*status, line, false);
    status->add_flag("--all", line.all, "list every run");
    status->callback([&] { line.action = [&] { return cli_status(line.inputs, line.all); }; });

    auto* explain = app.add_subcommand("explain", "what a run is, and why it would run again");
    explain->add_option("RUN", line.first, "the beginning of a run's id")->required()->type_name("");
    add_specs(*explain, line, false);
    explain->callback([&] { line.action = [&] { return cli_explain(line.inputs, line.first); }; });

    auto* verify = app.add_subcommand("verify", "read every result file; damaged ones are set aside");
    add_results(*verify, line);
    verify->callback([&] { line.action = [&] { return cli_verify(line.inputs.store); }; });

    auto* replay =
        app.add_subcommand("replay", "compute a stored run again from its file alone and compare the bits");
    replay->add_option("RUN", line.first, "the beginning of a run's id, or a file")
        ->required()
        ->type_name("");
    add_results(*replay, line);
    replay->callback([&] {
        line.action = [&] { return cli_replay(line.inputs.store, line.first, line.run.command_line); };
    });

    auto* compare = app.add_subcommand("compare", "compare two results metric by metric");
    compare->add_option("A", line.first, "the beginning of a run's id, or a file")->required()->type_name("");
    compare->add_option("B", line.second, "the other")->required()->type_name("");
    add_results(*compare, line);
    compare->callback(
        [&] { line.action = [&] { return cli_compare(line.inputs.store, line.first, line.second); }; });
}

int report(const CommandLine& line) {
    return cli_report(gather(plan_inputs(line.inputs), line.inputs.store), line.inputs.store, line.open);
}

void add_the_rest(CLI::App& app, CommandLine& line) {
    auto* site =
        app.add_subcommand("report", "judge the claims and write the site with verdicts, figures and tables");
    add_specs(*site, line, false);
    site->add_flag("--open", line.open, "show it in the browser");
    site->callback([&] { line.action = [&] { return report(line); }; });

    auto* data = app.add_subcommand("data", "the data sets");
    data->require_subcommand(1);
    data->add_subcommand("list", "what there is, and what is on this machine")->callback([&] {
        line.action = cli_data_list;
    });
    auto* needed = data->add_subcommand("needed", "what the specs' runs open, and whether it is here");
    add_specs(*needed, line, false);
    needed->callback([&] { line.action = [&] { return cli_data_needed(line.inputs); }; });
    auto* get = data->add_subcommand("get", "fetch and verify data sets (none named: all)");
    get->add_option("NAME", line.names, "data sets")->type_name("");
    get->callback([&] { line.action = [&] { return cli_data_get(line.names); }; });
    auto* add =
        data->add_subcommand("add", "make feature files of your own (HDF5) a data set that specs can name");
    add->add_option("NAME", line.first, "the data set's name")->required()->type_name("");
    add->add_option("TRAIN", line.second,
                    "feature file of the training samples; the folder of a set that its makers publish")
        ->required()
        ->type_name("");
    add->add_option("TEST", line.third, "feature file of the test samples")->type_name("");
    add->callback([&] { line.action = [&] { return cli_data_add(line.first, line.second, line.third); }; });

    auto* fresh = app.add_subcommand("new", "write the skeleton of a study or an experiment");
    fresh->add_option("KIND", line.first, "paper or experiment")
        ->required()
        ->type_name("")
        ->check(CLI::IsMember({"paper", "experiment"}));
    fresh->add_option("NAME", line.names, "a paper's name, or an experiment's study and name")
        ->required()
        ->type_name("");
    fresh->callback([&] { line.action = [&] { return cli_new(line.first, line.names); }; });

    app.add_subcommand("doctor", "check this machine")->callback([&] { line.action = cli_doctor; });
    auto* list = app.add_subcommand("experiments", "the experiments, or one with its parameters and metrics");
    list->add_option("NAME", line.first, "an experiment")->type_name("");
    list->callback([&] { line.action = [&] { return cli_experiments(line.first); }; });
    app.add_subcommand("worker", "")->group("")->callback([&] { line.action = worker_main; });
    app.add_subcommand("gpu", "")->group("")->callback([&] { line.action = cli_gpu; });
}

/// The command as it could be typed again.
std::string typed(int argc, char** argv) {
    std::string text;
    for (int i = 0; i < argc; ++i) {
        const std::string word = argv[i];
        const bool plain = !word.empty() && word.find_first_of(" '\"$\\*?") == std::string::npos;
        text += (i > 0 ? " " : "") + (plain ? word : "'" + word + "'");
    }
    return text;
}

int parse_and_act(int argc, char** argv) {
    CLI::App app{"Assay puts the claims of sparse-coding papers on the scale."};
    app.name("assay");
    app.set_version_flag("--version", ASSAY_VERSION);
    app.require_subcommand(1);
    CommandLine line;
    line.run.command_line = typed(argc, argv);
    add_run(app, line);
    add_inspection(app, line);
    add_the_rest(app, line);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : bad_input;
    }
    if (line.seeds > 0) line.inputs.load.seeds = line.seeds;
    if (!line.results.empty()) line.inputs.store = Store(line.results);
    return line.action();
}

}  // namespace

int run_cli(int argc, char** argv) {
    try {
        // A worker starts for every run: it does without the parser.
        if (argc == 2 && std::string_view(argv[1]) == "worker") return worker_main();
        return parse_and_act(argc, argv);
    } catch (const SpecErrors& errors) {
        for (const std::string& message : errors.messages()) fmt::print(stderr, "{}\n", message);
        fmt::print(stderr, "{} {} found; nothing was run\n", errors.messages().size(),
                   errors.messages().size() == 1 ? "mistake was" : "mistakes were");
    } catch (const std::exception& error) {
        fmt::print(stderr, "assay: {}\n", error.what());
    }
    return bad_input;
}

}  // namespace assay::harness
