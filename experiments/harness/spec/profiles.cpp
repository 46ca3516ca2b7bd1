#include <fmt/format.h>

#include <algorithm>

#include "experiments/harness/plan/expand.hpp"
#include "experiments/harness/plan/plan.hpp"
#include "experiments/harness/spec/front_door.hpp"
#include "experiments/harness/spec/reading.hpp"
#include "experiments/harness/spec/suggest.hpp"
#include "experiments/harness/spec/values.hpp"

namespace assay::harness {

namespace {

void read_profile_grid(const Node& grid, const std::string& path, Reading& reading, const Spec& spec,
                       Profile& profile) {
    for (std::size_t i = 0; i < grid.keys.size(); ++i) {
        const Node::Key& key = grid.keys[i];
        const std::size_t before = reading.problems.count();
        std::vector<Value> values =
            read_values(grid.items[i], key.name, path + ".sweep.grid." + key.name, key.mark, reading);
        if (reading.problems.count() != before || reading.experiment == nullptr) continue;
        const bool swept = std::any_of(spec.sweeps.begin(), spec.sweeps.end(),
                                       [&](const Sweep& sweep) { return sweep.grid.count(key.name) != 0; });
        if (swept)
            profile.grid[key.name] = std::move(values);
        else
            reading.problems.add(key.mark,
                                 fmt::format("{}.sweep.grid.{} replaces nothing: no [sweep.grid] of the "
                                             "spec sweeps \"{}\"; set {}.params.{} instead",
                                             path, key.name, key.name, path, key.name));
    }
}

Profile read_profile(const Node& node, const std::string& path, Reading& reading, const Spec& spec) {
    Section section(node, path, reading.problems);
    Profile profile;
    if (const auto seeds = section.integer("seeds", 1, most_seeds))
        profile.seeds = static_cast<std::size_t>(*seeds);
    if (const Node* params = section.table("params"))
        profile.params = read_params(*params, path + ".params", reading);
    if (const Node* sweep = section.table("sweep")) {
        Section inner(*sweep, path + ".sweep", reading.problems);
        if (const Node* grid = inner.table("grid")) read_profile_grid(*grid, path, reading, spec, profile);
        inner.finish();
    }
    if (const Node* limits = section.table("limits"))
        read_limits(*limits, path + ".limits", reading, profile.seconds, profile.memory_bytes);
    section.finish();
    return profile;
}

Value list_value(const std::vector<Value>& values) {
    if (values.size() == 1) return values.front();
    constexpr std::size_t most = 8;
    std::string text = "[";
    for (std::size_t i = 0; i < values.size() && i < most; ++i)
        text += (i == 0 ? "" : ", ") + canonical(values[i]);
    return Value(text + (values.size() > most ? fmt::format(", ... {} values]", values.size()) : "]"));
}

/// The values that the spec gives a parameter: its value, or the swept ones as a text.
Value full_value(const Spec& spec, const std::string& name) {
    std::vector<Value> values;
    for (const Sweep& sweep : spec.sweeps) {
        if (const auto grid = sweep.grid.find(name); grid != sweep.grid.end())
            values.insert(values.end(), grid->second.begin(), grid->second.end());
        for (const auto& zip : sweep.zip)
            if (const auto list = zip.find(name); list != zip.end())
                values.insert(values.end(), list->second.begin(), list->second.end());
        for (const Params& point : sweep.cases)
            if (const auto value = point.find(name); value != point.end()) values.push_back(value->second);
        if (const auto draw = sweep.draws.find(name); draw != sweep.draws.end())
            return Value(
                fmt::format("{} draws in [{}, {}]", sweep.draw_count, draw->second.low, draw->second.high));
    }
    std::vector<Value> distinct;
    for (const Value& value : values)
        if (std::find(distinct.begin(), distinct.end(), value) == distinct.end()) distinct.push_back(value);
    return distinct.empty() ? spec.params.at(name) : list_value(distinct);
}

void note_change(Spec& spec, const std::string& name, const Value& full, const Value& now) {
    const auto [entry, fresh] = spec.scaled.try_emplace(name, full, now);
    entry->second.second = now;
    if (entry->second.first == now) spec.scaled.erase(entry);
    spec.scaled_down = !spec.scaled.empty();
}

}  // namespace

std::map<std::string, Profile> read_profiles(Section& top, Reading& reading, const Spec& spec) {
    std::map<std::string, Profile> profiles;
    const Node* node = top.table("profile");
    if (node == nullptr) return profiles;
    for (std::size_t i = 0; i < node->keys.size(); ++i) {
        const std::string& name = node->keys[i].name;
        if (name == "paper") {
            reading.problems.add(node->keys[i].mark,
                                 "the profile \"paper\" is the file as it stands; write its values "
                                 "under [params] and [sweep]");
        } else if (std::find(profile_names().begin(), profile_names().end(), name) == profile_names().end()) {
            reading.problems.add(node->keys[i].mark,
                                 fmt::format("unknown profile {}{} (allowed: quick, smoke)",
                                             canonical(Value(name)), did_you_mean(name, {"quick", "smoke"})));
        } else if (node->items[i].kind != Node::Kind::table) {
            reading.problems.add(node->items[i].mark, fmt::format("profile.{} must be a table, but is {}",
                                                                  name, shown(node->items[i])));
        } else {
            profiles[name] = read_profile(node->items[i], "profile." + name, reading, spec);
        }
    }
    return profiles;
}

void set_param(Spec& spec, const std::string& name, const Value& value) {
    const Value full = full_value(spec, name);
    for (Sweep& sweep : spec.sweeps) {
        sweep.grid.erase(name);
        for (auto& zip : sweep.zip) zip.erase(name);
        std::erase_if(sweep.zip, [](const auto& zip) { return zip.empty(); });
        // A case may have no other entry, and still be a point: it keeps the parameter, at the new value.
        for (Params& point : sweep.cases)
            if (point.count(name) != 0) point[name] = value;
        sweep.draws.erase(name);
        if (sweep.draws.empty()) sweep.draw_count = 0;
    }
    spec.params[name] = value;
    note_change(spec, name, full, value);
}

void apply_profile(const Profile& profile, Spec& spec) {
    for (const auto& [name, value] : profile.params) set_param(spec, name, value);
    for (const auto& [name, values] : profile.grid) {
        const Value full = full_value(spec, name);
        for (Sweep& sweep : spec.sweeps)
            if (const auto grid = sweep.grid.find(name); grid != sweep.grid.end()) grid->second = values;
        note_change(spec, name, full, full_value(spec, name));
    }
    if (profile.seeds) spec.seeds = *profile.seeds;
    if (profile.seconds) spec.limits.seconds = *profile.seconds;
    if (profile.memory_bytes) spec.limits.memory_bytes = *profile.memory_bytes;
}

void apply_set(const std::string& assignment, Reading& reading, Spec& spec) {
    const std::string argument = "--set " + assignment;
    const std::size_t equal = assignment.find('=');
    const auto trimmed = [](std::string text) {
        text.erase(0, std::min(text.find_first_not_of(" \t"), text.size()));
        text.erase(text.find_last_not_of(" \t") + 1);
        return text;
    };
    if (equal == std::string::npos || trimmed(assignment.substr(0, equal)).empty()) {
        reading.problems.add_argument(argument, "write it as key=value, for example --set samples=2000");
        return;
    }
    const std::string name = trimmed(assignment.substr(0, equal)),
                      text = trimmed(assignment.substr(equal + 1));
    if (reading.experiment == nullptr) return;
    const ParamSpec* param = find_param(*reading.experiment, name);
    if (param == nullptr) {
        reading.problems.add_argument(argument, unknown_param(*reading.experiment, name));
        return;
    }
    Node root;
    std::string complaint;
    Mark mark;
    const bool wants_text = std::holds_alternative<std::string>(param->fallback);
    bool parsed =
        text.find('\n') == std::string::npos && parse_document("value = " + text, root, complaint, mark);
    parsed = parsed && root.keys.size() == 1 && root.keys[0].name == "value";
    std::size_t line = 0, column = 0;
    if (!parsed && wants_text && scan_spec_text(text, line, column).empty()) {
        // A shell eats quotes, so a bare word is taken as the text it must be.
        root.items = {{.kind = Node::Kind::text, .mark = {}, .value = text, .items = {}, .keys = {}}};
        parsed = true;
    }
    if (!parsed) {
        reading.problems.add_argument(
            argument, complaint.empty() ? "the value is not one TOML value" : "the value is " + complaint);
        return;
    }
    if (const auto value = value_for(*param, root.items[0], complaint))
        set_param(spec, name, *value);
    else
        reading.problems.add_argument(argument, fmt::format("params.{} {}", name, complaint));
}

}  // namespace assay::harness
