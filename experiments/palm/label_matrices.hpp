#pragma once

#include <cstddef>
#include <vector>

#include "solvers/device/primitives.hpp"
#include "solvers/dictionary/supervised_objective.hpp"

/// The label-consistency term with its matrices in full, as the paper writes it, where the solvers keep
/// factors.
namespace assay::palm {

/// E (K x C): which class an atom belongs to, for n_c atoms of each class in blocks.
template <class Device, class T>
solvers::Array<Device, T> membership(const std::vector<std::size_t>& atoms) {
    std::vector<std::size_t> class_of_atom;
    for (std::size_t c = 0; c < atoms.size(); ++c) class_of_atom.insert(class_of_atom.end(), atoms[c], c);
    const std::size_t K = class_of_atom.size();
    std::vector<T> entries(K * atoms.size(), T(0));
    for (std::size_t k = 0; k < K; ++k) entries[class_of_atom[k] * K + k] = T(1);
    return solvers::Array<Device, T>::from_host(K, atoms.size(), entries);
}

/// A B by the dense product.
template <class Device, class T>
solvers::Array<Device, T> product(const solvers::Array<Device, T>& A, const solvers::Array<Device, T>& B) {
    solvers::Array<Device, T> result(A.rows(), B.cols());
    solvers::gemm(solvers::Op::none, solvers::Op::none, T(1), A, B, T(0), result);
    return result;
}

/// alpha/2 ||A G - Q||^2 + beta/2 ||W G - H||^2 with A (K x K) and Q (K x N).
template <class Device, class T>
double supervised_terms(const solvers::ObjectiveWeights& weights,
                        const solvers::LabelledSamples<Device, T>& data,
                        const solvers::SupervisedModel<Device, T>& model) {
    const auto E = membership<Device, T>(data.atoms);
    const auto A = product(E, model.consistency), Q = product(E, data.targets);
    const double consistency = solvers::distance(product(A, model.codes), Q);
    const double classification = solvers::distance(product(model.classifier, model.codes), data.targets);
    return 0.5 * weights.alpha * consistency * consistency +
           0.5 * weights.beta * classification * classification;
}

}  // namespace assay::palm
