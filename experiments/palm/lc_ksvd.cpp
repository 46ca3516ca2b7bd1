#include "solvers/dictionary/lc_ksvd.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "experiments/harness/declarations.hpp"
#include "experiments/harness/on_device.hpp"
#include "experiments/palm/data.hpp"
#include "experiments/palm/evaluation.hpp"
#include "experiments/palm/linear_probe.hpp"
#include "experiments/palm/palm_params.hpp"
#include "experiments/palm/registrations.hpp"
#include "solvers/device/atom_updates.hpp"
#include "solvers/device/composed.hpp"
#include "solvers/device/random.hpp"
#include "solvers/device/transfer.hpp"

/// The base methods of the semi-unified learner: D-KSVD and LC-KSVD1/2 on real data, beside K-SVD without
/// labels and a linear probe of the samples.
namespace assay::palm {

namespace {

using namespace assay::solvers;

LcKsvdMethod method_named(const std::string& name) {
    return name == "lc-ksvd1"   ? LcKsvdMethod::lc_ksvd1
           : name == "lc-ksvd2" ? LcKsvdMethod::lc_ksvd2
                                : LcKsvdMethod::d_ksvd;
}

LcKsvdOptions options_of(const harness::Run& run) {
    return {.method = method_named(run.text("method")),
            .nonzeros = run.count("nonzeros"),
            .alpha = std::pow(run.real("sqrt_alpha"), 2),
            .beta = std::pow(run.real("sqrt_beta"), 2),
            .ridge = run.real("ridge"),
            .start_iterations = run.count("start_iterations"),
            .iterations = run.count("iterations")};
}

/// K-SVD with the mistake of a port of the method, as a control: coefficients that are not above 0 neither
/// shape an atom nor change with it, and an atom without others stays as it is.
template <class Device, class T>
Array<Device, T> ksvd_of_positive(const KsvdOptions& options, const Array<Device, T>& D0,
                                  const Array<Device, T>& X, const KsvdObserver<Device, T>& observer) {
    Array<Device, T> D = D0.copy();
    for (std::size_t iteration = 1; iteration <= options.iterations; ++iteration) {
        SparseCodes<Device, T> codes = omp({.nonzeros = options.nonzeros}, D, X);
        Array<Device, T> R = multiply_codes(D, codes);
        scale(T(-1), R);
        axpy(T(1), X, R);
        const double coded = std::pow(norm(R), 2);
        std::vector<T> values = codes.value.to_host();
        for (T& value : values) value = std::max(value, T(0));
        codes.value = Array<Device, T>::from_host(codes.width(), codes.cols(), values);
        update_atoms(UnusedAtoms::keep, X, D, codes, R);
        observer({iteration, coded, std::pow(distance(X, multiply_codes(D, codes)), 2), D, codes});
    }
    return D;
}

template <class Device, class T>
Array<Device, T> last_rows(std::size_t count, const Array<Device, T>& A) {
    const std::vector<T> all = A.to_host();
    std::vector<T> chosen;
    for (std::size_t end = A.rows(); end <= all.size(); end += A.rows())
        chosen.insert(chosen.end(), all.data() + end - count, all.data() + end);
    return Array<Device, T>::from_host(count, A.cols(), chosen);
}

template <class Device, class T>
class BaseMethod {
  public:
    explicit BaseMethod(harness::Run& run)
        : run_(run), options_(options_of(run)), length_(static_cast<T>(run.real("length"))) {
        const auto paused = run_.pause_clock();
        const Split<T> split = load<T>(run_);
        record_probe(split);
        std::vector<std::size_t> order = order_of(split.train.count());
        for (const std::size_t i : order) labels_.push_back(split.train.labels[i]);
        data_ = labelled_samples(gathered(scaled(split.train), order), labels_, split.classes,
                                 run_.count("atoms"));
        test_ = scaled(split.test);
        test_labels_ = split.test.labels;
    }

    void measure() {
        run_.record("label_weight", label_weight());
        run_.axis("iteration", harness::counted(1, options_.iterations), "", "of the K-SVD on all samples");
        const LcKsvdModel<Device, T> start = lc_ksvd_start(options_, data_);
        const LcKsvdModel<Device, T> model = learn(start);
        const auto paused = run_.pause_clock();
        record_outcome(model);
        if (run_.flag("compare")) record_equivalence(start);
    }

  private:
    /// The samples at the length that the weights are relative to.
    Array<Device, T> scaled(const LabelledSet<T>& set) const {
        auto samples = uploaded<Device>(set);
        scale(length_, samples);
        return samples;
    }

