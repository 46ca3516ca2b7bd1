#pragma once

/// Marks a function that the CPU and the GPU both call, so that the CPU's tests cover the GPU's arithmetic.
#ifdef __CUDACC__
#define ASSAY_PORTABLE __host__ __device__
#else
#define ASSAY_PORTABLE
#endif

/// Marks a function of a template that each device compiles for itself.
#ifdef __CUDACC__
#define ASSAY_ON_DEVICE __device__
#else
#define ASSAY_ON_DEVICE
#endif
