#include "datasets/feature_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "datasets/packed.hpp"
#include "solvers/error.hpp"
#include "support/hdf5.hpp"

namespace assay::datasets {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kBlock = std::size_t{1} << 21;  // values that are transposed at a time

std::string text_of(const std::vector<std::size_t>& shape) {
    return fmt::format("({})", fmt::join(shape, ", "));
}

/// HDF5's own errors do not know the file.
template <class Action>
auto naming(const fs::path& file, Action action) {
    try {
        return action();
    } catch (const Error& error) {
        if (!error.where().empty()) throw;
        throw Error(error.problem(), file.string(), "make the file again; h5dump shows what is in it");
    }
}

/// One feature file, opened.
class FeatureFile {
  public:
    explicit FeatureFile(const fs::path& file)
        : file_(file), reader_(open()), origin_{at("features"), at("labels")} {
        for (const char* name : {"features", "labels"}) {
            if (!reader_.has_data(name))
                throw Error(fmt::format("there is no data set {}; found {}", name,
                                        fmt::join(reader_.names("/"), ", ")),
                            file_.string(), "a feature file holds the data sets features and labels");
        }
        read_labels();
        find_axes();
    }

    const Origin& origin() const { return origin_; }
    std::size_t dimension() const { return dimension_; }

    /// The classes that this file's own labels show.
    ClassRange range() const {
        const auto classes = reader_.whole_attribute("labels", "classes");
        if (!classes) return range_of(labels_, origin_);
        if (*classes < 1)
            throw Error(fmt::format("its attribute classes is {}; expected 1 or more", *classes),
                        origin_.labels);
        return {0, static_cast<std::size_t>(*classes)};
    }

    template <class T>
    LabelledFeatures<T> read(const ClassRange& range) const {
        std::vector<T> values(feature_entries(dimension_, labels_.size(), origin_));
        sample_rows_ ? reader_.read_rows<T>("features", 0, labels_.size(), values)
                     : read_transposed<T>(values);
        return labelled_features(std::move(values), dimension_, labels_, range, origin_);
    }

  private:
    h5::Reader open() const {
        if (PackedReader(file_).packed())
            throw Error("is packed; a feature file is read where it lies", file_.string(),
                        "unpack it with gunzip or xz -d");
        return h5::Reader::of_file(file_);
    }
    std::string at(const char* name) const { return file_.string() + ": " + name; }

    void read_labels() {
        const h5::Facts facts = reader_.facts("labels");
        std::size_t count = 1, longest = 1;
        for (const std::size_t axis : facts.shape) count *= axis, longest = std::max(longest, axis);
        if (facts.kind == h5::Facts::Kind::other || facts.shape.empty() || count != longest)
            throw Error(fmt::format("is {} of the shape {}; expected one whole number for each sample",
                                    facts.type, text_of(facts.shape)),
                        origin_.labels);
        feature_entries(1, count, origin_);
        labels_.resize(count);
        reader_.read_rows<double>("labels", 0, facts.shape[0], labels_);
    }

    void find_axes() {
        const h5::Facts facts = reader_.facts("features");
        if (facts.kind != h5::Facts::Kind::real ||
            (facts.bytes != sizeof(float) && facts.bytes != sizeof(double)))
            throw Error(fmt::format("is {}; expected 32-bit or 64-bit floats", facts.type), origin_.features);
        const std::size_t samples = labels_.size();
        if (facts.shape.size() != 2 || (facts.shape[0] != samples && facts.shape[1] != samples))
            throw Error(
                fmt::format("has the shape {}; expected a matrix with an axis of {}, the number of labels",
                            text_of(facts.shape), samples),
                origin_.features);
        const auto axis = reader_.whole_attribute("features", "samples_axis");
        if (!axis && facts.shape[0] == facts.shape[1])
            throw Error(fmt::format("has the shape {}, which does not tell samples from features",
                                    text_of(facts.shape)),
                        origin_.features, "give it the attribute samples_axis: 0 for (N, d), 1 for (d, N)");
        if (axis && (*axis < 0 || *axis > 1 || facts.shape[static_cast<std::size_t>(*axis)] != samples))
            throw Error(
                fmt::format(
                    "its attribute samples_axis is {}, but axis 0 or 1 must be the one of {} samples in {}",
                    *axis, samples, text_of(facts.shape)),
                origin_.features);
        sample_rows_ = axis ? *axis == 0 : facts.shape[0] == samples;
        dimension_ = facts.shape[sample_rows_ ? 1 : 0];
        chunk_rows_ = facts.chunk_rows;
        feature_entries(dimension_, samples, origin_);
    }

    /// (d, N) in blocks of features that hold whole chunks, so that each chunk is unpacked once.
    template <class T>
    void read_transposed(std::vector<T>& values) const {
        const std::size_t samples = labels_.size();
        const std::size_t chunks = std::max<std::size_t>(1, kBlock / samples / chunk_rows_);
        const std::size_t rows = std::min(dimension_, chunks * chunk_rows_);
        std::vector<T> block(rows * samples);
        for (std::size_t first = 0; first < dimension_; first += rows) {
            const std::size_t height = std::min(rows, dimension_ - first);
            reader_.read_rows<T>("features", first, height, block);
            for (std::size_t j = 0; j < samples; ++j)
                for (std::size_t i = 0; i < height; ++i)
                    values[j * dimension_ + first + i] = block[i * samples + j];
        }
    }

    fs::path file_;
    h5::Reader reader_;
    Origin origin_;
    std::vector<double> labels_;
    bool sample_rows_ = true;
    std::size_t dimension_ = 0, chunk_rows_ = 1;
};

}  // namespace

template <class T>
LabelledFeatures<T> read_feature_file(const fs::path& train) {
    return naming(train, [&] {
        const FeatureFile file(train);
        return file.read<T>(file.range());
    });
}

template <class T>
FeatureSplit<T> read_feature_files(const fs::path& train, const fs::path& test) {
    const FeatureFile first = naming(train, [&] { return FeatureFile(train); });
    const FeatureFile second = naming(test, [&] { return FeatureFile(test); });
    if (first.dimension() != second.dimension())
        throw Error(fmt::format("has {} features, but {} has {}", second.dimension(), first.origin().features,
                                first.dimension()),
                    second.origin().features);
    const ClassRange range = naming(train, [&] { return first.range(); });
    return {naming(train, [&] { return first.read<T>(range); }),
            naming(test, [&] { return second.read<T>(range); })};
}

template LabelledFeatures<float> read_feature_file(const fs::path&);
template LabelledFeatures<double> read_feature_file(const fs::path&);
template FeatureSplit<float> read_feature_files(const fs::path&, const fs::path&);
template FeatureSplit<double> read_feature_files(const fs::path&, const fs::path&);

}  // namespace assay::datasets
