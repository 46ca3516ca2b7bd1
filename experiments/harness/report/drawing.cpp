#include "experiments/harness/report/drawing.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "experiments/harness/report/text.hpp"
#include "support/sha256.hpp"

extern char** environ;

namespace assay::harness::report {

namespace {

namespace fs = std::filesystem;
constexpr std::size_t processes = 2;
constexpr const char* formats[] = {".svg", ".pdf", ".png"};

fs::path style_source() {
    return fs::path(ASSAY_SOURCE_DIR) / "figures" / "style.gp";
}

/// gnuplot over some sources of a folder; its messages go to a log there.
class Gnuplot {
  public:
    Gnuplot(const std::vector<std::string>& stems, const fs::path& folder, std::size_t number)
        : log_(folder / fmt::format("gnuplot-{}.log", number)) {
        std::vector<std::string> words = {"gnuplot"};
        for (const std::string& stem : stems) words.push_back(stem + ".gp");
        std::vector<char*> arguments;
        for (std::string& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                         0644);
        posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
        posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
        error_ = posix_spawnp(&child_, "gnuplot", &actions, nullptr, arguments.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    Gnuplot(const Gnuplot&) = delete;
    Gnuplot& operator=(const Gnuplot&) = delete;
    ~Gnuplot() { wait(); }

    /// "" or what went wrong.
    std::string wait() {
        if (error_ == ENOENT)
            return "gnuplot is not installed, so no figure was drawn: apt-get install gnuplot-nox";
        if (error_ != 0) return std::string("gnuplot cannot be started: ") + std::strerror(error_);
        if (child_ > 0) {
            int status = 0;
            while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
            }
            child_ = -1;
            if (status != 0) failure_ = "gnuplot failed: " + read_file(log_).substr(0, 2000);
            std::error_code ignored;
            fs::remove(log_, ignored);
        }
        return failure_;
    }

  private:
    fs::path log_;
    pid_t child_ = -1;
    int error_ = 0;
    std::string failure_;
};

std::string digest(const FigureSource& figure, const std::string& style) {
    return sha256_hex(sha256_hex(figure.gnuplot) + sha256_hex(figure.csv) + sha256_hex(style));
}

/// What is drawn in the folder: stem to digest of what it was drawn from.
class Memory {
  public:
    explicit Memory(const fs::path& folder) : file_(folder / "drawn.json") {
        drawn_ = nlohmann::json::parse(read_file(file_), nullptr, false);
        if (!drawn_.is_object()) drawn_ = nlohmann::json::object();
    }
    bool holds(const std::string& stem, const std::string& what) const {
        return drawn_.contains(stem) && drawn_[stem] == what;
    }
    void keep(const std::string& stem, const std::string& what) { drawn_[stem] = what; }
    void save() const { write_file(file_, drawn_.dump(1)); }

  private:
    fs::path file_;
    nlohmann::json drawn_;
};

/// Draws the sources; one failing source stops its process, so the undrawn rest of it is tried one by one.
std::string run_all(const std::vector<const FigureSource*>& stale, const fs::path& folder) {
    const std::size_t workers = std::min(processes, stale.size());
    std::vector<std::vector<std::string>> shares(workers);
    for (std::size_t i = 0; i < stale.size(); ++i) shares[i % workers].push_back(stale[i]->stem);
    std::string failure;
    {
        std::vector<std::unique_ptr<Gnuplot>> running;
        for (std::size_t i = 0; i < workers; ++i)
            running.push_back(std::make_unique<Gnuplot>(shares[i], folder, i));
        for (const auto& gnuplot : running)
            if (failure.empty()) failure = gnuplot->wait();
    }
    if (failure.empty() || failure.starts_with("gnuplot is not")) return failure;
    for (const FigureSource* figure : stale) {
        if (is_drawn(*figure, folder)) continue;
        const std::string message = Gnuplot({figure->stem}, folder, 0).wait();
        if (!message.empty()) failure = message;
    }
    return failure;
}

}  // namespace

bool is_drawn(const FigureSource& figure, const fs::path& folder) {
    return std::all_of(std::begin(formats), std::end(formats), [&](const char* format) {
        std::error_code error;
        const auto size = fs::file_size(folder / (figure.stem + format), error);
        return !error && size > 0;
    });
}

std::string draw(const std::vector<FigureSource>& figures, const fs::path& folder) {
    fs::create_directories(folder);
    const std::string style = read_file(style_source());
    if (style.empty())
        throw Error("the figures' style is missing", style_source().string(),
                    "restore the file from the repository");
    write_file(folder / "style.gp", style);
    Memory memory(folder);
    std::vector<const FigureSource*> stale;
    for (const FigureSource& figure : figures) {
        if (figure.empty) continue;
        write_file(folder / (figure.stem + ".gp"), figure.gnuplot);
        write_file(folder / (figure.stem + ".csv"), figure.csv);
        if (is_drawn(figure, folder) && memory.holds(figure.stem, digest(figure, style))) continue;
        for (const char* format : formats) fs::remove(folder / (figure.stem + format));
        stale.push_back(&figure);
    }
    if (stale.empty()) return "";
    std::string failure = run_all(stale, folder);
    for (const FigureSource* figure : stale) {
        if (is_drawn(*figure, folder)) memory.keep(figure->stem, digest(*figure, style));
    }
    memory.save();
    return failure;
}

}  // namespace assay::harness::report
