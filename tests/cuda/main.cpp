#define BOOST_TEST_NO_MAIN
#include <boost/test/unit_test.hpp>
#include <cstdio>

#include "solvers/device/gpu.hpp"

namespace {

constexpr int skipped = 77;  // CTest's SKIP_RETURN_CODE for these suites

bool init() {
    return true;
}

}  // namespace

/// Runs the parity tests, or says why it cannot and returns the code that CTest shows as "Skipped".
int main(int argc, char** argv) {
    const assay::solvers::GpuStatus status = assay::solvers::gpu_status();
    if (!status.usable) {
        std::printf("skipped: no usable GPU: %s\n", status.problem.c_str());
        return skipped;
    }
    std::printf("GPU: %s\n", status.name.c_str());
    return boost::unit_test::unit_test_main(&init, argc, argv);
}
