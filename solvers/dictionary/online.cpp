#include "solvers/dictionary/online.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>

#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/device/random.hpp"
#include "solvers/dictionary/palm_blocks.hpp"

namespace assay::solvers {
namespace {

void check(const OnlineOptions& options) {
    if (options.batch == 0) {
        throw Error("a batch of 0 samples", "online_dictionary", "give at least 1");
    }
    if (!(options.forgetting >= 0.0) || !std::isfinite(options.forgetting)) {
        throw Error("forgetting = " + std::to_string(options.forgetting) + " is not a valid choice",
                    "online_dictionary", "0 forgets nothing; 1 to 3 are usual");
    }
}

/// Algorithm 2: each atom in turn is the exact minimiser over the ball.
constexpr DictionaryOptions ball_by_atoms{
    .atoms = AtomSet::ball, .method = DictionaryMethod::per_atom, .eps_D = 0.0};

/// Sets row and column k of A to zero.
template <class Device, class T>
void clear_atoms(const std::vector<std::size_t>& atoms, CodeMoments<Device, T>& moments) {
    const std::size_t p = moments.S.cols(), m = moments.samples_by_G.rows();
    std::vector<T> S = moments.S.to_host();
    for (const std::size_t k : atoms) {
        for (std::size_t j = 0; j < p; ++j) S[k + j * p] = S[j + k * p] = T(0);
        moments.samples_by_G.set_columns(k, Array<Device, T>(m, 1));
    }
    moments.S = Array<Device, T>::from_host(p, p, S);
}

}  // namespace

template <class Device, class T>
OnlineLearner<Device, T>::OnlineLearner(const OnlineOptions& options, const Array<Device, T>& D0)
    : options_(options),
      moments_{Array<Device, T>(D0.cols(), D0.cols()), Array<Device, T>(D0.rows(), D0.cols()), {}},
      unused_for_(D0.cols(), 0) {
    check(options);
    require_entries("online_dictionary", "the dictionary D0", D0);
    require_finite("online_dictionary", "the dictionary D0", D0);
    dictionary_ = project_atoms(AtomSet::ball, D0, D0.copy());
}

template <class Device, class T>
OnlineProgress<Device, T> OnlineLearner<Device, T>::step(const Array<Device, T>& X) {
    const LassoResult<Device, T> coded = lasso(options_.codes, dictionary_, X);
    ++iteration_;
    add_moments(X, coded.codes);
    const std::vector<std::size_t> atoms = idle_atoms(coded.codes);
    redraw(atoms, X);
    dictionary_ = update_dictionary(ball_by_atoms, moments_, 0.0, dictionary_).value;
    return {iteration_, coded.objective / static_cast<double>(X.cols()), atoms.size(), dictionary_};
}

template <class Device, class T>
void OnlineLearner<Device, T>::add_moments(const Array<Device, T>& X, const Array<Device, T>& Z) {
    const double t = static_cast<double>(iteration_);
    const T kept = static_cast<T>(std::pow(1.0 - 1.0 / t, options_.forgetting));
    scale(kept, moments_.S);
    scale(kept, moments_.samples_by_G);
    add_times_codes_transposed(Z, Z, moments_.S);
    add_times_codes_transposed(X, Z, moments_.samples_by_G);
}

/// Counts the iterations that did not use an atom; those of which they are enough.
template <class Device, class T>
std::vector<std::size_t> OnlineLearner<Device, T>::idle_atoms(const Array<Device, T>& Z) {
    for (std::size_t& count : unused_for_) ++count;
    const std::vector<T> codes = Z.to_host();
    const std::size_t p = Z.rows();
    for (std::size_t e = 0; e < codes.size(); ++e) {
        if (codes[e] != T(0)) unused_for_[e % p] = 0;
    }
    std::vector<std::size_t> atoms;
    for (std::size_t k = 0; k < p && options_.idle > 0; ++k) {
        if (unused_for_[k] >= options_.idle) atoms.push_back(k);
    }
    return atoms;
}

template <class Device, class T>
void OnlineLearner<Device, T>::redraw(const std::vector<std::size_t>& atoms, const Array<Device, T>& X) {
    if (atoms.empty()) return;
    for (const std::size_t k : atoms) {
        Random random(options_.seed, "online dictionary: atoms", drawn_++);
        Array<Device, T> sample = X.columns(random.below(X.cols()), 1);
        normalize_columns(sample);
        dictionary_.set_columns(k, sample);
        unused_for_[k] = 0;
    }
    clear_atoms(atoms, moments_);
}

template <class Device, class T>
Array<Device, T> online_dictionary(const OnlineOptions& options, const Array<Device, T>& D0,
                                   const Array<Device, T>& X, const OnlineObserver<Device, T>& observer) {
    require_problem("online_dictionary", "the dictionary D0", D0, X);
    OnlineLearner<Device, T> learner(options, D0);
    const std::size_t n = X.cols();
    std::vector<std::size_t> order;
    for (std::size_t iteration = 0, pass = 0, first = n; iteration < options.iterations; ++iteration) {
        if (first >= n) {
            order = shuffled(n, pass++, options.seed);
            first = 0;
        }
        const std::size_t count = std::min(options.batch, n - first);
        const OnlineProgress<Device, T> progress =
            learner.step(gathered(X, std::span<const std::size_t>(order).subspan(first, count)));
        first += count;
        if (observer) observer(progress);
    }
    return learner.dictionary().copy();
}

#define ASSAY_INSTANTIATE(Device, T)                                                           \
    template class OnlineLearner<Device, T>;                                                   \
    template Array<Device, T> online_dictionary(const OnlineOptions&, const Array<Device, T>&, \
                                                const Array<Device, T>&, const OnlineObserver<Device, T>&);

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
