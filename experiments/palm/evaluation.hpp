#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "solvers/dictionary/ridge_readout.hpp"

/// What is asked of codes: how well classes can be read off them, and what they look like.
namespace assay::palm {

/// Samples that are coded at a time when codes are looked at: no matrix of all codes is formed.
inline constexpr std::size_t evaluation_block = 4096;

/// Codes of X, K x columns of X.
template <class Device, class T>
using Encode = std::function<solvers::Array<Device, T>(const solvers::Array<Device, T>& X)>;

/// The classes that `classifier` (C x K) reads off the codes of `samples`.
template <class Device, class T>
std::vector<std::uint32_t> predicted(const solvers::Array<Device, T>& classifier,
                                     const Encode<Device, T>& encode,
                                     const solvers::Array<Device, T>& samples);

/// The share of equal entries.
double agreement(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b);

/// Row-major C x C: the share of the samples of class i that were taken for class j.
std::vector<double> confusion(std::size_t classes, std::span<const std::uint32_t> labels,
                              std::span<const std::uint32_t> guesses);

/// How the atoms are shared among the classes.
class AtomUsage {
  public:
    /// Atom k belongs to class c where the counts of `atoms` put it, in blocks.
    explicit AtomUsage(std::vector<std::size_t> atoms);

    /// Adds the codes (K x count, column-major) of samples with these labels.
    template <class T>
    void add(const std::vector<T>& codes, std::span<const std::uint32_t> labels);

    double mean_nonzeros() const;  ///< of a sample
    double dead_atoms() const;     ///< share of the atoms that no sample uses
    /// Mean over pairs of classes of the Jaccard index of the K / C atoms that most samples of a class use,
    /// the lower of equals: the number of atoms compared does not grow with that of non-zeros.
    double overlap() const;
    /// Share of the codes' squared length on atoms of the sample's own class.
    double own_class_energy() const;

  private:
    std::vector<bool> most_used(std::size_t c) const;

    std::vector<std::size_t> class_of_atom_;
    std::size_t classes_;
    std::vector<double> samples_;  // of each class
    std::vector<double> users_;    // C x K: samples of the class that use the atom
    double energy_ = 0.0, own_energy_ = 0.0;
};

/// exp of the entropy of G's singular values over their sum (Roy and Vetterli, 2007), from S = G G^T.
template <class Device, class T>
double effective_rank(const solvers::Array<Device, T>& S);

}  // namespace assay::palm
