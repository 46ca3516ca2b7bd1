#include "solvers/device/cross_entropy.hpp"
#include "solvers/device/cuda/kernels.cuh"
#include "solvers/device/cuda/layers.hpp"
#include "solvers/device/sgd.hpp"
#include "solvers/device/shapes.hpp"
#include "solvers/network/loss.hpp"
#include "solvers/proximal/threshold.hpp"

/// Maps, losses and steps on the GPU: the formulas are those of the CPU.
namespace assay::solvers {
namespace cuda {

void require_columns(const Maps<Cuda>& maps, const Array<Cuda, float>& X) {
    if (X.rows() == maps.shape().size() && X.cols() == maps.samples()) return;
    throw Error("an array of " + shape_text(X) + " for " + std::to_string(maps.samples()) + " samples of " +
                    shape_text(maps.shape()),
                "network", "an array of maps has a sample a column");
}

}  // namespace cuda

using cuda::data_of;
using cuda::size_of;

template <>
Maps<Cuda>::Maps(const MapShape& shape, std::size_t samples)
    : shape_(shape),
      samples_(samples),
      storage_(std::make_shared<Storage>(Storage{Array<Cuda, float>(shape.size(), samples)})) {}

template <>
Maps<Cuda> Maps<Cuda>::like_this() const {
    return Maps(shape(), samples());
}
template <>
void Maps<Cuda>::read(const Array<Cuda, float>& X) {
    cuda::require_columns(*this, X);
    Cuda::copy(data_of(*this), X.data(), X.size() * sizeof(float));
}
template <>
void Maps<Cuda>::write(Array<Cuda, float>& X) const {
    cuda::require_columns(*this, X);
    Cuda::copy(X.data(), data_of(*this), X.size() * sizeof(float));
}

template <>
void add(const Maps<Cuda>& X, Maps<Cuda>& Y) {
    const float* x = data_of(X);
    float* y = data_of(Y);
    cuda::each(size_of(Y), [=] __device__(std::size_t i) { y[i] += x[i]; });
}
template <>
double l1_norm(const Maps<Cuda>& X) {
    const float* x = data_of(X);
    return cuda::sum_of<double>(size_of(X),
                                [=] __device__(std::size_t i) { return fabs(static_cast<double>(x[i])); });
}
template <>
void add_sign(float alpha, const Maps<Cuda>& X, Maps<Cuda>& Y) {
    const float* x = data_of(X);
    float* y = data_of(Y);
    cuda::each(size_of(Y), [=] __device__(std::size_t i) { y[i] += alpha * sign(x[i]); });
}

template <>
LibraryThreads<Cuda>::LibraryThreads(unsigned) {}
template <>
LibraryThreads<Cuda>::~LibraryThreads() {}

template <>
double cross_entropy_sum(const Array<Cuda, float>& logits, std::size_t classes, const Labels& labels,
                         float weight, Array<Cuda, float>& gradient) {
    const std::size_t rows = logits.rows(), places = rows / classes;
    const auto wanted = Array<Cuda, std::uint32_t>::from_host(labels.size(), 1, labels);
    Array<Cuda, double> losses(labels.size(), 1);
    const std::uint32_t* label = wanted.data();
    const float* x = logits.data();
    float* dx = gradient.data();
    double* loss = losses.data();
    cuda::each(labels.size(), [=] __device__(std::size_t i) {
        const std::size_t first = i / places * rows + i % places;
        loss[i] = cross_entropy_at(x + first, dx + first, classes, places, label[i], weight);
    });
    return cuda::sum_of<double>(labels.size(), [=] __device__(std::size_t i) { return loss[i]; });
}

template <>
double regression_sum(const RegressionTerm<float>& term, const Array<Cuda, float>& prediction,
                      const Array<Cuda, float>& target, float weight, Array<Cuda, float>& gradient) {
    const float *p = prediction.data(), *u = target.data();
    float* dp = gradient.data();
    cuda::each(prediction.size(),
               [=] __device__(std::size_t i) { dp[i] = weight * term(p[i], u[i]).derivative; });
    return cuda::sum_of<double>(prediction.size(), [=] __device__(std::size_t i) {
        return static_cast<double>(term(p[i], u[i]).value);
    });
}

template <class Device, class T>
void sgd_step(const Sgd& options, const Array<Device, T>& gradient, Array<Device, T>& velocity,
              Array<Device, T>& parameter) {
    require_same_shape("sgd_step", gradient, parameter);
    require_same_shape("sgd_step", velocity, parameter);
    const SgdStep<T> step(options);
    const T* g = gradient.data();
    T *v = velocity.data(), *w = parameter.data();
    cuda::each(parameter.size(), [=] __device__(std::size_t i) { w[i] = step(w[i], g[i], v[i]); });
}
template void sgd_step(const Sgd&, const Array<Cuda, double>&, Array<Cuda, double>&, Array<Cuda, double>&);
template void sgd_step(const Sgd&, const Array<Cuda, float>&, Array<Cuda, float>&, Array<Cuda, float>&);

}  // namespace assay::solvers
