#include "datasets/packed.hpp"

#include <lzma.h>
#include <sys/mman.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <vector>

#include "solvers/error.hpp"
#include "support/sha256.hpp"

namespace assay::datasets {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kBlock = 1 << 18;
// The largest preset of xz needs 65 MiB; a header that asks for much more is a damaged one.
constexpr std::uint64_t kUnpackingMemory = std::uint64_t{1} << 30;
constexpr std::size_t kLongestContent = std::size_t{1} << 30;
constexpr std::array<std::uint8_t, 6> kXzMagic{0xfd, '7', 'z', 'X', 'Z', 0};

[[noreturn]] void refuse_damaged(const fs::path& file, const std::string& why) {
    throw Error("is damaged or cut off (" + why + ")", file.string(), "delete it and get it again");
}

/// gzip, and what is not packed at all.
class GzipSource : public PackedReader::Source {
  public:
    explicit GzipSource(fs::path file) : file_(std::move(file)) {
        errno = 0;
        stream_ = gzopen(file_.c_str(), "rb");
        if (stream_ == nullptr) {
            throw Error(std::string("cannot be opened: ") + std::strerror(errno ? errno : ENOMEM),
                        file_.string());
        }
        gzbuffer(stream_, static_cast<unsigned>(kBlock));
    }
    GzipSource(const GzipSource&) = delete;
    GzipSource& operator=(const GzipSource&) = delete;
    ~GzipSource() override { gzclose_r(stream_); }

    std::size_t read(std::span<std::uint8_t> bytes) override {
        std::size_t done = 0;
        while (done < bytes.size()) {
            const auto chunk = static_cast<unsigned>(std::min(bytes.size() - done, kBlock));
            const int got = gzread(stream_, bytes.data() + done, chunk);
            int code = Z_OK;
            const char* message = gzerror(stream_, &code);
            // A cut-off archive hands out what it has and only then answers Z_BUF_ERROR.
            if (got < 0 || code == Z_BUF_ERROR)
                refuse_damaged(file_, code == Z_ERRNO ? std::strerror(errno) : message);
            if (got == 0) break;
            done += static_cast<std::size_t>(got);
        }
        return done;
    }
    bool packed() const override { return gzdirect(stream_) == 0; }

  private:
    fs::path file_;
    gzFile stream_ = nullptr;
};

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

/// xz, with any of its filters.
class XzSource : public PackedReader::Source {
  public:
    explicit XzSource(fs::path file) : file_(std::move(file)), input_(std::fopen(file_.c_str(), "rbe")) {
        if (!input_) throw Error(std::string("cannot be opened: ") + std::strerror(errno), file_.string());
        check(lzma_stream_decoder(&stream_, kUnpackingMemory, LZMA_CONCATENATED));
    }
    XzSource(const XzSource&) = delete;
    XzSource& operator=(const XzSource&) = delete;
    ~XzSource() override { lzma_end(&stream_); }

    std::size_t read(std::span<std::uint8_t> bytes) override {
        stream_.next_out = bytes.data();
        stream_.avail_out = bytes.size();
        while (stream_.avail_out > 0 && !ended_) {
            if (stream_.avail_in == 0 && std::feof(input_.get()) == 0) refill();
            const bool last = std::feof(input_.get()) != 0;
            const lzma_ret code = lzma_code(&stream_, last ? LZMA_FINISH : LZMA_RUN);
            if (code == LZMA_STREAM_END)
                ended_ = true;
            else
                check(code);
        }
        return bytes.size() - stream_.avail_out;
    }
    bool packed() const override { return true; }

  private:
    void refill() {
        stream_.avail_in = std::fread(buffer_.data(), 1, buffer_.size(), input_.get());
        stream_.next_in = buffer_.data();
        if (std::ferror(input_.get()) != 0) refuse_damaged(file_, std::strerror(errno));
    }
    void check(lzma_ret code) const {
        if (code == LZMA_OK) return;
        if (code == LZMA_MEM_ERROR) throw std::bad_alloc();
        if (code == LZMA_MEMLIMIT_ERROR) refuse_damaged(file_, "it asks for more than 1 GiB to be unpacked");
        if (code == LZMA_OPTIONS_ERROR) refuse_damaged(file_, "its filters are not known");
        refuse_damaged(file_,
                       code == LZMA_BUF_ERROR ? "it ends too early" : "its content is not what was packed");
    }

    fs::path file_;
    std::unique_ptr<std::FILE, CloseFile> input_;
    lzma_stream stream_ = LZMA_STREAM_INIT;
    std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(kBlock);
    bool ended_ = false;
};

bool is_xz(const fs::path& file) {
    const std::unique_ptr<std::FILE, CloseFile> input(std::fopen(file.c_str(), "rbe"));
    std::array<std::uint8_t, kXzMagic.size()> start{};
    return input && std::fread(start.data(), 1, start.size(), input.get()) == start.size() &&
           start == kXzMagic;
}

std::unique_ptr<PackedReader::Source> open(fs::path file) {
    if (fs::is_directory(file)) throw Error("is a folder, not a file", file.string());
    if (is_xz(file)) return std::make_unique<XzSource>(std::move(file));
    return std::make_unique<GzipSource>(std::move(file));
}

}  // namespace

PackedReader::PackedReader(fs::path file) : source_(open(std::move(file))) {}

PackedReader::~PackedReader() = default;

std::size_t PackedReader::read(std::span<std::uint8_t> bytes) {
    return source_->read(bytes);
}

bool PackedReader::packed() const {
    return source_->packed();
}

UnpackedFile::UnpackedFile(const fs::path& file) : path_(file) {
    PackedReader reader(file);
    if (!reader.packed()) return;
    const auto check = [&](bool good) {
        if (!good) throw Error(std::string("cannot be unpacked: ") + std::strerror(errno), file.string());
    };
    const int descriptor = ::memfd_create("unpacked", MFD_CLOEXEC);
    check(descriptor >= 0);
    copy_.reset(::fdopen(descriptor, "wb"));
    check(copy_ != nullptr);
    std::vector<std::uint8_t> block(kBlock);
    for (std::size_t got = reader.read(block); got > 0; got = reader.read(block))
        check(std::fwrite(block.data(), 1, got, copy_.get()) == got);
    check(std::fflush(copy_.get()) == 0);
    path_ = "/proc/self/fd/" + std::to_string(descriptor);
}

std::vector<std::uint8_t> whole_content(const fs::path& file) {
    PackedReader reader(file);
    std::vector<std::uint8_t> content;
    std::size_t length = 0, got = kBlock;
    while (got > 0 && length <= kLongestContent) {
        content.resize(std::max(2 * length, kBlock));
        got = reader.read(std::span(content).subspan(length));
        length += got;
    }
    if (length > kLongestContent) throw Error("holds more than 1 GiB", file.string());
    content.resize(length);
    return content;
}

ContentDigest digest_content(const fs::path& file) {
    PackedReader reader(file);
    Sha256 digest;
    ContentDigest result;
    std::vector<std::uint8_t> block(kBlock);
    for (std::size_t got = reader.read(block); got > 0; got = reader.read(block)) {
        digest.update(block.data(), got);
        result.bytes += got;
    }
    result.sha256 = digest.hex();
    return result;
}

}  // namespace assay::datasets
