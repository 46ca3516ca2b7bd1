#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "datasets/folder_lock.hpp"
#include "datasets/packed.hpp"
#include "datasets/registry.hpp"
#include "datasets/verified.hpp"
#include "solvers/error.hpp"

namespace assay::datasets {

namespace fs = std::filesystem;

namespace {

struct CurlAnswer {
    int exit_code = 0;
    std::string message;
};

/// Runs the system's curl and returns its exit code with its own words; 127 when there is no curl.
CurlAnswer run_curl(std::vector<std::string> words) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw Error(std::string("no pipe: ") + std::strerror(errno));
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t child = 0;
    const int failed = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    CurlAnswer answer;
    std::array<char, 512> block{};
    for (ssize_t got = 1; failed == 0 && got > 0;) {
        got = ::read(ends[0], block.data(), block.size());
        if (got > 0) answer.message.append(block.data(), static_cast<std::size_t>(got));
        if (got < 0 && errno == EINTR) got = 1;
    }
    ::close(ends[0]);
    if (failed != 0)
        return {127, std::string("the curl program cannot be started: ") + std::strerror(failed)};
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    answer.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    if (answer.message.empty()) answer.message = fmt::format("curl ended with code {}", answer.exit_code);
    return answer;
}

CurlAnswer download(const std::string& url, const fs::path& part) {
    std::vector<std::string> words{
        "curl", "--continue-at",     "-",           "--fail",        "--location", "--retry",
        "2",    "--connect-timeout", "10",          "--speed-limit", "500",        "--speed-time",
        "30",   "--write-out",       "%{errormsg}", "--output",      part.string()};
    if (::isatty(STDERR_FILENO) == 1)
        words.emplace_back("--progress-bar");
    else
        words.emplace_back("--silent");
    words.push_back(url);
    CurlAnswer answer = run_curl(words);
    // The server cannot continue (33) or has nothing after what is there (416): begin again, once.
    const bool no_rest = answer.exit_code == 22 && answer.message.ends_with("416");
    if ((answer.exit_code == 33 || no_rest) && fs::exists(part)) {
        fs::remove(part);
        answer = run_curl(words);
    }
    return answer;
}

/// Why the content is not the recorded one; empty when it is.
std::string check(const fs::path& path, const File& file) {
    try {
        const ContentDigest content = digest_content(path);
        if (content.bytes != file.bytes) {
            return fmt::format("has {} bytes unpacked instead of {}", content.bytes, file.bytes);
        }
        if (content.sha256 != file.sha256) {
            return fmt::format("has the SHA-256 {} instead of {}", content.sha256, file.sha256);
        }
    } catch (const Error& error) {
        return error.problem();
    }
    return {};
}

/// What describes the user's own files of a data set.
std::string add_command(const Dataset& dataset) {
    return fmt::format("assay data add {} {}", dataset.name,
                       dataset.own_files.empty() ? "TRAIN.h5 TEST.h5" : "FOLDER");
}

class Fetch {
  public:
    Fetch(const Dataset& dataset, const File& file, const fs::path& folder)
        : dataset_(dataset),
          file_(file),
          target_(folder / file.name),
          part_(folder / (file.name + ".part")) {}

    void run() {
        std::error_code code;
        if (fs::exists(target_, code)) set_aside(target_, check(target_, file_));
        if (!file_.system.empty()) {
            const bool there = fs::exists(file_.system, code);
            note(fmt::format("{}: {}", file_.system.string(),
                             there ? check(file_.system, file_) : "not there"));
        }
        if (!from_mirror() && !from_urls()) give_up();
    }

  private:
    void note(const std::string& what) { tried_.push_back(what); }

    /// Keeps a file with wrong content for the reader to look at, out of the way.
    void set_aside(const fs::path& path, const std::string& why) {
        const fs::path aside = target_.string() + ".wrong-digest";
        fs::rename(path, aside);
        fmt::print(stderr, "{}: {} {}; set aside as {}\n", dataset_.name, path.filename().string(), why,
                   aside.filename().string());
    }

