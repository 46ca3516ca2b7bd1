#pragma once

#include <filesystem>
#include <fstream>
#include <vector>

#include "solvers/convolutional/hebbian.hpp"
#include "solvers/convolutional/lca.hpp"
#include "solvers/device/primitives.hpp"
#include "solvers/device/random.hpp"
#include "solvers/device/transfer.hpp"

/// A convolutional problem in a folder that a peer can load too: raw little-endian arrays, channel by channel
/// as PyTorch has them: images (count x 3 x 32 x 32) and atoms (M x 3 x k x k) in float32. FOLDER/shape holds
/// "atoms kernel stride".
namespace assay::peers {

namespace fs = std::filesystem;
using namespace solvers;

inline const ImageShape image_shape{3, 32, 32};

template <class T>
void save_values(const fs::path& file, const std::vector<T>& values) {
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(values.data()),
               static_cast<std::streamsize>(values.size() * sizeof(T)));
}

template <class T>
std::vector<T> load_values(const fs::path& file, std::size_t count) {
    std::vector<T> values(count);
    std::ifstream in(file, std::ios::binary);
    in.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(T)));
    if (!in) throw Error("cannot read the array", file.string(), "run 'prepare' first");
    return values;
}

inline Geometry geometry_of(const fs::path& folder) {
    AtomGrid grid{.border = Border::padded};
    if (!(std::ifstream(folder / "shape") >> grid.atoms >> grid.kernel >> grid.stride))
        throw Error("cannot read atoms, kernel and stride", (folder / "shape").string(),
                    "run 'prepare' first");
    grid.padding = grid.kernel / 2;
    return Geometry(grid, image_shape);
}

template <class T>
Images<Cpu, T> load_images(const fs::path& folder, std::size_t count) {
    const auto planes = load_values<float>(folder / "images", count * image_shape.size());
    return from_planes<Cpu, T>(image_shape, std::vector<T>(planes.begin(), planes.end()));
}

/// Atoms are images of their own, in the file with their channels apart. Their norms are 1 in T, as the Gram
/// form takes them to be.
template <class T>
AtomBank<Cpu, T> load_atoms(const fs::path& folder, const Geometry& g) {
    const auto planes = load_values<float>(folder / "atoms", g.atoms * g.atom_entries());
    auto atoms = from_planes<Cpu, T>({g.image.channels, g.kernel, g.kernel},
                                     std::vector<T>(planes.begin(), planes.end()));
    normalize_columns(atoms.data);
    return AtomBank<Cpu, T>(g, atoms.data);
}

/// Writes atoms that started at random and learned from the images by Hebbian steps, 60 batches of 40 images
/// with 100 iterations of LCA each, and returns lambda_max(Phi^T Phi).
inline double learn_atoms(const fs::path& folder, std::size_t count, double tau, double lambda) {
    const Geometry g = geometry_of(folder);
    const auto images = load_images<float>(folder, count);
    Random random(1, "atoms");
    std::vector<float> start(g.atoms * g.atom_entries());
    for (float& value : start) value = static_cast<float>(random.normal());
    HebbianLearner<Cpu, float> learner({.rate = 0.2}, g,
                                       Array<Cpu, float>::from_host(g.atom_entries(), g.atoms, start));
    const LcaOptions options{.penalty = {PenaltyKind::l0, lambda},
                             .tau = tau,
                             .max_iterations = 100,
                             .check_every = 100,
                             .lazy = true};
    const std::size_t batch = 40;
    for (std::size_t n = 0; n < 60; ++n) {
        const auto part = images.columns(n * batch % (count - batch + 1), batch);
        learner.update(part, lca(options, learner.atoms(), part).codes);
    }
    const Images<Cpu, float> atoms({g.image.channels, g.kernel, g.kernel}, learner.dictionary().copy());
    save_values(folder / "atoms", to_planes(atoms));
    return largest_eigenvalue(learner.atoms());
}

}  // namespace assay::peers
