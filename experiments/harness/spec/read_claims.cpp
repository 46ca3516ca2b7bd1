#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "experiments/harness/plan/plan.hpp"
#include "experiments/harness/spec/reading.hpp"
#include "experiments/harness/spec/suggest.hpp"

namespace assay::harness {

std::string to_string(Role role) {
    return role == Role::claim ? "claim" : role == Role::own ? "own" : "identity";
}

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

/// A logarithmic scale needs bounds that have logarithms; it, a share and an exact claim exclude one another.
void check_method(Section& section, const Check& check) {
    Problems& problems = section.problems();
    const int methods = int{check.log_scale} + int{!check.share_of.empty()} + int{check.exact};
    if (methods > 1)
        problems.add(section.mark(),
                     fmt::format("{}, {} and {} exclude one another; keep one", section.name("exact"),
                                 section.name("scale"), section.name("share_of")));
    if (check.exact && check.reused)
        problems.add(section.key_mark("reused"),
                     fmt::format("{} says how an interval is made, and {} makes none; drop one",
                                 section.name("reused"), section.name("exact")));
    if (!check.log_scale) return;
    const auto positive = [&](const char* key, std::optional<double> bound) {
        if (bound && !(*bound > 0))
            problems.add(section.key_mark(key), fmt::format("{}: the bound {:g} has no logarithm; scale = "
                                                            "\"log\" needs bounds above 0",
                                                            section.name(key), *bound));
    };
    positive("above", check.above);
    positive("below", check.below);
    if (check.near) positive("near", *check.near - check.within);
}

/// `share_of`: a number of samples, or the parameter that holds it; "" when absent or wrong.
std::string read_share(Section& section, const Reading& reading) {
    const Node* node = section.find("share_of");
    if (node == nullptr) return "";
    if (node->kind == Node::Kind::integer && std::get<std::int64_t>(node->value) > 0)
        return canonical(node->value);
    if (node->kind == Node::Kind::text) {
        const std::string& name = std::get<std::string>(node->value);
        std::vector<std::string> counts;
        if (reading.experiment == nullptr) return name;
        for (const ParamSpec& param : reading.experiment->params)
            if (std::holds_alternative<std::int64_t>(param.fallback)) counts.push_back(param.name);
        if (std::find(counts.begin(), counts.end(), name) != counts.end()) return name;
        section.problems().add(node->mark,
                               fmt::format("{}: {} is no whole-number parameter of the experiment{} (there "
                                           "are: {})",
                                           section.name("share_of"), shown(*node), did_you_mean(name, counts),
                                           fmt::join(counts, ", ")));
        return "";
    }
    section.problems().add(node->mark, fmt::format("{} must be a whole number above 0 or the name of the "
                                                   "parameter that holds it, but is {}",
                                                   section.name("share_of"), shown(*node)));
    return "";
}

Check read_check(const Node& node, const std::string& path, Reading& reading,
                 const std::vector<std::string>& profiles, bool needs_bound) {
    Section section(node, path, reading.problems);
    Check check;
    check.written = section.required_text("of");
    if (!check.written.empty())
        check.of =
            add_expression(check.written, section.name("of"), section.find("of")->mark, reading, profiles);
    check.above = section.number("above");
    check.below = section.number("below");
    check.near = section.number("near");
    check.within = section.number("within", 0).value_or(0);
    check.exact = section.flag("exact", false);
    check.log_scale = section.word("scale", {"linear", "log"}, "linear") == "log";
    check.share_of = read_share(section, reading);
    check.reused = section.number("reused", 0);
    check.margin = section.text("margin").value_or("");
    const auto given = [&](const char* key) { return node.find(key) != nullptr; };
    if (needs_bound && !given("above") && !given("below") && !given("near"))
        reading.problems.add(node.mark, path + " sets no bound; give above, below, or near and within");
    check_bounds(section, check, given("near"), given("within"));
    check_method(section, check);
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

Claim read_claim(const Node& node, Reading& reading, std::map<std::string, Mark>& ids) {
    Section section(node, "claim", reading.problems);
    Claim claim;
    claim.place = {reading.problems.file(), node.mark.line, node.mark.column};
    claim.id = section.id("id");
    claim.says = section.required_text("says");
    claim.where = section.required_text("where");
    claim.profiles = read_profile_names(section);
    if (const Node* check = section.table("check"))
        claim.check = read_check(*check, "claim.check", reading, claim.profiles, true);
    else if (section.find("check") == nullptr)
        section.missing("check");
    claim.paper = read_printed(section, "paper");
    claim.from_theory = section.word("source", {"paper", "authors"}, "paper") == "paper";
    claim.deviations = section.texts("deviations");
    claim.level = section.number("level", 0.5, 0.9999).value_or(0.95);
    claim.interval = section.word("interval", {"t", "bootstrap"}, "t");
    if (claim.interval == "bootstrap" && claim.check.reused.value_or(0.0) > 0.0)
        reading.problems.add(
            section.key_mark("interval"),
            "the correction for seeds that are splits of one set (check.reused) is that of a t "
            "interval; drop interval = \"bootstrap\"");
    const std::string role = section.word("role", {"claim", "own", "identity"}, "claim");
    for (const Role each : roles)
        if (to_string(each) == role) claim.role = each;
    claim.calibrated = section.text("calibrated").value_or("");
    if (section.find("calibrated") != nullptr && claim.calibrated.empty())
        reading.problems.add(section.key_mark("calibrated"),
                             "claim.calibrated must say what was fitted to the published numbers");
    if (claim.role == Role::identity && !claim.calibrated.empty())
        reading.problems.add(section.key_mark("calibrated"),
                             "claim.calibrated: a claim of role \"identity\" is no evidence for the paper "
                             "and has nothing to calibrate; drop one of the two");
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
