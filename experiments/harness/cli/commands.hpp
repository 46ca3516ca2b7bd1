#pragma once

#include <string>
#include <vector>

#include "experiments/harness/claims/verdict.hpp"
#include "experiments/harness/cli/inputs.hpp"
#include "experiments/harness/store/store.hpp"

/// What the subcommands of `assay` do, one function each; every one returns the exit code (see cli.hpp).
namespace assay::harness {

struct RunArguments {
    std::size_t jobs = 0;        ///< 0: one per core on the CPU, one on a GPU
    double timeout_seconds = 0;  ///< 0: the specs' own limits
    bool fail_fast = false;
    std::string command_line;
};

/// Computes what the specs need and the store does not have.
int cli_run(const Inputs& inputs, const RunArguments& arguments);
/// Says what `cli_run` would do.
int cli_plan(const Inputs& inputs, std::size_t jobs);
/// The state of the specs' runs, the failed ones with their logs; `all` lists every run.
int cli_status(const Inputs& inputs, bool all);
/// What a run is, and what made it another run than the stored one nearest to it. `run`: an id's beginning.
int cli_explain(const Inputs& inputs, const std::string& run);
/// Reads every result file; damaged ones are quarantined.
int cli_verify(const Store& store);
/// Computes a stored run again from its file alone, elsewhere, and compares. `run`: an id's beginning or a
/// file.
int cli_replay(const Store& store, const std::string& run, const std::string& command_line);
/// Compares two results metric by metric; each an id's beginning or a file.
int cli_compare(const Store& store, const std::string& a, const std::string& b);
/// The registered experiments; with a name its parameters and metrics.
int cli_experiments(const std::string& name);
/// Hidden: says whether this program can use a GPU; 0 when it can.
int cli_gpu();

/// Prints every data set with its size and whether its files are on this machine.
int cli_data_list();
/// Prints a line for each data set that the specs' runs open: its name, and `available` or `missing`.
int cli_data_needed(const Inputs& inputs);
/// Fetches the named data sets (none: all). Of several, one that cannot be had is a line, else a whole
/// message.
int cli_data_get(const std::vector<std::string>& names);
/// Describes feature files of the user's own as a data set; `test` may be empty.
int cli_data_add(const std::string& name, const std::string& train, const std::string& test);
/// Checks the machine: libraries, programs, data, GPU, results folder.
int cli_doctor();
/// Writes the skeleton of a new "paper" (names: the study's) or a new "experiment" (names: its study's and
/// its own).
int cli_new(const std::string& kind, const std::vector<std::string>& names);
/// Writes the report of the specs' evidence and prints the verdict table; `open` shows it in the browser.
int cli_report(const Evidence& evidence, const Store& store, bool open);

}  // namespace assay::harness
