#include <fmt/format.h>
#include <turbojpeg.h>

#include <memory>

#include "datasets/image_codecs.hpp"
#include "solvers/error.hpp"

namespace assay::datasets {

namespace {

struct Close {
    void operator()(void* handle) const { tjDestroy(handle); }
};
using Decoder = std::unique_ptr<void, Close>;

[[noreturn]] void refuse_damaged(const std::string& why, const std::string& name) {
    throw Error(fmt::format("is a JPEG that cannot be read ({})", why), name,
                "it is damaged or cut off: delete it and get it again");
}

}  // namespace

bool is_jpeg(std::span<const std::uint8_t> content) {
    return content.size() >= 3 && content[0] == 0xff && content[1] == 0xd8 && content[2] == 0xff;
}

Image decode_jpeg(std::span<const std::uint8_t> content, const std::string& name) {
    const Decoder decoder(tjInitDecompress());
    if (!decoder) throw Error("libjpeg-turbo cannot be started", name);
    int width = 0, height = 0, subsampling = 0, colours = 0;
    const auto length = static_cast<unsigned long>(content.size());
    if (tjDecompressHeader3(decoder.get(), content.data(), length, &width, &height, &subsampling, &colours) !=
        0)
        refuse_damaged(tjGetErrorStr2(decoder.get()), name);
    // A file that ends before its frame is a set of tables to the library, and no error.
    if (width < 1 || height < 1) refuse_damaged("it holds no image", name);
    if (colours == TJCS_CMYK || colours == TJCS_YCCK)
        throw Error("is a JPEG in CMYK colours; expected grey or RGB", name, "convert it to RGB");
    const auto rows = static_cast<std::size_t>(height), columns = static_cast<std::size_t>(width);
    if (columns > most_pixels / rows)
        throw Error(fmt::format("has {} x {} pixels, more than 2^28", height, width), name, "crop it");
    const bool grey = colours == TJCS_GRAY;
    Image image{grey ? std::size_t{1} : std::size_t{3}, rows, columns, {}};
    image.pixels.resize(image.channels * rows * columns);
    // A cut-off file is a warning to the library, which would fill the rest with grey.
    if (tjDecompress2(decoder.get(), content.data(), length, image.pixels.data(), width, 0, height,
                      grey ? TJPF_GRAY : TJPF_RGB, TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING) != 0)
        refuse_damaged(tjGetErrorStr2(decoder.get()), name);
    return image;
}

}  // namespace assay::datasets
