#pragma once

#include <ctime>

namespace assay::peers {

/// Seconds that this process has computed: of one thread, and not disturbed by who else wants the processor.
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

}  // namespace assay::peers
