#include "experiments/harness/run/job.hpp"

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

namespace assay::harness {

using nlohmann::json;

namespace {

json encode_value(const Value& value) {
    // JSON has no word for what is not finite; an object keeps it apart from a text.
    if (const auto* real = std::get_if<double>(&value); real != nullptr && !std::isfinite(*real)) {
        return json{{"real", std::isnan(*real) ? "nan" : *real > 0 ? "inf" : "-inf"}};
    }
    return std::visit([](const auto& plain) { return json(plain); }, value);
}

Value decode_value(const json& value) {
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (value.is_number()) return value.get<double>();
    if (value.is_object()) return std::stod(value.at("real").get<std::string>());
    return value.get<std::string>();
}

std::string dump(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::string encode_job(const Job& job) {
    const PlannedRun& run = job.run;
    json params = json::object();
    for (const auto& [name, value] : run.params) params[name] = encode_value(value);
    return dump({{"id", run.id},
                 {"identity", run.identity},
                 {"experiment", run.experiment},
                 {"params", params},
                 {"seed", run.seed},
                 {"device", run.device},
                 {"memory_bytes", run.limits.memory_bytes},
                 {"spec", run.spec_text},
                 {"results", job.results.string()},
                 {"provenance", job.provenance},
                 {"started", job.started}});
}

Job decode_job(std::string_view text) {
    const json value = json::parse(text);
    Job job;
    job.run.id = value.at("id");
    job.run.identity = value.at("identity");
    job.run.experiment = value.at("experiment");
    for (const auto& [name, param] : value.at("params").items()) job.run.params[name] = decode_value(param);
    job.run.seed = value.at("seed");
    job.run.device = value.at("device");
    job.run.limits.memory_bytes = value.at("memory_bytes");
    job.run.spec_text = value.at("spec");
    job.results = value.at("results").get<std::string>();
    job.provenance = value.at("provenance");
    job.started = value.at("started");
    return job;
}

std::string encode_report(const WorkerReport& report) {
    if (!report.final) return dump({{"fraction", report.fraction}, {"note", report.note}});
    return dump(
        {{"status", to_string(report.status)}, {"message", report.message}, {"digest", report.digest}});
}

WorkerReport decode_report(std::string_view line) {
    const json value = json::parse(line);
    WorkerReport report;
    report.final = value.contains("status");
    if (report.final) {
        report.status = status_from(value.at("status").get<std::string>());
        report.message = value.at("message");
        report.digest = value.at("digest");
    } else {
        report.fraction = value.at("fraction");
        report.note = value.at("note");
    }
    return report;
}

double steady_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace assay::harness
