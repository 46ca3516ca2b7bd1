#include <fmt/format.h>

#include <cmath>

#include "experiments/harness/plan/expand.hpp"
#include "experiments/harness/spec/reading.hpp"
#include "experiments/harness/spec/values.hpp"

namespace assay::harness {

namespace {

/// Reads one block of sweep.
class BlockReader {
  public:
    BlockReader(const Node& block, Reading& reading)
        : section_(block, "sweep", reading.problems), reading_(reading) {}

    Section& section() { return section_; }

    Sweep read() {
        read_grid();
        read_zip();
        for (const Node* item : section_.tables("case")) sweep_.cases.push_back(point(*item, "case", true));
        read_draws();
        for (const Node* item : section_.tables("exclude"))
            sweep_.exclude.push_back(point(*item, "exclude", false));
        check_size();
        return std::move(sweep_);
    }

  private:
    void check_size() {
        const double points = count_points(sweep_);
        if (points > static_cast<double>(most_runs))
            reading_.problems.add(
                section_.mark(), fmt::format("the sweep makes {} points; {} are allowed", points, most_runs));
    }

    /// In one block every parameter is swept in one way only.
    void claim(const std::string& name, const std::string& way, Mark mark) {
        const auto [other, fresh] = swept_.try_emplace(name, way, mark);
        if (!fresh && other->second.first != way)
            reading_.problems.add(
                mark, fmt::format("sweep.{} sweeps \"{}\", which sweep.{} (line {}) sweeps already",
                                  way.substr(0, way.find('#')), name,
                                  other->second.first.substr(0, other->second.first.find('#')),
                                  other->second.second.line));
    }

    void read_grid() {
        const Node* grid = section_.table("grid");
        if (grid == nullptr) return;
        for (std::size_t i = 0; i < grid->keys.size(); ++i) {
            const Node::Key& key = grid->keys[i];
            claim(key.name, "grid", key.mark);
            sweep_.grid[key.name] =
                read_values(grid->items[i], key.name, "sweep.grid." + key.name, key.mark, reading_);
        }
    }

    void read_zip() {
        std::size_t number = 0;
        for (const Node* zip : section_.tables("zip")) {
            const std::string way = fmt::format("zip#{}", number++);
            std::map<std::string, std::vector<Value>> lists;
            for (std::size_t i = 0; i < zip->keys.size(); ++i) {
                const Node::Key& key = zip->keys[i];
                claim(key.name, way, key.mark);
                lists[key.name] =
                    read_values(zip->items[i], key.name, "sweep.zip." + key.name, key.mark, reading_);
                const std::size_t first = zip->items[0].items.size(), size = zip->items[i].items.size();
                if (zip->items[0].kind == Node::Kind::array && zip->items[i].kind == Node::Kind::array &&
                    size != first)
                    reading_.problems.add(
                        key.mark,
                        fmt::format("sweep.zip walks its lists together, but \"{}\" has {} values (line {}) "
                                    "and \"{}\" has {} (line {}); make them equally long",
                                    key.name, size, key.mark.line, zip->keys[0].name, first,
                                    zip->keys[0].mark.line));
            }
            if (zip->keys.empty())
                empty(*zip, "zip");
            else
                sweep_.zip.push_back(std::move(lists));
        }
    }

    void empty(const Node& table, const std::string& what) {
        reading_.problems.add(table.mark,
                              "sweep." + what + " has an empty entry; name at least one parameter in it");
    }

    Params point(const Node& table, const std::string& what, bool sweeps) {
        if (table.keys.empty()) empty(table, what);
        if (sweeps)
            for (const Node::Key& key : table.keys) claim(key.name, what, key.mark);
        return read_params(table, "sweep." + what, reading_);
    }

    void read_draws() {
        const auto count = section_.integer("draws", 1, static_cast<std::int64_t>(most_runs));
        sweep_.draw_method = section_.word("draw_method", {"random", "sobol"}, "random");
        const auto seed = section_.integer("draw_seed", 0, std::numeric_limits<std::int64_t>::max());
        sweep_.draw_seed = static_cast<std::uint64_t>(seed.value_or(0));
        const Node* draw = section_.table("draw");
        if (draw == nullptr) {
            if (section_.find("draw") == nullptr && count)
                reading_.problems.add(
                    section_.key_mark("draws"),
                    "sweep.draws says how many points to draw, but [sweep.draw] is missing");
            return;
        }
        if (section_.find("draws") == nullptr)
            reading_.problems.add(
                section_.key_mark("draw"),
                "sweep.draw needs the number of points to draw, draws = N in the same block");
        sweep_.draw_count = static_cast<std::size_t>(count.value_or(0));
        for (std::size_t i = 0; i < draw->keys.size(); ++i) {
            claim(draw->keys[i].name, "draw", draw->keys[i].mark);
            read_draw(draw->keys[i], draw->items[i]);
        }
    }

