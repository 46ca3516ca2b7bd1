# The library assay_cuda: the CUDA device. It is built without a GPU; only running it needs one.
enable_language(CUDA)
find_package(CUDAToolkit REQUIRED)
set(CMAKE_CUDA_FLAGS_RELEASE "-O3")
set(CMAKE_CUDA_STANDARD 20)
if(NOT DEFINED CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # CMake 3.25 does not know that nvcc has C++20
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
endif()

file(GLOB cuda_sources CONFIGURE_DEPENDS solvers/device/cuda/*.cu solvers/device/cuda/*.cpp)
add_library(assay_cuda STATIC ${cuda_sources})
target_link_libraries(assay_cuda PUBLIC assay_solvers PRIVATE assay_flags CUDA::cudart CUDA::cublas CUDA::cusolver)
# Contraction is off as on the CPU, so that the portable formulas give equal bits on both; cuBLAS is not touched by it.
target_compile_options(assay_cuda PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:--extended-lambda;--fmad=false;-Xcompiler=-Wall,-Wextra>)
if(ASSAY_WERROR)
    target_compile_options(assay_cuda PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:--Werror=all-warnings;-Xcompiler=-Werror>)
endif()
