#include "datasets/image_sets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include "datasets/archive.hpp"
#include "datasets/cifar10.hpp"
#include "datasets/packed.hpp"
#include "datasets/registry.hpp"
#include "solvers/error.hpp"

namespace assay::datasets {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kTinySide = 64, kTinyClasses = 200;
constexpr std::size_t kStlSide = 96, kStlClasses = 10;
constexpr std::uint32_t kPetClasses = 37;
constexpr std::size_t kCifarSide = 32, kCifarClasses = 10;

std::string text_of(std::span<const std::uint8_t> content) {
    return {content.begin(), content.end()};
}

/// A number from `first` to `last`, or -1.
std::int64_t number_in(const std::string& word, std::int64_t first, std::int64_t last) {
    if (word.empty() || word.size() > 9 || word.find_first_not_of("0123456789") != std::string::npos)
        return -1;
    const std::int64_t value = std::stoll(word);
    return value >= first && value <= last ? value : -1;
}

struct TinyEntry {
    std::string path, wordnet_id, label, part;
};

std::vector<TinyEntry> read_tiny_list(const std::string& content, const std::string& where) {
    std::vector<TinyEntry> entries;
    std::istringstream lines(content);
    std::string line;
    std::getline(lines, line);  // the heading
    for (std::size_t number = 2; std::getline(lines, line); ++number) {
        std::istringstream words(line);
        TinyEntry entry;
        std::string rest;
        const bool four =
            static_cast<bool>(words >> entry.path >> entry.wordnet_id >> entry.label >> entry.part);
        if (!four || words >> rest || (entry.part != "train" && entry.part != "val") ||
            number_in(entry.label, 0, kTinyClasses - 1) < 0) {
            throw Error(fmt::format("line {} is \"{}\"; expected a path, a WordNet id, a class from 0 to {} "
                                    "and train or val",
                                    number, line, kTinyClasses - 1),
                        where);
        }
        entries.push_back(std::move(entry));
    }
    if (entries.empty()) throw Error("lists no image", where);
    return entries;
}

Image tiny_image(const std::string& path, std::span<const std::uint8_t> content, const fs::path& archive) {
    const std::string where = archive.string() + ": " + path;
    Image image = decode_image(content, where, Colours::rgb);
    if (image.height != kTinySide || image.width != kTinySide) {
        throw Error(fmt::format("has {} x {} pixels; expected {} x {}", image.height, image.width, kTinySide,
                                kTinySide),
                    where);
    }
    return image;
}

/// A record's planes, each column by column, as an image.
Image stl_image(std::span<const std::uint8_t> record) {
    Image image{3, kStlSide, kStlSide, std::vector<std::uint8_t>(record.size())};
    for (std::size_t k = 0; k < record.size(); ++k) {
        const std::size_t c = k / (kStlSide * kStlSide), x = k / kStlSide % kStlSide, y = k % kStlSide;
        image.pixels[c + 3 * (x + kStlSide * y)] = record[k];
    }
    return image;
}

std::vector<std::uint32_t> stl_labels(const fs::path& file, std::size_t count) {
    const std::vector<std::uint8_t> bytes = whole_content(file);
    if (bytes.size() != count)
        throw Error(fmt::format("has {} labels for {} images", bytes.size(), count), file.string());
    std::vector<std::uint32_t> labels;
    for (const std::uint8_t label : bytes) {
        if (label < 1 || label > kStlClasses) {
            throw Error(fmt::format("the label of image {} (counted from 0) is {}; expected 1 to {}",
                                    labels.size(), label, kStlClasses),
                        file.string());
        }
        labels.push_back(label - 1U);
    }
    return labels;
}

std::map<std::string, std::uint32_t> read_pet_list(const fs::path& file) {
    std::map<std::string, std::uint32_t> classes;
    std::istringstream lines(text_of(whole_content(file)));
    std::string line;
    for (std::size_t number = 1; std::getline(lines, line); ++number) {
        if (line.empty() || line.front() == '#') continue;
        std::istringstream words(line);
        std::string name, label;
        words >> name >> label;
        const std::int64_t value = number_in(label, 1, kPetClasses);
        if (value < 0) {
            throw Error(fmt::format("line {} is \"{}\"; expected a name and a class from 1 to {}", number,
                                    line, kPetClasses),
                        file.string());
        }
        if (!classes.emplace(name, static_cast<std::uint32_t>(value - 1)).second)
            throw Error(fmt::format("line {} lists {} again", number, name), file.string());
    }
    if (classes.empty()) throw Error("lists no photograph", file.string());
    return classes;
}

/// The first `most` images of the files.
LabelledPictures cifar10_part(const FindFile& find_file, const std::vector<std::string>& files,
                              std::size_t most) {
    constexpr std::size_t pixels = kCifarSide * kCifarSide;
    std::vector<fs::path> paths;
    for (const std::string& name : files) paths.push_back(find_file(name));
    Cifar10Reader images(std::move(paths));
    LabelledPictures part;
    part.classes = kCifarClasses;
    while (part.images.size() < most && images.next()) {
        Image image{3, kCifarSide, kCifarSide, std::vector<std::uint8_t>(3 * pixels)};
        for (std::size_t e = 0; e < 3 * pixels; ++e)
            image.pixels[e / pixels + 3 * (e % pixels)] = images.pixels()[e];
        part.images.push_back(std::move(image));
        part.labels.push_back(images.label());
    }
    return part;
}

PictureSplit cifar10_pictures(const FindFile& find_file, std::size_t train, std::size_t test) {
    return {cifar10_part(find_file, cifar10_training_files(train), train),
            cifar10_part(find_file, {cifar10_test_file}, test)};
}

void keep_first(std::size_t most, LabelledPictures& part) {
    part.images.resize(std::min(most, part.images.size()));
    part.labels.resize(part.images.size());
}

}  // namespace

