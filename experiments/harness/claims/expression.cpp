#include "experiments/harness/claims/expression.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <set>

#include "experiments/harness/claims/functions.hpp"
#include "experiments/harness/claims/quantity.hpp"
#include "experiments/harness/claims/selection.hpp"
#include "experiments/harness/claims/syntax.hpp"
#include "experiments/harness/spec/suggest.hpp"

namespace assay::harness {

namespace {

using syntax::Node;
using syntax::Pick;
using Lookup = std::function<const Result&(const std::string& id)>;

/// Keeps what a pick asks of one of the metric's own axes.
Quantity pick_points(Quantity quantity, const Pick& pick) {
    const std::size_t axis = axis_index(quantity, pick.name);
    const std::vector<double>& points = quantity.axis_values[axis];
    const auto position = [&](const syntax::Literal& literal) {
        return point_index(quantity, axis, literal.number.value_or(std::numeric_limits<double>::quiet_NaN()),
                           literal.text);
    };
    std::vector<std::size_t> kept;
    switch (pick.kind) {
        case Pick::Kind::all:
            return quantity;
        case Pick::Kind::one:
            return drop(take(quantity, axis, {position(pick.values[0])}), axis);
        case Pick::Kind::list:
            for (const auto& literal : pick.values) kept.push_back(position(literal));
            break;
        case Pick::Kind::range:
            for (std::size_t i = 0; i < points.size(); ++i) {
                const double low = *pick.values[0].number, high = *pick.values[1].number;
                if ((points[i] >= low || same_number(points[i], low)) &&
                    (points[i] <= high || same_number(points[i], high)))
                    kept.push_back(i);
            }
            if (kept.empty()) throw Error("axis \"" + pick.name + "\" has no point in that range");
            break;
    }
    return take(quantity, axis, kept);
}

Quantity stored_metric(const Result& result, const std::string& name) {
    if (const CostMetric* cost = find_cost_metric(name)) {
        if (const auto value = cost->of(result.timing)) return scalar(*value);
        throw Error("run " + result.id.substr(0, 12) + " recorded no " + name + ", being a run on " +
                    result.device);
    }
    const auto found = result.metrics.find(name);
    if (found == result.metrics.end())
        throw Error("run " + result.id.substr(0, 12) + " recorded no metric \"" + name + "\"");
    Quantity quantity{found->second.axes, {}, found->second.values};
    std::size_t count = 1;
    for (const std::string& axis : quantity.axis_names) {
        const auto points = result.axes.find(axis);
        if (points == result.axes.end())
            throw Error("run " + result.id.substr(0, 12) + " has no axis \"" + axis + "\"");
        quantity.axis_values.push_back(points->second.values);
        count *= points->second.values.size();
    }
    if (count != quantity.values.size())
        throw Error("run " + result.id.substr(0, 12) + " holds " + name + " with another size than its axes");
    return quantity;
}

Quantity read_metric(const Result& result, const std::string& name, const std::vector<Pick>& picks) {
    Quantity quantity = stored_metric(result, name);
    for (const Pick& pick : picks) quantity = pick_points(std::move(quantity), pick);
    return quantity;
}

/// Joins the runs' values under the new parameter axes.
void append(Quantity& stack, const Quantity& part, const Selection& selection) {
    const std::size_t before = selection.axis_names.size();
    if (stack.values.empty()) {
        for (const std::string& name : part.axis_names)
            if (std::find(selection.axis_names.begin(), selection.axis_names.end(), name) !=
                selection.axis_names.end())
                throw Error("\"" + name + "\" is both a parameter and an axis of the metric");
        stack.axis_names.insert(stack.axis_names.end(), part.axis_names.begin(), part.axis_names.end());
        stack.axis_values.insert(stack.axis_values.end(), part.axis_values.begin(), part.axis_values.end());
    }
    for (std::size_t i = 0; i < part.axis_values.size(); ++i)
        if (stack.axis_values[before + i] != part.axis_values[i])
            throw Error("the runs have different points on axis \"" + part.axis_names[i] + "\"", {},
                        "pick points that all of them have, such as " + part.axis_names[i] +
                            "=a..b, or reduce each run by itself, such as last(x[...]) - last(x[...])");
    stack.values.insert(stack.values.end(), part.values.begin(), part.values.end());
}

/// Walks the tree for one seed.
class Evaluator {
  public:
    Evaluator(const std::string& text, std::vector<const PlannedRun*> runs, const Lookup& result)
        : text_(text), runs_(std::move(runs)), result_(result) {
        for (const PlannedRun* run : runs_) candidates_.push_back(&run->params);
    }

