#include "support/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "solvers/error.hpp"

namespace assay {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const std::string& what, const fs::path& file, int code = errno) {
    std::string hint;
    if (code == ENOSPC || code == EDQUOT || code == EFBIG)
        hint = "free some space, or choose another folder (for results: --results)";
    if (code == EACCES || code == EPERM || code == EROFS)
        hint = "choose a folder that you may write to (for results: --results)";
    throw Error(what + ": " + std::strerror(code), file.string(), hint);
}

class Descriptor {
  public:
    Descriptor(const fs::path& file, int flags)
        : file_(file), fd_(::open(file.c_str(), flags | O_CLOEXEC, 0644)) {
        if (fd_ < 0) fail("cannot be opened", file_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const { return fd_; }
    void write_all(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) fail("cannot be written", file_);
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    void sync() const {
        // Some network and memory file systems have no sync for a folder and say EINVAL.
        if (::fsync(fd_) != 0 && errno != EINVAL) fail("cannot be synced", file_);
    }
    void close() {
        if (::close(std::exchange(fd_, -1)) != 0) fail("cannot be closed", file_);
    }

  private:
    fs::path file_;
    int fd_;
};

}  // namespace

std::string read_bytes(const fs::path& file) {
    const Descriptor descriptor(file, O_RDONLY);
    struct stat info {};
    if (::fstat(descriptor.get(), &info) != 0) fail("cannot be read", file);
    std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count = ::read(descriptor.get(), bytes.data() + done, bytes.size() - done);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail("cannot be read", file);
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    bytes.resize(done);
    return bytes;
}

void write_bytes(const fs::path& file, std::string_view bytes) {
    Descriptor descriptor(file, O_WRONLY | O_CREAT | O_TRUNC);
    try {
        descriptor.write_all(bytes);
        descriptor.sync();
        descriptor.close();
    } catch (const Error&) {
        ::unlink(file.c_str());
        throw;
    }
}

void rename_durably(const fs::path& from, const fs::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) fail("cannot be renamed to " + to.string(), from);
    const Descriptor folder(to.parent_path(), O_RDONLY | O_DIRECTORY);
    folder.sync();
}

void append_line(const fs::path& file, std::string_view line) {
    Descriptor descriptor(file, O_RDWR | O_APPEND | O_CREAT);
    std::string text;
    const off_t end = ::lseek(descriptor.get(), 0, SEEK_END);
    char last = '\n';
    if (end > 0 && ::pread(descriptor.get(), &last, 1, end - 1) == 1 && last != '\n') text = "\n";
    text += line;
    text += '\n';
    descriptor.write_all(text);
    descriptor.sync();
    descriptor.close();
}

void create_folder(const fs::path& folder) {
    std::error_code code;
    fs::create_directories(folder, code);
    if (code) {
        throw Error("the folder cannot be created: " + code.message(), folder.string(),
                    "choose a folder that you may write to (for results: --results)");
    }
}

std::string host_name() {
    std::array<char, 256> buffer{};
    if (::gethostname(buffer.data(), buffer.size() - 1) != 0) return "unknown";
    std::string name = buffer.data();
    for (char& c : name) {
        if (c == '/' || c == '.') c = '-';
    }
    return name.empty() ? "unknown" : name;
}

}  // namespace assay
