#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "solvers/device/array.hpp"

/// Dictionaries whose atoms are the shifts of a few: multi-channel circular convolutions of one length, in
/// double on the host, where codes with a handful of non-zeros make every product cheap.
namespace assay::solvers {

/// Y[l] += a X[(l + shift) mod p] for l = 0 .. p - 1, the one loop that all products here consist of.
inline void add_rotated(double a, const double* X, std::size_t shift, std::size_t p, double* Y) {
    const std::size_t whole = p - shift;
    for (std::size_t l = 0; l < whole; ++l) Y[l] += a * X[l + shift];
    for (std::size_t l = whole; l < p; ++l) Y[l] += a * X[l - whole];
}

/// One non-zero of an atom.
struct Tap {
    std::size_t channel, offset;
    double weight;
};

/// D with `inputs` p rows and `channels` p columns. Rows and columns are counted channel by channel: channel
/// times p plus position. Column (b, l) is atom b moved by l in every input channel, so that
///   (D x)[c, t] = sum over b and the taps (c, s, w) of atom b of  w x[b, t - s].
class CircularDictionary {
  public:
    /// Throws Error for length 0, no atom, a zero atom, a tap out of place or one that is not finite.
    CircularDictionary(std::size_t length, std::size_t inputs, std::vector<std::vector<Tap>> atoms);

    std::size_t length() const { return length_; }             ///< p
    std::size_t inputs() const { return inputs_; }             ///< c_{j-1}
    std::size_t channels() const { return atoms_.size(); }     ///< c_j
    std::size_t rows() const { return inputs_ * length_; }     ///< d_{j-1}
    std::size_t cols() const { return channels() * length_; }  ///< d_j
    const std::vector<Tap>& atom(std::size_t channel) const { return atoms_[channel]; }
    double squared_norm(std::size_t channel) const;  ///< of each of its atoms

    /// D x and D^T v. A zero of x costs nothing; D^T v costs p multiply-adds a tap. Throw Error when the
    /// length does not fit.
    std::vector<double> times(std::span<const double> x) const;
    std::vector<double> transposed_times(std::span<const double> v) const;

  private:
    std::size_t length_, inputs_;
    std::vector<std::vector<Tap>> atoms_;
};

/// A B, again a circular dictionary. Throws Error when B's rows are not A's columns.
CircularDictionary product(const CircularDictionary& A, const CircularDictionary& B);

/// D with channel b's atoms times factors[b].
CircularDictionary scaled(const CircularDictionary& D, std::span<const double> factors);

/// The matrix itself, rows() x cols().
Array<Cpu, double> dense(const CircularDictionary& D);

/// The dictionary whose atoms are the columns of A (inputs p x channels), each the one at position 0.
CircularDictionary circular(std::size_t length, const Array<Cpu, double>& A);

/// M = W^T D for two circular dictionaries of one shape: one column a channel stands for all its shifts.
class ShiftGram {
  public:
    ShiftGram(std::size_t length, std::size_t channels, std::vector<double> columns);

    std::size_t length() const { return length_; }
    std::size_t channels() const { return channels_; }
    std::size_t size() const { return length_ * channels_; }
    /// W_i^T d_(b,0) for all i.
    std::span<const double> column(std::size_t channel) const {
        return {columns_.data() + channel * size(), size()};
    }
    double diagonal(std::size_t channel) const { return column(channel)[channel * length_]; }

  private:
    std::size_t length_, channels_;
    std::vector<double> columns_;
};

/// M_SS: the rows and columns of a support, by M[(c, r), (b, s)] = M[(c, r - s), (b, 0)].
Array<Cpu, double> on_support(const ShiftGram& M, std::span<const std::size_t> support);

/// D^T D of the columns' inner products.
ShiftGram gram(const CircularDictionary& D);
/// W^T D. Throws Error when the shapes differ.
ShiftGram gram(const CircularDictionary& W, const CircularDictionary& D);
/// (A B)^T (A B) from A^T A: with few taps in B it costs next to nothing.
ShiftGram gram_of_product(const ShiftGram& A, const CircularDictionary& B);

}  // namespace assay::solvers
