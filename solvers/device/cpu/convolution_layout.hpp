#pragma once

#include <cstddef>
#include <vector>

#include "solvers/device/convolution.hpp"
#include "solvers/device/cpu/correlation_plan.hpp"
#include "solvers/device/cpu/unrolled_kernel.hpp"

namespace assay::solvers {

/// The CPU's form of a dictionary: what the correlation multiplies by and what codes are drawn from.
template <class T>
struct BankLayout {
    kernels::CorrelationPlan plan;
    std::size_t ld;                           ///< atoms, padded
    std::size_t row;                          ///< an atom's row of k C values, padded with zeros
    Array<Cpu, T> products;                   ///< ld x products, kind by kind
    Array<Cpu, T> rows;                       ///< k row x M
    Array<Cpu, T> entries;                    ///< ld x C k^2: the atoms' values at one entry side by side
    std::vector<std::uint32_t> entry_offset;  ///< of each entry, from the corner of a patch
    Array<Cpu, T> reach;                      ///< of each atom: 1 / its norm
    Array<Cpu, T> floor;                      ///< of each atom: its least limit (kernels::LazyJob)
    std::vector<std::uint32_t> offset;        ///< of each product
    std::vector<std::size_t> first;           ///< product of each kind, and the end
    std::vector<T> mask;                      ///< of the canvas; empty without a cropped border

    BankLayout(const Geometry& geometry, const Array<Cpu, T>& D);
    std::size_t slots() const { return plan.slots(); }

  private:
    void list_entries(const Geometry& geometry, const Array<Cpu, T>& D);
};

template <>
struct AtomBank<Cpu, float>::Layout : BankLayout<float> {
    using BankLayout<float>::BankLayout;
};
template <>
struct AtomBank<Cpu, double>::Layout : BankLayout<double> {
    using BankLayout<double>::BankLayout;
};

/// What lazy sweeps need beside a Workspace. The averaged residual R and the rest W = u - Phi^T R of the
/// image that is worked on are to be set before a job.
template <class T>
class LazyWorkspace {
  public:
    LazyWorkspace(const Geometry& geometry, const BankLayout<T>& layout);

    T* R() { return R_.data(); }
    Array<Cpu, T>& rest() { return rest_; }
    kernels::LazyJob<T> job(const kernels::SweepJob<T>& sweep);

  private:
    const Geometry geometry_;
    const BankLayout<T>& layout_;
    std::size_t pitch_;
    Array<Cpu, T> R_, rest_, drive_, limit_, squares_, pixels_, row_sums_, stride_sums_, part_sums_, path_,
        least_;
    std::vector<std::uint32_t> slot_, place_, due_, whole_, whole_corner_;
    std::vector<std::uint8_t> is_whole_;
};

/// The memory in which one image at a time is worked on.
template <class T>
class Workspace {
  public:
    Workspace(const Geometry& geometry, const BankLayout<T>& layout);

    const kernels::Correlation<T>& correlation() const { return correlation_; }
    const kernels::Drawing<T>& drawing() const { return drawing_; }
    T* canvas() { return planes_.data(); }  ///< the first plane
    Array<Cpu, T>& states() { return states_; }
    Array<Cpu, T>& velocity();  ///< made when it is first asked for
    std::uint32_t* index() { return index_.data(); }
    T* value() { return value_.data(); }

    /// A code of the image, position by position, into slots and back.
    void gather(const T* code, Array<Cpu, T>& slots) const;
    void scatter(const Array<Cpu, T>& slots, T* code) const;
    /// Lists the entries of a code that are not zero, slot by slot; returns their number.
    std::size_t list(const T* code);
    /// The inverse: writes the listed values and zeros between them.
    void spread(std::size_t count, T* code) const;
    /// Where in a code the listed entry stands.
    std::size_t place(std::uint32_t listed) const;

  private:
    const BankLayout<T>& layout_;
    std::size_t atoms_;
    Array<Cpu, T> planes_, sums_, tile_, states_, velocity_, value_;
    std::vector<std::uint32_t> index_;
    std::vector<kernels::ProductList<T>> lists_;
    kernels::Correlation<T> correlation_;
    kernels::Drawing<T> drawing_;
};

}  // namespace assay::solvers
