#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "solvers/device/array.hpp"
#include "solvers/network/layer.hpp"

/// What a device offers to networks: feature maps in the layout that its library is fastest in, and the
/// layers on them. On the CPU they are oneDNN's, on the GPU cuDNN's, with the project's own kernels between.
/// Numbers are floats.
namespace assay::solvers {

enum class Mode { training, evaluation };

/// A batch of feature maps in the memory of one device. A handle: copies share the memory.
template <class Device>
class Maps {
  public:
    struct Storage;  ///< the device's own

    Maps(const MapShape& shape, std::size_t samples);  ///< zeros, in the layout of an Array
    Maps(const MapShape& shape, std::size_t samples, std::shared_ptr<Storage> storage)
        : shape_(shape), samples_(samples), storage_(std::move(storage)) {}

    Maps like_this() const;  ///< zeros in the same layout
    const MapShape& shape() const { return shape_; }
    std::size_t samples() const { return samples_; }

    /// A sample is a column: shape().size() x samples(). Throw Error when X has another shape.
    void read(const Array<Device, float>& X);
    void write(Array<Device, float>& X) const;

    Storage& storage() const { return *storage_; }

  private:
    MapShape shape_;
    std::size_t samples_;
    std::shared_ptr<Storage> storage_;
};

/// Y <- X + Y, for two batches of one layout.
template <class Device>
void add(const Maps<Device>& X, Maps<Device>& Y);
/// sum |X|, accumulated in double in a fixed order.
template <class Device>
double l1_norm(const Maps<Device>& X);
/// Y <- Y + alpha sign(X), with sign(0) = 0, for two batches of one layout.
template <class Device>
void add_sign(float alpha, const Maps<Device>& X, Maps<Device>& Y);

/// Where a layer's numbers are, in the device's memory; null for those that it has not.
struct LayerNumbers {
    const float* weight = nullptr;  ///< or the scale of a batch norm
    const float* bias = nullptr;    ///< or its shift
    float* weight_gradient = nullptr;
    float* bias_gradient = nullptr;
    float* mean = nullptr;  ///< running, of a batch norm
    float* variance = nullptr;
    const std::uint64_t* version = nullptr;  ///< changes whenever weights do: copies in other layouts follow
};

/// One layer on one device, for one number of samples, between maps that it keeps.
template <class Device>
class Operation {
  public:
    explicit Operation(Maps<Device> output) : output_(std::move(output)) {}
    virtual ~Operation() = default;

    const Maps<Device>& output() const { return output_; }
    virtual void forward(Mode mode) = 0;
    /// Overwrites the gradients of the layer's numbers, and those of its inputs where they are wanted (not
    /// null); gradients have the layout of what they belong to. After a forward pass in training alone.
    virtual void backward(const Maps<Device>& output_gradient,
                          std::span<Maps<Device>* const> input_gradients) = 0;

  private:
    Maps<Device> output_;
};

/// Throws Error when the device's library refuses the layer.
template <class Device>
std::unique_ptr<Operation<Device>> make_operation(const Layer& layer, const MapShape& output,
                                                  const std::vector<Maps<Device>>& inputs,
                                                  const LayerNumbers& numbers);

/// While it lives, the device's library works with so many threads; bits of a result may depend on their
/// number, and on nothing else of the machine's load. Throws Error when the process may not have as many.
template <class Device>
class LibraryThreads {
  public:
    explicit LibraryThreads(unsigned threads);
    ~LibraryThreads();
    LibraryThreads(const LibraryThreads&) = delete;
    LibraryThreads& operator=(const LibraryThreads&) = delete;

  private:
    int before_ = 0;
};

/// The most threads that a network of this process was given on the CPU so far, for the record; 0: there was
/// none.
unsigned most_layer_threads();

/// The library that computes a device's layers, for the record: "oneDNN 2.6.3, AVX-512".
template <class Device>
std::string layer_library();

}  // namespace assay::solvers
