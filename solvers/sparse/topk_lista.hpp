#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "solvers/device/primitives.hpp"
#include "solvers/device/sparse_codes.hpp"

/// The learnable Top-K encoder of the semi-unified dictionary learner (Lin, Yan and Tran, 2025): L layers
///   b = D^T y / Lc,  g^0 = Top_T(b),  z^l = B_l g^{l-1} + b,  g^l = Top_T(z^l),
/// with Lc = 1.01 sigma_max(D)^2 and B_l started at I - D^T D / Lc, where the encoder is L steps of iterative
/// hard thresholding. D is d x K, Y is d x n, H (one-hot labels) is C x n, W is C x K, B_l is K x K.
namespace assay::solvers {

enum class Tying {
    untied,   ///< L matrices
    tied,     ///< one for all layers
    residual  ///< B_l = I - D^T D / Lc + E_l: what is learned are the E_l, so layers follow D when it moves
};

struct TopkListaOptions {
    std::size_t nonzeros = 50;  ///< T
    std::size_t layers = 6;     ///< L
    Tying tying = Tying::untied;
    std::size_t block = 512;  ///< samples that encode() works on at a time
};

/// What a batch leaves for the reverse pass: T pairs a sample and layer.
template <class Device, class T>
struct ListaTrace {
    Array<Device, T> b;                         ///< D^T Y / Lc, K x n
    std::vector<SparseCodes<Device, T>> codes;  ///< g^0 .. g^L
};

template <class Device, class T>
class TopkLista {
  public:
    /// Throws Error for T = 0, T > K, L = 0, and a dictionary that is empty, zero or not finite.
    TopkLista(const TopkListaOptions& options, const Array<Device, T>& D);

    /// Reads samples by another dictionary of the same shape. Tied and untied layers stay as they are.
    void follow(const Array<Device, T>& D);

    /// g^L for every sample. A layer costs K T multiply-adds a sample and the choice of T among K.
    SparseCodes<Device, T> encode(const Array<Device, T>& Y) const;
    /// The same for one batch, keeping every layer. Throws Error when Y does not fit or is not finite.
    ListaTrace<Device, T> forward(const Array<Device, T>& Y) const;

    const TopkListaOptions& options() const { return options_; }
    const Array<Device, T>& dictionary() const { return D_; }
    double lipschitz() const { return lipschitz_; }  ///< Lc
    /// B_l for l = 1..L.
    const Array<Device, T>& layer(std::size_t l) const { return matrices_[place(l)]; }
    /// The matrices that are learned, L of them or one, with the fixed part of the residual form in them: a
    /// step along a gradient is the same for B_l and E_l.
    std::vector<Array<Device, T>>& matrices() { return matrices_; }
    /// Where B_l is among matrices().
    std::size_t place(std::size_t l) const { return options_.tying == Tying::tied ? 0 : l - 1; }

  private:
    ListaTrace<Device, T> start(const Array<Device, T>& Y) const;
    SparseCodes<Device, T> next(std::size_t l, const Array<Device, T>& b,
                                const SparseCodes<Device, T>& codes) const;

    TopkListaOptions options_;
    Array<Device, T> D_;
    double lipschitz_ = 0.0;
    std::vector<Array<Device, T>> matrices_;
};

/// The weights of a sample's loss
///   1/2 ||y - D g||^2 + s alpha/2 ||A g - q||^2 + s beta/2 ||W g - h||^2 + mu_G/2 ||g||^2.
struct CodeLossWeights {
    double s = 1.0;
    double alpha = 0.3;
    double beta = 0.3;
    double mu_G = 1e-2;
};

/// The loss as a function of the code: 1/2 g^T M g - <D^T y + N h, g> + (||y||^2 + <energy, h>) / 2.
template <class Device, class T>
struct CodeLoss {
    Array<Device, T> M;       ///< D^T D + s alpha A^T A + s beta W^T W + mu_G I, K x K
    Array<Device, T> N;       ///< s alpha A^T E + s beta W^T, K x C
    Array<Device, T> energy;  ///< s alpha ||q||^2 + s beta of a sample of each class, 1 x C
};

/// For A = E P, which exists as its factor P (C x K) and the number of atoms of each class (`atoms`). Throws
/// Error when the shapes do not fit.
template <class Device, class T>
CodeLoss<Device, T> code_loss(const CodeLossWeights& weights, const std::vector<std::size_t>& atoms,
                              const Array<Device, T>& D, const Array<Device, T>& P,
                              const Array<Device, T>& W);

template <class Device, class T>
struct ListaGradient {
    double loss = 0.0;                       ///< mean over the batch
    std::vector<Array<Device, T>> matrices;  ///< mean over the batch, for each of matrices()
};

/// The loss at g^L and its gradient with respect to the matrices, D held fixed. The derivative of Top_T is
/// its mask: with zeta^l the loss's derivative by z^l on the support of g^l,
///   dB_l = zeta^l (g^{l-1})^T,  zeta^{l-1} = B_l^T zeta^l on the support of g^{l-1};
/// both cost T^2 a sample and layer. H holds the batch's labels (C x n).
template <class Device, class T>
ListaGradient<Device, T> lista_gradient(const TopkLista<Device, T>& lista, const ListaTrace<Device, T>& trace,
                                        const CodeLoss<Device, T>& loss, const Array<Device, T>& Y,
                                        const Array<Device, T>& H);

struct ListaStep {
    double loss;             ///< of the batch before the step
    std::size_t rescaled;    ///< matrices that the guard has shrunk
    std::size_t dead_atoms;  ///< atoms that no sample of the batch uses
};

/// Of a pass over many samples.
struct ListaPass {
    double loss = 0.0;         ///< mean over the samples, each in its batch before the step
    std::size_t rescaled = 0;  ///< matrices that the guard has shrunk, over all steps
};

/// Adam on the matrices of an encoder, with a guard: a matrix whose spectral norm exceeds `largest_norm` is
/// divided down to it. The norm is estimated from below, by power iterations that continue from step to step.
template <class Device, class T>
class ListaTrainer {
  public:
    explicit ListaTrainer(const Adam& adam = {}, double largest_norm = 1.5)
        : adam_(adam), largest_norm_(largest_norm) {}

    /// One step on a batch.
    ListaStep step(const CodeLoss<Device, T>& loss, const Array<Device, T>& Y, const Array<Device, T>& H,
                   TopkLista<Device, T>& lista);
    /// Steps on the columns of Y and H in the given order, `batch` of them at a time; the rest is a smaller
    /// batch. Throws Error for batches of 0 and as step() does.
    ListaPass pass(const CodeLoss<Device, T>& loss, const Array<Device, T>& Y, const Array<Device, T>& H,
                   std::span<const std::size_t> order, std::size_t batch, TopkLista<Device, T>& lista);

  private:
    double estimated_norm(const Array<Device, T>& B, Array<Device, T>& direction) const;

    Adam adam_;
    double largest_norm_;
    std::uint64_t steps_ = 0;
    std::vector<Array<Device, T>> first_, second_, directions_;
};

/// How many rows of the codes hold no non-zero.
template <class Device, class T>
std::size_t count_dead_atoms(const SparseCodes<Device, T>& codes);

}  // namespace assay::solvers
