#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "experiments/harness/claims/expression.hpp"
#include "experiments/harness/spec/problems.hpp"
#include "experiments/harness/spec/section.hpp"
#include "experiments/harness/spec/spec.hpp"

namespace assay::harness {

/// More points, or runs, than this in one spec is taken for a mistake.
inline constexpr std::size_t most_runs = 100'000;
inline constexpr std::int64_t most_seeds = 10'000;

/// The names a profile may have, largest first.
const std::vector<std::string>& profile_names();

/// An expression that parsed; its names are checked once the spec's parameters are known.
struct PendingExpression {
    Expression expression;
    std::string path;
    Mark mark;
    std::vector<std::string> profiles;  ///< where it is evaluated; empty: everywhere
};

/// What the readers of a spec's parts share.
struct Reading {
    const Experiment* experiment = nullptr;  ///< nullptr when the spec names an unknown one
    Problems& problems;
    Definitions definitions = {};
    std::vector<PendingExpression> expressions = {};
};

/// One profile's changes, as written.
struct Profile {
    std::optional<std::size_t> seeds;
    Params params;
    std::map<std::string, std::vector<Value>> grid;
    std::optional<double> seconds, memory_bytes;
};

/// Sweep blocks with seeds: fills `spec.sweeps`, `seeds` and `first_seed`.
void read_sweeps(Section& top, Reading& reading, Spec& spec);
/// [let]: fills `reading.definitions` and `spec.definitions`.
void read_definitions(Section& top, Reading& reading, Spec& spec);
/// Claims and deviations.
void read_claims(Section& top, Reading& reading, Spec& spec);
/// Figures and tables, without those of other profiles.
void read_figures(Section& top, Reading& reading, Spec& spec);
/// All profiles of the file, by name, each value checked.
std::map<std::string, Profile> read_profiles(Section& top, Reading& reading, const Spec& spec);

/// Changes the spec to one profile's values; remembers in `spec.scaled` what it changed.
void apply_profile(const Profile& profile, Spec& spec);
/// Sets a parameter, swept or not, to one value, and remembers the change in `spec.scaled`.
void set_param(Spec& spec, const std::string& name, const Value& value);
/// Applies one "key=value" of the command line.
void apply_set(const std::string& assignment, Reading& reading, Spec& spec);

/// Parameters of a table (`[params]`, a case, an exclude): reports what is unknown or does not fit.
Params read_params(const Node& table, const std::string& path, Reading& reading);
/// A list of values of one parameter; reports what does not fit.
std::vector<Value> read_values(const Node& list, const std::string& name, const std::string& path,
                               Mark key_mark, Reading& reading);
/// seconds and memory_mb.
void read_limits(const Node& table, const std::string& path, Reading& reading, std::optional<double>& seconds,
                 std::optional<double>& memory_bytes);
/// `profiles`: the profiles in which a claim, figure or table is meant; empty: all.
std::vector<std::string> read_profile_names(Section& section);
/// A required expression, with what defined names stand for: its syntax is checked here, its names later.
std::string read_expression(Section& section, const std::string& key, Reading& reading);
/// Adds an expression to those that are checked later and returns it with what defined names stand for;
/// reports a syntax error at `mark`.
std::string add_expression(const std::string& text, const std::string& path, Mark mark, Reading& reading,
                           const std::vector<std::string>& profiles = {});

}  // namespace assay::harness
