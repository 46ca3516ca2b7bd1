#pragma once

#include <chrono>
#include <ctime>

namespace assay::peers {

/// Seconds that this process has computed: of all its threads together, and not disturbed by who else wants
/// the processor.
inline double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <class F>
double cpu_seconds_of(const F& work) {
    const double start = cpu_seconds();
    work();
    return cpu_seconds() - start;
}

/// Seconds of a clock on the wall, from any start.
inline double wall_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace assay::peers
