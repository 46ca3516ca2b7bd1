#include "experiments/warp/noise.hpp"

#include <string>
#include <utility>

#include "solvers/device/random.hpp"

namespace assay::warp {

using namespace solvers;

template <class Device>
ImageSet<Device> noisy(const Images<Cpu, float>& clean, double deviation, std::uint64_t seed,
                       const char* part) {
    Random random(seed, std::string("noise on ") + part + " images");
    Images<Cpu, float> pixels = clean.copy();
    for (std::size_t e = 0; e < pixels.data.size(); ++e)
        pixels.data.data()[e] += static_cast<float>(deviation * random.normal());
    ImageSet<Device> set = standardise<Device>(std::move(pixels));
    set.pixels = clean.copy();
    return set;
}

template ImageSet<Cpu> noisy(const Images<Cpu, float>&, double, std::uint64_t, const char*);
template ImageSet<Cuda> noisy(const Images<Cpu, float>&, double, std::uint64_t, const char*);

}  // namespace assay::warp