    Quantity value(const Node& node) {
        try {
            return unplaced(node);
        } catch (const Error& error) {
            if (!error.where().empty()) throw;
            throw syntax::error_at(text_, node.column, error.problem(), error.hint());
        }
    }

    /// Ids under the metrics, without reading any result.
    void collect(const Node& node, std::vector<std::string>& ids, std::set<std::string>& seen) {
        for (const Node& child : node.children) collect(child, ids, seen);
        if (node.kind != Node::Kind::metric) return;
        try {
            for (const std::size_t index : select(node, candidates_).chosen)
                if (seen.insert(runs_[index]->id).second) ids.push_back(runs_[index]->id);
        } catch (const Error& error) {
            throw syntax::error_at(text_, node.column, error.problem(), error.hint());
        }
    }

  private:
    Quantity unplaced(const Node& node) {
        switch (node.kind) {
            case Node::Kind::number:
                return scalar(node.number);
            case Node::Kind::list:
                return list(node);
            case Node::Kind::metric:
                return metric(node);
            case Node::Kind::negate:
                return map(value(node.children[0]), [](double x) { return -x; });
            case Node::Kind::binary:
                return apply_operator(node.name, value(node.children[0]), value(node.children[1]));
            case Node::Kind::call:
                break;
        }
        std::vector<Quantity> operands;
        for (const Node& child : node.children) operands.push_back(value(child));
        return find_function(node.name)->apply(operands, {node.along, node.point});
    }

    Quantity list(const Node& node) {
        Quantity out{{list_axis}, {{}}, {}};
        for (const Node& child : node.children) {
            const Quantity entry = value(child);
            if (entry.values.size() != 1 || !entry.axis_names.empty())
                throw Error("an entry of a list is a single number");
            out.values.push_back(entry.values[0]);
            out.axis_values[0].push_back(static_cast<double>(out.values.size()));
        }
        return out;
    }

    Quantity metric(const Node& node) {
        const Selection selection = select(node, candidates_);
        Quantity stack{selection.axis_names, selection.axis_values, {}, selection.labels};
        for (const std::size_t index : selection.chosen)
            append(stack, read_metric(result_(runs_[index]->id), node.name, selection.point_picks),
                   selection);
        return stack;
    }

    const std::string& text_;
    std::vector<const PlannedRun*> runs_;
    const Lookup& result_;
    std::vector<const Params*> candidates_;
};

std::vector<const PlannedRun*> of_seed(const std::vector<PlannedRun>& planned, std::uint64_t seed) {
    std::vector<const PlannedRun*> runs;
    for (const PlannedRun& run : planned)
        if (run.seed == seed) runs.push_back(&run);
    return runs;
}

bool truth_by_form(const Node& node) {
    static const std::set<std::string> makes = {"<", "<=", ">", ">=", "==", "all", "any"};
    static const std::set<std::string> keeps = {"*", "min", "max", "min2", "max2", "first", "last", "at"};
    if (node.kind != Node::Kind::binary && node.kind != Node::Kind::call) return false;
    return makes.contains(node.name) ||
           (keeps.contains(node.name) &&
            std::all_of(node.children.begin(), node.children.end(), truth_by_form));
}

/// Checks names against the declared experiment.
class Checker {
  public:
    Checker(const std::string& text, const Experiment& experiment, const Definitions& definitions)
        : text_(text), experiment_(experiment), measured_(experiment.metrics) {
        for (const CostMetric& cost : cost_metrics()) measured_.push_back(cost.spec);
        for (const ParamSpec& param : experiment.params) params_.push_back(param.name);
        for (const MetricSpec& metric : measured_) {
            metrics_.push_back(metric.name);
            axes_.insert(axes_.end(), metric.axes.begin(), metric.axes.end());
        }
        for (const auto& [name, meaning] : definitions) defined_.push_back(name);
    }

    std::vector<std::string> messages(const Node& root) {
        visit(root);
        return std::move(messages_);
    }

  private:
    void complain(std::size_t column, const std::string& what) {
        messages_.push_back(syntax::error_at(text_, column, what).what());
    }

    void visit(const Node& node) {
        if (node.kind == Node::Kind::metric) metric(node);
        if (node.along) axis_name(node, *node.along);
        if (node.point) axis_name(node, node.point->first);
        for (const Node& child : node.children) visit(child);
    }

