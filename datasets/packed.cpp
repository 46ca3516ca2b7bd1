#include "datasets/packed.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "solvers/error.hpp"
#include "support/sha256.hpp"

namespace assay::datasets {

namespace {

constexpr std::size_t kBlock = 1 << 18;

gzFile stream_of(void* stream) {
    return static_cast<gzFile>(stream);
}

}  // namespace

PackedReader::PackedReader(std::filesystem::path file) : file_(std::move(file)), stream_(nullptr) {
    if (std::filesystem::is_directory(file_)) throw Error("is a folder, not a file", file_.string());
    errno = 0;
    stream_ = gzopen(file_.c_str(), "rb");
    if (stream_ == nullptr) {
        throw Error(std::string("cannot be opened: ") + std::strerror(errno ? errno : ENOMEM),
                    file_.string());
    }
    gzbuffer(stream_of(stream_), static_cast<unsigned>(kBlock));
}

PackedReader::~PackedReader() {
    gzclose_r(stream_of(stream_));
}

std::size_t PackedReader::read(std::span<std::uint8_t> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const auto chunk = static_cast<unsigned>(std::min(bytes.size() - done, kBlock));
        const int got = gzread(stream_of(stream_), bytes.data() + done, chunk);
        int code = Z_OK;
        const char* message = gzerror(stream_of(stream_), &code);
        // A cut-off archive hands out what it has and only then answers Z_BUF_ERROR.
        if (got < 0 || code == Z_BUF_ERROR) {
            const std::string why = code == Z_ERRNO ? std::strerror(errno) : message;
            throw Error("is damaged or cut off (" + why + ")", file_.string(), "delete it and get it again");
        }
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

ContentDigest digest_content(const std::filesystem::path& file) {
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