    /// Gives the verified partial file its name.
    bool keep(const std::string& from) {
        if (const std::string why = check(part_, file_); !why.empty()) {
            set_aside(part_, why);
            note(fmt::format("{}: {}", from, why));
            return false;
        }
        fs::rename(part_, target_);
        note_verified(target_, file_);
        fmt::print("{}: {} from {}\n", dataset_.name, file_.name, from);
        std::fflush(stdout);
        return true;
    }

    bool from_mirror() {
        if (dataset_.own) return false;  // it lies where its description says, or nowhere
        const fs::path source = mirror_path(file_);
        if (source.empty()) {
            note("no local mirror (ASSAY_DATA_MIRROR is not set)");
            return false;
        }
        std::error_code code;
        if (!fs::exists(source, code)) {
            note(fmt::format("{}: not there", source.string()));
            return false;
        }
        fs::remove(part_, code);
        fs::copy_file(source, part_);
        return keep(source.string());
    }

    bool from_urls() {
        for (const std::string& url : file_.urls) {
            const bool resumed = fs::exists(part_);
            // What an earlier call left may belong to another file, so a resumed download has a second chance
            // from zero.
            if (from_url(url) || (resumed && !fs::exists(part_) && from_url(url))) return true;
        }
        return false;
    }

    bool from_url(const std::string& url) {
        const CurlAnswer answer = download(url, part_);
        if (answer.exit_code == 0) return keep(url);
        note(fmt::format("{}: {}", url, answer.message));
        return false;
    }

    [[noreturn]] void give_up() {
        throw Error(fmt::format("{} could not be had:\n  {}", file_.name, fmt::join(tried_, "\n  ")),
                    "data set " + dataset_.name, hint());
    }

    std::string hint() const {
        if (dataset_.own) return "describe the files as they are now: " + add_command(dataset_);
        std::string hint = fmt::format("when the network is there: assay data get {}", dataset_.name);
        if (file_.urls.empty())
            hint = fmt::format(
                "no address serves this file; {} and datasets/{}.toml say what it is. Name a folder that has "
                "{} in ASSAY_DATA_MIRROR",
                dataset_.homepage, dataset_.name, file_.mirror);
        if (!dataset_.package.empty()) hint += fmt::format("; or: apt-get install {}", dataset_.package);
        return hint + fmt::format("; or put the file (packed or plain) at {}", target_.string());
    }

    const Dataset& dataset_;
    const File& file_;
    fs::path target_;
    fs::path part_;
    std::vector<std::string> tried_;
};

/// Whether the file needs nothing more: in the cache, or where a package or the user put it.
bool in_place(const Dataset& dataset, const File& file) {
    const auto path = locate(dataset, file);
    return path && (*path == cache_folder() / dataset.name / file.name || *path == file.system);
}

}  // namespace

void get(const Dataset& dataset) {
    if (dataset.recipe)
        throw Error("its features are computed here, not fetched", "data set " + dataset.name,
                    "run: assay data get " + dataset.name);
    if (dataset.to_be_made())
        throw Error("its files are made by you", "data set " + dataset.name,
                    fmt::format("run: {}\n  then: {}", dataset.made_by, add_command(dataset)));
    try {
        const fs::path folder = cache_folder() / dataset.name;
        for (const File& file : dataset.files) {
            if (in_place(dataset, file)) continue;
            fs::create_directories(folder);
            const FolderLock lock(folder);
            if (!in_place(dataset, file)) Fetch(dataset, file, folder).run();
        }
    } catch (const fs::filesystem_error& error) {
        throw Error(error.what(), "data set " + dataset.name,
                    "set ASSAY_DATA to a folder of yours with enough space");
    }
}

void get(const std::string& name) {
    get(find(name));
}

std::string out_of_reach(const Dataset& dataset) {
    if (available(dataset)) return {};
    if (dataset.recipe) {
        for (const std::string& source : {dataset.recipe->images, dataset.recipe->weights})
            if (!out_of_reach(find(source)).empty()) return "it is computed from " + source;
        return {};
    }
    if (dataset.to_be_made()) return "it is for you to make";
    for (const File& file : dataset.files) {
        std::error_code code;
        const fs::path mirror = mirror_path(file);
        const bool there = !mirror.empty() && fs::exists(mirror, code);
        if (!there && file.urls.empty() && !locate(dataset, file))
            return fmt::format("no address serves its {}", file.name);
    }
    return {};
}

}  // namespace assay::datasets
