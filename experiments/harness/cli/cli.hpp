#pragma once

namespace assay::harness {

/// The program: parses the command line, does what it asks, prints errors to stderr. Exit codes: 0 all well,
/// 1 some runs failed or a comparison found differences, 2 bad input (nothing was written), 130 interrupted.
int run_cli(int argc, char** argv);

}  // namespace assay::harness
