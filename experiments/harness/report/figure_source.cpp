#include "experiments/harness/report/figure_source.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "experiments/harness/claims/statistics.hpp"
#include "experiments/harness/report/text.hpp"

namespace assay::harness::report {

namespace {

constexpr std::size_t panels_per_row = 3;
/// Pixels: of a panel without its key, of a line of the key, of a letter of the key and of what stands before
/// an entry.
constexpr std::size_t plot_height = 350, key_line = 26, key_letter = 8, key_sample = 60;

/// Writes one figure's gnuplot text and its data side by side: each curve is a range of rows of the CSV.
class Writer {
  public:
    Writer(const Figure& figure, const View& view) : figure_(figure), view_(view) {
        source_.stem = file_stem(view.spec.study + "-" + view.spec.name + "-" + figure.id);
        source_.panels = static_cast<int>(figure.panels.size());
        source_.csv = "panel,curve,x,mean,low,high,seeds,label\n";
        for (std::size_t i = 0; i < figure.panels.size(); ++i) panels_ += panel(figure.panels[i], i + 1);
        source_.alternative = figure.title;
        for (const Panel& each : figure.panels)
            source_.alternative += fmt::format("; {}{}{} against {}", each.title,
                                               each.title.empty() ? "" : ": ", each.y_label, each.x_label);
    }

    FigureSource finished() {
        const std::size_t columns = this->columns(), rows = (figure_.panels.size() + columns - 1) / columns;
        const std::size_t wide = panel_width(), high = plot_height + key_line * key_lines_;
        source_.gnuplot = fmt::format(
            "# {}\n# {} of {}/{}. Draws {}.svg, .pdf and .png from {}.csv; run here: gnuplot {}.gp\nreset "
            "session\nload 'style.gp'\n"
            "do for [form in 'svg pdf png'] {{\n    eval assay_terminal(form, {}, {})\n    set output "
            "'{}.'.form\n"
            "    set multiplot layout {}, {}\n{}    unset multiplot\n}}\nunset output\n",
            one_line(figure_.title), one_line(figure_.where.empty() ? figure_.id : figure_.where),
            file_stem(view_.spec.study), file_stem(view_.spec.name), source_.stem, source_.stem, source_.stem,
            columns * wide, rows * high, source_.stem, rows, columns, panels_);
        return std::move(source_);
    }

  private:
    std::size_t columns() const { return std::clamp<std::size_t>(figure_.panels.size(), 1, panels_per_row); }
    std::size_t panel_width() const { return columns() == 1 ? 680 : columns() == 2 ? 480 : 420; }

    /// gnuplot sets the key's columns by the longest entry; the drawing must be high enough for the lines
    /// that follow.
    void make_room_for_key(const std::vector<std::string>& entries) {
        std::size_t longest = 1;
        for (const std::string& entry : entries) longest = std::max(longest, width(entry));
        const std::size_t side_by_side =
            std::max<std::size_t>(1, panel_width() / (key_letter * longest + key_sample));
        key_lines_ = std::max(key_lines_, (entries.size() + side_by_side - 1) / side_by_side);
    }

    static std::string one_line(const std::string& text) {
        std::string out = text;
        std::replace_if(
            out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
        return out;
    }

    std::string panel(const Panel& panel, std::size_t number) {
        std::vector<Series> all;
        for (const Curve& curve : panel.curves) {
            all.push_back(evaluate_curve(curve, panel.x_log, panel.y_log, view_));
            for (const std::string& note : all.back().notes) source_.notes.push_back(note);
        }
        std::vector<std::string> plots;
        std::size_t most_seeds = 0;
        bool banded = false;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (all[i].points.empty()) continue;
            source_.empty = false;
            most_seeds = std::max(most_seeds, all[i].seeds);
            curve(all[i], number, i + 1, plots, banded);
        }
        if (plots.empty()) return fmt::format("    # panel {}: no data\n    set multiplot next\n", number);
        for (const auto& [label, value] : panel.lines)
            plots.push_back(fmt::format(
                "{:.17g} with lines lw 1.4 dt 3 lc rgb assay_color('reference', 1) title {} noenhanced",
                value, label.empty() ? "''" : gnuplot_string(label)));
        std::vector<std::string> entries;
        for (const Curve& each : panel.curves) entries.push_back(each.label);
        for (const auto& [label, value] : panel.lines) entries.push_back(label);
        if (most_seeds > 0) {
            entries.push_back(band_text(most_seeds, panel.y_log));
            plots.push_back(fmt::format("keyentry with {} title {}",
                                        banded ? "filledcurves fc rgb '#777777'" : "dots lc rgb '#777777'",
                                        gnuplot_string(entries.back())));
        }
        make_room_for_key(entries);
        return frame(panel, all, number) + fmt::format("    plot {}\n", fmt::join(plots, ", \\\n         "));
    }

