#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "experiments/harness/plan/plan.hpp"

namespace assay::harness {

namespace {

nlohmann::json parse(const std::string& identity) {
    nlohmann::json parsed = nlohmann::json::parse(identity, nullptr, false);
    if (!parsed.is_object())
        throw Error("not a run's identity: it should be a JSON object", "",
                    "take it from the result file's /provenance or from `assay plan`");
    return parsed;
}

/// "params.m" -> "50"; a map one level deep is what an identity is.
std::map<std::string, std::string> flattened(const nlohmann::json& identity) {
    std::map<std::string, std::string> fields;
    for (const auto& [name, value] : identity.items()) {
        if (!value.is_object()) {
            fields[name] = value.dump();
            continue;
        }
        for (const auto& [inner, leaf] : value.items()) fields[name + "." + inner] = leaf.dump();
    }
    return fields;
}

}  // namespace

std::vector<std::string> explain_difference(const std::string& identity_a, const std::string& identity_b) {
    const auto before = flattened(parse(identity_a)), after = flattened(parse(identity_b));
    std::set<std::string> names;
    for (const auto& [name, value] : before) names.insert(name);
    for (const auto& [name, value] : after) names.insert(name);
    std::vector<std::string> lines;
    for (const std::string& name : names) {
        const auto a = before.find(name), b = after.find(name);
        const std::string old_value = a == before.end() ? "(absent)" : a->second;
        const std::string new_value = b == after.end() ? "(absent)" : b->second;
        if (old_value != new_value) lines.push_back(fmt::format("{}: {} -> {}", name, old_value, new_value));
    }
    return lines;
}

}  // namespace assay::harness
