#include <fmt/format.h>
#include <png.h>

#include <csetjmp>
#include <cstring>

#include "datasets/image_codecs.hpp"
#include "solvers/error.hpp"

namespace assay::datasets {

namespace {

/// What libpng reads from and where it leaves its complaint.
struct Source {
    std::span<const std::uint8_t> rest;
    char complaint[128] = "unknown";
};

void read_bytes(png_structp png, png_bytep to, std::size_t count) {
    auto& source = *static_cast<Source*>(png_get_io_ptr(png));
    if (count > source.rest.size()) png_error(png, "it ends too early");
    std::memcpy(to, source.rest.data(), count);
    source.rest = source.rest.subspan(count);
}

[[noreturn]] void on_error(png_structp png, png_const_charp message) {
    auto& source = *static_cast<Source*>(png_get_error_ptr(png));
    std::strncpy(source.complaint, message, sizeof source.complaint - 1);
    png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

struct Header {
    png_uint_32 width = 0, height = 0;
    int bits = 0, colours = 0;
    bool transparent = false;
};

/// libpng reports errors by a long jump, which must not cross the life of a C++ object: each function below
/// holds plain data only, and answers false after one.
class Reader {
  public:
    explicit Reader(std::span<const std::uint8_t> content) {
        source_.rest = content;
        png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source_, on_error, on_warning);
        if (png_ != nullptr) info_ = png_create_info_struct(png_);
    }
    ~Reader() { png_destroy_read_struct(&png_, &info_, nullptr); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    bool started() const { return info_ != nullptr; }
    const char* complaint() const { return source_.complaint; }

    bool read_header(Header& header) {
        if (setjmp(png_jmpbuf(png_)) != 0) return false;
        png_set_read_fn(png_, &source_, read_bytes);
        png_read_info(png_, info_);
        png_get_IHDR(png_, info_, &header.width, &header.height, &header.bits, &header.colours, nullptr,
                     nullptr, nullptr);
        header.transparent =
            (header.colours & PNG_COLOR_MASK_ALPHA) != 0 || png_get_valid(png_, info_, PNG_INFO_tRNS) != 0;
        return true;
    }
    /// Into `pixels` of `stride` bytes a row. An interlaced file comes in several passes.
    bool read_pixels(std::uint8_t* pixels, std::size_t stride, std::size_t rows) {
        if (setjmp(png_jmpbuf(png_)) != 0) return false;
        png_set_expand(png_);
        const int passes = png_set_interlace_handling(png_);
        png_read_update_info(png_, info_);
        if (png_get_rowbytes(png_, info_) != stride) png_error(png_, "its rows have another length");
        for (int pass = 0; pass < passes; ++pass)
            for (std::size_t y = 0; y < rows; ++y) png_read_row(png_, pixels + y * stride, nullptr);
        png_read_end(png_, nullptr);
        return true;
    }

  private:
    Source source_;
    png_structp png_ = nullptr;
    png_infop info_ = nullptr;
};

[[noreturn]] void refuse_damaged(const Reader& reader, const std::string& name) {
    throw Error(fmt::format("is a PNG that cannot be read ({})", reader.complaint()), name,
                "it is damaged or cut off: delete it and get it again");
}

}  // namespace

bool is_png(std::span<const std::uint8_t> content) {
    return content.size() >= 8 && png_sig_cmp(content.data(), 0, 8) == 0;
}

Image decode_png(std::span<const std::uint8_t> content, const std::string& name) {
    Reader reader(content);
    if (!reader.started()) throw Error("libpng cannot be started", name);
    Header header;
    if (!reader.read_header(header)) refuse_damaged(reader, name);
    if (header.bits == 16)
        throw Error("has 16 bits a channel; expected 8", name, "convert it to 8 bits a channel");
    if (header.transparent)
        throw Error("has transparent pixels; expected grey or RGB", name, "flatten it onto a background");
    if (header.width > most_pixels / header.height)
        throw Error(fmt::format("has {} x {} pixels, more than 2^28", header.height, header.width), name,
                    "crop it");
    const bool grey = header.colours == PNG_COLOR_TYPE_GRAY;
    Image image{grey ? std::size_t{1} : std::size_t{3}, header.height, header.width, {}};
    image.pixels.resize(image.channels * image.height * image.width);
    if (!reader.read_pixels(image.pixels.data(), image.channels * image.width, image.height))
        refuse_damaged(reader, name);
    return image;
}

}  // namespace assay::datasets
