#pragma once

#include <filesystem>
#include <string>

namespace assay::harness {

/// Where runs compute and by which program.
struct DeviceChoice {
    std::string device;  ///< "cpu" or "cuda"
    std::filesystem::path program = "/proc/self/exe";
    std::string reason;  ///< what was found, for the user to read
};

/// Resolves "cpu", "cuda" or "auto". The GPU belongs to the program assay-cuda beside this one, so that assay
/// itself loads no CUDA library. "cuda" throws Error when there is no such program or no GPU; "auto" then
/// takes the CPU.
DeviceChoice choose_device(const std::string& wanted);

}  // namespace assay::harness