std::vector<Image> read_images(const std::string& name, const FindFile& find_file, Colours colours,
                               std::optional<std::size_t> count) {
    const std::vector<File>& files = find(name).files;
    const std::size_t wanted = count.value_or(files.size());
    if (wanted > files.size())
        throw Error(fmt::format("has {} images, and {} are asked for", files.size(), wanted),
                    "data set " + name);
    std::vector<Image> images;
    for (std::size_t i = 0; i < wanted; ++i)
        images.push_back(read_image(find_file(files[i * files.size() / wanted].name), colours));
    return images;
}

PictureSplit read_tiny_imagenet(const fs::path& archive) {
    const std::string list_name = archive.string() + ": labels.tsv";
    std::map<std::string, Image> images;
    std::string list;
    bool listed = false;
    for_each_file(archive, [&](const std::string& path, std::span<const std::uint8_t> content) {
        if (path == "labels.tsv") {
            list = text_of(content);
            listed = true;
        } else if (path.ends_with(".JPEG")) {
            images.emplace(path, tiny_image(path, content, archive));
        }
    });
    if (!listed) throw Error("holds no labels.tsv", archive.string());
    PictureSplit split;
    split.train.classes = split.test.classes = kTinyClasses;
    for (const TinyEntry& entry : read_tiny_list(list, list_name)) {
        const auto image = images.extract(entry.path);
        if (image.empty()) throw Error(fmt::format("lists {}, which is not there", entry.path), list_name);
        LabelledPictures& part = entry.part == "train" ? split.train : split.test;
        part.images.push_back(std::move(image.mapped()));
        part.labels.push_back(static_cast<std::uint32_t>(std::stoul(entry.label)));
    }
    return split;
}

PictureSplit read_pictures(const std::string& name, const FindFile& find_file, std::size_t train,
                           std::size_t test) {
    if (name == "cifar10") return cifar10_pictures(find_file, train, test);
    if (name != "tinyimagenet_subset")
        throw Error("holds no labelled colour images of one size", "data set " + name,
                    "known: cifar10, tinyimagenet_subset");
    PictureSplit split = read_tiny_imagenet(find_file(find(name).files.at(0).name));
    keep_first(train, split.train);
    keep_first(test, split.test);
    return split;
}

LabelledPictures read_stl10(const fs::path& images, const fs::path& labels) {
    LabelledPictures set;
    set.classes = kStlClasses;
    PackedReader reader(images);
    std::vector<std::uint8_t> record(3 * kStlSide * kStlSide);
    std::size_t got = 0;
    while ((got = reader.read(record)) == record.size()) set.images.push_back(stl_image(record));
    if (got != 0) {
        throw Error(
            fmt::format("ends within record {} (counted from 0), after {} bytes", set.images.size(), got),
            images.string(), fmt::format("records have {} bytes", record.size()));
    }
    if (set.images.empty()) throw Error("is empty", images.string());
    if (!labels.empty()) set.labels = stl_labels(labels, set.images.size());
    return set;
}

std::size_t for_each_pet(const fs::path& archive, const fs::path& list, const VisitPet& visit) {
    const std::map<std::string, std::uint32_t> classes = read_pet_list(list);
    std::set<std::string> seen;
    for_each_file(archive, [&](const std::string& path, std::span<const std::uint8_t> content) {
        const fs::path file(path);
        const std::string name = file.stem().string();
        const auto entry = classes.find(name);
        if (file.extension() != ".jpg" || entry == classes.end() || !seen.insert(name).second) return;
        visit(name, entry->second, decode_image(content, archive.string() + ": " + path, Colours::rgb));
    });
    for (const auto& [name, label] : classes) {
        if (!seen.contains(name))
            throw Error(fmt::format("holds no {}.jpg, which {} lists", name, list.string()),
                        archive.string());
    }
    return seen.size();
}

}  // namespace assay::datasets
