#include "experiments/palm/gaussian_classes.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "solvers/device/random.hpp"
#include "solvers/error.hpp"

namespace assay::palm {
namespace {

void check(const ClassLaw& law) {
    const auto require = [](bool allowed, const std::string& what, const char* hint) {
        if (!allowed) throw Error(what, "synthetic classes", hint);
    };
    const std::string d = std::to_string(law.dimension);
    require(law.classes >= 2 && law.classes <= law.dimension,
            std::to_string(law.classes) + " classes in " + d + " dimensions",
            "take 2 classes or more, and no more than dimensions: their means are orthogonal");
    require(law.rank <= law.dimension,
            "subspaces of rank " + std::to_string(law.rank) + " in " + d + " dimensions",
            "take a rank up to the dimension");
    require(law.spread >= 0.0 && law.noise > 0.0, "spread or noise is not allowed",
            "the noise is above 0, so that the classes have densities, and the spread is not negative");
    require(std::abs(law.cosine) <= 1.0, "a cosine of " + std::to_string(law.cosine), "take one in [-1, 1]");
}

double dot(std::span<const double> a, std::span<const double> b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// `count` orthonormal columns of length d by Gram and Schmidt, twice, from Gaussian ones.
std::vector<double> orthonormal(std::size_t d, std::size_t count, solvers::Random& random) {
    std::vector<double> columns(d * count);
    for (std::size_t k = 0; k < count; ++k) {
        const std::span<double> own(columns.data() + k * d, d);
        for (double& entry : own) entry = random.normal();
        for (int pass = 0; pass < 2; ++pass) {
            for (std::size_t j = 0; j < k; ++j) {
                const std::span<const double> other(columns.data() + j * d, d);
                const double along = dot(own, other);
                for (std::size_t i = 0; i < d; ++i) own[i] -= along * other[i];
            }
            const double length = std::sqrt(dot(own, own));
            for (double& entry : own) entry /= length;
        }
    }
    return columns;
}

}  // namespace

GaussianClasses::GaussianClasses(const ClassLaw& law, std::uint64_t seed) : law_(law), seed_(seed) {
    check(law_);
    const std::size_t d = law_.dimension;
    solvers::Random of_means(seed, "class means"), of_bases(seed, "class bases");
    means_ = orthonormal(d, law_.classes, of_means);
    const double c = law_.cosine, rest = std::sqrt(1.0 - c * c);
    for (std::size_t i = 0; i < d; ++i) means_[d + i] = c * means_[i] + rest * means_[d + i];
    for (std::size_t k = 0; k < law_.classes; ++k) {
        const std::vector<double> basis = orthonormal(d, law_.rank, of_bases);
        bases_.insert(bases_.end(), basis.begin(), basis.end());
    }
}

std::span<const double> GaussianClasses::mean(std::size_t c) const {
    return {means_.data() + c * law_.dimension, law_.dimension};
}

std::span<const double> GaussianClasses::direction(std::size_t c, std::size_t k) const {
    return {bases_.data() + (c * law_.rank + k) * law_.dimension, law_.dimension};
}

GaussianClasses::Drawn GaussianClasses::draw(std::string_view purpose, std::size_t count) const {
    const std::size_t d = law_.dimension;
    // A normal number takes two uniform ones.
    solvers::Random random(seed_, purpose);
    const double of_noise = law_.noise / std::sqrt(static_cast<double>(d));
    const double of_spread = law_.rank == 0 ? 0.0 : law_.spread / std::sqrt(static_cast<double>(law_.rank));
    Drawn drawn{std::vector<double>(d * count), std::vector<std::uint32_t>(count)};
    for (std::size_t n = 0; n < count; ++n) {
        const std::size_t c = n % law_.classes;
        const std::span<double> x(drawn.samples.data() + n * d, d);
        drawn.labels[n] = static_cast<std::uint32_t>(c);
        for (std::size_t i = 0; i < d; ++i) x[i] = mean(c)[i] + of_noise * random.normal();
        for (std::size_t k = 0; k < law_.rank; ++k) {
            const double a = of_spread * random.normal();
            for (std::size_t i = 0; i < d; ++i) x[i] += a * direction(c, k)[i];
        }
    }
    return drawn;
}

std::uint32_t GaussianClasses::bayes(std::span<const double> x) const {
    const double sigma = law_.noise * law_.noise / static_cast<double>(law_.dimension);
    const double tau = law_.rank == 0 ? 0.0 : law_.spread * law_.spread / static_cast<double>(law_.rank);
    double best = std::numeric_limits<double>::infinity();
    std::uint32_t label = 0;
    std::vector<double> off(x.size());
    for (std::size_t c = 0; c < law_.classes; ++c) {
        for (std::size_t i = 0; i < x.size(); ++i) off[i] = x[i] - mean(c)[i];
        double inside = 0.0;
        for (std::size_t k = 0; k < law_.rank; ++k) {
            const double along = dot(off, direction(c, k));
            inside += along * along;
        }
        const double distance = dot(off, off) - tau / (sigma + tau) * inside;
        if (!(distance < best)) continue;
        best = distance;
        label = static_cast<std::uint32_t>(c);
    }
    return label;
}

}  // namespace assay::palm
