#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "datasets/registry.hpp"
#include "experiments/harness/cli/commands.hpp"
#include "experiments/harness/run/provenance.hpp"

namespace assay::harness {

namespace {

namespace fs = std::filesystem;

/// Prints what was found, line by line, and counts what must be mended before Assay can do its work.
class Findings {
  public:
    void good(const std::string& what, const std::string& found) { line("ok", what, found); }
    /// Something that only narrows what can be done.
    void note(const std::string& what, const std::string& found, const std::string& advice) {
        line("note", what, found);
        advise(advice);
    }
    void problem(const std::string& what, const std::string& found, const std::string& advice) {
        line("PROBLEM", what, found);
        advise(advice);
        ++problems_;
    }
    int problems() const { return problems_; }

  private:
    static void line(const char* mark, const std::string& what, const std::string& found) {
        fmt::print("{:<8} {:<16} {}\n", mark, what, found);
    }
    static void advise(const std::string& advice) { fmt::print("{:<25} -> {}\n", "", advice); }

    int problems_ = 0;
};

/// Path of a program on PATH, or "".
std::string find_program(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');) {
        const fs::path candidate = fs::path(folder.empty() ? "." : folder) / name;
        if (::access(candidate.c_str(), X_OK) == 0 && fs::is_regular_file(candidate))
            return candidate.string();
    }
    return {};
}

void check_program(Findings& findings, const std::string& name, const std::string& package,
                   const std::string& use) {
    const std::string path = find_program(name);
    if (!path.empty())
        findings.good(name, path);
    else
        findings.problem(name, "not found: " + use, "apt-get install " + package);
}

void check_build(Findings& findings) {
    const Provenance shared = shared_provenance("/proc/self/exe", "");
    const Provenance own = worker_provenance("cpu");
    findings.good("program",
                  fmt::format("assay {}, commit {}", shared.at("program.version"), shared.at("git.commit")));
    findings.good("compiler", shared.at("program.compiler") + ", " + shared.at("program.flags"));
    findings.good("CPU", fmt::format("{}, {} cores", shared.at("cpu.model"), shared.at("cpu.cores")));
    const auto pinned = worker_environment();
    const auto kernel = pinned.find("OPENBLAS_CORETYPE");
    findings.good("BLAS", fmt::format("{}; kernel of the runs: {}", own.at("blas.library"),
                                      kernel == pinned.end() ? own.at("blas.kernel") : kernel->second));
    findings.good("networks", own.at("network.library") + "; threads: as the run's parameters say, else 1");
    const std::string prefix = "library.";
    for (const auto& [key, version] : own) {
        if (key.starts_with(prefix)) findings.good(key.substr(prefix.size()), version);
    }
}

void check_gpu(Findings& findings) {
    try {
        findings.good("GPU", choose_device("cuda").reason);
    } catch (const Error& error) {
        findings.note(
            "GPU", error.problem(),
            error.hint().empty() ? "everything runs on the CPU; --device cuda is refused" : error.hint());
    }
}

void check_data(Findings& findings) {
    for (const datasets::Dataset& dataset : datasets::catalogue()) {
        if (datasets::available(dataset))
            findings.good("data", dataset.name);
        else
            findings.note("data", dataset.name + " is missing; its claims are not run",
                          "assay data get " + dataset.name);
    }
}

/// A folder that need not exist yet: the nearest parent that does.
fs::path existing(fs::path folder) {
    folder = fs::absolute(folder);
    while (!fs::exists(folder) && folder.has_relative_path()) folder = folder.parent_path();
    return folder;
}

void check_folder(Findings& findings, const std::string& what, const fs::path& folder,
                  const std::string& variable) {
    const fs::path place = existing(folder);
    if (!fs::is_directory(place)) {
        findings.problem(what, place.string() + " is not a folder", "set " + variable + " to another folder");
        return;
    }
    if (::access(place.c_str(), W_OK | X_OK) != 0) {
        findings.problem(what, fmt::format("{} cannot be written: {}", place.string(), std::strerror(errno)),
                         "set " + variable + " to a folder of yours");
        return;
    }
    std::error_code code;
    const double free = static_cast<double>(fs::space(place, code).available) / 1e9;
    const std::string found = fmt::format("{}, {:.1f} GB free", folder.string(), free);
    if (code || free >= 1)
        findings.good(what, found);
    else
        findings.problem(what, found,
                         "make room, or set " + variable + " to a folder with at least 1 GB free");
}

}  // namespace

int cli_doctor() {
    Findings findings;
    check_build(findings);
    check_gpu(findings);
    check_program(findings, "gnuplot", "gnuplot-nox", "the report would have no figures");
    check_program(findings, "curl", "curl", "data sets cannot be downloaded");
    check_program(findings, "git", "git", "results would not name their commit");
    check_data(findings);
    check_folder(findings, "results", default_results(), "ASSAY_RESULTS");
    check_folder(findings, "data cache", datasets::cache_folder(), "ASSAY_DATA");
    if (findings.problems() == 0) {
        fmt::print("all well\n");
        return 0;
    }
    fmt::print("{} to mend; scripts/install_deps.sh installs missing programs\n",
               findings.problems() == 1 ? "1 problem" : fmt::format("{} problems", findings.problems()));
    return 1;
}

}  // namespace assay::harness
