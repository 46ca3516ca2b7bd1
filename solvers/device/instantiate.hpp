#pragma once

/// Expands a macro (Device, T) for both devices and both scalars: how an algorithm's source ends.
#define ASSAY_FOR_EACH_DEVICE_AND_SCALAR(macro) \
    macro(Cpu, double) macro(Cpu, float) macro(Cuda, double) macro(Cuda, float)

/// Instantiates the primitives that work entry by entry or column by column.
#define ASSAY_INSTANTIATE_ENTRYWISE(Device, T)                                                       \
    template void axpy(T, const Array<Device, T>&, Array<Device, T>&);                               \
    template void scale(T, Array<Device, T>&);                                                       \
    template void add_to_diagonal(T, Array<Device, T>&);                                             \
    template void add_transpose(Array<Device, T>&);                                                  \
    template void shrink_all(Shrinkage, T, Array<Device, T>&);                                       \
    template void keep_where_nonzero(const Array<Device, T>&, Array<Device, T>&);                    \
    template void add_sign(T, const Array<Device, T>&, Array<Device, T>&);                           \
    template double distance(const Array<Device, T>&, const Array<Device, T>&);                      \
    template double norm(const Array<Device, T>&);                                                   \
    template double dot(const Array<Device, T>&, const Array<Device, T>&);                           \
    template std::vector<double> column_distances(const Array<Device, T>&, const Array<Device, T>&); \
    template std::vector<double> column_dots(const Array<Device, T>&, const Array<Device, T>&);      \
    template std::uint64_t count_nonzero(const Array<Device, T>&);                                   \
    template Array<Device, T> gathered(const Array<Device, T>&, std::span<const std::size_t>);       \
    template void normalize_columns(Array<Device, T>&);                                              \
    template void adam_step(const Adam&, std::uint64_t, const Array<Device, T>&, Array<Device, T>&,  \
                            Array<Device, T>&, Array<Device, T>&);                                   \
    template void fill_uniform(std::uint64_t, std::uint64_t, Array<Device, T>&);

/// Instantiates the primitives that a linear algebra library computes.
#define ASSAY_INSTANTIATE_LINEAR_ALGEBRA(Device, T)                                                        \
    template void gemm(Op, Op, T, const Array<Device, T>&, const Array<Device, T>&, T, Array<Device, T>&); \
    template Array<Device, T> gram(const Array<Device, T>&);                                               \
    template Array<Device, T> solve_spd(const Array<Device, T>&, const Array<Device, T>&);
