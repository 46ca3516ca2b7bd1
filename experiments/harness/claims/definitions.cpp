#include "experiments/harness/claims/definitions.hpp"

#include <fmt/format.h>

#include <ranges>
#include <set>
#include <vector>

#include "experiments/harness/claims/syntax.hpp"

namespace assay::harness {

namespace {

using syntax::Node;

/// The metrics of a tree in the order of its text.
void find_metrics(const Node& node, std::vector<const Node*>& found) {
    if (node.kind == Node::Kind::metric) found.push_back(&node);
    for (const Node& child : node.children) find_metrics(child, found);
}

std::string with_picks(std::string text, const std::string& picks) {
    const Node tree = syntax::parse(text);
    std::vector<const Node*> metrics;
    find_metrics(tree, metrics);
    for (const Node* metric : metrics | std::views::reverse) {
        if (metric->picks.empty())
            text.replace(metric->begin, metric->end - metric->begin, metric->name + "[" + picks + "]");
        else
            text.insert(metric->end - 1, ", " + picks);
    }
    return text;
}

class Expansion {
  public:
    explicit Expansion(const Definitions& definitions) : definitions_(definitions) {}

    std::string of(std::string text) {
        const Node tree = syntax::parse(text);
        std::vector<const Node*> metrics;
        find_metrics(tree, metrics);
        // From the last to the first, so that the places of those before stay what they are.
        for (const Node* metric : metrics | std::views::reverse) {
            const auto found = definitions_.find(metric->name);
            if (found == definitions_.end()) continue;
            if (!open_.insert(metric->name).second)
                throw syntax::error_at(text, metric->column, "\"" + metric->name + "\" stands for itself");
            if (open_.size() > syntax::max_depth)
                throw syntax::error_at(text, metric->column, "names stand for one another too deeply");
            std::string meaning = of(found->second);
            open_.erase(metric->name);
            if (!metric->picks.empty()) {
                const std::size_t first = text.find('[', metric->begin) + 1;
                meaning = with_picks(meaning, text.substr(first, metric->end - 1 - first));
            }
            const Node::Kind kind = syntax::parse(meaning).kind;
            if (kind == Node::Kind::binary || kind == Node::Kind::negate) meaning = "(" + meaning + ")";
            text.replace(metric->begin, metric->end - metric->begin, meaning);
            if (text.size() > syntax::max_length)
                throw Error(
                    fmt::format("with what its names stand for, the expression is longer than the {} "
                                "characters that are allowed",
                                syntax::max_length));
        }
        return text;
    }

  private:
    const Definitions& definitions_;
    std::set<std::string> open_;  ///< being expanded
};

}  // namespace

std::string expanded(const std::string& text, const Definitions& definitions) {
    return definitions.empty() ? text : Expansion(definitions).of(text);
}

}  // namespace assay::harness
