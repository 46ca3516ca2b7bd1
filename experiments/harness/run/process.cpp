#include "experiments/harness/run/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <utility>
#include <vector>

#include "experiments/harness/run/worker.hpp"
#include "support/files.hpp"

extern char** environ;

namespace assay::harness {

namespace {

constexpr double grace_seconds = 2;    // between SIGTERM and SIGKILL
constexpr int clear_of_standard = 10;  // descriptors from here on never collide with what the child is given

[[noreturn]] void fail(const std::string& what) {
    throw Error(what + ": " + std::strerror(errno), "worker");
}

/// A descriptor that closes itself, moved away from the low numbers and closed on exec.
class Descriptor {
  public:
    Descriptor(int fd, const char* what) {
        if (fd < 0) fail(what);
        fd_ = ::fcntl(fd, F_DUPFD_CLOEXEC, clear_of_standard);
        ::close(fd);
        if (fd_ < 0) fail(what);
    }
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }

  private:
    int fd_;
};

/// The job as an anonymous file: unlike a pipe it takes any size without a reader.
Descriptor job_file(const std::string& text) {
    Descriptor file(::memfd_create("assay-job", MFD_CLOEXEC), "the job's file cannot be created");
    std::string_view rest = text;
    while (!rest.empty()) {
        const ssize_t count = ::write(file.get(), rest.data(), rest.size());
        if (count < 0) fail("the job cannot be written");
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
    if (::lseek(file.get(), 0, SEEK_SET) != 0) fail("the job cannot be rewound");
    return file;
}

std::vector<std::string> child_environment() {
    const auto settings = worker_environment();
    std::vector<std::string> result;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        if (!settings.contains(std::string(text.substr(0, text.find('='))))) result.emplace_back(text);
    }
    for (const auto& [name, value] : settings) result.push_back(name + "=" + value);
    return result;
}

/// What the child does between fork and exec: only calls that are safe there.
[[noreturn]] void become_worker(pid_t parent, int job, int log, int reports, const char* program,
                                const char* name, char* const* environment) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);  // the parent died before the line above took effect
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGXFSZ, SIG_IGN);  // a full quota is then an error of write, with a message
    if (::dup2(job, 0) < 0 || ::dup2(log, 1) < 0 || ::dup2(log, 2) < 0 ||
        ::dup2(reports, report_descriptor) < 0) {
        ::_exit(127);
    }
    const char* const arguments[] = {name, "worker", nullptr};
    ::execve(program, const_cast<char* const*>(arguments), environment);
    ::_exit(127);
}

/// Number of processes that the kernel has killed because memory ran out.
std::uint64_t oom_kills() {
    std::ifstream file("/proc/vmstat");
    std::string name;
    for (std::uint64_t value = 0; file >> name >> value;) {
        if (name == "oom_kill") return value;
    }
    return 0;
}

/// The last line that a log holds, shortened.
std::string last_line(const std::filesystem::path& log) {
    std::ifstream file(log, std::ios::ate);
    const auto size = static_cast<std::streamoff>(file.tellg());
    constexpr std::streamoff tail = 2000;
    file.seekg(std::max<std::streamoff>(0, size - tail));
    std::string last;
    for (std::string line; std::getline(file, line);) {
        if (!line.empty()) last = line.substr(0, 300);
    }
    return last;
}

}  // namespace

WorkerProcess::WorkerProcess(const PlannedRun& run, const Store& store, const Provenance& provenance,
                             const std::filesystem::path& program, double seconds)
    : run_(run), store_(store), limit_seconds_(seconds), oom_kills_before_(oom_kills()) {
    start(program, provenance);
}

