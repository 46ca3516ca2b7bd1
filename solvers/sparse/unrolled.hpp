#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "solvers/device/array.hpp"
#include "solvers/proximal/threshold.hpp"

/// The unrolled encoder of PUDLE (Section 3) and the reverse pass through it.
namespace assay::solvers {

/// What is differentiated, and through what (PUDLE, Section 3.2).
enum class Gradient {
    dec,       ///< g_dec: the decoder only, the code held fixed
    ae_lasso,  ///< g_ae-lasso: the lasso loss through decoder and encoder
    ae_ls      ///< g_ae-ls: the least-squares loss through decoder and encoder
};

/// z_t = shrink(z_{t-1} - alpha D^T (D z_{t-1} - x), b_t), t = 1..T, z_0 = 0.
struct Encoder {
    std::size_t layers = 100;  ///< T
    double alpha = 0.2;        ///< step, below 2 / sigma_max(D)^2
    double lambda = 0.2;       ///< weight of ||z||_1 (soft thresholds)
    double decay = 1.0;        ///< nu: lambda_t = lambda nu^(t-1)
    double bias = 0.1;         ///< b of the hard threshold, used as it is, not times alpha
    Shrinkage shrinkage = Shrinkage::soft;

    /// b_t for layer t = 1..T: alpha lambda nu^(t-1), or b for the hard threshold.
    double threshold(std::size_t t) const;
    /// The weight of ||z||_1 in the loss that `gradient` differentiates: lambda for ae_lasso, else 0. Throws
    /// Error for ae_lasso when lambda decays or thresholds are hard: no one weight belongs to such an
    /// encoder.
    double l1_weight(Gradient gradient) const;
    /// Throws Error when a field is out of its range: layers >= 1, alpha > 0, lambda >= 0, 0 < decay <= 1,
    /// bias >= 0.
    void validate() const;
};

/// The codes z_1..z_T of a block of samples, kept for the reverse pass: on the CPU only their supports and
/// the values there (about 8 bytes a non-zero), on the GPU dense for a block of bounded size.
template <class Device, class T>
class Trace {
  public:
    Trace();
    ~Trace();
    Trace(Trace&&) noexcept;
    Trace& operator=(Trace&&) noexcept;

    std::size_t layers() const;
    std::size_t samples() const;
    /// z_t of every sample (p x samples), t = 0..T.
    Array<Device, T> codes(std::size_t t) const;
    /// For each sample the last layer t whose support differs from the one before; 0 when it is empty
    /// throughout.
    std::vector<std::size_t> last_support_change() const;

    struct State;
    State& state() { return *state_; }
    const State& state() const { return *state_; }

  private:
    std::unique_ptr<State> state_;
};

/// As below, into a trace whose memory is used again.
template <class Device, class T>
void encode_traced(const Encoder& encoder, const Array<Device, T>& G, const Array<Device, T>& B,
                   Trace<Device, T>& trace);

/// The forward pass on G = D^T D (p x p) and B = D^T X (p x samples); keeps every layer. It costs p times the
/// number of non-zeros a layer, not p^2.
template <class Device, class T>
Trace<Device, T> encode_traced(const Encoder& encoder, const Array<Device, T>& G, const Array<Device, T>& B) {
    Trace<Device, T> trace;
    encode_traced(encoder, G, B, trace);
    return trace;
}

/// The last codes only (p x samples).
template <class Device, class T>
Array<Device, T> encode(const Encoder& encoder, const Array<Device, T>& G, const Array<Device, T>& B);

/// The reverse pass from depth t: accumulates, over the samples of the trace,
///   H += z_t z_t^T / 2 - alpha sum_{i<=t} z_{i-1} v_i^T   (p x p)
/// and writes Y = z_t - alpha sum_{i<=t} v_i (p x samples), so that the sum of the gradients over the samples
/// is D (H + H^T) - X Y^T. v_i is u_i masked by the support of z_i; u_{i-1} = (I - alpha G) v_i; u_t = G z_t
/// - B (+ lambda sign z_t for the lasso). For Gradient::dec the sums over i are empty.
template <class Device, class T>
void reverse(const Encoder& encoder, Gradient gradient, std::size_t t, const Array<Device, T>& G,
             const Array<Device, T>& B, const Trace<Device, T>& trace, Array<Device, T>& H,
             Array<Device, T>& Y);

/// Adds the sum of the gradients, D (H + H^T) - X Y^T, to C (m x p) sample by sample with no H in between,
/// which costs 4 m nnz against m p^2: for few samples of many atoms. Returns false, having done nothing,
/// where H is cheaper, as it always is on the GPU; the choice depends on sizes and the number of non-zeros
/// alone.
template <class T>
bool reverse_directly(const Encoder& encoder, Gradient gradient, std::size_t t, const Array<Cpu, T>& D,
                      const Array<Cpu, T>& X, const Array<Cpu, T>& G, const Array<Cpu, T>& B,
                      const Trace<Cpu, T>& trace, Array<Cpu, T>& C);
template <class T>
bool reverse_directly(const Encoder&, Gradient, std::size_t, const Array<Cuda, T>&, const Array<Cuda, T>&,
                      const Array<Cuda, T>&, const Array<Cuda, T>&, const Trace<Cuda, T>&, Array<Cuda, T>&) {
    return false;
}

}  // namespace assay::solvers
