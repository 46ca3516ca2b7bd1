#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// Synthetic classes whose best possible classifier is known. Class c is Gaussian:
///   x = mu_c + spread / sqrt(r) U_c a + noise / sqrt(d) e,   a ~ N(0, I_r), e ~ N(0, I_d),
/// with unit-length means and orthonormal bases U_c (d x r). The means are orthogonal, but for those of the
/// classes 0 and 1, whose cosine is given: the entangled pair.
namespace assay::palm {

struct ClassLaw {
    std::size_t dimension = 64;  ///< d
    std::size_t classes = 10;    ///< at most d, at least 2
    std::size_t rank = 6;        ///< r, at most d; 0: no subspace
    double spread = 1.0;         ///< root of the mean squared length inside the subspace
    double noise = 1.0;          ///< and of the isotropic part
    double cosine = 0.0;         ///< of mu_0 and mu_1, in [-1, 1]
};

class GaussianClasses {
  public:
    /// Draws means and bases from the seed. Throws Error for a law that is not allowed.
    GaussianClasses(const ClassLaw& law, std::uint64_t seed);

    struct Drawn {
        std::vector<double> samples;  ///< d x count, column-major
        std::vector<std::uint32_t> labels;
    };
    /// `count` samples with the classes in turn. Sample i depends on (seed, purpose, i) alone.
    Drawn draw(std::string_view purpose, std::size_t count) const;

    /// The most probable class of x when all are equally frequent: the covariances have one determinant, so
    /// it has the smallest Mahalanobis distance to its mean.
    std::uint32_t bayes(std::span<const double> x) const;

  private:
    std::span<const double> mean(std::size_t c) const;
    std::span<const double> direction(std::size_t c, std::size_t k) const;

    ClassLaw law_;
    std::uint64_t seed_;
    std::vector<double> means_;  // d x C
    std::vector<double> bases_;  // d x r C
};

}  // namespace assay::palm
