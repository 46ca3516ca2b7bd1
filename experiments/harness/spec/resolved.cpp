#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "experiments/harness/plan/plan.hpp"
#include "experiments/harness/spec/spec.hpp"

namespace assay::harness {

namespace {

/// Writes TOML. A text is written as JSON writes it, which TOML reads the same way (DEL apart, which TOML
/// wants escaped).
class Writer {
  public:
    static std::string text(const std::string& value) {
        std::string out;
        for (const char c : nlohmann::json(value).dump()) {
            if (c == '\x7f')
                out += "\\u007F";
            else
                out += c;
        }
        return out;
    }

    static std::string value(const Value& value) {
        if (const auto* words = std::get_if<std::string>(&value)) return text(*words);
        return canonical(value);
    }

    static std::string list(const std::vector<Value>& values) {
        std::string out;
        for (const Value& item : values) out += (out.empty() ? "" : ", ") + value(item);
        return "[" + out + "]";
    }

    static std::string texts(const std::vector<std::string>& values) {
        return list(std::vector<Value>(values.begin(), values.end()));
    }

    static std::string number(double value) { return canonical(Value(value)); }

    /// `{ a = 1, b = "x" }` from ready parts; empty parts are left out.
    static std::string inline_table(const std::vector<std::string>& parts) {
        std::string out;
        for (const std::string& part : parts)
            if (!part.empty()) out += (out.empty() ? "" : ", ") + part;
        return "{ " + out + " }";
    }

    static std::string point(const Params& params) {
        std::vector<std::string> parts;
        for (const auto& [name, entry] : params) parts.push_back(name + " = " + value(entry));
        return inline_table(parts);
    }

    void line(const std::string& words) { out_ += words + "\n"; }
    void entry(const std::string& key, const std::string& toml) { line(key + " = " + toml); }
    /// Left out when empty: an absent text and an empty one mean the same.
    void words(const std::string& key, const std::string& value) {
        if (!value.empty()) entry(key, text(value));
    }
    void header(const std::string& name) { line("\n" + name); }

    std::string take() { return std::move(out_); }