    /// The first samples of a class start its atoms.
    std::vector<std::size_t> order_of(std::size_t count) const {
        if (run_.text("order") == "drawn") return shuffled(count, 0, run_.seed());
        std::vector<std::size_t> order(count);
        for (std::size_t i = 0; i < count; ++i) order[i] = i;
        return order;
    }

    /// The squared length of a sample's label rows over that of the sample, for a class of average size.
    double label_weight() const {
        const std::string& method = run_.text("method");
        const double atoms_of_class =
            static_cast<double>(run_.count("atoms")) / static_cast<double>(data_.classes());
        const double alpha = method.starts_with("lc-") ? options_.alpha : 0.0;
        const double beta = method == "d-ksvd" || method == "lc-ksvd2" ? options_.beta : 0.0;
        return (atoms_of_class * alpha + beta) / std::pow(static_cast<double>(length_), 2);
    }

    void record_probe(const Split<T>& split) {
        const auto train = to_device<Cpu, double>(uploaded<Cpu>(split.train));
        const auto probe = linear_probe(
            probe_ridges, [&](std::size_t first, std::size_t count) { return train.columns(first, count); },
            split.train.labels, split.classes);
        Array<Cpu, double> scores(split.classes, split.test.count());
        gemm(Op::none, Op::none, 1.0, probe.classifier, to_device<Cpu, double>(uploaded<Cpu>(split.test)),
             0.0, scores);
        run_.record("probe_accuracy", agreement(largest_rows(scores), split.test.labels));
        run_.record("probe_ridge", probe.ridge);
    }

    LcKsvdModel<Device, T> learn(const LcKsvdModel<Device, T>& start) {
        const std::string& method = run_.text("method");
        const KsvdOptions options{.nonzeros = options_.nonzeros, .iterations = options_.iterations};
        const KsvdObserver<Device, T> observer = [&](const auto& progress) { observe(progress); };
        if (method == "k-svd")
            return with_classifier(ksvd(options, start.dictionary, data_.samples, observer).dictionary);
        if (method == "k-svd-positive")
            return with_classifier(ksvd_of_positive(options, start.dictionary, data_.samples, observer));
        return lc_ksvd(options_, start, data_, observer);
    }

    LcKsvdModel<Device, T> with_classifier(Array<Device, T> D) const {
        const auto codes = omp({.nonzeros = options_.nonzeros}, D, data_.samples);
        return {std::move(D), ridge_classifier(options_.ridge, data_.targets, codes), {}};
    }

    void observe(const KsvdProgress<Device, T>& progress) {
        const auto paused = run_.pause_clock();
        const double count = static_cast<double>(data_.samples.cols()), length = static_cast<double>(length_);
        run_.record_at("objective", {progress.iteration - 1}, progress.coded / (count * length * length));
        run_.progress(static_cast<double>(progress.iteration) / static_cast<double>(options_.iterations),
                      "iterations");
        // The stack has label rows below those of the samples.
        if (progress.iteration < options_.iterations || progress.dictionary.rows() == data_.samples.rows())
            return;
        const auto scores = multiply_codes(last_rows(data_.classes(), progress.dictionary), progress.codes);
        run_.record("label_aware_accuracy", agreement(largest_rows(scores), labels_));
    }

    void record_outcome(const LcKsvdModel<Device, T>& model) {
        const std::size_t nonzeros = options_.nonzeros;
        run_.record("train_accuracy", agreement(classify(nonzeros, model, data_.samples), labels_));
        run_.record("test_accuracy", agreement(classify(nonzeros, model, test_), test_labels_));
        const auto codes = omp({.nonzeros = nonzeros}, model.dictionary, test_);
        run_.record("test_error", distance(multiply_codes(model.dictionary, codes), test_) / norm(test_));
        double used = 0, negative = 0;
        for (const T value : codes.value.to_host()) used += value != T(0), negative += value < T(0);
        run_.record("nonzeros_used", used / static_cast<double>(codes.cols()));
        run_.record("negative_share", negative / used);
    }

    /// LC-KSVD2 with its K + C label rows against D-KSVD with beta + n alpha.
    void record_equivalence(const LcKsvdModel<Device, T>& start) {
        LcKsvdOptions published = options_, summed = options_;
        published.method = LcKsvdMethod::lc_ksvd2;
        published.rows = LabelRows::per_atom;
        summed.method = LcKsvdMethod::d_ksvd;
        summed.beta += static_cast<double>(data_.atoms.front()) * options_.alpha;
        const auto a = lc_ksvd(published, start, data_), b = lc_ksvd(summed, start, data_);
        run_.record("dictionary_difference", distance(a.dictionary, b.dictionary));
        run_.record("classifier_difference", distance(a.classifier, b.classifier));
        run_.record("label_difference", 1 - agreement(classify(options_.nonzeros, a, test_),
                                                      classify(options_.nonzeros, b, test_)));
    }