    /// Title, labels, scales and ranges of a panel.
    static std::string frame(const Panel& panel, const std::vector<Series>& all, std::size_t number) {
        std::string out = fmt::format("    # panel {}\n", number);
        out += fmt::format("    set title {} noenhanced\n", gnuplot_string(panel.title));
        out += fmt::format("    set xlabel {} noenhanced\n", gnuplot_string(panel.x_label));
        out += fmt::format("    set ylabel {} noenhanced\n", gnuplot_string(panel.y_label));
        out += scale("x", panel.x_log, panel.x_min, panel.x_max, extent(all, &Point::x, &Point::x),
                     !panel.x_log && counts_a_few(all) ? "1" : "autofreq");
        out += scale("y", panel.y_log, panel.y_min, panel.y_max, extent(all, &Point::low, &Point::high),
                     "autofreq");
        return out;
    }

    /// Layers or epochs, say, of which there are no halves.
    static bool counts_a_few(const std::vector<Series>& all) {
        return std::ranges::all_of(all, [](const Series& series) {
            return std::ranges::all_of(series.points, [](const Point& point) {
                return point.x == std::floor(point.x) && std::abs(point.x) <= 6;
            });
        });
    }

    /// A logarithmic axis over little more than a decade would be stretched to whole ones and bear two
    /// labels: it gets its own range, and tics at 1, 2 and 5.
    static std::string scale(const std::string& axis, bool log, std::optional<double> min,
                             std::optional<double> max, Interval data, std::string tics) {
        const bool is_short = log && data.low > 0 && max.value_or(data.high) / min.value_or(data.low) < 30;
        if (is_short) {
            if (!min) min = data.low / 1.2;
            if (!max) max = data.high * 1.2;
            std::vector<std::string> places;
            for (int decade = static_cast<int>(std::floor(std::log10(*min))); std::pow(10, decade) <= *max;
                 ++decade)
                for (const double step : {1.0, 2.0, 5.0})
                    places.push_back(fmt::format("{:g}", step * std::pow(10, decade)));
            tics = fmt::format("({})", fmt::join(places, ", "));
        }
        const auto end = [](std::optional<double> value) {
            return value ? fmt::format("{:.17g}", *value) : std::string("*");
        };
        return fmt::format(
            "    {0}set logscale {1}\n    set format {1} '{2}'\n    set {1}tics {3}\n    set {1}range "
            "[{4}:{5}]{6}\n",
            log ? "" : "un", axis, log && !is_short ? "10^{%L}" : "%g", tics, end(min), end(max),
            log && !is_short ? " noextend" : "");  // else a log axis runs on to the next decade
    }

    /// The smallest positive and the largest value; 0 and 0 when there is none.
    static Interval extent(const std::vector<Series>& all, double Point::*low, double Point::*high) {
        Interval data{std::numeric_limits<double>::infinity(), 0};
        for (const Series& series : all) {
            for (const Point& point : series.points) {
                if (point.*low > 0) data.low = std::min(data.low, point.*low);
                data.high = std::max(data.high, point.*high);
            }
        }
        return data.high > 0 ? data : Interval{};
    }

    void curve(const Series& series, std::size_t panel, std::size_t number, std::vector<std::string>& plots,
               bool& banded) {
        const std::size_t first = rows_;
        for (const Point& point : series.points) {
            source_.csv += fmt::format("{},{},{:.12g},{:.12g},{:.12g},{:.12g},{},{}\n", panel, number,
                                       point.x, point.mean, point.low, point.high, point.seeds,
                                       csv_field(one_line(series.label)));
            ++rows_;
        }
        const std::string data =
            fmt::format("'{}.csv' skip 1 every ::{}::{}", source_.stem, first, rows_ - 1);
        const std::string color = fmt::format("assay_color({}, {})", gnuplot_string(series.color), number);
        const bool spread =
            series.seeds > 1 && std::any_of(series.points.begin(), series.points.end(),
                                            [](const Point& point) { return point.high > point.low; });
        const bool lines = series.style.empty() || series.style == "line" || series.style == "steps";
        if (spread && lines)
            plots.push_back(fmt::format("{} using 3:5:6 with filledcurves fc rgb {} notitle", data, color));
        if (spread && !lines)
            plots.push_back(
                fmt::format("{} using 3:4:5:6 with yerrorbars lw 1 ps 0 lc rgb {} notitle", data, color));
        banded = banded || (spread && lines);
        plots.push_back(fmt::format("{} using 3:4 with {} lc rgb {} title {} noenhanced", data,
                                    drawing(series, number), color, gnuplot_string(series.label)));
    }

    /// Few points are marked; every curve has its own dash and mark, so that colour is not needed to tell
    /// them apart.
    static std::string drawing(const Series& series, std::size_t number) {
        constexpr std::size_t few = 20;
        if (series.style == "points") return fmt::format("points pt assay_point({}) ps 0.9", number);
        if (series.style == "impulses") return fmt::format("impulses lw 2", number);
        if (series.style == "steps") return fmt::format("steps lw 2 dt assay_dash({})", number);
        if (series.points.size() > few) return fmt::format("lines lw 2 dt assay_dash({})", number);
        return fmt::format("linespoints lw 2 dt assay_dash({0}) pt assay_point({0}) ps 0.7", number);
    }

    const Figure& figure_;
    const View& view_;
    FigureSource source_;
    std::string panels_;
    std::size_t rows_ = 0, key_lines_ = 1;
};

}  // namespace

FigureSource figure_source(const Figure& figure, const View& view) {
    return Writer(figure, view).finished();
}

}  // namespace assay::harness::report
