#pragma once

namespace assay::solvers {

/// The instruction set of the CPU's kernels: "avx512" and "avx2" give equal bits, "generic" (no fused
/// multiply-add) gives others.
const char* cpu_kernel_set();

}  // namespace assay::solvers
