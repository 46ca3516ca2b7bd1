#include "solvers/network/initialise.hpp"

#include <cmath>

#include "solvers/device/random.hpp"

namespace assay::solvers {

template <class Device>
void initialise(Network<Device>& network, Initialisation initialisation, std::uint64_t seed) {
    for (const Parameter& parameter : network.graph().parameters()) {
        const ParameterShape& shape = parameter.shape;
        std::vector<float> values(shape.size(), shape.role == ParameterRole::scale ? 1.0f : 0.0f);
        if (shape.role == ParameterRole::weight) {
            Random random(seed, "network initialisation: " + parameter.name);
            const auto in = static_cast<double>(shape.fan_in), out = static_cast<double>(shape.fan_out);
            const double deviation = std::sqrt(2 / in), bound = std::sqrt(6 / (in + out));
            for (float& value : values) {
                value =
                    static_cast<float>(initialisation == Initialisation::he ? deviation * random.normal()
                                                                            : random.uniform(-bound, bound));
            }
        }
        network.set_parameter(parameter.name, values);
    }
}

template void initialise(Network<Cpu>&, Initialisation, std::uint64_t);
template void initialise(Network<Cuda>&, Initialisation, std::uint64_t);

}  // namespace assay::solvers
