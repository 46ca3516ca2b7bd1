#include "experiments/harness/store/store.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

#include "experiments/harness/store/result_file.hpp"
#include "support/files.hpp"

namespace assay::harness {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view temporary_suffix = ".tmp";

fs::path sharded(const fs::path& folder, const std::string& id, const char* extension) {
    if (id.size() < 2) throw Error("the id of a run is too short: \"" + id + "\"");
    return folder / id.substr(0, 2) / (id + extension);
}

fs::path temporary_file(const fs::path& file, long pid) {
    return fmt::format("{}.{}.{}{}", file.string(), host_name(), pid, temporary_suffix);
}

/// The process that a temporary file "<id>.h5.<host>.<pid>.tmp" of this machine belongs to; nothing for other
/// files.
std::optional<long> owner(const fs::path& file, const std::string& host) {
    const std::string name = file.filename().string();
    const std::string mark = "." + host + ".";
    const std::size_t at = name.rfind(mark);
    if (!name.ends_with(temporary_suffix) || at == std::string::npos) return {};
    long pid = 0;
    const char* const last = name.data() + name.size() - temporary_suffix.size();
    const auto [end, code] = std::from_chars(name.data() + at + mark.size(), last, pid);
    if (code != std::errc{} || end != last) return {};
    return pid;
}

/// A process that has ended but was not waited for yet counts as gone.
bool alive(long pid) {
    std::ifstream file(fmt::format("/proc/{}/stat", pid));
    const std::string line{std::istreambuf_iterator<char>(file), {}};
    const std::size_t state = line.rfind(')') + 2;  // the name before it may hold anything
    return state < line.size() && line[state] != 'Z' && line[state] != 'X';
}

template <class Visit>
void each_run_file(const fs::path& runs, Visit visit) {
    std::error_code code;
    for (const auto& folder : fs::directory_iterator(runs, code)) {
        for (const auto& file : fs::directory_iterator(folder.path(), code)) visit(file.path());
    }
}

}  // namespace

fs::path Store::run_file(const std::string& id) const {
    return sharded(root_ / "runs", id, ".h5");
}

fs::path Store::log_file(const std::string& id) const {
    return sharded(root_ / "logs", id, ".log");
}

fs::path Store::checkpoint_file(const std::string& id) const {
    return sharded(root_ / "checkpoints", id, ".state");
}

void Store::prepare() const {
    for (const char* folder : {"runs", "logs", "quarantine"}) create_folder(root_ / folder);
    const std::string host = host_name();
    const fs::path probe = root_ / fmt::format("writable.{}.{}{}", host, ::getpid(), temporary_suffix);
    write_bytes(probe, "x");
    fs::remove(probe);
    sweep();
}

void Store::sweep() const {
    const std::string host = host_name();
    each_run_file(root_ / "runs", [&](const fs::path& file) {
        const auto pid = owner(file, host);
        if (pid && !alive(*pid)) fs::remove(file);
    });
}

void Store::sweep(const std::string& id, long pid) const {
    std::error_code ignored;  // mostly there is none
    fs::remove(temporary_file(run_file(id), pid), ignored);
}

void Store::write(Result& result) const {
    result.digest = logical_digest(result);
    const fs::path file = run_file(result.id);
    create_folder(file.parent_path());
    const fs::path temporary = temporary_file(file, ::getpid());
    write_bytes(temporary, encode(result));
    try {
        const Result stored = decode(read_bytes(temporary), temporary);
        if (stored.digest != result.digest || stored.id != result.id) {
            throw Error("what was read back is not what was written", temporary.string(), "check the disk");
        }
        rename_durably(temporary, file);
    } catch (const Error&) {
        std::error_code ignored;
        fs::remove(temporary, ignored);
        throw;
    }
}

std::optional<std::string> Store::sound_bytes(const std::string& id) const {
    const fs::path file = run_file(id);
    if (!fs::exists(file)) return {};
    std::string bytes = read_bytes(file);
    try {
        const std::string found = verify_envelope(bytes, file);
        if (found != id) throw Damaged("the file holds the run " + found, file.string());
        return bytes;
    } catch (const Damaged& error) {
        quarantine(file, error.problem());
        return {};
    }
}

bool Store::has(const std::string& id) const {
    return sound_bytes(id).has_value();
}

std::optional<Result> Store::load(const std::string& id) const {
    const auto bytes = sound_bytes(id);
    if (!bytes) return {};
    const fs::path file = run_file(id);
    try {
        return decode(*bytes, file);
    } catch (const Damaged& error) {
        quarantine(file, error.problem());
        return {};
    }
}

std::vector<std::string> Store::ids() const {
    std::vector<std::string> found;
    each_run_file(root_ / "runs", [&](const fs::path& file) {
        if (file.extension() == ".h5") found.push_back(file.stem().string());
    });
    std::sort(found.begin(), found.end());
    return found;
}

fs::path Store::quarantine(const fs::path& file, const std::string& reason) const {
    const fs::path folder = root_ / "quarantine";
    create_folder(folder);
    const std::string stem = file.stem().string();
    fs::path target = folder / (stem + ".h5");
    for (int copy = 2; fs::exists(target); ++copy) target = folder / fmt::format("{}.{}.h5", stem, copy);
    rename_durably(file, target);
    write_bytes(fs::path(target).replace_extension(".reason.txt"), utc_now() + " " + reason + "\n");
    return target;
}

}  // namespace assay::harness
