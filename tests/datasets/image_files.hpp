#pragma once

#include <png.h>
#include <turbojpeg.h>

#include <string>

#include "datasets/image.hpp"

/// Image files made in memory, for tests.
namespace image_files {

using assay::datasets::Image;

/// A picture without symmetry: channel c of pixel (y, x) is (10 y + 3 x + 50 c) mod 256.
inline Image ramp(std::size_t channels, std::size_t height, std::size_t width) {
    Image image{channels, height, width, {}};
    for (std::size_t y = 0; y < height; ++y)
        for (std::size_t x = 0; x < width; ++x)
            for (std::size_t c = 0; c < channels; ++c)
                image.pixels.push_back(static_cast<std::uint8_t>(10 * y + 3 * x + 50 * c));
    return image;
}

/// A PNG of raw rows, each `row` bytes, with any header; a palette of three colours when it asks for one.
inline std::string raw_png(int colours, int bits, std::size_t height, std::size_t width, std::string rows,
                           int interlace = PNG_INTERLACE_NONE) {
    std::string file;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(
        png, &file,
        [](png_structp writer, png_bytep bytes, std::size_t count) {
            static_cast<std::string*>(png_get_io_ptr(writer))
                ->append(reinterpret_cast<const char*>(bytes), count);
        },
        nullptr);
    png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), bits, colours,
                 interlace, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    const png_color palette[3] = {{255, 0, 0}, {0, 255, 0}, {1, 2, 3}};
    if (colours == PNG_COLOR_TYPE_PALETTE) png_set_PLTE(png, info, palette, 3);
    png_set_gAMA(png, info, 1.0);  // a gamma that must not change the values
    png_write_info(png, info);
    const std::size_t row = rows.size() / height;
    for (int pass = png_set_interlace_handling(png); pass > 0; --pass)
        for (std::size_t y = 0; y < height; ++y)
            png_write_row(png, reinterpret_cast<png_const_bytep>(rows.data() + y * row));
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return file;
}

inline std::string png(const Image& image, int interlace = PNG_INTERLACE_NONE) {
    return raw_png(image.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, 8, image.height,
                   image.width, {image.pixels.begin(), image.pixels.end()}, interlace);
}

/// A JPEG of quality 100 without chroma subsampling, or of CMYK colours for four channels.
inline std::string jpeg(const Image& image) {
    const tjhandle encoder = tjInitCompress();
    unsigned char* bytes = nullptr;
    unsigned long size = 0;
    tjCompress2(encoder, image.pixels.data(), static_cast<int>(image.width), 0,
                static_cast<int>(image.height),
                image.channels == 1   ? TJPF_GRAY
                : image.channels == 3 ? TJPF_RGB
                                      : TJPF_CMYK,
                &bytes, &size, image.channels == 1 ? TJSAMP_GRAY : TJSAMP_444, 100, TJFLAG_ACCURATEDCT);
    std::string file(reinterpret_cast<const char*>(bytes), size);
    tjFree(bytes);
    tjDestroy(encoder);
    return file;
}

}  // namespace image_files
