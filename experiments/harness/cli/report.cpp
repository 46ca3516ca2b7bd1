#include "experiments/harness/report/report.hpp"

#include <fmt/format.h>
#include <spawn.h>

#include "experiments/harness/cli/commands.hpp"

extern char** environ;

namespace assay::harness {

namespace {

/// Hands the page to the desktop's browser and does not wait for it. Returns whether there was one to hand it
/// to.
bool show(std::string page) {
    std::string program = "xdg-open";
    char* arguments[] = {program.data(), page.data(), nullptr};
    pid_t child = 0;
    return posix_spawnp(&child, program.c_str(), nullptr, nullptr, arguments, environ) == 0;
}

}  // namespace

int cli_report(const Evidence& evidence, const Store& store, bool open) {
    const std::vector<Judgement> judgements = judge(evidence);
    write_report(evidence, judgements, store);
    const std::string page = (store.report_folder() / "index.html").string();
    fmt::print("{}\nReport: {}\n", terminal_table(judgements), page);
    if (open && !show(page)) fmt::print(stderr, "no browser was found (xdg-open); open the page by hand\n");
    return 0;
}

}  // namespace assay::harness
