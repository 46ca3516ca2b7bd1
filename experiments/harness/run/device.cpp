#include "experiments/harness/run/device.hpp"

#include <sys/wait.h>

#include <cstdio>

#include "solvers/device/gpu.hpp"

namespace assay::harness {

namespace {

namespace fs = std::filesystem;

DeviceChoice refused(std::string problem, std::string hint) {
    throw Error(std::move(problem), "cuda", std::move(hint));
}

/// Asks the other program, whose `gpu` subcommand prints what it found and returns 0 when the GPU can be
/// used.
DeviceChoice ask(const fs::path& program) {
    std::FILE* const pipe = ::popen(("'" + program.string() + "' gpu 2>&1").c_str(), "re");
    if (pipe == nullptr) return refused("the GPU cannot be asked for", "");
    std::string text;
    for (int c; (c = std::fgetc(pipe)) != EOF;) text += static_cast<char>(c);
    const int code = ::pclose(pipe);
    text.erase(text.find_last_not_of('\n') + 1);
    if (code != 0) return refused(text, "");
    return {"cuda", program, text};
}

DeviceChoice cuda() {
    const solvers::GpuStatus own = solvers::gpu_status();
    if (own.usable) return {"cuda", "/proc/self/exe", own.name};
    if (own.built) return refused(own.problem, own.hint);
    const fs::path sibling = fs::read_symlink("/proc/self/exe").parent_path() / "assay-cuda";
    if (!fs::exists(sibling)) return refused(own.problem, own.hint);
    return ask(sibling);
}

}  // namespace

DeviceChoice choose_device(const std::string& wanted) {
    if (wanted == "cpu") return {"cpu", "/proc/self/exe", ""};
    if (wanted == "cuda") return cuda();
    if (wanted != "auto")
        throw Error("there is no device \"" + wanted + "\"", "--device", "name cpu, cuda or auto");
    try {
        DeviceChoice choice = cuda();
        choice.reason = "auto: " + choice.reason;
        return choice;
    } catch (const Error& error) {
        return {"cpu", "/proc/self/exe", "auto: no GPU is used, " + error.problem()};
    }
}

}  // namespace assay::harness
