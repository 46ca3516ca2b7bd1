#include "support/sha256.hpp"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "solvers/error.hpp"

namespace assay {

struct Sha256::Context {
    EVP_MD_CTX* handle = EVP_MD_CTX_new();
    Context() = default;
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() { EVP_MD_CTX_free(handle); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
    if (context_->handle == nullptr || EVP_DigestInit_ex(context_->handle, EVP_sha256(), nullptr) != 1) {
        throw Error("SHA-256 cannot be started", "OpenSSL");
    }
}

Sha256::~Sha256() = default;

void Sha256::update(const void* data, std::size_t bytes) {
    if (EVP_DigestUpdate(context_->handle, data, bytes) != 1) throw Error("SHA-256 failed", "OpenSSL");
}

std::string Sha256::hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    if (EVP_DigestFinal_ex(context_->handle, digest.data(), &length) != 1) {
        throw Error("SHA-256 failed", "OpenSSL");
    }
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(2 * std::size_t{length});
    for (unsigned int i = 0; i < length; ++i) {
        text += digits[digest[i] >> 4];
        text += digits[digest[i] & 15];
    }
    return text;
}

std::string sha256_hex(std::string_view text) {
    Sha256 hash;
    hash.update(text);
    return hash.hex();
}

std::string sha256_file(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw Error("cannot be opened: " + std::string(std::strerror(errno)), file.string());
    Sha256 hash;
    std::vector<char> buffer(std::size_t{1} << 20);
    while (stream) {
        stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
        hash.update(buffer.data(), static_cast<std::size_t>(stream.gcount()));
    }
    if (stream.bad()) throw Error("cannot be read: " + std::string(std::strerror(errno)), file.string());
    return hash.hex();
}

}  // namespace assay