  private:
    std::string out_;
};

template <class Items, class Write>
std::string array(const Items& items, const Write& write) {
    std::string out;
    for (const auto& item : items) out += (out.empty() ? "" : ", ") + write(item);
    return "[" + out + "]";
}

std::string optional_part(const std::string& key, const std::optional<double>& value) {
    return value ? key + " = " + Writer::number(*value) : "";
}

std::string text_part(const std::string& key, const std::string& value) {
    return value.empty() ? "" : key + " = " + Writer::text(value);
}

std::string lists(const std::map<std::string, std::vector<Value>>& by_name) {
    std::vector<std::string> parts;
    for (const auto& [name, values] : by_name) parts.push_back(name + " = " + Writer::list(values));
    return Writer::inline_table(parts);
}

void write_sweep(Writer& writer, const Sweep& sweep) {
    const auto params = [](const Params& point) { return Writer::point(point); };
    if (!sweep.grid.empty()) writer.entry("grid", lists(sweep.grid));
    if (!sweep.zip.empty()) writer.entry("zip", array(sweep.zip, lists));
    if (!sweep.cases.empty()) writer.entry("case", array(sweep.cases, params));
    if (!sweep.draws.empty()) {
        std::vector<std::string> parts;
        for (const auto& [name, draw] : sweep.draws)
            parts.push_back(fmt::format("{} = {{ kind = \"{}\", low = {}, high = {} }}", name, draw.kind,
                                        Writer::number(draw.low), Writer::number(draw.high)));
        writer.entry("draw", Writer::inline_table(parts));
        writer.entry("draws", fmt::format("{}", sweep.draw_count));
        writer.entry("draw_method", Writer::text(sweep.draw_method));
        writer.entry("draw_seed", fmt::format("{}", sweep.draw_seed));
    }
    if (!sweep.exclude.empty()) writer.entry("exclude", array(sweep.exclude, params));
}

void write_sweeps(Writer& writer, const Spec& spec) {
    const std::vector<Sweep> blocks = spec.sweeps.empty() ? std::vector<Sweep>(1) : spec.sweeps;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        writer.header("[[sweep]]");
        if (i == 0) {
            writer.entry("seeds", fmt::format("{}", spec.seeds));
            writer.entry("first_seed", fmt::format("{}", spec.first_seed));
        }
        write_sweep(writer, blocks[i]);
    }
}

/// A number of samples stands bare, a parameter's name in quotes.
std::string share_part(const std::string& share_of) {
    const bool number = share_of.find_first_not_of("0123456789") == std::string::npos;
    return number && !share_of.empty() ? "share_of = " + share_of : text_part("share_of", share_of);
}

std::string check_text(const Check& check) {
    return Writer::inline_table(
        {"of = " + Writer::text(check.of), optional_part("above", check.above),
         optional_part("below", check.below), optional_part("near", check.near),
         check.near ? "within = " + Writer::number(check.within) : "", fmt::format("exact = {}", check.exact),
         text_part("scale", check.log_scale ? "log" : "linear"), share_part(check.share_of),
         optional_part("reused", check.reused), text_part("margin", check.margin)});
}

void write_claim(Writer& writer, const Claim& claim) {
    writer.header("[[claim]]");
    writer.words("id", claim.id);
    writer.words("says", claim.says);
    writer.words("where", claim.where);
    writer.entry("check", check_text(claim.check));
    writer.words("paper", claim.paper);
    writer.words("source", claim.from_theory ? "paper" : "authors");
    if (!claim.deviations.empty()) writer.entry("deviations", Writer::texts(claim.deviations));
    writer.entry("level", Writer::number(claim.level));
    writer.words("interval", claim.interval);
    if (claim.role != Role::claim) writer.words("role", to_string(claim.role));
    writer.words("calibrated", claim.calibrated);
    writer.entry("scale_free", claim.needs_scale ? "false" : "true");
    if (!claim.profiles.empty()) writer.entry("profiles", Writer::texts(claim.profiles));
}

void write_deviation(Writer& writer, const Deviation& deviation) {
    writer.header("[[deviation]]");
    writer.words("id", deviation.id);
    writer.words("what", deviation.what);
    writer.words("why", deviation.why);
    if (deviation.sensitivity) writer.entry("sensitivity", check_text(*deviation.sensitivity));
}

std::string axis_text(const std::string& label, bool log, std::optional<double> min,
                      std::optional<double> max) {
    return Writer::inline_table({text_part("label", label), fmt::format("log = {}", log),
                                 optional_part("min", min), optional_part("max", max)});
}

void write_panel(Writer& writer, const Panel& panel) {
    writer.header("[[figure.panel]]");
    writer.words("title", panel.title);
    writer.entry("x", axis_text(panel.x_label, panel.x_log, panel.x_min, panel.x_max));
    writer.entry("y", axis_text(panel.y_label, panel.y_log, panel.y_min, panel.y_max));
    writer.entry(
        "curve", array(panel.curves, [](const Curve& curve) {
            return Writer::inline_table({"of = " + Writer::text(curve.of), text_part("label", curve.label),
                                         text_part("x", curve.x), text_part("style", curve.style),
                                         text_part("color", curve.color)});
        }));
    if (!panel.lines.empty())
        writer.entry("line", array(panel.lines, [](const auto& item) {
                         return Writer::inline_table(
                             {text_part("label", item.first), "value = " + Writer::number(item.second)});
                     }));
}

void write_figure(Writer& writer, const Figure& figure) {
    writer.header("[[figure]]");
    writer.words("id", figure.id);
    writer.words("title", figure.title);
    writer.words("where", figure.where);
    writer.words("caption", figure.caption);
    writer.words("kind", figure.kind);
    writer.words("of", figure.images);
    if (figure.color) writer.entry("color", "true");
    if (figure.columns > 0) writer.entry("columns", fmt::format("{}", figure.columns));
    if (!figure.row_labels.empty()) writer.entry("row_labels", Writer::texts(figure.row_labels));
    for (const Panel& panel : figure.panels) write_panel(writer, panel);
}

void write_table(Writer& writer, const Table& table) {
    const auto header = [](const Table::Header& item) {
        return Writer::inline_table(
            {"key = " + Writer::text(item.key), "label = " + Writer::text(item.label)});
    };
    writer.header("[[table]]");
    writer.words("id", table.id);
    writer.words("title", table.title);
    writer.words("where", table.where);
    writer.words("caption", table.caption);
    writer.entry("rows", array(table.rows, header));
    writer.entry("columns", array(table.columns, header));
    writer.words("cell", table.cell);
    if (!table.paper_values.empty()) writer.entry("paper", array(table.paper_values, Writer::number));
    writer.entry("digits", fmt::format("{}", table.digits));
}

}  // namespace

std::string resolved_text(const Spec& spec) {
    Writer writer;
    writer.line(fmt::format("# {}, profile {}, with every default written out",
                            Writer::text(spec.study + "/" + spec.name + ".toml"), spec.profile));
    for (const auto& [name, values] : spec.scaled)
        writer.line(fmt::format("# scaled down: {} = {} instead of {}", name, canonical(values.second),
                                canonical(values.first)));
    writer.line("schema = 1");
    writer.words("experiment", spec.experiment);
    writer.words("title", spec.title);
    writer.words("source", spec.source);
    writer.words("about", spec.about);
    writer.header("[params]");
    for (const auto& [name, value] : spec.params) writer.entry(name, Writer::value(value));
    write_sweeps(writer, spec);
    writer.header("[limits]");
    writer.entry("seconds", Writer::number(spec.limits.seconds));
    writer.entry("memory_mb", Writer::number(spec.limits.memory_bytes / 1024 / 1024));
    if (!spec.definitions.empty()) writer.header("[let]");
    for (const auto& [name, text] : spec.definitions) writer.words(name, text);
    for (const Claim& claim : spec.claims) write_claim(writer, claim);
    for (const Deviation& deviation : spec.deviations) write_deviation(writer, deviation);
    for (const Figure& figure : spec.figures) write_figure(writer, figure);
    for (const Table& table : spec.tables) write_table(writer, table);
    return writer.take();
}

}  // namespace assay::harness
