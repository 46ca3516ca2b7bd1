#pragma once

namespace assay::solvers {

/// Throws the Error of a program without CUDA.
[[noreturn]] void absent();

}  // namespace assay::solvers