    void read_draw(const Node::Key& key, const Node& node) {
        const std::string path = "sweep.draw." + key.name;
        if (node.kind != Node::Kind::table) {
            reading_.problems.add(node.mark,
                                  fmt::format("{} must be a table {{kind = \"log\", low = ..., high = ...}}, "
                                              "but is {}",
                                              path, shown(node)));
            return;
        }
        Section section(node, path, reading_.problems);
        Sweep::Draw draw;
        if (section.find("kind") == nullptr) section.missing("kind");
        draw.kind = section.word("kind", {"linear", "log", "integer"}, "");
        for (const char* bound : {"low", "high"}) {
            if (section.find(bound) == nullptr) section.missing(bound);
            const auto value = section.number(bound);
            (bound[0] == 'l' ? draw.low : draw.high) = value.value_or(std::nan(""));
        }
        section.finish();
        check_draw(key, section, draw);
        sweep_.draws[key.name] = draw;
    }

    void check_draw(const Node::Key& key, Section& section, const Sweep::Draw& draw) {
        Problems& problems = reading_.problems;
        if (draw.low >= draw.high)
            problems.add(section.key_mark("low"), fmt::format("{} must be below high, {}, but is {}",
                                                              section.name("low"), draw.high, draw.low));
        if (draw.kind == "log" && draw.low <= 0)
            problems.add(section.key_mark("low"),
                         fmt::format("{} must be above 0 for a draw of kind \"log\", but is {}",
                                     section.name("low"), draw.low));
        if (reading_.experiment == nullptr) return;
        const ParamSpec* param = find_param(*reading_.experiment, key.name);
        if (param == nullptr) {
            problems.add(key.mark, unknown_param(*reading_.experiment, key.name));
            return;
        }
        const bool integer = std::holds_alternative<std::int64_t>(param->fallback);
        if (!integer && !std::holds_alternative<double>(param->fallback)) {
            problems.add(key.mark, fmt::format("sweep.draw.{}: only numbers can be drawn; list its values in "
                                               "[sweep.grid] instead",
                                               key.name));
            return;
        }
        if (!draw.kind.empty() && integer != (draw.kind == "integer"))
            problems.add(section.key_mark("kind"),
                         fmt::format("{} must be {}, since \"{}\" is {}", section.name("kind"),
                                     integer ? "\"integer\"" : "\"linear\" or \"log\"", key.name,
                                     integer ? "an integer" : "a real number"));
        for (const char* bound : {"low", "high"}) {
            const double value = bound[0] == 'l' ? draw.low : draw.high;
            if (std::isnan(value)) continue;
            const std::string complaint = complaint_about(*param, Value(value));
            if (!complaint.empty())
                problems.add(section.key_mark(bound), section.name(bound) + " " + complaint);
            else if (integer && (value != std::floor(value) || std::abs(value) > 9e15))
                problems.add(section.key_mark(bound), section.name(bound) + " must be an integer");
        }
    }

    Section section_;
    Reading& reading_;
    Sweep sweep_;
    std::map<std::string, std::pair<std::string, Mark>> swept_;
};

void read_seeds(Section& section, Spec& spec) {
    if (const auto seeds = section.integer("seeds", 1, most_seeds))
        spec.seeds = static_cast<std::size_t>(*seeds);
    if (const auto first =
            section.integer("first_seed", 0, std::numeric_limits<std::int64_t>::max() - most_seeds))
        spec.first_seed = static_cast<std::uint64_t>(*first);
}

}  // namespace

void read_sweeps(Section& top, Reading& reading, Spec& spec) {
    const Node* node = top.find("sweep");
    if (node == nullptr) return;
    std::vector<const Node*> blocks;
    if (node->kind == Node::Kind::table)
        blocks.push_back(node);
    else
        blocks = top.tables("sweep");
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        BlockReader block(*blocks[i], reading);
        if (i == 0) {
            read_seeds(block.section(), spec);
        } else {
            for (const char* key : {"seeds", "first_seed"})
                if (block.section().find(key) != nullptr)
                    reading.problems.add(
                        block.section().key_mark(key),
                        fmt::format("sweep.{} holds for the whole spec: write it in the first "
                                    "[[sweep]] only",
                                    key));
        }
        spec.sweeps.push_back(block.read());
        block.section().finish();
    }
}

}  // namespace assay::harness
