#include "experiments/harness/run/provenance.hpp"

#include <cblas.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "experiments/harness/store/journal.hpp"
#include "solvers/device/cpu_kernels.hpp"
#include "solvers/device/gpu.hpp"
#include "solvers/network/operation.hpp"
#include "support/files.hpp"
#include "support/hdf5.hpp"
#include "support/sha256.hpp"

// Only the version of Armadillo, which is much cheaper than all of it; this header needs <sstream> before it.
// clang-format off
#include <armadillo_bits/arma_version.hpp>
// clang-format on

namespace assay::harness {

namespace {

struct Answer {
    bool ok = false;
    std::string text;
};

/// Output of `git <arguments>` in the source tree. It takes no lock: a run that is killed must not leave one
/// behind.
Answer git(const std::string& arguments) {
    const std::string command =
        "git --no-optional-locks -C '" ASSAY_SOURCE_DIR "' " + arguments + " 2>/dev/null";
    std::FILE* pipe = ::popen(command.c_str(), "re");
    if (pipe == nullptr) return {};
    Answer answer;
    char buffer[4096];
    for (std::size_t count; (count = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
        answer.text.append(buffer, count);
    answer.ok = ::pclose(pipe) == 0;
    return answer;
}

void add_git(Provenance& facts) {
    Answer commit = git("rev-parse HEAD");
    if (!commit.ok) {
        facts["git.commit"] = "unknown: no git, or the source tree is not a clone";
        return;
    }
    commit.text.erase(commit.text.find_last_not_of('\n') + 1);
    facts["git.commit"] = commit.text;
    const Answer changes = git("status --porcelain");
    const Answer difference = git("diff HEAD");
    facts["git.dirty"] = changes.text.empty()
                             ? "no"
                             : "yes, sha256 of status and diff " + sha256_hex(changes.text + difference.text);
}

std::string cpu_model() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("model name")) return line.substr(std::min(line.find(':') + 2, line.size()));
    }
    return "unknown";
}

bool has_avx2() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
#else
    return false;
#endif
}

}  // namespace

Provenance shared_provenance(const std::filesystem::path& program, const std::string& command_line) {
    Provenance facts;
    add_git(facts);
    facts["program.version"] = ASSAY_VERSION;
    facts["program.sha256"] = sha256_file(program);
    facts["program.compiler"] = ASSAY_COMPILER;
    facts["program.flags"] = ASSAY_FLAGS;
    facts["program.flags_of_files"] = ASSAY_FILE_FLAGS;
    facts["program.cuda_flags"] = ASSAY_CUDA_FLAGS;
    facts["command.line"] = command_line;
    facts["cpu.model"] = cpu_model();
    facts["cpu.cores"] = std::to_string(::sysconf(_SC_NPROCESSORS_ONLN));
    facts["machine.host"] = host_name();
    utsname system{};
    if (::uname(&system) == 0) facts["machine.kernel"] = fmt::format("{} {}", system.sysname, system.release);
    return facts;
}

Provenance worker_provenance(const std::string& device) {
    Provenance facts;
    if (device == "cuda") {
        facts["gpu.model"] = solvers::gpu_status().name;
        facts["network.gpu_library"] = solvers::layer_library<solvers::Cuda>();
    }
    facts["network.library"] = solvers::layer_library<solvers::Cpu>();
    const unsigned threads = solvers::most_layer_threads();
    facts["network.threads"] = threads == 0 ? "no network was run" : std::to_string(threads);
    facts["blas.library"] = openblas_get_config();
    facts["blas.kernel"] = openblas_get_corename();
    facts["blas.threads"] = std::to_string(openblas_get_num_threads());
    const char* const pinned = std::getenv("OPENBLAS_CORETYPE");
    facts["blas.kernel_choice"] =
        pinned != nullptr ? std::string("pinned to ") + pinned : "by OpenBLAS for this CPU";
    facts["cpu.kernels"] = solvers::cpu_kernel_set();
    facts["library.hdf5"] = h5::library_version();
    facts["library.armadillo"] =
        fmt::format("{}.{}.{}", ARMA_VERSION_MAJOR, ARMA_VERSION_MINOR, ARMA_VERSION_PATCH);
    facts["library.openssl"] = OpenSSL_version(OPENSSL_VERSION);
    facts["date"] = utc_now();
    return facts;
}

std::map<std::string, std::string> worker_environment() {
    std::map<std::string, std::string> settings = {
        {"OPENBLAS_NUM_THREADS", "1"},
        {"OMP_NUM_THREADS", "1"},
        {"CUBLAS_WORKSPACE_CONFIG", ":4096:8"},  // cuBLAS promises equal bits only with a fixed workspace
    };
    const char* const choice = std::getenv("ASSAY_BLAS_KERNEL");
    const bool native = choice != nullptr && std::string_view(choice) == "native";
    if (!native && has_avx2()) settings["OPENBLAS_CORETYPE"] = "Haswell";
    return settings;
}

}  // namespace assay::harness
