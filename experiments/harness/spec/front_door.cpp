#include "experiments/harness/spec/front_door.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "experiments/harness/spec/problems.hpp"
#include "experiments/harness/spec/spec.hpp"
#include "experiments/harness/spec/suggest.hpp"

namespace assay::harness {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& message) {
    throw SpecErrors({file.string() + ": " + message});
}

std::vector<std::string> specs_beside(const std::filesystem::path& file) {
    std::vector<std::string> names;
    std::error_code error;
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
        if (it->path().extension() == ".toml") names.push_back(it->path().filename().string());
    return names;
}

/// Length of the UTF-8 character that starts at `at`, or 0 when there is none (overlong, surrogate, cut off).
std::size_t utf8_length(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u;
    };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        if (first == 0xE0 && byte(1) < 0xA0) return 0;
        if (first == 0xED && byte(1) > 0x9F) return 0;
        return follows(1) && follows(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        if (first == 0xF0 && byte(1) < 0x90) return 0;
        if (first == 0xF4 && byte(1) > 0x8F) return 0;
        return follows(1) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

/// Walks over the text, knowing strings and comments, and counts dots and brackets outside of them. Where the
/// text is not TOML it may lose its way, but the parser stops at that place, so what comes after does not
/// matter.
class Scan {
  public:
    explicit Scan(std::string_view text) : text_(text) {}

    std::string run() {
        while (at_ < text_.size()) {
            const std::string mistake = step();
            if (!mistake.empty()) return mistake;
        }
        return "";
    }

    std::size_t line() const { return line_; }
    std::size_t column() const { return column_; }

  private:
    std::string step() {
        const char c = text_[at_];
        const std::size_t length = utf8_length(text_, at_);
        if (length == 0)
            return fmt::format("byte 0x{:02x} is not valid UTF-8; save the file as UTF-8",
                               static_cast<unsigned char>(c));
        if (c == '\0') return "the file holds a NUL byte; a spec is a text file";
        if (quote_ != 0)
            in_string(c);
        else if (comment_)
            comment_ = c != '\n';
        else if (const std::string mistake = outside(c); !mistake.empty())
            return mistake;
        advance(length);
        return "";
    }

    std::string outside(char c) {
        if (c == '#') comment_ = true;
        if (c == '"' || c == '\'') open_string(c);
        if (c == '.' && ++dots_ >= most_key_parts)
            return fmt::format("a dotted key may have {} parts at most", most_key_parts);
        if (c == '\n' || c == '=' || c == ',' || c == '[' || c == '{') dots_ = 0;
        if ((c == '[' || c == '{') && ++depth_ > most_nesting)
            return fmt::format("brackets are nested deeper than {} levels", most_nesting);
        if ((c == ']' || c == '}') && depth_ > 0) --depth_;
        return "";
    }

    bool three(char c) const {
        return at_ + 2 < text_.size() && text_[at_] == c && text_[at_ + 1] == c && text_[at_ + 2] == c;
    }

    void open_string(char c) {
        quote_ = c;
        long_ = three(c);
        if (long_) advance(1), advance(1);
    }

    void in_string(char c) {
        if (c == '\\' && quote_ == '"' && at_ + 1 < text_.size() && text_[at_ + 1] == quote_) {
            advance(1);
        } else if (c == '\\' && quote_ == '"' && at_ + 1 < text_.size() && text_[at_ + 1] == '\\') {
            advance(1);
        } else if (long_ && three(quote_)) {
            advance(1), advance(1);
            // Up to two quotes may stand before the closing three; the last three close.
            for (int extra = 0; extra < 2 && at_ + 1 < text_.size() && text_[at_ + 1] == quote_; ++extra)
                advance(1);
            quote_ = 0;
        } else if (!long_ && (c == quote_ || c == '\n')) {
            quote_ = 0;
        }
    }

    void advance(std::size_t bytes) {
        if (text_[at_] == '\n') {
            ++line_;
            column_ = 1;
        } else {
            ++column_;
        }
        at_ += bytes;
    }

    std::string_view text_;
    std::size_t at_ = 0, line_ = 1, column_ = 1;
    std::size_t dots_ = 0, depth_ = 0;
    char quote_ = 0;
    bool long_ = false, comment_ = false;
};

}  // namespace

std::string read_spec_file(const std::filesystem::path& file) {
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::status(file, error);
    if (status.type() == std::filesystem::file_type::not_found)
        refuse(file, "there is no such file" + did_you_mean(file.filename().string(), specs_beside(file)));
    if (error) refuse(file, "cannot be read: " + error.message());
    if (status.type() == std::filesystem::file_type::directory)
        refuse(file, "is a folder; name a spec file (.toml) in it");
    if (status.type() != std::filesystem::file_type::regular) refuse(file, "is not a regular file");
    const std::uintmax_t bytes = std::filesystem::file_size(file, error);
    if (error) refuse(file, "cannot be read: " + error.message());
    if (bytes > most_spec_bytes)
        refuse(file, fmt::format("has {} bytes; a spec may have {} at most", bytes, most_spec_bytes));
    errno = 0;
    std::ifstream stream(file, std::ios::binary);
    std::string text(static_cast<std::size_t>(bytes), '\0');
    if (!stream || !stream.read(text.data(), static_cast<std::streamsize>(bytes)))
        refuse(file,
               std::string("cannot be read: ") + (errno != 0 ? std::strerror(errno) : "it ended too early"));
    return text;
}

std::string scan_spec_text(std::string_view text, std::size_t& line, std::size_t& column) {
    Scan scan(text);
    const std::string mistake = scan.run();
    line = scan.line();
    column = scan.column();
    return mistake;
}

}  // namespace assay::harness
