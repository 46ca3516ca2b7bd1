#include "experiments/harness/checkpoint.hpp"

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "support/files.hpp"
#include "support/sha256.hpp"

namespace assay::harness {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

json encode(const Result& result, double seconds, std::span<const std::byte> state) {
    json all = {{"seconds", seconds}, {"axes", json::object()}, {"metrics", json::object()}};
    for (const auto& [name, axis] : result.axes)
        all["axes"][name] = {{"unit", axis.unit}, {"doc", axis.doc}, {"values", axis.values}};
    for (const auto& [name, metric] : result.metrics)
        all["metrics"][name] = {
            {"unit", metric.unit}, {"doc", metric.doc}, {"axes", metric.axes}, {"values", metric.values}};
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(state.data());
    all["state"] = json::binary({bytes, bytes + state.size()});
    return all;
}

void decode_into(const json& all, Result& result) {
    result.timing.solver_seconds = all.at("seconds").get<double>();
    for (const auto& [name, axis] : all.at("axes").items())
        result.axes[name] = {axis.at("unit"), axis.at("doc"), axis.at("values")};
    for (const auto& [name, metric] : all.at("metrics").items())
        result.metrics[name] = {metric.at("unit"), metric.at("doc"), metric.at("axes"), metric.at("values")};
}

/// The content behind its digest, or nothing when the two do not fit.
std::optional<json> sound_content(std::string_view bytes) {
    if (bytes.size() < 64) return std::nullopt;
    const std::string_view content = bytes.substr(64);
    if (sha256_hex(content) != bytes.substr(0, 64)) return std::nullopt;
    return json::from_cbor(content);
}

}  // namespace

Checkpoint::Checkpoint(Run& run) : run_(run), start_(now()), paused_before_(run.paused_seconds()) {}

std::optional<std::vector<std::byte>> Checkpoint::resume() {
    const fs::path& file = run_.checkpoint_file();
    if (file.empty() || !fs::exists(file)) return std::nullopt;
    const std::optional<json> all = sound_content(read_bytes(file));
    if (!all) {
        remove(file);
        return std::nullopt;
    }
    decode_into(*all, run_.result());
    const auto& state = all->at("state").get_binary();
    const auto* bytes = reinterpret_cast<const std::byte*>(state.data());
    return std::vector<std::byte>(bytes, bytes + state.size());
}

void Checkpoint::keep(std::span<const std::byte> state) {
    const fs::path& file = run_.checkpoint_file();
    if (file.empty()) return;
    const Run::Paused paused(run_);
    const double seconds =
        run_.result().timing.solver_seconds + now() - start_ - (run_.paused_seconds() - paused_before_);
    const std::vector<std::uint8_t> content = json::to_cbor(encode(run_.result(), seconds, state));
    const std::string_view view(reinterpret_cast<const char*>(content.data()), content.size());
    create_folder(file.parent_path());
    fs::path fresh = file;
    fresh += ".tmp";
    write_bytes(fresh, sha256_hex(view).append(view));
    rename_durably(fresh, file);
}

void Checkpoint::remove(const fs::path& file) {
    std::error_code code;
    fs::remove(file, code);
    fs::path fresh = file;
    fresh += ".tmp";
    fs::remove(fresh, code);
}

}  // namespace assay::harness
