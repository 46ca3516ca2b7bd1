#include "solvers/device/cuda/kernels.cuh"
#include "solvers/device/cuda/layers.hpp"

namespace assay::solvers::cuda {

/// Windows of a pooling over planes (samples x channels) of pixels.
struct Windows {
    std::size_t height, width, rows, cols;  ///< of the input, and of the output
    std::size_t kernel_height, kernel_width, stride, before;

    /// f(pixel of the plane) for every pixel in window (row, col), row by row.
    template <class F>
    __device__ void each_pixel(std::size_t row, std::size_t col, F f) const {
        for (std::size_t p = 0; p < kernel_height; ++p) {
            const std::size_t y = row * stride + p;
            if (y < before || y - before >= height) continue;
            for (std::size_t q = 0; q < kernel_width; ++q) {
                const std::size_t x = col * stride + q;
                if (x < before || x - before >= width) continue;
                f((y - before) * width + x - before);
            }
        }
    }
    /// f(window of the plane's output) for every window that holds the pixel.
    template <class F>
    __device__ void each_window(std::size_t pixel, F f) const {
        const std::size_t y = pixel / width + before, x = pixel % width + before;
        for (std::size_t row = y + 1 > kernel_height ? (y - kernel_height) / stride + 1 : 0;
             row < rows && row * stride <= y; ++row) {
            for (std::size_t col = x + 1 > kernel_width ? (x - kernel_width) / stride + 1 : 0;
                 col < cols && col * stride <= x; ++col) {
                f(row * cols + col);
            }
        }
    }
};

void largest_of(const Windows& windows, const Maps<Cuda>& X, const Maps<Cuda>& Y, unsigned* chosen) {
    const float* x = data_of(X);
    float* y = data_of(Y);
    const std::size_t in = windows.height * windows.width, out = windows.rows * windows.cols;
    each(size_of(Y), [=] __device__(std::size_t i) {
        const float* plane = x + i / out * in;
        bool found = false;
        std::size_t best = 0;
        windows.each_pixel(i % out / windows.cols, i % out % windows.cols, [&](std::size_t pixel) {
            if (!found || plane[pixel] > plane[best]) best = pixel;  // the first of equal ones
            found = true;
        });
        y[i] = plane[best];
        chosen[i] = static_cast<unsigned>(best);
    });
}

void largest_backward(const Windows& windows, const Maps<Cuda>& dY, const unsigned* chosen,
                      const Maps<Cuda>& dX) {
    const float* dy = data_of(dY);
    float* dx = data_of(dX);
    const std::size_t in = windows.height * windows.width, out = windows.rows * windows.cols;
    each(size_of(dX), [=] __device__(std::size_t i) {
        const std::size_t plane = i / in * out, pixel = i % in;
        float sum = 0.0f;
        windows.each_window(pixel, [&](std::size_t window) {
            if (chosen[plane + window] == pixel) sum += dy[plane + window];
        });
        dx[i] = sum;
    });
}

void mean_of(const Windows& windows, const Maps<Cuda>& X, const Maps<Cuda>& Y) {
    const float* x = data_of(X);
    float* y = data_of(Y);
    const std::size_t in = windows.height * windows.width, out = windows.rows * windows.cols;
    each(size_of(Y), [=] __device__(std::size_t i) {
        const float* plane = x + i / out * in;
        float sum = 0.0f;
        unsigned count = 0;
        windows.each_pixel(i % out / windows.cols, i % out % windows.cols, [&](std::size_t pixel) {
            sum += plane[pixel];
            ++count;
        });
        y[i] = sum / static_cast<float>(count);
    });
}

void mean_backward(const Windows& windows, const Maps<Cuda>& dY, const Maps<Cuda>& dX) {
    const float* dy = data_of(dY);
    float* dx = data_of(dX);
    const std::size_t in = windows.height * windows.width, out = windows.rows * windows.cols;
    each(size_of(dX), [=] __device__(std::size_t i) {
        const float* plane = dy + i / in * out;
        float sum = 0.0f;
        windows.each_window(i % in, [&](std::size_t window) {
            unsigned count = 0;
            windows.each_pixel(window / windows.cols, window % windows.cols, [&](std::size_t) { ++count; });
            sum += plane[window] / static_cast<float>(count);
        });
        dx[i] = sum;
    });
}

class PoolingOperation final : public LayerOperation {
  public:
    PoolingOperation(const Pooling& pooling, const MapShape& shape, const Maps<Cuda>& input)
        : LayerOperation(Maps<Cuda>(shape, input.samples())),
          input_(input),
          windows_{input.shape().height,  input.shape().width,  shape.height,   shape.width,
                   pooling.kernel_height, pooling.kernel_width, pooling.stride, pooling.before},
          chosen_(pooling.largest ? size_of(output()) : 0, 1) {}

    void forward(Mode) override {
        if (chosen_.size() != 0)
            largest_of(windows_, input_, output(), chosen_.data());
        else
            mean_of(windows_, input_, output());
    }
    void backward(const Maps<Cuda>& dY, std::span<Maps<Cuda>* const> dX) override {
        if (dX[0] == nullptr) return;
        if (chosen_.size() != 0)
            largest_backward(windows_, dY, chosen_.data(), *dX[0]);
        else
            mean_backward(windows_, dY, *dX[0]);
    }

  private:
    Maps<Cuda> input_;
    Windows windows_;
    Array<Cuda, unsigned> chosen_;  ///< the largest pixel of each window; empty for a mean
};

std::unique_ptr<LayerOperation> make_pooling(const Pooling& pooling, const MapShape& output,
                                             const Maps<Cuda>& input) {
    return std::make_unique<PoolingOperation>(pooling, output, input);
}

}  // namespace assay::solvers::cuda
