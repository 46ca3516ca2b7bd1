#include "solvers/deep/circular_dictionary.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "solvers/error.hpp"

namespace assay::solvers {
namespace {

void require_length(const char* where, std::size_t expected, std::size_t length) {
    if (length == expected) return;
    throw Error("a vector of " + std::to_string(length) + " entries does not fit " + std::to_string(expected),
                where);
}

/// The taps of a dense atom, inputs x p.
std::vector<Tap> taps_of(std::span<const double> atom, std::size_t length) {
    std::vector<Tap> taps;
    for (std::size_t i = 0; i < atom.size(); ++i)
        if (atom[i] != 0.0) taps.push_back({i / length, i % length, atom[i]});
    return taps;
}

/// The column (channel, 0).
std::vector<double> base_column(const CircularDictionary& D, std::size_t channel) {
    std::vector<double> column(D.rows());
    for (const Tap& tap : D.atom(channel)) column[tap.channel * D.length() + tap.offset] += tap.weight;
    return column;
}

}  // namespace

CircularDictionary::CircularDictionary(std::size_t length, std::size_t inputs,
                                       std::vector<std::vector<Tap>> atoms)
    : length_(length), inputs_(inputs), atoms_(std::move(atoms)) {
    const char* where = "circular dictionary";
    if (length_ == 0 || inputs_ == 0 || atoms_.empty()) {
        throw Error("a dictionary of " + std::to_string(inputs_) + " input channels, " +
                        std::to_string(atoms_.size()) + " atoms and length " + std::to_string(length_) +
                        " is empty",
                    where);
    }
    for (std::size_t b = 0; b < atoms_.size(); ++b) {
        const std::string atom = "atom " + std::to_string(b);
        for (const Tap& tap : atoms_[b]) {
            if (tap.channel >= inputs_ || tap.offset >= length_)
                throw Error(
                    atom + " has a tap outside " + std::to_string(inputs_) + " x " + std::to_string(length_),
                    where);
            if (!std::isfinite(tap.weight)) throw Error(atom + " has a tap that is not finite", where);
        }
        if (!(squared_norm(b) > 0.0)) throw Error(atom + " is zero", where);
    }
}

double CircularDictionary::squared_norm(std::size_t channel) const {
    double sum = 0.0;
    for (const double entry : base_column(*this, channel)) sum += entry * entry;
    return sum;
}

std::vector<double> CircularDictionary::times(std::span<const double> x) const {
    require_length("D x", cols(), x.size());
    std::vector<double> y(rows());
    for (std::size_t b = 0; b < channels(); ++b) {
        for (std::size_t l = 0; l < length_; ++l) {
            const double value = x[b * length_ + l];
            if (value == 0.0) continue;
            for (const Tap& tap : atoms_[b]) {
                const std::size_t t = tap.offset + l;
                y[tap.channel * length_ + (t < length_ ? t : t - length_)] += value * tap.weight;
            }
        }
    }
    return y;
}

std::vector<double> CircularDictionary::transposed_times(std::span<const double> v) const {
    require_length("D^T v", rows(), v.size());
    std::vector<double> x(cols());
    for (std::size_t b = 0; b < channels(); ++b)
        for (const Tap& tap : atoms_[b])
            add_rotated(tap.weight, v.data() + tap.channel * length_, tap.offset, length_,
                        x.data() + b * length_);
    return x;
}

CircularDictionary product(const CircularDictionary& A, const CircularDictionary& B) {
    if (A.length() != B.length() || A.channels() != B.inputs()) {
        throw Error("a dictionary of " + std::to_string(A.channels()) + " channels of length " +
                        std::to_string(A.length()) + " cannot be followed by one with " +
                        std::to_string(B.inputs()) + " of length " + std::to_string(B.length()),
                    "product of circular dictionaries");
    }
    std::vector<std::vector<Tap>> atoms;
    for (std::size_t b = 0; b < B.channels(); ++b)
        atoms.push_back(taps_of(A.times(base_column(B, b)), A.length()));
    return {A.length(), A.inputs(), std::move(atoms)};
}

CircularDictionary scaled(const CircularDictionary& D, std::span<const double> factors) {
    require_length("scaled dictionary", D.channels(), factors.size());
    std::vector<std::vector<Tap>> atoms;
    for (std::size_t b = 0; b < D.channels(); ++b) {
        atoms.push_back(D.atom(b));
        for (Tap& tap : atoms.back()) tap.weight *= factors[b];
    }
    return {D.length(), D.inputs(), std::move(atoms)};
}

Array<Cpu, double> dense(const CircularDictionary& D) {
    Array<Cpu, double> A(D.rows(), D.cols());
    for (std::size_t b = 0; b < D.channels(); ++b)
        for (std::size_t l = 0; l < D.length(); ++l)
            for (const Tap& tap : D.atom(b))
                A(tap.channel * D.length() + (tap.offset + l) % D.length(), b * D.length() + l) += tap.weight;
    return A;
}

CircularDictionary circular(std::size_t length, const Array<Cpu, double>& A) {
    if (length == 0 || A.rows() % length != 0) {
        throw Error("atoms of " + std::to_string(A.rows()) +
                        " entries do not consist of channels of length " + std::to_string(length),
                    "circular dictionary");
    }
    std::vector<std::vector<Tap>> atoms;
    for (std::size_t b = 0; b < A.cols(); ++b) atoms.push_back(taps_of(A.column(b), length));
    return {length, A.rows() / length, std::move(atoms)};
}

ShiftGram::ShiftGram(std::size_t length, std::size_t channels, std::vector<double> columns)
    : length_(length), channels_(channels), columns_(std::move(columns)) {
    require_length("Gram matrix of a circular dictionary", channels * size(), columns_.size());
}

Array<Cpu, double> on_support(const ShiftGram& M, std::span<const std::size_t> support) {
    const std::size_t s = support.size(), p = M.length();
    Array<Cpu, double> part(s, s);
    for (std::size_t c = 0; c < s; ++c) {
        const std::span<const double> column = M.column(support[c] / p);
        for (std::size_t r = 0; r < s; ++r)
            part(r, c) = column[support[r] / p * p + (support[r] % p + p - support[c] % p) % p];
    }
    return part;
}

ShiftGram gram(const CircularDictionary& D) {
    return gram(D, D);
}

ShiftGram gram(const CircularDictionary& W, const CircularDictionary& D) {
    if (W.length() != D.length() || W.inputs() != D.inputs() || W.channels() != D.channels()) {
        throw Error("W has another shape than D", "W^T D",
                    "give one column of W for every atom of the dictionary");
    }
    std::vector<double> columns;
    for (std::size_t b = 0; b < D.channels(); ++b) {
        const std::vector<double> column = W.transposed_times(base_column(D, b));
        columns.insert(columns.end(), column.begin(), column.end());
    }
    return {D.length(), D.channels(), std::move(columns)};
}

ShiftGram gram_of_product(const ShiftGram& A, const CircularDictionary& B) {
    if (A.length() != B.length() || A.channels() != B.inputs())
        throw Error("the dictionaries do not follow one another", "Gram matrix of a product");
    const std::size_t p = A.length();
    std::vector<double> columns, image(A.size());
    for (std::size_t b = 0; b < B.channels(); ++b) {
        std::fill(image.begin(), image.end(), 0.0);
        for (const Tap& tap :
             B.atom(b))  // A^T A times the atom: a column moved down is one read from p - offset
            for (std::size_t c = 0; c < A.channels(); ++c)
                add_rotated(tap.weight, A.column(tap.channel).data() + c * p, (p - tap.offset) % p, p,
                            image.data() + c * p);
        const std::vector<double> column = B.transposed_times(image);
        columns.insert(columns.end(), column.begin(), column.end());
    }
    return {p, B.channels(), std::move(columns)};
}

}  // namespace assay::solvers
