#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "experiments/harness/claims/verdict.hpp"
#include "experiments/harness/plan/plan.hpp"
#include "experiments/harness/run/device.hpp"
#include "experiments/harness/store/store.hpp"

/// From what the user typed to specs, runs and stored results: what several subcommands share.
namespace assay::harness {

/// The folder of results when none is named: $ASSAY_RESULTS, else results/ of the source tree.
std::filesystem::path default_results();

/// The options with which a subcommand names specs.
struct Inputs {
    std::vector<std::string> specs;  ///< files and folders; empty: every study of the source tree
    LoadOptions load;
    std::string device = "cpu";  ///< as typed: cpu, cuda, auto
    Store store{default_results()};
};

/// The spec files meant: a folder stands for its *.toml, or else for those of its subfolders; paper.toml is
/// none.
std::vector<std::filesystem::path> spec_files(const std::vector<std::string>& arguments);

/// The specs, their runs, and the programs that compute them.
struct Planned {
    std::vector<Spec> specs;
    std::vector<std::vector<PlannedRun>> by_spec;
    std::vector<PlannedRun> runs;  ///< of all specs, equal ones merged
    DeviceChoice device;
};

/// Loads and plans. All mistakes of all specs are thrown as one SpecErrors.
Planned plan_inputs(const Inputs& inputs);

/// What the store and the journal know about the planned runs.
Evidence gather(const Planned& planned, const Store& store);

/// The one id among `ids` that begins with `prefix`; throws Error when there is none or several.
std::string find_id(const std::vector<std::string>& ids, const std::string& prefix);

/// The result that the user means: a file, or the beginning of a stored run's id.
Result find_result(const Store& store, const std::string& name);

/// The run that `result` records as it would be planned by this program today; its id differs when code or
/// data changed.
PlannedRun planned_today(const Result& result);

/// "pudle/gradient_error".
std::string spec_name(const Spec& spec);

}  // namespace assay::harness
