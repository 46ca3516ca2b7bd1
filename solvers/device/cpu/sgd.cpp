#include "solvers/device/sgd.hpp"

#include "solvers/device/cpu/in_parts.hpp"
#include "solvers/device/shapes.hpp"

namespace assay::solvers {
namespace {

ASSAY_CLONES void step_part(const SgdStep<float>& step, const float* gradient, float* velocity,
                            float* parameter, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) parameter[i] = step(parameter[i], gradient[i], velocity[i]);
}
ASSAY_CLONES void step_part(const SgdStep<double>& step, const double* gradient, double* velocity,
                            double* parameter, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) parameter[i] = step(parameter[i], gradient[i], velocity[i]);
}

}  // namespace

template <class Device, class T>
void sgd_step(const Sgd& options, const Array<Device, T>& gradient, Array<Device, T>& velocity,
              Array<Device, T>& parameter) {
    require_same_shape("sgd_step", gradient, parameter);
    require_same_shape("sgd_step", velocity, parameter);
    const SgdStep<T> step(options);
    cpu::in_parts(parameter.size(), [&](std::size_t first, std::size_t last) {
        step_part(step, gradient.data() + first, velocity.data() + first, parameter.data() + first,
                  last - first);
    });
}

template void sgd_step(const Sgd&, const Array<Cpu, double>&, Array<Cpu, double>&, Array<Cpu, double>&);
template void sgd_step(const Sgd&, const Array<Cpu, float>&, Array<Cpu, float>&, Array<Cpu, float>&);

}  // namespace assay::solvers
