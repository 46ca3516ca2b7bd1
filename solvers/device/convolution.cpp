#include "solvers/device/convolution.hpp"

#include <algorithm>
#include <string>

namespace assay::solvers {
namespace {

/// The number of atoms that stand along an axis of `length` pixels.
std::size_t codes_along(std::size_t length, const AtomGrid& grid) {
    const std::size_t room = length + 2 * grid.padding;
    return room < grid.kernel ? 0 : (room - grid.kernel) / grid.stride + 1;
}

std::size_t canvas_along(std::size_t length, std::size_t codes, const AtomGrid& grid) {
    return std::max((codes - 1) * grid.stride + grid.kernel, length + grid.padding);
}

}  // namespace

Geometry::Geometry(const AtomGrid& grid, const ImageShape& shape)
    : image(shape),
      atoms(grid.atoms),
      kernel(grid.kernel),
      stride(grid.stride),
      padding(grid.padding),
      border(grid.border) {
    if (image.size() == 0 || atoms == 0 || kernel == 0 || stride == 0) {
        throw Error("images of " + shape_text(image) + " and " + std::to_string(atoms) +
                        " atoms with kernel " + std::to_string(kernel) + " and stride " +
                        std::to_string(stride) + " leave nothing to do",
                    "convolution", "every size must be at least 1");
    }
    const std::size_t rows = codes_along(image.height, grid);
    const std::size_t cols = codes_along(image.width, grid);
    if (rows == 0 || cols == 0) {
        throw Error("an atom of " + std::to_string(kernel) + " x " + std::to_string(kernel) +
                        " does not fit on an image of " + shape_text(image) + " with a frame of " +
                        std::to_string(padding),
                    "convolution", "take larger images, smaller atoms or more padding");
    }
    code = {atoms, rows, cols};
    canvas = {image.channels, canvas_along(image.height, rows, grid), canvas_along(image.width, cols, grid)};
}

}  // namespace assay::solvers
