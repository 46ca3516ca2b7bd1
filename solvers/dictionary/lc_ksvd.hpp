#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "solvers/dictionary/ksvd.hpp"
#include "solvers/dictionary/supervised_objective.hpp"

/// Label-consistent K-SVD (Jiang, Lin and Davis, 2013),
///   min ||Y - D X||^2 + alpha ||Q - A X||^2 + beta ||H - W X||^2  subject to  ||x_i||_0 <= T,
/// and D-KSVD (Zhang and Li, 2010), which is the case alpha = 0: one K-SVD on the stacked samples
/// [Y; sqrt(alpha) Q; sqrt(beta) H]. Y is d x N, D d x K, X K x N, A K x K, W C x K; Q and H are as in
/// supervised_objective.hpp, and A = E P there.
namespace assay::solvers {

enum class LcKsvdMethod {
    d_ksvd,    ///< beta alone
    lc_ksvd1,  ///< alpha alone; W is a ridge regression on codes of the learned D
    lc_ksvd2   ///< both
};

/// How Q's rows, which are equal for the atoms of a class, stand in the stack. With the start of this file
/// both give the same trajectory but for rounding: all label rows, of samples and atoms, stay in the span of
/// C orthogonal columns, and a rotation of the stack takes them to C rows. There class c has the weight
/// beta + n_c alpha, so LC-KSVD2(alpha, beta) with n atoms in every class is D-KSVD(beta + n alpha)
/// (Kviatkovsky et al., 2017).
enum class LabelRows {
    per_atom,  ///< K + C rows, as published
    per_class  ///< C rows
};

struct LcKsvdOptions {
    LcKsvdMethod method = LcKsvdMethod::lc_ksvd2;
    std::size_t nonzeros = OmpOptions{}.nonzeros;  ///< T
    double alpha = 16.0;  ///< the published sqrt(alpha) = 4 and sqrt(beta) = 2 for Extended Yale B
    double beta = 4.0;
    double ridge = 1.0;                 ///< of the regressions for W and A
    std::size_t start_iterations = 20;  ///< of each class's K-SVD, and of the one that gives W0's codes
    std::size_t iterations = 50;
    LabelRows rows = LabelRows::per_class;
};

/// D and what reads its codes.
template <class Device, class T>
struct LcKsvdModel {
    Array<Device, T> dictionary;   ///< d x K, unit-norm columns
    Array<Device, T> classifier;   ///< W, C x K
    Array<Device, T> consistency;  ///< P, C x K; empty where the method has no A
};

/// The base method's start: D0 holds for every class the atoms of a K-SVD on that class, itself started at
/// the class's first samples, with min(T, n_c) non-zeros; W0 = H X^T (X X^T + ridge I)^-1, of which A0 = E
/// W0, belongs to the codes X that a K-SVD on all samples ends with when started at D0. Throws Error for a
/// class with fewer samples than atoms and for T > K.
template <class Device, class T>
LcKsvdModel<Device, T> lc_ksvd_start(const LcKsvdOptions& options, const LabelledSamples<Device, T>& data);

/// K-SVD on the stack from the normalised [D0; sqrt(alpha) A0; sqrt(beta) W0]; then the stack is split, and
/// column k of D, A and W is divided by ||d_k||. The observer sees the K-SVD on the stack, whose last C rows
/// stand for the classes. Throws Error for weights that are not positive where the method uses them, and as
/// ksvd does.
template <class Device, class T>
LcKsvdModel<Device, T> lc_ksvd(const LcKsvdOptions& options, const LcKsvdModel<Device, T>& start,
                               const LabelledSamples<Device, T>& data,
                               const KsvdObserver<Device, T>& observer = {});

/// H X^T (X X^T + ridge I)^-1 (C x K).
template <class Device, class T>
Array<Device, T> ridge_classifier(double ridge, const Array<Device, T>& H, const SparseCodes<Device, T>& X);

/// The class of each sample: the largest entry of W x for the code x that OMP finds with T non-zeros; the
/// lower class of equals.
template <class Device, class T>
std::vector<std::uint32_t> classify(std::size_t nonzeros, const LcKsvdModel<Device, T>& model,
                                    const Array<Device, T>& Y);

}  // namespace assay::solvers
