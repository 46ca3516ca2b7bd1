#include "experiments/harness/on_device.hpp"
#include "experiments/palm/palm_params.hpp"
#include "experiments/palm/registrations.hpp"
#include "solvers/dictionary/synthetic.hpp"
#include "solvers/sparse/topk_lista.hpp"

/// How many numbers the two models hold, A counted in full as the paper does though the solver keeps a
/// factor, and what a sample's codes take.
namespace assay::palm {

namespace {

using namespace assay::solvers;

Tying tying_named(const std::string& name) {
    return name == "tied" ? Tying::tied : name == "residual" ? Tying::residual : Tying::untied;
}

template <class Device, class T>
void count_parameters(harness::Run& run) {
    const std::size_t d = run.count("dimension"), K = run.count("atoms"), C = run.count("classes");
    const TopkListaOptions options{.nonzeros = run.count("nonzeros"),
                                   .layers = run.count("layers"),
                                   .tying = tying_named(run.text("tying"))};
    TopkLista<Device, T> encoder(options, random_dictionary<Device, T>(d, K, run.seed()));
    std::size_t matrices = 0;
    for (const Array<Device, T>& B : encoder.matrices()) matrices += B.size();
    const std::size_t maps = encoder.dictionary().size() + K * K + C * K;  // D, A in full, W
    run.record("listaconv_parameters", static_cast<double>(maps));
    run.record("topk_parameters", static_cast<double>(maps + matrices));
    const SparseCodes<Device, T> codes(K, options.nonzeros, 1);
    run.record("sparse_code_bytes", static_cast<double>(codes.bytes()));
    run.record("dense_code_bytes", static_cast<double>(K * sizeof(T)));
}

std::vector<harness::ParamSpec> params() {
    const auto integer = [](const char* name, std::int64_t value, const char* doc) {
        return harness::ParamSpec{.name = name, .fallback = value, .doc = doc, .min = 1, .max = 1e5};
    };
    return {integer("dimension", 768, "d, length of a feature"),
            integer("atoms", 900, "K, atoms of the dictionary"),
            integer("classes", 200, "C"),
            integer("layers", 6, "L, layers of the Top-K encoder"),
            integer("nonzeros", 50, "T, non-zeros of a code"),
            {.name = "tying",
             .fallback = std::string("untied"),
             .doc = "matrices of the layers: one each, one for all, or one each that follows D",
             .choices = {"untied", "tied", "residual"}},
            harness::precision_param()};
}

}  // namespace

void register_model_size() {
    harness::register_experiment(
        {.name = "palm.model_size",
         .doc = "Numbers that the models with Top-K LISTA and LISTAConv hold, and bytes of a sample's codes",
         .params = params(),
         .metrics = {{"listaconv_parameters", "", "D, A (K x K) and W"},
                     {"topk_parameters", "", "the same and the encoder's matrices"},
                     {"sparse_code_bytes", "B", "a sample's code as T pairs"},
                     {"dense_code_bytes", "B", "a sample's code as K numbers"}},
         .body = harness::on_device(
             []<class Device, class T>(harness::Run& run) { count_parameters<Device, T>(run); }),
         .check = check_nonzeros});
}

}  // namespace assay::palm
