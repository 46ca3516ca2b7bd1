#pragma once

#include <string>

#include "solvers/error.hpp"

namespace assay::solvers {

/// What this program can do with a GPU. A program is linked either with the CUDA device or with its stand-in,
/// which has the same names and answers every use with the Error that `require_gpu` throws.
struct GpuStatus {
    bool built = false;   ///< the program holds the CUDA device
    bool usable = false;  ///< and this machine has a GPU that it can use
    std::string name;     ///< of the GPU, with its compute capability and memory; empty when not usable
    std::string problem;  ///< why not; empty when usable
    std::string hint;     ///< what to do about it; empty when usable
};

/// Asks the machine; never throws.
GpuStatus gpu_status();

/// Throws Error with the problem and the hint of `gpu_status` unless the GPU is usable.
inline void require_gpu() {
    const GpuStatus status = gpu_status();
    if (!status.usable) throw Error(status.problem, "cuda", status.hint);
}

}  // namespace assay::solvers
