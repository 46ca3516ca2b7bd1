#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "experiments/harness/plan/plan.hpp"
#include "experiments/harness/spec/reading.hpp"
#include "experiments/harness/spec/suggest.hpp"

namespace assay::harness {

namespace {

void check_bounds(Section& section, const Check& check, bool near_given, bool within_given) {
    Problems& problems = section.problems();
    if (check.above && check.below && *check.above >= *check.below)
        problems.add(section.key_mark("above"),
                     fmt::format("{}: no value is above {} and below {}", section.name("above"), *check.above,
                                 *check.below));
    if (near_given && !within_given)
        problems.add(section.key_mark("near"), fmt::format("{} needs {}, the half-width around it",
                                                           section.name("near"), section.name("within")));
    if (within_given && !near_given)
        problems.add(section.key_mark("within"), fmt::format("{} needs {}, the value that it is around",
                                                             section.name("within"), section.name("near")));
}

Check read_check(const Node& node, const std::string& path, Reading& reading,
                 const std::vector<std::string>& profiles, bool needs_bound) {
    Section section(node, path, reading.problems);
    Check check;
    check.of = read_expression(section, "of", reading, profiles);
    check.above = section.number("above");
    check.below = section.number("below");
    check.near = section.number("near");
    check.within = section.number("within", 0).value_or(0);
    check.exact = section.flag("exact", false);
    check.margin = section.text("margin").value_or("");
    const auto given = [&](const char* key) { return node.find(key) != nullptr; };
    if (needs_bound && !given("above") && !given("below") && !given("near"))
        reading.problems.add(node.mark, path + " sets no bound; give above, below, or near and within");
    check_bounds(section, check, given("near"), given("within"));
    section.finish();
    return check;
}

/// A number or a text; a number becomes its shortest text.
std::string read_printed(Section& section, const std::string& key) {
    const Node* node = section.find(key);
    if (node == nullptr) return "";
    if (node->kind == Node::Kind::text) return std::get<std::string>(node->value);
    if (node->kind == Node::Kind::integer || node->kind == Node::Kind::real) return canonical(node->value);
    section.problems().add(node->mark, fmt::format("{} must be a number or a text in quotes, but is {}",
                                                   section.name(key), shown(*node)));
    return "";
}

std::vector<std::string> read_claim_profiles(Section& section) {
    std::vector<std::string> profiles = section.texts("profiles");
    for (std::size_t i = 0; i < profiles.size(); ++i)
        if (std::find(profile_names().begin(), profile_names().end(), profiles[i]) == profile_names().end())
            section.problems().add(
                section.find("profiles")->mark,
                fmt::format("{}: unknown profile {}{} (allowed: {})", section.name("profiles"),
                            canonical(Value(profiles[i])), did_you_mean(profiles[i], profile_names()),
                            fmt::join(profile_names(), ", ")));
    return profiles;
}

Claim read_claim(const Node& node, Reading& reading, std::map<std::string, Mark>& ids) {
    Section section(node, "claim", reading.problems);
    Claim claim;
    claim.place = {reading.problems.file(), node.mark.line, node.mark.column};
    claim.id = section.id("id");
    claim.says = section.required_text("says");
    claim.where = section.required_text("where");
    claim.profiles = read_claim_profiles(section);
    if (const Node* check = section.table("check"))
        claim.check = read_check(*check, "claim.check", reading, claim.profiles, true);
    else if (section.find("check") == nullptr)
        section.missing("check");
    claim.paper = read_printed(section, "paper");
    claim.from_theory = section.word("source", {"paper", "authors"}, "paper") == "paper";
    claim.deviations = section.texts("deviations");
    claim.level = section.number("level", 0.5, 0.9999).value_or(0.95);
    claim.interval = section.word("interval", {"t", "bootstrap"}, "t");
    claim.needs_scale = !section.flag("scale_free", false);
    section.finish();
    const auto [first, fresh] = ids.try_emplace(claim.id, node.mark);
    if (!claim.id.empty() && !fresh)
        reading.problems.add(
            section.find("id")->mark,
            fmt::format("the claim id \"{}\" is taken already (line {})", claim.id, first->second.line));
    return claim;
}

Deviation read_deviation(const Node& node, Reading& reading, std::map<std::string, Mark>& ids) {
    Section section(node, "deviation", reading.problems);
    Deviation deviation;
    deviation.id = section.id("id");
    deviation.what = section.required_text("what");
    deviation.why = section.required_text("why");
    if (const Node* check = section.table("sensitivity"))
        deviation.sensitivity = read_check(*check, "deviation.sensitivity", reading, {}, false);
    section.finish();
    const auto [first, fresh] = ids.try_emplace(deviation.id, node.mark);
    if (!deviation.id.empty() && !fresh)
        reading.problems.add(section.find("id")->mark,
                             fmt::format("the deviation id \"{}\" is taken already (line {})", deviation.id,
                                         first->second.line));
    return deviation;
}

}  // namespace

void read_claims(Section& top, Reading& reading, Spec& spec) {
    std::map<std::string, Mark> claim_ids, deviation_ids;
    for (const Node* node : top.tables("deviation"))
        spec.deviations.push_back(read_deviation(*node, reading, deviation_ids));
    std::vector<std::string> known;
    for (const auto& [id, mark] : deviation_ids) known.push_back(id);
    for (const Node* node : top.tables("claim")) {
        spec.claims.push_back(read_claim(*node, reading, claim_ids));
        for (const std::string& id : spec.claims.back().deviations) {
            if (deviation_ids.count(id) != 0) continue;
            const std::string allowed =
                known.empty() ? "the spec has no [[deviation]]" : "its deviations: " + quoted_list(known);
            reading.problems.add(node->find("deviations")->mark,
                                 fmt::format("claim.deviations: unknown deviation {}{} ({})",
                                             canonical(Value(id)), did_you_mean(id, known), allowed));
        }
    }
}

}  // namespace assay::harness
