#include "solvers/network/batches.hpp"

#include <algorithm>
#include <string>

#include "solvers/device/random.hpp"
#include "solvers/device/shapes.hpp"

namespace assay::solvers {
namespace {

void require_samples(std::span<const std::size_t> samples, std::size_t count) {
    for (const std::size_t sample : samples) {
        if (sample >= count) {
            throw Error("sample " + std::to_string(sample) + " of a set of " + std::to_string(count), "take");
        }
    }
}

void place(const float* image, const MapShape& shape, std::size_t padding, const Placement& placement,
           float* result) {
    for (std::size_t c = 0; c < shape.channels; ++c) {
        for (std::size_t y = 0; y < shape.height; ++y) {
            const std::size_t padded_y = y + placement.top;  // counted from the padded image's top
            if (padded_y < padding || padded_y >= shape.height + padding) continue;
            const float* row = image + (c * shape.height + padded_y - padding) * shape.width;
            float* target = result + (c * shape.height + y) * shape.width;
            for (std::size_t x = 0; x < shape.width; ++x) {
                const std::size_t padded_x = x + placement.left;
                if (padded_x < padding || padded_x >= shape.width + padding) continue;
                const std::size_t from = padded_x - padding;
                target[x] = row[placement.mirrored ? shape.width - 1 - from : from];
            }
        }
    }
}

}  // namespace

Array<Cpu, float> take(const Array<Cpu, float>& X, std::span<const std::size_t> samples) {
    require_samples(samples, X.cols());
    Array<Cpu, float> batch(X.rows(), samples.size());
    for (std::size_t j = 0; j < samples.size(); ++j)
        std::ranges::copy(X.column(samples[j]), batch.data() + j * X.rows());
    return batch;
}

Labels take(const Labels& labels, std::span<const std::size_t> samples) {
    require_samples(samples, labels.size());
    Labels batch(samples.size());
    for (std::size_t j = 0; j < samples.size(); ++j) batch[j] = labels[samples[j]];
    return batch;
}

std::vector<Placement> draw_placements(std::size_t samples, std::size_t padding, bool mirror,
                                       std::uint64_t seed, std::uint64_t first) {
    Random random(seed, "placements", 3 * first);  // three draws a sample
    std::vector<Placement> placements(samples);
    for (Placement& placement : placements) {
        placement.top = random.below(2 * padding + 1);
        placement.left = random.below(2 * padding + 1);
        placement.mirrored = random.uniform() < 0.5 && mirror;
    }
    return placements;
}

Array<Cpu, float> placed(const Array<Cpu, float>& images, const MapShape& shape, std::size_t padding,
                         std::span<const Placement> placements) {
    if (images.rows() != shape.size() || images.cols() != placements.size()) {
        throw Error(std::to_string(placements.size()) + " placements and an array of " + shape_text(images) +
                        " for images of " + shape_text(shape),
                    "placed", "images are columns, with one placement each");
    }
    Array<Cpu, float> result(images.rows(), images.cols());
    for (std::size_t j = 0; j < images.cols(); ++j) {
        if (std::max(placements[j].top, placements[j].left) > 2 * padding)
            throw Error("a placement lies beyond the padding of " + std::to_string(padding), "placed");
        place(images.column(j).data(), shape, padding, placements[j], result.data() + j * images.rows());
    }
    return result;
}

}  // namespace assay::solvers
