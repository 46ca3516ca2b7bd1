#include "solvers/sparse/topk_lista.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "solvers/device/composed.hpp"
#include "solvers/device/instantiate.hpp"
#include "solvers/device/random.hpp"
#include "solvers/device/spectral_norm.hpp"
#include "solvers/device/transfer.hpp"

namespace assay::solvers {
namespace {

void check(const TopkListaOptions& options, std::size_t atoms) {
    if (options.nonzeros == 0 || options.nonzeros > atoms) {
        throw Error("T = " + std::to_string(options.nonzeros) +
                        " non-zeros are asked for, the dictionary has " + std::to_string(atoms) + " atoms",
                    "topk_lista", "give a T from 1 to the number of atoms");
    }
    if (options.layers == 0)
        throw Error("an encoder without layers", "topk_lista", "give at least one layer");
    if (options.block == 0) throw Error("a block of 0 samples", "topk_lista", "give at least 1");
}

/// I - D^T D / Lc.
template <class Device, class T>
Array<Device, T> thresholding_matrix(const Array<Device, T>& D, double lipschitz) {
    Array<Device, T> B = identity<Device, T>(D.cols());
    axpy(static_cast<T>(-1 / lipschitz), gram(D), B);
    return B;
}

/// C <- C + weight A^T diag(rows) A.
template <class Device, class T>
void add_weighted_gram(const std::vector<double>& rows, const Array<Device, T>& A, Array<Device, T>& C) {
    std::vector<T> values = A.to_host();
    for (std::size_t e = 0; e < values.size(); ++e) values[e] *= static_cast<T>(rows[e % A.rows()]);
    gemm(Op::transpose, Op::none, T(1), Array<Device, T>::from_host(A.rows(), A.cols(), values), A, T(1), C);
}

}  // namespace

template <class Device, class T>
TopkLista<Device, T>::TopkLista(const TopkListaOptions& options, const Array<Device, T>& D)
    : options_(options) {
    check(options, D.cols());
    follow(D);
    const std::size_t count = options.tying == Tying::tied ? 1 : options.layers;
    for (std::size_t k = 0; k < count; ++k) matrices_.push_back(thresholding_matrix(D_, lipschitz_));
}

template <class Device, class T>
void TopkLista<Device, T>::follow(const Array<Device, T>& D) {
    require_entries("topk_lista", "the dictionary D", D);
    require_finite("topk_lista", "the dictionary D", D);
    if (D_.size() != 0) require_same_shape("topk_lista", D, D_);
    const double norm_of_D = spectral_norm(D);
    if (!(norm_of_D > 0)) throw Error("the dictionary D is zero", "topk_lista", "start from other atoms");
    const double lipschitz = 1.01 * norm_of_D * norm_of_D;
    if (options_.tying == Tying::residual && !matrices_.empty()) {
        Array<Device, T> moved = thresholding_matrix(D, lipschitz);
        axpy(T(-1), thresholding_matrix(D_, lipschitz_), moved);
        for (Array<Device, T>& B : matrices_) axpy(T(1), moved, B);
    }
    D_ = D.copy();
    lipschitz_ = lipschitz;
}

template <class Device, class T>
ListaTrace<Device, T> TopkLista<Device, T>::start(const Array<Device, T>& Y) const {
    ListaTrace<Device, T> trace{Array<Device, T>(D_.cols(), Y.cols()), {}};
    gemm(Op::transpose, Op::none, static_cast<T>(1 / lipschitz_), D_, Y, T(0), trace.b);
    trace.codes.push_back(largest_entries(options_.nonzeros, trace.b));
    return trace;
}

template <class Device, class T>
SparseCodes<Device, T> TopkLista<Device, T>::next(std::size_t l, const Array<Device, T>& b,
                                                  const SparseCodes<Device, T>& codes) const {
    Array<Device, T> z = multiply_codes(layer(l), codes);
    axpy(T(1), b, z);
    return largest_entries(options_.nonzeros, z);
}

template <class Device, class T>
ListaTrace<Device, T> TopkLista<Device, T>::forward(const Array<Device, T>& Y) const {
    require_problem("topk_lista", "the dictionary D", D_, Y);
    ListaTrace<Device, T> trace = start(Y);
    for (std::size_t l = 1; l <= options_.layers; ++l)
        trace.codes.push_back(next(l, trace.b, trace.codes.back()));
    return trace;
}

template <class Device, class T>
SparseCodes<Device, T> TopkLista<Device, T>::encode(const Array<Device, T>& Y) const {
    require_problem("topk_lista", "the dictionary D", D_, Y);
    SparseCodes<Device, T> all(D_.cols(), options_.nonzeros, Y.cols());
    for (std::size_t first = 0; first < Y.cols(); first += options_.block) {
        ListaTrace<Device, T> trace = start(Y.columns(first, std::min(options_.block, Y.cols() - first)));
        SparseCodes<Device, T>& codes = trace.codes.front();
        for (std::size_t l = 1; l <= options_.layers; ++l) codes = next(l, trace.b, codes);
        all.index.set_columns(first, codes.index);
        all.value.set_columns(first, codes.value);
    }
    return all;
}

template <class Device, class T>
CodeLoss<Device, T> code_loss(const CodeLossWeights& weights, const std::vector<std::size_t>& atoms,
                              const Array<Device, T>& D, const Array<Device, T>& P,
                              const Array<Device, T>& W) {
    const std::size_t classes = atoms.size();
    require_same_shape("code_loss", P, W);
    if (W.rows() != classes || W.cols() != D.cols()) {
        throw Error("the classifier is " + shape_text(W) + " for " + std::to_string(classes) +
                        " classes and " + std::to_string(D.cols()) + " atoms",
                    "code_loss", "W and the factor of A are C x K");
    }
    const double of_W = weights.s * weights.beta;
    std::vector<double> of_A(classes), energy(classes), diagonal(classes * classes, 0.0);
    for (std::size_t c = 0; c < classes; ++c) {
        of_A[c] = weights.s * weights.alpha * static_cast<double>(atoms[c]);
        energy[c] = of_A[c] + of_W;
        diagonal[c * (classes + 1)] = of_A[c];
    }
    CodeLoss<Device, T> loss{identity<Device, T>(D.cols()), Array<Device, T>(D.cols(), classes),
                             to_device<Device, T>(1, classes, energy)};
    scale(static_cast<T>(weights.mu_G), loss.M);
    axpy(T(1), gram(D), loss.M);
    add_weighted_gram(of_A, P, loss.M);
    gemm(Op::transpose, Op::none, static_cast<T>(of_W), W, W, T(1), loss.M);
    gemm(Op::transpose, Op::none, T(1), P, to_device<Device, T>(classes, classes, diagonal), T(0), loss.N);
    axpy(static_cast<T>(of_W), transposed(W), loss.N);
    return loss;
}

template <class Device, class T>
ListaGradient<Device, T> lista_gradient(const TopkLista<Device, T>& lista, const ListaTrace<Device, T>& trace,
                                        const CodeLoss<Device, T>& loss, const Array<Device, T>& Y,
                                        const Array<Device, T>& H) {
    const SparseCodes<Device, T>& last = trace.codes.back();
    const std::size_t atoms = last.rows, samples = Y.cols(), layers = lista.options().layers;
    Array<Device, T> R = trace.b.copy(), energy(1, samples);
    gemm(Op::none, Op::none, T(1), loss.N, H, static_cast<T>(lista.lipschitz()), R);
    gemm(Op::none, Op::none, T(1), loss.energy, H, T(0), energy);
    const auto ones = Array<Device, T>::from_host(1, samples, std::vector<T>(samples, T(1)));
    const SparseCodes<Device, T> target = on_support(R, last);
    SparseCodes<Device, T> zeta = multiply_on_support(loss.M, last, last);
    const double square = norm(Y), n = static_cast<double>(samples);
    ListaGradient<Device, T> result;
    result.loss = (dot(zeta.value, last.value) / 2 - dot(target.value, last.value) +
                   (square * square + dot(energy, ones)) / 2) /
                  n;
    axpy(T(-1), target.value, zeta.value);
    const std::size_t count = lista.options().tying == Tying::tied ? 1 : layers;
    for (std::size_t k = 0; k < count; ++k) result.matrices.emplace_back(atoms, atoms);
    for (std::size_t l = layers; l >= 1; --l) {
        add_outer(static_cast<T>(1 / n), zeta, trace.codes[l - 1], result.matrices[lista.place(l)]);
        if (l > 1) zeta = multiply_on_support(lista.layer(l), zeta, trace.codes[l - 1]);
    }
    return result;
}

template <class Device, class T>
double ListaTrainer<Device, T>::estimated_norm(const Array<Device, T>& B, Array<Device, T>& direction) const {
    const bool fresh = direction.size() == 0;
    if (fresh) {
        direction = Array<Device, T>(B.cols(), 1);
        fill_uniform(0, stream_of("power iteration"), direction);
        normalize_columns(direction);
    }
    double square = 0;
    Array<Device, T> image(B.rows(), 1);
    for (int k = 0; k < (fresh ? 30 : 5); ++k) {
        gemm(Op::none, Op::none, T(1), B, direction, T(0), image);
        gemm(Op::transpose, Op::none, T(1), B, image, T(0), direction);
        square = norm(direction);
        normalize_columns(direction);
    }
    return std::sqrt(square);
}

template <class Device, class T>
ListaStep ListaTrainer<Device, T>::step(const CodeLoss<Device, T>& loss, const Array<Device, T>& Y,
                                        const Array<Device, T>& H, TopkLista<Device, T>& lista) {
    const ListaTrace<Device, T> trace = lista.forward(Y);
    const ListaGradient<Device, T> gradient = lista_gradient(lista, trace, loss, Y, H);
    ListaStep report{gradient.loss, 0, count_dead_atoms(trace.codes.back())};
    const std::size_t count = lista.matrices().size(), atoms = trace.b.rows();
    if (first_.empty()) {
        for (std::size_t k = 0; k < count; ++k) first_.emplace_back(atoms, atoms);
        for (std::size_t k = 0; k < count; ++k) second_.emplace_back(atoms, atoms);
        directions_.resize(count);
    }
    ++steps_;
    for (std::size_t k = 0; k < count; ++k) {
        Array<Device, T>& B = lista.matrices()[k];
        adam_step(adam_, steps_, gradient.matrices[k], first_.at(k), second_[k], B);
        const double size = estimated_norm(B, directions_[k]);
        if (!std::isfinite(size)) {
            throw Diverged("the encoder", steps_, "topk_lista", "lower Adam's rate");
        }
        if (size <= largest_norm_) continue;
        scale(static_cast<T>(largest_norm_ / size), B);
        ++report.rescaled;
    }
    return report;
}

template <class Device, class T>
ListaPass ListaTrainer<Device, T>::pass(const CodeLoss<Device, T>& loss, const Array<Device, T>& Y,
                                        const Array<Device, T>& H, std::span<const std::size_t> order,
                                        std::size_t batch, TopkLista<Device, T>& lista) {
    if (batch == 0) throw Error("a batch of 0 samples", "topk_lista", "give at least 1");
    ListaPass report;
    for (std::size_t first = 0; first < order.size(); first += batch) {
        const auto drawn = order.subspan(first, std::min(batch, order.size() - first));
        const ListaStep done = step(loss, gathered(Y, drawn), gathered(H, drawn), lista);
        report.loss += done.loss * static_cast<double>(drawn.size()) / static_cast<double>(order.size());
        report.rescaled += done.rescaled;
    }
    return report;
}

template <class Device, class T>
std::size_t count_dead_atoms(const SparseCodes<Device, T>& codes) {
    const std::vector<std::uint32_t> index = codes.index.to_host();
    const std::vector<T> value = codes.value.to_host();
    std::vector<bool> used(codes.rows, false);
    for (std::size_t e = 0; e < index.size(); ++e)
        if (value[e] != T(0)) used[index[e]] = true;
    return static_cast<std::size_t>(std::count(used.begin(), used.end(), false));
}

#define ASSAY_INSTANTIATE(Device, T)                                                                \
    template class TopkLista<Device, T>;                                                            \
    template class ListaTrainer<Device, T>;                                                         \
    template CodeLoss<Device, T> code_loss(const CodeLossWeights&, const std::vector<std::size_t>&, \
                                           const Array<Device, T>&, const Array<Device, T>&,        \
                                           const Array<Device, T>&);                                \
    template ListaGradient<Device, T> lista_gradient(                                               \
        const TopkLista<Device, T>&, const ListaTrace<Device, T>&, const CodeLoss<Device, T>&,      \
        const Array<Device, T>&, const Array<Device, T>&);                                          \
    template std::size_t count_dead_atoms(const SparseCodes<Device, T>&);

ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)
#undef ASSAY_INSTANTIATE

}  // namespace assay::solvers