WorkerProcess::~WorkerProcess() {
    if (pid_ > 0) {
        ::kill(-pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    if (reports_ >= 0) ::close(reports_);
}

void WorkerProcess::start(const std::filesystem::path& program, const Provenance& provenance) {
    const std::filesystem::path log_path = store_.log_file(run_.id);
    create_folder(log_path.parent_path());
    const Descriptor log(::open(log_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644),
                         "the log cannot be created");
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("no pipe can be made");
    Descriptor reading(ends[0], "no pipe can be made");
    const Descriptor writing(ends[1], "no pipe can be made");
    if (::fcntl(reading.get(), F_SETFL, O_NONBLOCK) != 0) fail("the pipe cannot be set up");

    std::vector<std::string> environment = child_environment();
    std::vector<char*> pointers;
    for (std::string& entry : environment) pointers.push_back(entry.data());
    pointers.push_back(nullptr);
    std::error_code ignored;
    const std::filesystem::path target = std::filesystem::read_symlink(program, ignored);
    const std::string name = (target.empty() ? program : target).string();  // what ps shows
    started_ = steady_seconds();
    const Descriptor job = job_file(encode_job({run_, store_.root(), provenance, started_}));
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0) fail("no process can be started");
    if (pid_ == 0)
        become_worker(parent, job.get(), log.get(), writing.get(), program.c_str(), name.c_str(),
                      pointers.data());
    ::setpgid(pid_, pid_);  // also here: whichever of the two comes first
    reports_ = reading.release();
}

void WorkerProcess::read_reports() {
    std::array<char, 4096> buffer{};
    while (reports_ >= 0) {
        const ssize_t count = ::read(reports_, buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) break;
        if (count <= 0) {
            ::close(std::exchange(reports_, -1));
            break;
        }
        pending_.append(buffer.data(), static_cast<std::size_t>(count));
    }
    for (std::size_t end; (end = pending_.find('\n')) != std::string::npos; pending_.erase(0, end + 1)) {
        take(std::string_view(pending_).substr(0, end));
    }
}

void WorkerProcess::take(std::string_view line) {
    try {
        const WorkerReport report = decode_report(line);
        if (report.final) {
            final_ = report;
        } else {
            fraction_ = report.fraction;
            note_ = report.note;
        }
    } catch (const std::exception&) {
        return;  // not a report: the experiment wrote to the descriptor itself
    }
}

void WorkerProcess::terminate(Status why, std::string reason) {
    if (ended_by_us_) return;
    ended_by_us_ = why;
    reason_ = std::move(reason);
    kill_at_ = steady_seconds() + grace_seconds;
    ::kill(-pid_, SIGTERM);
}

void WorkerProcess::interrupt(std::string reason, bool now) {
    terminate(Status::interrupted, std::move(reason));
    if (now) ::kill(-pid_, SIGKILL);
}

std::optional<Outcome> WorkerProcess::poll() {
    read_reports();
    int wait_status = 0;
    const pid_t done = ::waitpid(pid_, &wait_status, WNOHANG);
    if (done == pid_) {
        read_reports();
        ::kill(-pid_, SIGKILL);  // whatever the experiment may have started
        Outcome outcome = conclude(wait_status);
        store_.sweep(run_.id, pid_);
        pid_ = -1;
        return outcome;
    }
    const double now = steady_seconds();
    if (limit_seconds_ > 0 && now - started_ > limit_seconds_) {
        terminate(Status::timeout, fmt::format("stopped after its time limit of {:g} s", limit_seconds_));
    }
    if (ended_by_us_ && now > kill_at_) ::kill(-pid_, SIGKILL);
    return {};
}

Outcome WorkerProcess::conclude(int wait_status) const {
    Outcome outcome;
    outcome.seconds = elapsed();
    const bool exited = WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == 0;
    if (exited && final_) {
        outcome.status = final_->status;
        outcome.message = final_->message;
    } else if (ended_by_us_) {
        outcome.status = *ended_by_us_;
        outcome.message = reason_;
    } else if (WIFSIGNALED(wait_status)) {
        const int signal = WTERMSIG(wait_status);
        const bool memory = signal == SIGKILL && oom_kills() > oom_kills_before_;
        outcome.status = memory ? Status::out_of_memory : Status::crashed;
        outcome.message = memory ? "killed by the kernel because memory ran out"
                                 : fmt::format("SIG{} ({})", ::sigabbrev_np(signal), ::sigdescr_np(signal));
        const std::string line = last_line(store_.log_file(run_.id));
        if (!line.empty()) outcome.message += ": " + line;
    } else {
        const int code = WEXITSTATUS(wait_status);
        const std::string line = last_line(store_.log_file(run_.id));
        outcome.message = fmt::format("the process ended with code {} without a result", code);
        if (!line.empty()) outcome.message += ": " + line;
    }
    return outcome;
}

}  // namespace assay::harness
