#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "experiments/harness/claims/syntax.hpp"
#include "experiments/harness/spec/reading.hpp"

namespace assay::harness {

namespace {

constexpr std::size_t most_cells = 10'000;
constexpr std::size_t longest_key = 200;

bool is_absent(const Node* list) {
    return list == nullptr || (list->kind == Node::Kind::array && list->items.empty());
}

struct AxisRange {
    std::string label;
    bool log = false;
    std::optional<double> min, max;
};

AxisRange read_axis(Section& panel, const std::string& key) {
    AxisRange axis;
    const Node* node = panel.table(key);
    if (node == nullptr) return axis;
    Section section(*node, panel.name(key), panel.problems());
    axis.label = section.text("label").value_or("");
    axis.log = section.flag("log", false);
    axis.min = section.number("min");
    axis.max = section.number("max");
    section.finish();
    if (axis.min && axis.max && *axis.min >= *axis.max)
        panel.problems().add(section.key_mark("min"),
                             fmt::format("{} must be below {}, {}, but is {}", section.name("min"),
                                         section.name("max"), *axis.max, *axis.min));
    if (axis.log && axis.min && *axis.min <= 0)
        panel.problems().add(section.key_mark("min"),
                             fmt::format("{} must be above 0 on a logarithmic axis, but is {}",
                                         section.name("min"), *axis.min));
    return axis;
}

Curve read_curve(const Node& node, Reading& reading) {
    Section section(node, "figure.panel.curve", reading.problems);
    Curve curve;
    curve.of = read_expression(section, "of", reading);
    curve.label = section.text("label").value_or("");
    if (section.find("x") != nullptr) curve.x = read_expression(section, "x", reading);
    curve.style = section.word("style", {"line", "points", "impulses", "steps"}, "");
    curve.color = section.text("color").value_or("");
    section.finish();
    return curve;
}

Panel read_panel(const Node& node, Reading& reading) {
    Section section(node, "figure.panel", reading.problems);
    Panel panel;
    panel.title = section.text("title").value_or("");
    const AxisRange x = read_axis(section, "x"), y = read_axis(section, "y");
    panel.x_label = x.label, panel.x_log = x.log, panel.x_min = x.min, panel.x_max = x.max;
    panel.y_label = y.label, panel.y_log = y.log, panel.y_min = y.min, panel.y_max = y.max;
    for (const Node* curve : section.tables("curve")) panel.curves.push_back(read_curve(*curve, reading));
    if (panel.curves.empty() && is_absent(section.find("curve"))) section.missing("curve");
    for (const Node* item : section.tables("line")) {
        Section line(*item, "figure.panel.line", reading.problems);
        const std::string label = line.text("label").value_or("");
        if (line.find("value") == nullptr) line.missing("value");
        panel.lines.emplace_back(label, line.number("value").value_or(0));
        line.finish();
    }
    section.finish();
    return panel;
}

void check_kind(Section& section, const Figure& figure) {
    const bool images = figure.kind == "images";
    if (images && section.find("of") == nullptr) section.missing("of");
    if (!images && section.find("panel") == nullptr) section.missing("panel");
    const std::vector<std::string> foreign =
        images ? std::vector<std::string>{"panel"}
               : std::vector<std::string>{"of", "color", "columns", "row_labels"};
    for (const std::string& key : foreign)
        if (section.find(key) != nullptr)
            section.problems().add(
                section.key_mark(key),
                fmt::format("{} does not belong to a figure of kind \"{}\"", section.name(key), figure.kind));
}

Figure read_figure(const Node& node, Reading& reading, std::vector<std::string>& profiles) {
    Section section(node, "figure", reading.problems);
    profiles = read_profile_names(section);
    Figure figure;
    figure.place = {reading.problems.file(), node.mark.line, node.mark.column};
    figure.id = section.id("id");
    figure.title = section.required_text("title");
    figure.where = section.text("where").value_or("");
    figure.caption = section.text("caption").value_or("");
    figure.kind = section.word("kind", {"curves", "images"}, "curves");
    for (const Node* panel : section.tables("panel")) figure.panels.push_back(read_panel(*panel, reading));
    if (section.find("of") != nullptr) figure.images = read_expression(section, "of", reading);
    figure.columns = static_cast<int>(section.integer("columns", 1, 1000).value_or(0));
    figure.color = section.flag("color", false);
    figure.row_labels = section.texts("row_labels");
    check_kind(section, figure);
    section.finish();
    return figure;
}

std::vector<Table::Header> read_headers(Section& table, const std::string& key) {
    std::vector<Table::Header> headers;
    std::set<std::string> keys;
    for (const Node* node : table.tables(key)) {
        Section section(*node, table.name(key), table.problems());
        Table::Header header;
        header.key = section.required_text("key");
        header.label = section.text("label").value_or(header.key);
        section.finish();
        if (header.key.size() > longest_key)
            table.problems().add(section.key_mark("key"), fmt::format("{}.key is longer than {} characters",
                                                                      table.name(key), longest_key));
        if (!header.key.empty() && !keys.insert(header.key).second)
            table.problems().add(section.key_mark("key"), fmt::format("{}: the key \"{}\" appears twice",
                                                                      table.name(key), header.key));
        headers.push_back(std::move(header));
    }
    if (headers.empty() && is_absent(table.find(key))) table.missing(key);
    return headers;
}

void replace_all(std::string& text, const std::string& word, const std::string& by) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + by.size()))
        text.replace(at, word.size(), by);
}

