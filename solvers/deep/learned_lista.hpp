#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "solvers/device/primitives.hpp"

/// ISTA's iterations as layers that learn, for sparse x* in y = A x* + noise: x^0 = 0 and for k = 1..K
///   LISTA     x^k = T_{theta_k}( W_k^T y + S_k x^{k-1} ),
///   LISTA-CP  x^k = T_{theta_k}( x^{k-1} + W_k^T (y - A x^{k-1}) ),
///   ALISTA    x^k = T_{theta_k}( x^{k-1} + gamma_k W^T (y - A x^{k-1}) )
/// (Gregor and LeCun, 2010; Chen, Liu, Wang and Yin, 2018; Liu and Chen, 2019)
/// with the soft threshold T. What has the index k is learned, by Adam on the mean of ||x^K - x*||^2. A and W
/// are m x p, S is p x p; a batch holds samples in columns: Y is m x n, codes are p x n.
namespace assay::solvers {

enum class Unrolling { lista, lista_cp, alista };

template <class Device, class T>
struct LearnedLayer {
    Array<Device, T> W;  ///< W_k; empty for ALISTA
    Array<Device, T> S;  ///< S_k; empty but for LISTA
    double theta = 0.0;
    double gamma = 1.0;  ///< moves only in ALISTA

    LearnedLayer copy() const { return {W.copy(), S.copy(), theta, gamma}; }
};

/// What a batch leaves for the reverse pass.
template <class Device, class T>
struct LearnedTrace {
    std::vector<Array<Device, T>> codes;      ///< x^0 .. x^K
    std::vector<Array<Device, T>> residuals;  ///< y - A x^0 .. y - A x^{K-1}; none for LISTA
};

template <class Device, class T>
class LearnedLista {
  public:
    /// A network without layers. From W = A / ||A||^2 and theta = lambda / ||A||^2 its untrained layers are
    /// ISTA's. Throws Error when A or W is empty, not finite or of another shape than the other, and for
    /// theta < 0.
    LearnedLista(Unrolling kind, const Array<Device, T>& A, const Array<Device, T>& W, double theta);

    /// One more layer, a copy of the last; the first has W, S = I - W^T A, theta and gamma = 1.
    void add_layer();

    /// A layer costs 2 m p multiply-adds a sample (LISTA m p + p^2), less where codes are sparse. Throws
    /// Error when Y does not fit, Diverged when a code overflows.
    LearnedTrace<Device, T> forward(const Array<Device, T>& Y) const;

    Unrolling kind() const { return kind_; }
    const Array<Device, T>& dictionary() const { return A_; }
    /// W_k, or the fixed W of ALISTA, of layer k = 1..K.
    const Array<Device, T>& weights(std::size_t k) const {
        return kind_ == Unrolling::alista ? W_ : layers_[k - 1].W;
    }
    const std::vector<LearnedLayer<Device, T>>& layers() const { return layers_; }
    std::vector<LearnedLayer<Device, T>>& layers() { return layers_; }

  private:
    Unrolling kind_;
    Array<Device, T> A_, W_;
    double theta_;
    std::vector<LearnedLayer<Device, T>> layers_;
};

template <class Device, class T>
struct LearnedGradient {
    double loss = 0.0;                            ///< mean over the samples of ||x^K - x*||^2
    std::vector<LearnedLayer<Device, T>> layers;  ///< its derivatives by what layers first .. K learn
};

/// The reverse pass down to layer `first` (from 1). With u^k what layer k thresholds and delta^k the
/// derivative by it, which is that by x^k on the support of x^k and zero elsewhere,
///   d theta_k = -sum sign(x^k) delta^k,
///   LISTA   d W_k = y (delta^k)^T,  d S_k = delta^k (x^{k-1})^T,  d x^{k-1} = S_k^T delta^k,
///   others  d W_k = r (delta^k)^T,  d gamma_k = sum r (W delta^k),
///           d x^{k-1} = delta^k - gamma_k A^T W delta^k    with r = y - A x^{k-1}.
/// Throws Error when the shapes do not fit or there is no layer `first`.
template <class Device, class T>
LearnedGradient<Device, T> learned_gradient(const LearnedLista<Device, T>& network,
                                            const LearnedTrace<Device, T>& trace, const Array<Device, T>& Y,
                                            const Array<Device, T>& truth, std::size_t first);

struct LearningRates {
    double matrices = 1e-3;  ///< Adam's for W and S
    double scalars = 1e-2;   ///< for gamma and for log theta: thresholds stay positive and move by shares
};

/// One stage of training: Adam on the layers from `first` on of a network that keeps its depth meanwhile. A
/// threshold never falls below what rounding makes of a code of order 1.
template <class Device, class T>
class LearnedTrainer {
  public:
    LearnedTrainer(const LearningRates& rates, std::size_t first) : rates_(rates), first_layer_(first) {}

    /// One step on a batch, at this share of the rates; returns the loss before it. Throws as forward() and
    /// learned_gradient() do.
    double step(const Array<Device, T>& Y, const Array<Device, T>& truth, double share,
                LearnedLista<Device, T>& network);

  private:
    /// Adam's moments of a layer.
    struct Moments {
        Array<Device, T> W[2], S[2];
        double theta[2] = {0.0, 0.0}, gamma[2] = {0.0, 0.0};
    };

    void update(double share, const LearnedLayer<Device, T>& gradient, Unrolling kind, Moments& moments,
                LearnedLayer<Device, T>& layer) const;

    LearningRates rates_;
    std::size_t first_layer_;
    std::uint64_t steps_ = 0;
    std::vector<Moments> moments_;
};

}  // namespace assay::solvers
