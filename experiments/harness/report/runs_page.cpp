#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

#include "experiments/harness/report/pages.hpp"
#include "experiments/harness/report/template.hpp"
#include "experiments/harness/report/text.hpp"

namespace assay::harness::report {

namespace {

std::string short_id(const std::string& id) {
    return id.substr(0, 12);
}

/// Parameters that differ between the runs of a spec, which get a column each; the others are said once.
std::vector<std::string> varying(const std::vector<PlannedRun>& planned) {
    std::vector<std::string> names;
    if (planned.empty()) return names;
    for (const auto& [name, value] : planned[0].params)
        for (const PlannedRun& run : planned)
            if (!run.params.contains(name) || run.params.at(name) != value) {
                names.push_back(name);
                break;
            }
    return names;
}

std::string common_text(const std::vector<PlannedRun>& planned, const std::vector<std::string>& different) {
    std::vector<std::string> parts;
    if (!planned.empty())
        for (const auto& [name, value] : planned[0].params)
            if (std::find(different.begin(), different.end(), name) == different.end())
                parts.push_back(name + " = " + value_text(value));
    return fmt::format("{}", fmt::join(parts, ", "));
}

TemplateData run_row(const PlannedRun& run, const Evidence& evidence, const std::vector<std::string>& columns,
                     const Store& store) {
    TemplateData row, values = list();
    for (const std::string& name : columns)
        values << (run.params.contains(name) ? value_text(run.params.at(name)) : std::string());
    row.set("run", short_id(run.id));
    row.set("values", values);
    row.set("seed", std::to_string(run.seed));
    for (const char* name : {"solver", "wall", "memory", "digest"}) row.set(name, "");
    row.set("file", false);
    row.set("message", false);
    row.set("bad", true);
    const auto found = evidence.results.find(run.id);
    if (found != evidence.results.end()) {
        const Result& result = found->second;
        row.set("status", to_string(result.status));
        row.set("message", maybe(result.message));
        row.set("bad", result.status != Status::completed);
        row.set("solver", number(result.timing.solver_seconds, 3));
        row.set("wall", number(result.timing.wall_seconds, 3));
        row.set("memory", number(static_cast<double>(result.timing.peak_memory_bytes) / 1e6, 3));
        row.set("digest", short_id(result.digest));
        row.set("file", store.run_file(run.id).lexically_relative(store.report_folder()).generic_string());
        return row;
    }
    const auto failure = evidence.failures.find(run.id);
    if (failure == evidence.failures.end()) {
        row.set("status", "not run");
        row.set("bad", false);
    } else {
        row.set("status", to_string(failure->second.first));
        row.set("message", maybe(failure->second.second));
    }
    return row;
}

/// What made the runs, one line for each distinct answer: commit, machine, device, compiler.
TemplateData provenance_lines(const View& view) {
    std::map<std::string, std::size_t> lines;
    for (const PlannedRun& run : view.planned) {
        const auto found = view.evidence.results.find(run.id);
        if (found == view.evidence.results.end()) continue;
        std::vector<std::string> parts = {"device " + found->second.device};
        for (const char* key :
             {"git.commit", "git.dirty", "cpu.model", "gpu.model", "compiler", "blas.kernel"}) {
            const auto entry = found->second.provenance.find(key);
            if (entry != found->second.provenance.end() && !entry->second.empty())
                parts.push_back(std::string(key) + " " + entry->second);
        }
        ++lines[fmt::format("{}", fmt::join(parts, " \u00B7 "))];
    }
    TemplateData out = list();
    for (const auto& [line, count] : lines) out << count_text(count, "run") + ": " + line;
    return out;
}

std::string counts(const View& view) {
    std::map<std::string, std::size_t> statuses;
    for (const PlannedRun& run : view.planned) {
        const auto found = view.evidence.results.find(run.id);
        const auto failure = view.evidence.failures.find(run.id);
        ++statuses[found != view.evidence.results.end()      ? to_string(found->second.status)
                   : failure != view.evidence.failures.end() ? to_string(failure->second.first)
                                                             : "not run"];
    }
    std::vector<std::string> parts;
    for (const auto& [status, count] : statuses) parts.push_back(std::to_string(count) + " " + status);
    return fmt::format("{}{}{}", count_text(view.planned.size(), "run"), parts.empty() ? "" : ": ",
                       fmt::join(parts, ", "));
}

}  // namespace

std::string runs_page(const std::vector<SpecPage>& pages, const Store& store) {
    TemplateData data, specs = list();
    // A run that two specs share is one row with an anchor, in the section that comes first.
    std::set<std::string> shown;
    for (const SpecPage& page : pages) {
        const View& view = *page.view;
        TemplateData spec, names = list(), runs = list();
        const std::vector<std::string> columns = varying(view.planned);
        for (const std::string& name : columns) names << name;
        for (const PlannedRun& run : view.planned)
            if (shown.insert(run.id).second) runs << run_row(run, view.evidence, columns, store);
        spec.set("anchor", view.stem());
        spec.set("page", view.stem() + ".html");
        spec.set("study", view.spec.study);
        spec.set("spec", view.spec.name);
        spec.set("counts", counts(view));
        spec.set("common", maybe(common_text(view.planned, columns)));
        spec.set("provenance", provenance_lines(view));
        spec.set("columns", names);
        spec.set("runs", runs);
        specs << spec;
    }
    data.set("title", "Assay: runs");
    data.set("specs", specs);
    return render("runs", std::move(data));
}

}  // namespace assay::harness::report
