#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "solvers/device/images.hpp"
#include "solvers/proximal/penalty.hpp"

/// Convolutional dictionaries: geometry, the operators Phi and Phi^T, and what else an algorithm on them is
/// made of, for T = double and float on both devices. Every sum has a fixed order. Shapes are checked; a
/// mismatch throws Error.
namespace assay::solvers {

/// What is asked of the pixels outside the image that atoms at the border reach.
enum class Border {
    padded,  ///< to be zero: the canvas is the image in a frame of zeros. What the Gram form solves.
    crop     ///< nothing: Phi a is cut to the image
};

/// Atoms and where they are set: every stride-th pixel.
struct AtomGrid {
    std::size_t atoms = 64;  ///< M
    std::size_t kernel = 9;  ///< k, the side of an atom
    std::size_t stride = 2;  ///< s
    std::size_t padding = kernel / 2;
    Border border = Border::crop;
};

/// The sizes that such a grid has on images of one shape. Code (p, q) puts its atoms' first pixel at canvas
/// pixel (s p, s q); the image's first pixel is canvas pixel (padding, padding).
struct Geometry {
    ImageShape image;
    std::size_t atoms, kernel, stride, padding;
    Border border;
    ImageShape code;    ///< M x Hs x Ws, Hs = floor((H + 2 padding - k) / s) + 1
    ImageShape canvas;  ///< C x Hc x Wc: the image and every atom that is set on it

    /// Throws Error for a zero size and where no atom fits on the padded image.
    Geometry(const AtomGrid& grid, const ImageShape& image);

    std::size_t positions() const { return code.height * code.width; }
    std::size_t atom_entries() const { return image.channels * kernel * kernel; }
    bool operator==(const Geometry&) const = default;
};

/// A dictionary, laid out for the device's kernels. An atom has C k^2 entries in the order of an image:
/// channels fastest, then x.
template <class Device, class T>
class AtomBank {
  public:
    /// D is C k^2 x M. Throws Error when it has another shape.
    AtomBank(const Geometry& geometry, const Array<Device, T>& D);
    ~AtomBank();
    AtomBank(AtomBank&&) noexcept;
    AtomBank& operator=(AtomBank&&) noexcept;

    const Geometry& geometry() const { return geometry_; }

    struct Layout;
    const Layout& layout() const { return *layout_; }

  private:
    Geometry geometry_;
    std::unique_ptr<const Layout> layout_;
};

/// The images on their canvases, zeros around them.
template <class Device, class T>
Images<Device, T> on_canvas(const Geometry& geometry, const Images<Device, T>& images);

/// The images that the canvases hold.
template <class Device, class T>
Images<Device, T> off_canvas(const Geometry& geometry, const Images<Device, T>& canvases);

/// Phi a on the canvas,
///   (Phi a)[c, y, x] = sum_m sum_{p,q} a[m, p, q] phi_m[c, y - s p, x - s q],
/// zero outside the image with Border::crop. On the CPU it costs C k^2 for every a that is not zero.
template <class Device, class T>
Images<Device, T> synthesis(const AtomBank<Device, T>& atoms, const Images<Device, T>& codes);

/// Phi^T r of canvases that are zero outside the image if the border is cropped, as those of on_canvas and
/// synthesis are: the strided correlation, M C k^2 for each position.
template <class Device, class T>
Images<Device, T> analysis(const AtomBank<Device, T>& atoms, const Images<Device, T>& canvases);

/// Phi^T r where `codes` is not zero, zero elsewhere: C k^2 for every code that is not zero.
template <class Device, class T>
Images<Device, T> analysis_on_support(const AtomBank<Device, T>& atoms, const Images<Device, T>& canvases,
                                      const Images<Device, T>& codes);

/// C[:, m] += sum over images and positions of a[m, p, q] times the patch of r at (s p, s q): the derivative
/// of <r, Phi a> by the atoms (C k^2 x M).
template <class Device, class T>
void add_patches(const Geometry& geometry, const Images<Device, T>& canvases, const Images<Device, T>& codes,
                 Array<Device, T>& C);

/// For each atom, how many codes are not zero (M values).
template <class Device, class T>
std::vector<std::uint64_t> count_uses(const Images<Device, T>& codes);

/// a <- T(a), entry by entry.
template <class Device, class T>
void threshold_all(const Threshold<T>& threshold, Array<Device, T>& A);

/// sum_i C(a_i) of each column, in double.
template <class Device, class T>
std::vector<double> penalty_sums(const Penalty& penalty, const Array<Device, T>& A);

/// One step of every listed image's dynamics, times `sweeps`:
///   r = x - Phi a,  v <- momentum v + rate (gain Phi^T r + a - u),  u <- u + v,  a <- T(u).
struct Dynamics {
    Penalty penalty = {};
    double gain = 1.0;  ///< a = T(u) is the threshold of gain C, so that fixed points are those of the energy
    double momentum = 0.0;
    std::size_t sweeps = 1;
    /// On the CPU, all sweeps but the last of a call leave states alone that cannot have reached the
    /// threshold: the same iterates but for rounding. Without momentum and at rates up to 1; otherwise sweeps
    /// are full ones, as they are on the GPU.
    bool lazy = false;
};

/// Images that run together.
template <class Device, class T>
struct SweepBatch {
    Images<Device, T> targets;   ///< canvases
    Images<Device, T> states;    ///< u
    Images<Device, T> codes;     ///< T(u), written
    Images<Device, T> velocity;  ///< v; empty without momentum
    /// What lazy sweeps keep, else empty: canvases R and codes W with u = Phi^T R + W. Whoever sets states
    /// sets these too; W = u and R = 0 will always do.
    Images<Device, T> averages, rest;

    SweepBatch(const Geometry& geometry, const Dynamics& dynamics, Images<Device, T> canvases)
        : targets(std::move(canvases)),
          states(geometry.code, targets.count()),
          codes(geometry.code, targets.count()),
          velocity(geometry.code, dynamics.momentum != 0.0 ? targets.count() : 0),
          averages(geometry.canvas, dynamics.lazy ? targets.count() : 0),
          rest(geometry.code, dynamics.lazy ? targets.count() : 0) {}
};

/// One image after the sweeps.
struct SweepReading {
    double fit = 0.0;      ///< 1/2 ||x - Phi a||^2
    double penalty = 0.0;  ///< sum C(a)
    double change = 0.0;   ///< ||u - u before the last sweep||
    double size = 0.0;     ///< ||u||
    std::uint64_t nonzeros = 0;
    std::uint64_t computed = 0;  ///< states, one by one, in all the sweeps

    double energy() const { return fit + penalty; }
};

/// Sweeps the listed images of the batch, image listed[i] at rates[i]; images leave by not being listed, at
/// no cost to the others. Throws Error on shapes that do not fit.
///
/// A sweep of one image costs M C k^2 Hs Ws multiply-adds for Phi^T r, C k^2 per non-zero code for Phi a, and
/// moves nothing but what fits the second-level cache: the state (4 M Hs Ws bytes in float), the dictionary
/// and one canvas. On the CPU the sweeps of an image follow each other.
template <class Device, class T>
std::vector<SweepReading> sweep(const AtomBank<Device, T>& atoms, const Dynamics& dynamics,
                                std::span<const std::uint32_t> listed, std::span<const double> rates,
                                SweepBatch<Device, T>& batch);

}  // namespace assay::solvers
