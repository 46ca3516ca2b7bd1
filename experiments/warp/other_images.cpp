#include "experiments/warp/other_images.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "datasets/image_sets.hpp"
#include "solvers/device/random.hpp"

namespace assay::warp {

using namespace solvers;
using datasets::Image;

namespace {

constexpr std::size_t pet_side = 224;

std::vector<Image> chosen(std::vector<Image> all, std::size_t count, std::uint64_t seed) {
    const std::vector<std::size_t> order = shuffled(all.size(), 0, seed);
    std::vector<Image> some;
    for (std::size_t i = 0; i < count && i < all.size(); ++i) some.push_back(std::move(all[order[i]]));
    return some;
}

/// All of them would take gigabytes: photograph n takes a place with the chance count / n (Vitter's
/// algorithm R).
std::vector<Image> pets(harness::Run& run, std::size_t count) {
    std::vector<Image> some;
    Random random(run.seed(), "pets");
    std::size_t seen = 0;
    datasets::for_each_pet(
        run.data_file("oxford_pets", "images.tar.gz"), run.data_file("oxford_pets", "list.txt"),
        [&](const std::string&, std::uint32_t, const Image& image) {
            if (image.height < pet_side || image.width < pet_side) return;
            const std::size_t place = seen < count ? seen : random.below(seen + 1);
            ++seen;
            if (place >= count) return;
            Image middle = datasets::cropped(image, (image.height - pet_side) / 2,
                                             (image.width - pet_side) / 2, pet_side, pet_side);
            if (place < some.size())
                some[place] = std::move(middle);
            else
                some.push_back(std::move(middle));
        });
    return some;
}

std::vector<Image> read(harness::Run& run, const std::string& data, std::size_t count) {
    if (data == "oxford_pets") return pets(run, count);
    if (data == "stl10")
        return chosen(datasets::read_stl10(run.data_file(data, "test_X.bin")).images, count, run.seed());
    auto split = datasets::read_tiny_imagenet(run.data_file(data, "tinyimagenet_subset.tar.xz"));
    return chosen(std::move(split.test.images), count, run.seed());
}

}  // namespace

Images<Cpu, float> other_images(harness::Run& run, const std::string& data, std::size_t count) {
    const std::vector<Image> images = read(run, data, count);
    if (images.size() < count) {
        throw Error(
            fmt::format("{} test images of {} are asked for, there are {}", count, data, images.size()),
            "warp", "lower test_images");
    }
    return datasets::batch_of<Cpu, float>(images);
}

}  // namespace assay::warp
