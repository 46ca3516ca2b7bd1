#pragma once

#include <cstddef>
#include <memory>

#include "solvers/device/convolution.hpp"
#include "solvers/sparse/unrolled.hpp"

/// The unrolled encoder of PUDLE (Section 3) on a convolutional dictionary, and its gradients where a clean
/// image is to be restored from a noisy one (its experiment on denoising):
///   z_t = shrink(z_{t-1} - alpha Phi^T (Phi z_{t-1} - y), b_t), t = 1..T, z_0 = 0.
namespace assay::solvers {

/// The codes z_1..z_T of a batch, kept for the reverse pass: on the CPU their supports, the values there
/// and the residuals of every layer, on the GPU dense. Its memory is used again by the next pass.
template <class Device, class T>
class ConvolutionalTrace {
  public:
    ConvolutionalTrace();
    ~ConvolutionalTrace();
    ConvolutionalTrace(ConvolutionalTrace&&) noexcept;
    ConvolutionalTrace& operator=(ConvolutionalTrace&&) noexcept;

    std::size_t layers() const;
    std::size_t count() const;  ///< images
    /// z_t of every image, t = 1..T.
    Images<Device, T> codes(std::size_t t) const;
    /// Phi z_T of every image, on the canvas.
    Images<Device, T> decoded(const AtomBank<Device, T>& atoms) const;
    /// Sums over the batch of ||z_T||_1, and of its number of non-zeros.
    double l1_norm() const;
    std::uint64_t nonzeros() const;

    struct State;
    State& state() { return *state_; }
    const State& state() const { return *state_; }

  private:
    std::unique_ptr<State> state_;
};

/// The forward pass on canvases y, keeping every layer. For an image and a layer it costs M C k^2 Hs Ws
/// multiply-adds (on the CPU about half of them) for Phi^T r, and C k^2 per non-zero code for Phi z. Throws
/// Error on shapes that do not fit and an encoder that is not valid.
template <class Device, class T>
void encode_traced(const Encoder& encoder, const AtomBank<Device, T>& atoms, const Images<Device, T>& y,
                   ConvolutionalTrace<Device, T>& trace);

/// The last codes only.
template <class Device, class T>
Images<Device, T> encode(const Encoder& encoder, const AtomBank<Device, T>& atoms,
                         const Images<Device, T>& y);

/// The reverse pass: adds to C (C k^2 x M), with P(r) the patches of r that the atoms meet,
///   P(e) z_T^T - alpha sum_{t=1..T} [ P(Phi z_{t-1} - y) v_t^T + P(Phi v_t) z_{t-1}^T ],
/// v_t = u_t on the support of z_t, u_{t-1} = (I - alpha Phi^T Phi) v_t, u_T = Phi^T e + l1 sign z_T: the
/// derivative of a loss of Phi z_T whose derivative by it is e (canvases), plus l1 ||z_T||_1, by the atoms.
/// For Gradient::dec the code is held fixed and the sum left out. On the CPU a layer costs 4 C k^2 per
/// non-zero code. The trace must be that of this encoder, these atoms and y.
template <class Device, class T>
void reverse(const Encoder& encoder, Gradient gradient, double l1, const AtomBank<Device, T>& atoms,
             const Images<Device, T>& y, const Images<Device, T>& e,
             const ConvolutionalTrace<Device, T>& trace, Array<Device, T>& C);

/// What an image contributes: fit / 2 ||Phi z_T - x||^2, and l1 ||z_T||_1 for Gradient::ae_lasso. The lasso
/// that the encoder solves has l1 = lambda fit.
struct SupervisedLoss {
    Gradient gradient = Gradient::ae_ls;
    double fit = 1.0;
    double l1 = 0.0;

    /// Throws Error unless fit > 0, l1 >= 0, and l1 = 0 with every other gradient than ae_lasso.
    void validate() const;
};

template <class Device, class T>
struct SupervisedGradient {
    Array<Device, T> gradient;  ///< C k^2 x M, mean over the images
    double loss = 0.0;          ///< mean over the images
};

/// g_dec, g_ae-lasso or g_ae-ls of the mean loss, with codes of the noisy images y and the clean ones x as
/// what is to be restored; not projected on the tangent space. With x = y it is PUDLE's unsupervised
/// gradient. The trace is that of the pass afterwards. Throws Error on images of another shape than the
/// atoms', batches of different sizes or without an image, values that are not finite, an encoder or a loss
/// that is not valid.
template <class Device, class T>
SupervisedGradient<Device, T> supervised_gradient(const Encoder& encoder, const SupervisedLoss& loss,
                                                  const AtomBank<Device, T>& atoms,
                                                  const Images<Device, T>& noisy,
                                                  const Images<Device, T>& clean,
                                                  ConvolutionalTrace<Device, T>& trace);

/// Phi z_T of images y: what the encoder and its dictionary restore.
template <class Device, class T>
Images<Device, T> restored(const Encoder& encoder, const AtomBank<Device, T>& atoms,
                           const Images<Device, T>& y);

}  // namespace assay::solvers
