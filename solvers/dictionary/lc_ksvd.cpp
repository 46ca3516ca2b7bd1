#include "solvers/dictionary/lc_ksvd.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/device/transfer.hpp"
#include "solvers/dictionary/ridge_readout.hpp"

namespace assay::solvers {
namespace {

void check(const LcKsvdOptions& options) {
    const auto require_positive = [](const char* name, double value) {
        if (value > 0 && std::isfinite(value)) return;
        throw Error(std::string(name) + " = " + std::to_string(value) + " is not allowed", "lc_ksvd",
                    std::string(name) + " must be above 0");
    };
    if (options.method != LcKsvdMethod::d_ksvd) require_positive("alpha", options.alpha);
    if (options.method != LcKsvdMethod::lc_ksvd1) require_positive("beta", options.beta);
    require_positive("ridge", options.ridge);
}

/// The samples of every class, ascending.
template <class Device, class T>
std::vector<std::vector<std::size_t>> samples_by_class(const LabelledSamples<Device, T>& data) {
    const std::vector<T> targets = data.targets.to_host();
    std::vector<std::vector<std::size_t>> samples(data.classes());
    for (std::size_t e = 0; e < targets.size(); ++e) {
        if (targets[e] != T(0)) samples[e % data.classes()].push_back(e / data.classes());
    }
    return samples;
}

/// [top; bottom].
template <class Device, class T>
Array<Device, T> stacked(const Array<Device, T>& top, const Array<Device, T>& bottom) {
    const std::vector<T> above = top.to_host(), below = bottom.to_host();
    const std::size_t rows = top.rows() + bottom.rows();
    std::vector<T> all(rows * top.cols());
    for (std::size_t j = 0; j < top.cols(); ++j) {
        const auto middle = std::copy_n(above.data() + j * top.rows(), top.rows(), all.data() + j * rows);
        std::copy_n(below.data() + j * bottom.rows(), bottom.rows(), middle);
    }
    return Array<Device, T>::from_host(rows, top.cols(), all);
}

/// The label rows of the stack, a column for each class: B (rows x C) with label rows B H of the samples and
/// B W of the atoms.
struct LabelMap {
    std::size_t rows;
    std::vector<double> values;  ///< B

