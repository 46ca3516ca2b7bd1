#include "experiments/harness/run/provenance.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "solvers/network/operation.hpp"

using namespace assay::harness;

BOOST_AUTO_TEST_SUITE(provenance)

BOOST_AUTO_TEST_CASE(the_library_of_networks_is_recorded_with_its_instruction_set) {
    const std::string library = worker_provenance("cpu").at("network.library");
    BOOST_TEST(library == assay::solvers::layer_library<assay::solvers::Cpu>());
    BOOST_TEST(library.starts_with("oneDNN "));
    BOOST_TEST(library.find(", ") != std::string::npos);  // the instruction set follows the version
}

// A worker computes one run and is asked afterwards.
BOOST_AUTO_TEST_CASE(the_threads_of_networks_are_those_that_a_network_was_given) {
    BOOST_TEST(worker_provenance("cpu").at("network.threads") == "no network was run");
    { const assay::solvers::LibraryThreads<assay::solvers::Cpu> allowed(2); }
    BOOST_TEST(worker_provenance("cpu").at("network.threads") == "2");
}

BOOST_AUTO_TEST_SUITE_END()
