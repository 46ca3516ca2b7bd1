#include "experiments/harness/run/display.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

#include "experiments/harness/run/estimate.hpp"
#include "experiments/harness/run/scheduler.hpp"

namespace assay::harness {

namespace {

constexpr double seconds_between_frames = 0.2;

std::size_t terminal_width() {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

std::string bar(double fraction) {
    constexpr std::size_t cells = 12;
    const auto full = static_cast<std::size_t>(fraction * static_cast<double>(cells));
    return "[" + std::string(full, '#') + std::string(cells - full, '.') + "]";
}

/// Cut to the terminal's width: a wrapped line could not be taken back.
void live_line(std::string text, std::size_t width) {
    if (text.size() >= width) text.resize(width - 1);
    fmt::print("{}\n", text);
}

}  // namespace

Labels::Labels(const std::vector<PlannedRun>& runs) {
    std::map<std::string, const PlannedRun*> first;
    for (const PlannedRun& run : runs) {
        const auto [entry, fresh] = first.try_emplace(run.experiment, &run);
        for (const auto& [name, value] : run.params) {
            const auto other = entry->second->params.find(name);
            if (other == entry->second->params.end() || other->second != value)
                varying_[run.experiment].insert(name);
        }
    }
}

std::string Labels::operator()(const PlannedRun& run) const {
    std::string text = run.experiment;
    if (const auto found = varying_.find(run.experiment); found != varying_.end()) {
        for (const std::string& name : found->second) {
            if (run.params.contains(name))
                text += fmt::format(" {}={}", name, canonical(run.params.at(name)));
        }
    }
    return text + fmt::format(" seed {} {}", run.seed, run.id.substr(0, 8));
}

Display::Display(const std::vector<PlannedRun>& runs, bool quiet)
    : labels_(runs),
      total_(runs.size()),
      quiet_(quiet),
      terminal_(::isatty(STDOUT_FILENO) != 0),
      started_(steady_seconds()) {}

Display::~Display() {
    if (!quiet_) erase();
}

void Display::erase() {
    if (!terminal_ || drawn_ == 0) return;
    fmt::print("\033[{}A\033[J", drawn_);
    std::fflush(stdout);
    drawn_ = 0;
}

void Display::ended(const PlannedRun& run, const Outcome& outcome, const std::filesystem::path& log) {
    ++ended_;
    const bool failed = !has_result(outcome.status);
    if (failed) ++failed_;
    if (quiet_ || (terminal_ && outcome.status == Status::completed)) return;
    erase();
    fmt::print("[{:>{}}/{}] {:<9} {} ({})\n", ended_, std::to_string(total_).size(), total_,
               to_string(outcome.status), labels_(run), duration_text(outcome.seconds));
    if (!outcome.message.empty()) fmt::print("    {}\n", outcome.message);
    if (failed) fmt::print("    log: {}\n", log.string());
    std::fflush(stdout);
}

void Display::update(const std::vector<std::unique_ptr<WorkerProcess>>& workers, double remaining) {
    const double now = steady_seconds();
    if (quiet_ || !terminal_ || now - last_ < seconds_between_frames) return;
    last_ = now;
    erase();
    const std::size_t width = terminal_width();
    std::string head = fmt::format("{} of {} runs done", ended_, total_);
    if (failed_ > 0) head += fmt::format(", {} failed", failed_);
    head += ", " + duration_text(now - started_);
    if (remaining >= 0) head += ", about " + duration_text(remaining) + " left";
    live_line(head, width);
    for (const auto& worker : workers) {
        live_line(
            fmt::format("  {} {:>3.0f} %  {:>9}  {}  {}", bar(worker->fraction()), 100 * worker->fraction(),
                        duration_text(worker->elapsed()), labels_(worker->run()), worker->note()),
            width);
    }
    drawn_ = workers.size() + 1;
    std::fflush(stdout);
}

}  // namespace assay::harness