    LabelMap(const LcKsvdOptions& options, const std::vector<std::size_t>& atoms) {
        const double alpha = options.method == LcKsvdMethod::d_ksvd ? 0 : options.alpha;
        const double beta = options.method == LcKsvdMethod::lc_ksvd1 ? 0 : options.beta;
        const std::size_t classes = atoms.size();
        std::size_t first = 0;  // row of the one-hot block
        if (options.rows == LabelRows::per_atom)
            for (const std::size_t count : atoms) first += count;
        rows = first + classes;
        values.assign(rows * classes, 0.0);
        for (std::size_t c = 0, row = 0; c < classes; ++c) {
            double weight = beta;
            if (options.rows == LabelRows::per_class) weight += static_cast<double>(atoms[c]) * alpha;
            values[first + c + c * rows] = std::sqrt(weight);
            for (std::size_t k = 0; k < atoms[c] && first > 0; ++k)
                values[row++ + c * rows] = std::sqrt(alpha);
        }
    }
};

/// The dictionary of the stack, split on the host.
struct Split {
    std::vector<double> dictionary, classifier;
};

/// Divides the columns by ||d_k|| and reads W off the label rows L = B W by B's left inverse, B having
/// orthogonal columns.
Split split(std::size_t d, std::size_t classes, const LabelMap& map, const std::vector<double>& stack) {
    const std::size_t rows = d + map.rows, atoms = stack.size() / rows;
    Split parts{std::vector<double>(d * atoms), std::vector<double>(classes * atoms)};
    for (std::size_t k = 0; k < atoms; ++k) {
        const double *column = stack.data() + k * rows, *labels = column + d;
        double square = 0;
        for (std::size_t i = 0; i < d; ++i) square += column[i] * column[i];
        const double inverse = square > 0 ? 1 / std::sqrt(square) : 0;
        for (std::size_t i = 0; i < d; ++i) parts.dictionary[i + k * d] = inverse * column[i];
        for (std::size_t c = 0; c < classes; ++c) {
            const double* b = map.values.data() + c * map.rows;
            double along = 0, length = 0;
            for (std::size_t r = 0; r < map.rows; ++r) along += b[r] * labels[r], length += b[r] * b[r];
            parts.classifier[c + k * classes] = inverse * along / length;
        }
    }
    return parts;
}

}  // namespace

template <class Device, class T>
Array<Device, T> ridge_classifier(double ridge, const Array<Device, T>& H, const SparseCodes<Device, T>& X) {
    Array<Device, T> S(X.rows, X.rows), B(H.rows(), X.rows);
    add_outer(T(1), X, X, S);
    add_times_transposed(T(1), H, X, B);
    return ridge_regression(ridge, S, B);
}

template <class Device, class T>
LcKsvdModel<Device, T> lc_ksvd_start(const LcKsvdOptions& options, const LabelledSamples<Device, T>& data) {
    check(options);
    const auto samples = samples_by_class(data);
    std::size_t atoms = 0;
    for (const std::size_t count : data.atoms) atoms += count;
    LcKsvdModel<Device, T> start;
    start.dictionary = Array<Device, T>(data.samples.rows(), atoms);
    for (std::size_t c = 0, first = 0; c < data.classes(); first += data.atoms[c++]) {
        if (samples[c].size() < data.atoms[c]) {
            throw Error("class " + std::to_string(c) + " has " + std::to_string(samples[c].size()) +
                            " samples for its " + std::to_string(data.atoms[c]) + " atoms",
                        "lc_ksvd_start", "use fewer atoms or more samples of this class");
        }
        const Array<Device, T> own = gathered(data.samples, samples[c]);
        const KsvdOptions of_class{.nonzeros = std::min(options.nonzeros, data.atoms[c]),
                                   .iterations = options.start_iterations};
        start.dictionary.set_columns(first, ksvd(of_class, own.columns(0, data.atoms[c]), own).dictionary);
    }
    const auto all = ksvd({.nonzeros = options.nonzeros, .iterations = options.start_iterations},
                          start.dictionary, data.samples);
    start.classifier = ridge_classifier(options.ridge, data.targets, all.codes);
    if (options.method != LcKsvdMethod::d_ksvd) start.consistency = start.classifier.copy();
    return start;
}

template <class Device, class T>
LcKsvdModel<Device, T> lc_ksvd(const LcKsvdOptions& options, const LcKsvdModel<Device, T>& start,
                               const LabelledSamples<Device, T>& data,
                               const KsvdObserver<Device, T>& observer) {
    check(options);
    const std::size_t d = data.samples.rows(), classes = data.classes();
    const LabelMap map(options, data.atoms);
    const auto B = to_device<Device, T>(map.rows, classes, map.values);
    Array<Device, T> labels(map.rows, data.samples.cols()), of_atoms(map.rows, start.dictionary.cols());
    gemm(Op::none, Op::none, T(1), B, data.targets, T(0), labels);
    gemm(Op::none, Op::none, T(1), B, start.classifier, T(0), of_atoms);
    const auto learned = ksvd({.nonzeros = options.nonzeros, .iterations = options.iterations},
                              stacked(start.dictionary, of_atoms), stacked(data.samples, labels), observer);
    const Split parts = split(d, classes, map, host::wide(learned.dictionary.to_host()));
    LcKsvdModel<Device, T> model;
    model.dictionary = to_device<Device, T>(d, start.dictionary.cols(), parts.dictionary);
    model.classifier = to_device<Device, T>(classes, start.dictionary.cols(), parts.classifier);
    if (options.method != LcKsvdMethod::d_ksvd) model.consistency = model.classifier.copy();
    if (options.method == LcKsvdMethod::lc_ksvd1) {
        const auto codes = omp({.nonzeros = options.nonzeros}, model.dictionary, data.samples);
        model.classifier = ridge_classifier(options.ridge, data.targets, codes);
    }
    return model;
}

template <class Device, class T>
std::vector<std::uint32_t> classify(std::size_t nonzeros, const LcKsvdModel<Device, T>& model,
                                    const Array<Device, T>& Y) {
    const auto codes = omp({.nonzeros = nonzeros}, model.dictionary, Y);
    return largest_rows(multiply_codes(model.classifier, codes));
}

#define ASSAY_INSTANTIATE(Device, T)                                                                        \
    template Array<Device, T> ridge_classifier(double, const Array<Device, T>&,                             \
                                               const SparseCodes<Device, T>&);                              \
    template LcKsvdModel<Device, T> lc_ksvd_start(const LcKsvdOptions&, const LabelledSamples<Device, T>&); \
    template LcKsvdModel<Device, T> lc_ksvd(const LcKsvdOptions&, const LcKsvdModel<Device, T>&,            \
                                            const LabelledSamples<Device, T>&,                              \
                                            const KsvdObserver<Device, T>&);                                \
    template std::vector<std::uint32_t> classify(std::size_t, const LcKsvdModel<Device, T>&,                \
                                                 const Array<Device, T>&);

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
