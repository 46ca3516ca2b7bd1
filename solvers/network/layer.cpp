#include "solvers/network/layer.hpp"

#include <algorithm>

#include "solvers/error.hpp"

namespace assay::solvers {
namespace {

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

std::string text(std::size_t number) {
    return std::to_string(number);
}

[[noreturn]] void refuse(const std::string& problem, const std::string& hint = {}) {
    throw Error(problem, "network", hint);
}

void require_positive(std::size_t value, const char* what) {
    if (value == 0) refuse(std::string("a layer with ") + what + " 0", "give at least 1");
}

/// The number of places of a window in a line of pixels.
std::size_t places(std::size_t side, std::size_t kernel, std::size_t stride, Padding padding) {
    const std::size_t padded = side + padding.before + padding.after;
    if (padded < kernel) {
        refuse("a window of " + text(kernel) + " pixels does not fit into " + text(side) + " pixels with " +
                   text(padding.before + padding.after) + " of padding",
               "use larger images, a smaller kernel or more padding");
    }
    return (padded - kernel) / stride + 1;
}

template <class Window>
MapShape windows(const Window& window, std::size_t channels, const MapShape& input) {
    require_positive(window.kernel, "kernel size");
    require_positive(window.stride, "stride");
    return {channels, places(input.height, window.kernel, window.stride, window.padding),
            places(input.width, window.kernel, window.stride, window.padding)};
}

template <class Pool>
MapShape pooled(const Pool& pool, const MapShape& input) {
    if (pool.padding.before >= pool.kernel || pool.padding.after >= pool.kernel) {
        refuse("pooling over " + text(pool.kernel) + " pixels with padding of " +
                   text(std::max(pool.padding.before, pool.padding.after)),
               "padding must be smaller than the kernel, or a window holds no pixel");
    }
    return windows(pool, input.channels, input);
}

MapShape convolved(const Convolution& layer, const MapShape& input) {
    require_positive(layer.channels, "channels");
    require_positive(layer.groups, "groups");
    if (input.channels % layer.groups != 0 || layer.channels % layer.groups != 0) {
        refuse("a convolution of " + text(input.channels) + " into " + text(layer.channels) +
                   " channels in " + text(layer.groups) + " groups",
               "groups must divide both numbers of channels");
    }
    return windows(layer, layer.channels, input);
}

MapShape spread(const TransposedConvolution& layer, const MapShape& input) {
    require_positive(layer.channels, "channels");
    require_positive(layer.kernel, "kernel size");
    require_positive(layer.stride, "stride");
    if (layer.output_padding > layer.padding || layer.output_padding >= layer.stride) {
        refuse("a transposed convolution with output padding " + text(layer.output_padding) + ", stride " +
                   text(layer.stride) + " and padding " + text(layer.padding),
               "the output padding must be below the stride and at most the padding");
    }
    const auto side = [&](std::size_t from) {
        const std::size_t whole = (from - 1) * layer.stride + layer.kernel + layer.output_padding;
        if (whole <= 2 * layer.padding)
            refuse("a transposed convolution with padding " + text(layer.padding) + " leaves no pixel");
        return whole - 2 * layer.padding;
    };
    return {layer.channels, side(input.height), side(input.width)};
}

MapShape added(std::span<const MapShape> inputs) {
    for (const MapShape& input : inputs) {
        if (input != inputs[0]) {
            refuse("maps of " + shape_text(inputs[0]) + " and " + shape_text(input) + " cannot be added",
                   "make their shapes equal, for example by a convolution with a 1 x 1 kernel");
        }
    }
    return inputs[0];
}

MapShape joined(std::span<const MapShape> inputs) {
    MapShape result = inputs[0];
    result.channels = 0;
    for (const MapShape& input : inputs) {
        if (input.height != result.height || input.width != result.width) {
            refuse("maps of " + shape_text(inputs[0]) + " and " + shape_text(input) +
                       " cannot be joined: their height and width differ",
                   "where a network halves and doubles its maps, the image's sides must be divisible by "
                   "every halving");
        }
        result.channels += input.channels;
    }
    return result;
}

MapShape shortened(const IdentityShortcut& layer, const MapShape& input) {
    require_positive(layer.stride, "stride");
    if (layer.channels < input.channels || (layer.channels - input.channels) % 2 != 0) {
        refuse(
            "an identity shortcut from " + text(input.channels) + " to " + text(layer.channels) + " channels",
            "the channels must grow by an even number");
    }
    return {layer.channels, (input.height - 1) / layer.stride + 1, (input.width - 1) / layer.stride + 1};
}

void require_inputs(const Layer& layer, std::span<const MapShape> inputs) {
    const bool joins = std::holds_alternative<Add>(layer) || std::holds_alternative<Concat>(layer);
    if (joins ? inputs.size() < 2 : inputs.size() != 1) {
        refuse("a layer '" + layer_name(layer) + "' with " + text(inputs.size()) + " inputs",
               joins ? "it takes two or more" : "it takes one");
    }
    for (const MapShape& input : inputs)
        if (input.size() == 0) refuse("an input of " + shape_text(input) + " has no entry");
}

void append_bias(bool bias, std::size_t channels, std::vector<ParameterShape>& shapes) {
    if (bias) {
        shapes.push_back(
            {ParameterRole::bias, {channels, 1, 1, 1}, shapes.front().fan_in, shapes.front().fan_out});
    }
}

}  // namespace

std::string shape_text(const MapShape& shape) {
    return text(shape.channels) + " x " + text(shape.height) + " x " + text(shape.width);
}

std::string layer_name(const Layer& layer) {
    constexpr std::array names = {
        "convolution",  "transposed convolution", "linear", "batch norm", "activation",       "max pool",
        "average pool", "global average pool",    "add",    "concat",     "identity shortcut"};
    static_assert(names.size() == std::variant_size_v<Layer>);
    return names[layer.index()];
}

MapShape output_shape(const Layer& layer, std::span<const MapShape> inputs) {
    require_inputs(layer, inputs);
    const MapShape& input = inputs[0];
    return std::visit(
        Overloaded{[&](const Convolution& l) { return convolved(l, input); },
                   [&](const TransposedConvolution& l) { return spread(l, input); },
                   [&](const Linear& l) {
                       require_positive(l.features, "features");
                       return MapShape{l.features, 1, 1};
                   },
                   [&](const BatchNorm&) { return input; }, [&](const Activation&) { return input; },
                   [&](const MaxPool& l) { return pooled(l, input); },
                   [&](const AveragePool& l) { return pooled(l, input); },
                   [&](const GlobalAveragePool&) {
                       return MapShape{input.channels, 1, 1};
                   },
                   [&](const Add&) { return added(inputs); }, [&](const Concat&) { return joined(inputs); },
                   [&](const IdentityShortcut& l) { return shortened(l, input); }},
        layer);
}

std::vector<ParameterShape> parameter_shapes(const Layer& layer, std::span<const MapShape> inputs) {
    std::vector<ParameterShape> shapes;
    const MapShape& input = inputs[0];
    const auto kernels = [&](const auto& l, std::size_t first, std::size_t second, std::size_t groups) {
        const std::size_t area = l.kernel * l.kernel;
        shapes.push_back({ParameterRole::weight,
                          {first, second, l.kernel, l.kernel},
                          input.channels / groups * area,
                          l.channels / groups * area});
        append_bias(l.bias, l.channels, shapes);
    };
    std::visit(
        Overloaded{
            [&](const Convolution& l) { kernels(l, l.channels, input.channels / l.groups, l.groups); },
            [&](const TransposedConvolution& l) { kernels(l, input.channels, l.channels, 1); },
            [&](const Linear& l) {
                shapes.push_back(
                    {ParameterRole::weight, {l.features, input.size(), 1, 1}, input.size(), l.features});
                append_bias(l.bias, l.features, shapes);
            },
            [&](const BatchNorm&) {
                shapes.push_back({ParameterRole::scale, {input.channels, 1, 1, 1}, 1, 1});
                shapes.push_back({ParameterRole::shift, {input.channels, 1, 1, 1}, 1, 1});
            },
            [](const auto&) {}},
        layer);
    return shapes;
}

}  // namespace assay::solvers
