#include <boost/test/unit_test.hpp>
#include <string>

#include "solvers/device/array.hpp"
#include "solvers/device/gpu.hpp"

using namespace assay::solvers;

// CTest hides every GPU from this program, so that it sees the same on a machine that has one.
BOOST_AUTO_TEST_SUITE(cuda_errors)

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// Error 35 without a driver, 100 with one that shows no GPU.
bool says_what_is_missing(const assay::Error& error) {
    BOOST_TEST_MESSAGE(error.what());
    return (contains(error.problem(), "built with CUDA, but this machine has no usable NVIDIA driver") &&
            contains(error.problem(), "(CUDA error 35)")) ||
           (contains(error.problem(), "built with CUDA, but this machine has no usable NVIDIA GPU") &&
            contains(error.problem(), "(CUDA error 100)"));
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_status_says_why_there_is_no_gpu) {
    const GpuStatus status = gpu_status();
    BOOST_TEST(status.built);
    BOOST_TEST(!status.usable);
    BOOST_TEST(status.name.empty());
    BOOST_TEST(contains(status.hint, "--device cpu"));
    BOOST_CHECK_EXCEPTION(require_gpu(), assay::Error, says_what_is_missing);
}

BOOST_AUTO_TEST_CASE(the_first_use_fails_with_call_place_and_hint) {
    for (int attempt = 0; attempt < 2; ++attempt) {  // the failed opening leaves nothing behind
        BOOST_CHECK_EXCEPTION((Array<Cuda, double>(2, 3)), assay::Error, [](const assay::Error& error) {
            return says_what_is_missing(error) && contains(error.where(), "cudaGetDeviceCount") &&
                   error.where().rfind("solvers/device/cuda/context.cpp:", 0) == 0 &&
                   contains(error.hint(), "--device cpu");
        });
    }
}

BOOST_AUTO_TEST_CASE(an_empty_array_needs_no_gpu) {
    const Array<Cuda, float> empty(0, 5);
    BOOST_TEST(empty.to_host().empty());
}

BOOST_AUTO_TEST_SUITE_END()
