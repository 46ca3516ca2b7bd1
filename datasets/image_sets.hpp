#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "datasets/feature_sets.hpp"
#include "datasets/image.hpp"

/// Data sets of images as images, in whatever way they are stored.
namespace assay::datasets {

/// The images that are the files of data set `name` (bsd68, cbsd432, set12), in the order of its description:
/// all, or `count` of them evenly over it. Throws Error when there is no such data set, it has fewer images,
/// or a file is not as it should be.
std::vector<Image> read_images(const std::string& name, const FindFile& find_file,
                               Colours colours = Colours::as_stored,
                               std::optional<std::size_t> count = std::nullopt);

/// Images of one or several shapes, each with its class.
struct LabelledPictures {
    std::size_t classes = 0;
    std::vector<Image> images;
    std::vector<std::uint32_t> labels;  ///< one an image, each below `classes`
};

struct PictureSplit {
    LabelledPictures train, test;
};

/// Tiny ImageNet, 200 classes of 64 x 64 RGB images (grey ones are made RGB), from an archive or a folder
/// that holds labels.tsv: a heading, then for each image its path in the archive, its WordNet id, its class
/// from 0, and "train" or "val", between tabs. Both parts have the list's order. Throws Error naming the
/// archive, and the line or the image in it, when one of them is not so.
PictureSplit read_tiny_imagenet(const std::filesystem::path& archive_or_folder);

/// The first images of the two parts of data set `name`: cifar10 (32 x 32, the training part in its official
/// order) or tinyimagenet_subset, at most `train` and `test` of them; of cifar10 only the files that hold
/// them are asked for. Throws Error when it is another data set, and as the readers of the formats do.
PictureSplit read_pictures(const std::string& name, const FindFile& find_file, std::size_t train,
                           std::size_t test);

/// A part of STL-10's binary version: 96 x 96 RGB images, 10 classes. `images` holds records of 3 x 96 x 96
/// bytes, the red, green and blue plane column by column; `labels` a byte from 1 to 10 for each. An empty
/// `labels` is for the images without labels. Throws Error naming the file that is empty, ends within a
/// record, has another label or another number of them.
LabelledPictures read_stl10(const std::filesystem::path& images, const std::filesystem::path& labels = {});

/// What is done with one photograph of the Oxford-IIIT Pet data set.
using VisitPet = std::function<void(const std::string& name, std::uint32_t label, const Image& image)>;

/// Visits the listed photographs in RGB, one after the other, since together they would take 4 GB:
/// `archive_or_folder` holds NAME.jpg, in whatever folder; `list` is annotations/list.txt, with "NAME CLASS
/// SPECIES BREED" in each line that does not begin with #, CLASS from 1 to 37. Files that are not listed are
/// passed over. Returns their number. Throws Error naming the list and the line, or the photograph, when one
/// is not so or a listed one is missing.
std::size_t for_each_pet(const std::filesystem::path& archive_or_folder, const std::filesystem::path& list,
                         const VisitPet& visit);

}  // namespace assay::datasets
