# What every run records of how its program was compiled, read from the targets themselves: flags_of_all (every C++ file),
# flags_of_files (files with flags of their own, which come last and so win), flags_of_cuda.
get_target_property(options assay_flags INTERFACE_COMPILE_OPTIONS)
string(REGEX MATCHALL "-[fmO][a-z0-9=-]+" options "${options}")  # what can move a bit; warnings cannot
list(JOIN options " " options)
string(STRIP "${CMAKE_BUILD_TYPE} ${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_RELEASE} ${options}" flags_of_all)

set(flags_of_files "")
foreach(source ${solver_sources})
    get_source_file_property(flags ${source} COMPILE_FLAGS)
    if(flags)
        get_filename_component(name ${source} NAME)
        string(REPLACE ";" " " flags "${flags}")
        string(APPEND flags_of_files "${name}: ${flags}, ")
    endif()
endforeach()
string(REGEX REPLACE ", $" "" flags_of_files "${flags_of_files}")

set(flags_of_cuda "not built")
if(ASSAY_CUDA)
    get_target_property(options assay_cuda COMPILE_OPTIONS)
    string(REPLACE ";" " " options "${options}")
    string(REGEX REPLACE "\\$<\\$<COMPILE_LANGUAGE:CUDA>:([^>]*)>" "\\1" options "${options}")
    set(flags_of_cuda "nvcc ${CMAKE_CUDA_COMPILER_VERSION} ${CMAKE_CUDA_FLAGS} ${CMAKE_CUDA_FLAGS_RELEASE} ${options} for sm ${CMAKE_CUDA_ARCHITECTURES}")
    string(REGEX REPLACE " +" " " flags_of_cuda "${flags_of_cuda}")
endif()
