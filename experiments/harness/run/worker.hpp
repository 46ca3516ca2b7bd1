#pragma once

namespace assay::harness {

/// File descriptor on which a worker sends its reports.
inline constexpr int report_descriptor = 3;

/// The hidden subcommand `assay worker`: reads one job from stdin, computes it, stores the result, reports
/// how it ended. Returns 0 when a final report was sent, whatever it says.
int worker_main();

}  // namespace assay::harness
