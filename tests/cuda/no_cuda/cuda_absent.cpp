#include <boost/test/unit_test.hpp>
#include <string>

#include "solvers/device/gpu.hpp"
#include "solvers/dictionary/gradient.hpp"
#include "solvers/network/models.hpp"

using namespace assay::solvers;

BOOST_AUTO_TEST_SUITE(cuda_absent)

namespace {

bool says_that_cuda_was_not_built(const assay::Error& error) {
    return error.problem() == "this program was built without CUDA" &&
           error.hint().find("assay-cuda") != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_program_without_cuda_says_so_at_the_first_use) {
    const GpuStatus status = gpu_status();
    BOOST_TEST(!status.built);
    BOOST_TEST(!status.usable);
    BOOST_CHECK_EXCEPTION(require_gpu(), assay::Error, says_that_cuda_was_not_built);
    BOOST_CHECK_EXCEPTION(Cuda::synchronize(), assay::Error, says_that_cuda_was_not_built);
    BOOST_CHECK_EXCEPTION((Array<Cuda, float>(1, 1)), assay::Error, says_that_cuda_was_not_built);
}

BOOST_AUTO_TEST_CASE(algorithms_are_there_and_fail_in_the_same_words) {
    const Array<Cuda, double> G(0, 0), B(0, 0);
    BOOST_CHECK_EXCEPTION(encode(Encoder{}, G, B), assay::Error, says_that_cuda_was_not_built);
    const std::vector<double> host(6);
    BOOST_CHECK_EXCEPTION((Array<Cuda, double>::from_host(2, 3, host)), assay::Error,
                          says_that_cuda_was_not_built);
}

BOOST_AUTO_TEST_CASE(networks_too) {
    BOOST_CHECK_EXCEPTION(Network<Cuda>(lenet5({3, 32, 32}, 10)), assay::Error, says_that_cuda_was_not_built);
}

BOOST_AUTO_TEST_SUITE_END()
