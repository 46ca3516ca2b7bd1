#pragma once

#include <cstddef>
#include <vector>

#include "solvers/device/convolution.hpp"
#include "solvers/device/primitives.hpp"
#include "solvers/device/random.hpp"

/// Convolutional problems for tests, and their operators as explicit matrices by plain loops.
namespace assay::testing {

namespace solvers = assay::solvers;
using solvers::Cpu;
using solvers::Geometry;

template <class T>
solvers::Array<Cpu, T> draw_matrix(std::size_t rows, std::size_t cols, std::string_view purpose,
                                   double scale = 1.0) {
    solvers::Random random(5, purpose);
    solvers::Array<Cpu, T> A(rows, cols);
    for (std::size_t k = 0; k < A.size(); ++k) A.data()[k] = static_cast<T>(scale * random.normal());
    return A;
}

/// Unit-norm Gaussian atoms.
template <class T>
solvers::Array<Cpu, T> draw_atoms(const Geometry& g) {
    auto D = draw_matrix<T>(g.atom_entries(), g.atoms, "atoms");
    solvers::normalize_columns(D);
    return D;
}

template <class T>
solvers::Images<Cpu, T> draw_images(const solvers::ImageShape& shape, std::size_t count, double scale = 1.0) {
    return {shape, draw_matrix<T>(shape.size(), count, "images", scale)};
}

/// Codes of which one in `sparsity` is not zero.
template <class T>
solvers::Images<Cpu, T> draw_codes(const Geometry& g, std::size_t count, std::size_t sparsity) {
    solvers::Images<Cpu, T> codes(g.code, draw_matrix<T>(g.code.size(), count, "codes"));
    solvers::Random random(6, "support");
    for (std::size_t k = 0; k < codes.data.size(); ++k) {
        if (random.below(sparsity) != 0) codes.data.data()[k] = T(0);
    }
    return codes;
}

/// Phi as a matrix, canvas entries x codes, by its definition.
template <class T>
solvers::Array<Cpu, T> explicit_operator(const Geometry& g, const solvers::Array<Cpu, T>& D) {
    solvers::Array<Cpu, T> Phi(g.canvas.size(), g.code.size());
    const std::size_t C = g.image.channels;
    for (std::size_t p = 0; p < g.code.height; ++p) {
        for (std::size_t q = 0; q < g.code.width; ++q) {
            for (std::size_t e = 0; e < g.atom_entries(); ++e) {
                const std::size_t y = p * g.stride + e / C / g.kernel, x = q * g.stride + e / C % g.kernel;
                const bool seen = y >= g.padding && y < g.padding + g.image.height && x >= g.padding &&
                                  x < g.padding + g.image.width;
                if (g.border == solvers::Border::crop && !seen) continue;
                for (std::size_t m = 0; m < g.atoms; ++m) {
                    Phi(e % C + C * (x + g.canvas.width * y), m + g.atoms * (q + g.code.width * p)) = D(e, m);
                }
            }
        }
    }
    return Phi;
}

/// Geometries that differ in everything that the kernels could trip over.
inline std::vector<Geometry> odd_geometries() {
    using solvers::Border;
    return {
        Geometry({.atoms = 20, .kernel = 9, .stride = 2}, {3, 15, 22}),
        Geometry({.atoms = 16, .kernel = 7, .stride = 1, .border = Border::padded}, {3, 9, 12}),
        Geometry({.atoms = 70, .kernel = 8, .stride = 2, .padding = 3}, {3, 12, 10}),
        Geometry({.atoms = 5, .kernel = 3, .stride = 5, .border = Border::padded}, {2, 17, 11}),
        Geometry({.atoms = 9, .kernel = 9, .stride = 4, .padding = 0}, {1, 29, 33}),
        Geometry({.atoms = 3, .kernel = 9, .stride = 1, .border = Border::padded}, {3, 4, 5}),
        Geometry({.atoms = 4, .kernel = 5, .stride = 3, .padding = 0}, {1, 5, 14}),
        Geometry({.atoms = 1, .kernel = 1, .stride = 1}, {1, 1, 1}),
        Geometry({.atoms = 6, .kernel = 13, .stride = 1}, {1, 14, 2}),
        Geometry({.atoms = 6, .kernel = 12, .stride = 7, .padding = 5, .border = Border::padded},
                 {1, 40, 23}),
    };
}

}  // namespace assay::testing
