#include "experiments/harness/cli/cli.hpp"
#include "experiments/studies.hpp"

int main(int argc, char** argv) {
    assay::register_studies();
    return assay::harness::run_cli(argc, argv);
}
