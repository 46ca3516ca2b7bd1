#include "experiments/palm/learners.hpp"

#include <cmath>
#include <utility>

#include "experiments/harness/declarations.hpp"
#include "experiments/palm/palm_params.hpp"
#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/sparse/ista.hpp"
#include "solvers/sparse/lasso.hpp"

namespace assay::palm {

using namespace assay::solvers;

namespace {

PalmOptions listaconv_options(const harness::Run& run, double lambda) {
    PalmOptions options;
    options.weights = weights_of(run, lambda);
    options.code_method = CodeMethod::safeguarded_fista;
    options.code_steps = run.count("code_steps");
    options.atoms = atom_set_of(run);
    options.dictionary_method = dictionary_method_of(run);
    options.dictionary_steps = run.count("dictionary_steps");
    if (run.text("precision") == "float") options.tolerance = 1e-5;
    return options;
}

template <class Device, class T>
class ListaConvLearner final : public Learner<Device, T> {
  public:
    ListaConvLearner(const PalmOptions& options, bool labels, LabelledSamples<Device, T> data,
                     const Array<Device, T>& D)
        : options_(options), labels_(labels), palm_(options_, std::move(data), D) {}

    LearnerStep step(double s) override { return {palm_.step(labels_ ? s : 0.0).objective, s}; }
    const Array<Device, T>& dictionary() const override { return palm_.model().dictionary; }
    const LabelledSamples<Device, T>& data() const override { return palm_.objective().data(); }
    Array<Device, T> training_codes(std::size_t first, std::size_t count) const override {
        return palm_.model().codes.columns(first, count);
    }
    Array<Device, T> label_free_codes(const Array<Device, T>& X) const override {
        return lasso({.lambda = options_.weights.lambda, .ridge = options_.weights.mu_G, .tolerance = 1e-4},
                     dictionary(), X)
            .codes;
    }
    std::size_t code_bytes() const override { return palm_.model().codes.size() * sizeof(T); }

  private:
    PalmOptions options_;
    bool labels_;
    Palm<Device, T> palm_;
};

template <class Device, class T>
class TopkLearnerFace final : public Learner<Device, T> {
  public:
    TopkLearnerFace(const harness::Run& run, LabelledSamples<Device, T> data, const Array<Device, T>& D)
        : learner_(topk_options(run, run.text("encoder") == "topk"), std::move(data), D) {}

    LearnerStep step(double s) override {
        const TopkRecord record = learner_.step(s);
        return {record.objective, record.supervision};
    }
    void finish() override { learner_.refresh_codes(); }
    const Array<Device, T>& dictionary() const override { return learner_.dictionary(); }
    const LabelledSamples<Device, T>& data() const override { return learner_.objective().data(); }
    Array<Device, T> training_codes(std::size_t first, std::size_t count) const override {
        return to_dense(columns(learner_.codes(), first, count));
    }
    Array<Device, T> label_free_codes(const Array<Device, T>& X) const override {
        return to_dense(learner_.encoder().encode(X));
    }
    std::size_t code_bytes() const override { return learner_.codes().bytes(); }

  private:
    TopkLearner<Device, T> learner_;
};

/// Mean number of non-zeros of a sample's code.
template <class Device, class T>
double mean_nonzeros(double lambda, double ridge, const Array<Device, T>& D, const Array<Device, T>& X) {
    const Array<Device, T> codes = lasso({.lambda = lambda, .ridge = ridge, .tolerance = 1e-4}, D, X).codes;
    return static_cast<double>(count_nonzero(codes)) / static_cast<double>(X.cols());
}

}  // namespace

std::vector<harness::ParamSpec> learner_params() {
    const auto integer = [](const char* name, std::int64_t value, const char* doc, double min) {
        return harness::ParamSpec{.name = name, .fallback = value, .doc = doc, .min = min, .max = 1e6};
    };
    const auto weight = [](const char* name, double value, const char* doc, double min) {
        return harness::ParamSpec{.name = name, .fallback = value, .doc = doc, .min = min, .max = 1e6};
    };
    const std::vector<harness::ParamSpec> own = {
        {.name = "encoder",
         .fallback = std::string("topk"),
         .doc = "LISTAConv without labels in its codes or with them; Top-K LISTA with learned or with fixed "
                "layers",
         .choices = {"listaconv", "listaconv-labels", "topk", "topk-fixed"}},
        integer("atoms", 520, "K", 1),
        weight("lambda", 0.0,
               "LISTAConv: weight of ||G||_1; 0: so that codes by the start have `nonzeros` non-zeros on "
               "average",
               0),
        integer("code_steps", 20, "LISTAConv: steps of FISTA in an outer iteration", 1)};
    std::vector<harness::ParamSpec> all = own;
    for (const auto& more : {encoder_params(), dictionary_params(), weight_params(), harness::adam_params()})
        all = harness::joined(std::move(all), more);
    return all;
}

std::vector<std::string> check_learner(const harness::Params& params) {
    return check_nonzeros(params);
}

template <class Device, class T>
double calibrated_lambda(const harness::Run& run, const Array<Device, T>& D, const Array<Device, T>& X) {
    const double ridge = run.real("mu_G"), target = static_cast<double>(run.count("nonzeros"));
    double high = 0.0;
    for (const double bound : lambda_max(Shrinkage::soft, D, X)) high = std::max(high, bound);
    double low = high * 1e-4;
    if (mean_nonzeros(low, ridge, D, X) <= target) return low;
    // The number of non-zeros falls as lambda grows; twelve halvings of the logarithm leave 0.2 %.
    for (int halving = 0; halving < 12; ++halving) {
        const double middle = std::sqrt(low * high);
        (mean_nonzeros(middle, ridge, D, X) > target ? low : high) = middle;
    }
    return std::sqrt(low * high);
}

template <class Device, class T>
std::unique_ptr<Learner<Device, T>> make_learner(const harness::Run& run, double lambda,
                                                 LabelledSamples<Device, T> data, const Array<Device, T>& D) {
    const std::string& encoder = run.text("encoder");
    if (encoder == "topk" || encoder == "topk-fixed")
        return std::make_unique<TopkLearnerFace<Device, T>>(run, std::move(data), D);
    return std::make_unique<ListaConvLearner<Device, T>>(listaconv_options(run, lambda),
                                                         encoder == "listaconv-labels", std::move(data), D);
}

template <class Device, class T>
std::unique_ptr<Learner<Device, T>> make_unsupervised(const harness::Run& run, double lambda,
                                                      LabelledSamples<Device, T> data,
                                                      const Array<Device, T>& D) {
    PalmOptions options = listaconv_options(run, lambda);
    options.dictionary_method = DictionaryMethod::projected_gradient;
    return std::make_unique<ListaConvLearner<Device, T>>(options, false, std::move(data), D);
}

#define ASSAY_INSTANTIATE(Device, T)                                                       \
    template double calibrated_lambda(const harness::Run&, const Array<Device, T>&,        \
                                      const Array<Device, T>&);                            \
    template std::unique_ptr<Learner<Device, T>> make_learner(                             \
        const harness::Run&, double, LabelledSamples<Device, T>, const Array<Device, T>&); \
    template std::unique_ptr<Learner<Device, T>> make_unsupervised(                        \
        const harness::Run&, double, LabelledSamples<Device, T>, const Array<Device, T>&);

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::palm
