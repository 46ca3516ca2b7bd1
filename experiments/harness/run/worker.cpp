#include "experiments/harness/run/worker.hpp"

#include <cblas.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <new>

#include "experiments/harness/checkpoint.hpp"
#include "experiments/harness/run/job.hpp"
#include "experiments/harness/run_context.hpp"
#include "experiments/harness/store/store.hpp"
#include "solvers/device/array.hpp"

namespace assay::harness {

namespace {

constexpr double seconds_between_reports = 0.1;

void send(const WorkerReport& report) {
    const std::string line = encode_report(report) + "\n";
    // A reader that is gone means a scheduler that is gone, and then this process is about to be ended too.
    [[maybe_unused]] const ssize_t sent = ::write(report_descriptor, line.data(), line.size());
}

/// Bytes of address space that the process has taken so far.
std::uint64_t address_space() {
    std::ifstream file("/proc/self/statm");
    std::uint64_t pages = 0;
    file >> pages;
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// Caps what the run may allocate beyond what the program itself takes.
void limit_memory(const Job& job) {
    if (job.run.limits.memory_bytes <= 0) return;
    // OpenBLAS takes its buffer at the first call, and ends the process when it cannot: have it before the
    // limit.
    const double a[4] = {1, 0, 0, 1};
    double c[4] = {};
    cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, 2, 2, 2, 1.0, a, 2, a, 2, 0.0, c, 2);
    const auto allowed = static_cast<rlim_t>(job.run.limits.memory_bytes);
    // CUDA reserves address space by the terabyte, so there only the data segment is limited.
    const bool cuda = job.run.device == "cuda";
    const rlim_t total = allowed + (cuda ? 0 : address_space());
    const rlimit limit{total, total};
    if (::setrlimit(cuda ? RLIMIT_DATA : RLIMIT_AS, &limit) != 0)
        throw Error("the memory limit cannot be set");
}

Timing timing_now(const Job& job, double solver_seconds) {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    Timing timing;
    timing.solver_seconds = solver_seconds;
    timing.wall_seconds = steady_seconds() - job.started;
    timing.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    timing.peak_memory_bytes = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
    if (job.run.device == solvers::Cuda::name) {
        const std::uint64_t bytes = solvers::Cuda::peak_bytes();
        if (bytes != 0) timing.peak_device_bytes = bytes;
    }
    return timing;
}

Run::Progress reporter() {
    return [last = -1.0](double fraction, std::string_view note) mutable {
        const double now = steady_seconds();
        if (now - last < seconds_between_reports) return;
        last = now;
        WorkerReport report;
        report.fraction = fraction;
        report.note = std::string(note.substr(0, 80));
        send(report);
    };
}

/// Runs the experiment's body; a divergence ends up in the result. Returns the solver's seconds, without the
/// opening of the device.
double compute(const Experiment& experiment, Run& run) {
    run.synchronize();
    const double start = steady_seconds();
    try {
        experiment.body(run);
    } catch (const Diverged& diverged) {
        run.result().status = Status::diverged;
        run.result().message = diverged.what();
        run.result().diverged_at = diverged.iteration();
    }
    run.synchronize();
    return steady_seconds() - start - run.paused_seconds();
}

WorkerReport work(const Job& job) {
    const auto found = experiments().find(job.run.experiment);
    if (found == experiments().end()) throw Error("this program has no experiment " + job.run.experiment);
    limit_memory(job);
    const Store store(job.results);
    Run run(found->second, job.run.params, job.run.seed, job.run.device, reporter());
    run.set_checkpoint_file(store.checkpoint_file(job.run.id));
    const double seconds_now = compute(found->second, run);

    Result& result = run.finish();
    const double solver_seconds = seconds_now + result.timing.solver_seconds;  // of before an interruption
    result.id = job.run.id;
    result.spec = job.run.spec_text;
    result.provenance.insert(job.provenance.begin(), job.provenance.end());
    result.provenance.merge(worker_provenance(job.run.device));
    result.provenance["identity"] = job.run.identity;
    result.timing = timing_now(job, solver_seconds);
    store.write(result);
    Checkpoint::remove(store.checkpoint_file(job.run.id));
    WorkerReport report;
    report.final = true;
    report.status = result.status;
    report.message = result.message;
    report.digest = result.digest;
    return report;
}

WorkerReport failure(Status status, const std::string& message) {
    std::cerr << message << std::endl;
    WorkerReport report;
    report.final = true;
    report.status = status;
    report.message = message;
    return report;
}

WorkerReport guarded(const Job& job) {
    try {
        return work(job);
    } catch (const std::bad_alloc&) {
        return failure(Status::out_of_memory, "an allocation failed");
    } catch (const OutOfMemory& error) {
        return failure(Status::out_of_memory, error.what());
    } catch (const std::exception& error) {
        return failure(Status::failed, error.what());
    }
}

}  // namespace

int worker_main() {
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    send(guarded(decode_job(text)));
    return 0;
}

}  // namespace assay::harness