void read_cells(Section& section, Table& table, Reading& reading) {
    const auto too_long = [](const std::vector<Table::Header>& headers) {
        return std::any_of(headers.begin(), headers.end(),
                           [](const Table::Header& header) { return header.key.size() > longest_key; });
    };
    if (table.rows.size() * table.columns.size() > most_cells) {
        section.problems().add(section.mark(), fmt::format("table has more than {} cells", most_cells));
        return;
    }
    if (table.cell.size() > syntax::max_length)
        section.problems().add(section.key_mark("cell"),
                               fmt::format("table.cell is longer than {} characters", syntax::max_length));
    if (table.cell.empty() || table.cell.size() > syntax::max_length || too_long(table.rows) ||
        too_long(table.columns))
        return;
    for (const Table::Header& row : table.rows) {
        table.cells.emplace_back();
        for (const Table::Header& column : table.columns) {
            std::string text = table.cell;
            replace_all(text, "{row}", row.key);
            replace_all(text, "{column}", column.key);
            const std::size_t before = section.problems().count();
            table.cells.back().push_back(
                add_expression(text, "table.cell", section.find("cell")->mark, reading));
            // The same slip of syntax would come back in every cell.
            if (section.problems().count() > before) return;
        }
    }
}

void read_paper_values(Section& section, Table& table) {
    const Node* node = section.list("paper");
    if (node == nullptr) return;
    for (const Node& item : node->items) {
        if (item.kind == Node::Kind::integer)
            table.paper_values.push_back(static_cast<double>(std::get<std::int64_t>(item.value)));
        else if (item.kind == Node::Kind::real && !std::isinf(std::get<double>(item.value)))
            table.paper_values.push_back(std::get<double>(item.value));
        else
            section.problems().add(item.mark,
                                   fmt::format("table.paper must be a list of numbers (nan: not printed), "
                                               "but holds {}",
                                               shown(item)));
    }
    const std::size_t cells = table.rows.size() * table.columns.size();
    if (node->items.size() != cells)
        section.problems().add(
            node->mark,
            fmt::format("table.paper has {} values, but the table has {} rows of {} columns; list "
                        "{} values, row after row (nan: not printed)",
                        node->items.size(), table.rows.size(), table.columns.size(), cells));
    table.paper = fmt::format("[{}]", fmt::join(table.paper_values, ", "));
}

Table read_table(const Node& node, Reading& reading, std::vector<std::string>& profiles) {
    Section section(node, "table", reading.problems);
    profiles = read_profile_names(section);
    Table table;
    table.place = {reading.problems.file(), node.mark.line, node.mark.column};
    table.id = section.id("id");
    table.title = section.required_text("title");
    table.where = section.text("where").value_or("");
    table.caption = section.text("caption").value_or("");
    table.rows = read_headers(section, "rows");
    table.columns = read_headers(section, "columns");
    table.cell = section.required_text("cell");
    table.digits = static_cast<int>(section.integer("digits", 1, 17).value_or(3));
    read_paper_values(section, table);
    read_cells(section, table, reading);
    section.finish();
    return table;
}

}  // namespace

void read_figures(Section& top, Reading& reading, Spec& spec) {
    std::map<std::string, Mark> ids;
    const auto note = [&](const Node& node, const std::string& id) {
        const auto [first, fresh] = ids.try_emplace(id, node.mark);
        if (!id.empty() && !fresh)
            reading.problems.add(node.find("id")->mark,
                                 fmt::format("the figure or table id \"{}\" is taken already (line {})", id,
                                             first->second.line));
    };
    // Reads one item and, when it is meant for this profile, adds it; its expressions are checked in its
    // profiles only.
    const auto add = [&](const Node& node, auto read, auto& items) {
        const std::size_t first = reading.expressions.size();
        std::vector<std::string> profiles;
        auto item = read(node, reading, profiles);
        for (std::size_t i = first; i < reading.expressions.size(); ++i)
            reading.expressions[i].profiles = profiles;
        note(node, item.id);
        if (profiles.empty() || std::find(profiles.begin(), profiles.end(), spec.profile) != profiles.end())
            items.push_back(std::move(item));
    };
    for (const Node* node : top.tables("figure")) add(*node, read_figure, spec.figures);
    for (const Node* node : top.tables("table")) add(*node, read_table, spec.tables);
}

}  // namespace assay::harness