    void axis_name(const Node& node, const std::string& name) {
        std::vector<std::string> known = axes_;
        known.insert(known.end(), params_.begin(), params_.end());
        if (std::find(known.begin(), known.end(), name) == known.end())
            complain(node.column, "no axis \"" + name + "\" in " + node.name + did_you_mean(name, known));
    }

    void metric(const Node& node) {
        const auto found = std::find_if(measured_.begin(), measured_.end(),
                                        [&](const MetricSpec& spec) { return spec.name == node.name; });
        if (found == measured_.end()) {
            std::vector<std::string> known = metrics_;
            known.insert(known.end(), defined_.begin(), defined_.end());
            std::string hint = did_you_mean(node.name, known);
            if (hint.empty()) {
                hint = fmt::format("; it measures {}", fmt::join(metrics_, ", "));
                if (!defined_.empty()) hint += fmt::format("; [let] defines {}", fmt::join(defined_, ", "));
            }
            complain(node.column, "\"" + experiment_.name + "\" measures no \"" + node.name + "\"" + hint);
            return;
        }
        for (const Pick& pick : node.picks) this->pick(pick, *found);
    }

    void pick(const Pick& pick, const MetricSpec& metric) {
        const auto param = std::find_if(experiment_.params.begin(), experiment_.params.end(),
                                        [&](const ParamSpec& spec) { return spec.name == pick.name; });
        if (param != experiment_.params.end()) return parameter(pick, *param);
        if (pick.name == "seed")
            return complain(pick.column, "seeds are not picked: a claim is evaluated for every seed");
        if (std::find(metric.axes.begin(), metric.axes.end(), pick.name) != metric.axes.end()) {
            for (const auto& literal : pick.values)
                if (!literal.number)
                    complain(pick.column,
                             "axis \"" + pick.name + "\" has numbers, not \"" + literal.text + "\"");
            return;
        }
        std::vector<std::string> known = metric.axes;
        known.insert(known.end(), params_.begin(), params_.end());
        complain(pick.column, "\"" + pick.name + "\" is neither a parameter nor an axis of " + metric.name +
                                  did_you_mean(pick.name, known));
    }

    void parameter(const Pick& pick, const ParamSpec& spec) {
        const bool text = std::holds_alternative<std::string>(spec.fallback),
                   flag = std::holds_alternative<bool>(spec.fallback);
        for (const auto& literal : pick.values) {
            if (flag && literal.text != "true" && literal.text != "false")
                complain(pick.column, "\"" + pick.name + "\" is true or false, not \"" + literal.text + "\"");
            if (!flag && !text && !literal.number)
                complain(pick.column, "\"" + pick.name + "\" is a number, not \"" + literal.text + "\"");
            if (text && !spec.choices.empty() &&
                std::find(spec.choices.begin(), spec.choices.end(), literal.text) == spec.choices.end())
                complain(
                    pick.column,
                    fmt::format("\"{}\" has no choice \"{}\"{}; the choices are {}", pick.name, literal.text,
                                did_you_mean(literal.text, spec.choices), fmt::join(spec.choices, ", ")));
        }
        if ((text || flag) && pick.kind == Pick::Kind::range)
            complain(pick.column, "\"" + pick.name + "\" is no number, so it has no range");
    }

    const std::string& text_;
    const Experiment& experiment_;
    std::vector<MetricSpec> measured_;  ///< by the experiment and by every run
    std::vector<std::string> params_, metrics_, axes_, messages_;
    std::vector<std::string> defined_;  ///< by [let]
};

}  // namespace

Expression::Expression(std::string text)
    : text_(std::move(text)), tree_(std::make_shared<const syntax::Node>(syntax::parse(text_))) {}

bool Expression::is_truth() const {
    return truth_by_form(*tree_);
}

std::vector<std::string> Expression::check(const Spec& spec) const {
    const auto found = experiments().find(spec.experiment);
    if (found == experiments().end()) return {};
    return Checker(text_, found->second, spec.definitions).messages(*tree_);
}

std::vector<std::string> Expression::runs(const std::vector<PlannedRun>& planned) const {
    std::set<std::uint64_t> seeds;
    for (const PlannedRun& run : planned) seeds.insert(run.seed);
    std::vector<std::string> ids;
    std::set<std::string> seen;
    const Lookup unused;
    for (const std::uint64_t seed : seeds)
        Evaluator(text_, of_seed(planned, seed), unused).collect(*tree_, ids, seen);
    return ids;
}

Quantity Expression::evaluate(const std::vector<PlannedRun>& planned, std::uint64_t seed,
                              const Lookup& result) const {
    return Evaluator(text_, of_seed(planned, seed), result).value(*tree_);
}

}  // namespace assay::harness