    harness::Run& run_;
    LcKsvdOptions options_;
    T length_;
    LabelledSamples<Device, T> data_;
    std::vector<std::uint32_t> labels_;  // of the training samples
    Array<Device, T> test_;
    std::vector<std::uint32_t> test_labels_;
};

std::vector<harness::ParamSpec> params() {
    const auto integer = [](const char* name, std::int64_t value, const char* doc, double min) {
        return harness::ParamSpec{.name = name, .fallback = value, .doc = doc, .min = min, .max = 1e5};
    };
    const std::vector<harness::ParamSpec> own = {
        {.name = "method",
         .fallback = std::string("lc-ksvd2"),
         .doc =
             "k-svd: without labels, then ridge regression on the codes; k-svd-positive: the same with the "
             "mistake of a port, which leaves negative coefficients out of the atoms' updates",
         .choices = {"lc-ksvd2", "lc-ksvd1", "d-ksvd", "k-svd", "k-svd-positive"}},
        integer("atoms", 570, "K, atoms of the dictionary", 1),
        integer("nonzeros", 30, "T, non-zeros of a code", 1),
        {"sqrt_alpha", 4.0, "root of the weight of label consistency", 1e-9, 1e9},
        {"sqrt_beta", 2.0, "root of the weight of classification", 1e-9, 1e9},
        {"length", 1.0, "to which every sample is brought: what the weights are relative to", 1e-6, 1e9},
        {"ridge", 1.0, "of the regressions for W and A", 1e-12, 1e9},
        integer("start_iterations", 20, "of each class's K-SVD, and of the one that W0 comes from", 0),
        integer("iterations", 50, "of the K-SVD on all samples", 1),
        {.name = "order",
         .fallback = std::string("drawn"),
         .doc = "of the training samples, the first of each class start its atoms: drawn by the seed, or as "
                "the files have it",
         .choices = {"drawn", "stored"}},
        {.name = "compare",
         .fallback = false,
         .doc = "train LC-KSVD2 with K + C label rows and D-KSVD with beta + n alpha, and compare them"},
        harness::precision_param()};
    return harness::joined(data_params(), own);
}

std::vector<harness::MetricSpec> metrics() {
    return {{"test_accuracy", "", "of W on codes that OMP finds without labels"},
            {"train_accuracy", "", "the same on the training samples"},
            {"label_aware_accuracy", "", "of W on the training codes that saw the labels"},
            {"label_weight", "", "n alpha + beta, as far as the method uses them, over the squared length"},
            {"probe_accuracy", "", "test accuracy of ridge regression on the samples themselves"},
            {"probe_ridge", "", "its ridge, chosen by leaving training samples out"},
            {"test_error", "", "||Y - D X|| / ||Y|| of the test samples"},
            {"nonzeros_used", "", "mean number in a test code"},
            {"negative_share", "", "of the non-zeros of the test codes"},
            {"objective", "", "of the stack after OMP, over the samples' squared length", {"iteration"}},
            {"dictionary_difference", "", "||D - D'||_F of the two that compare trains"},
            {"classifier_difference", "", "||W - W'||_F"},
            {"label_difference", "", "share of the test samples that they classify differently"}};
}

std::vector<std::string> check(const harness::Params& params) {
    std::vector<std::string> messages = check_data(params);
    for (std::string& message : check_nonzeros(params)) messages.push_back(std::move(message));
    const std::int64_t atoms = std::get<std::int64_t>(params.at("atoms"));
    const auto classes = static_cast<std::int64_t>(class_count(params).value_or(1));
    if (std::get<bool>(params.at("compare")) && atoms % classes != 0) {
        messages.push_back("compare needs equally many atoms in each class, but the " +
                           std::to_string(classes) +
                           " classes do not divide atoms = " + std::to_string(atoms));
    }
    return messages;
}

}  // namespace

void register_lc_ksvd() {
    harness::register_experiment(
        {.name = "palm.lc_ksvd",
         .doc = "D-KSVD and LC-KSVD1/2 beside K-SVD without labels and a linear probe of the samples",
         .params = params(),
         .metrics = metrics(),
         .body = harness::on_device(
             []<class Device, class T>(harness::Run& run) { BaseMethod<Device, T>(run).measure(); }),
         .data = data_sets,
         .check = check});
}

}  // namespace assay::palm
