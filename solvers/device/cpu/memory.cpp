#include <cstdlib>
#include <cstring>

#include "solvers/device/array.hpp"

namespace assay::solvers {

void* Cpu::allocate(std::size_t bytes) {
    if (bytes == 0) return nullptr;
    constexpr std::size_t alignment = 64;  // a cache line, and the widest vector register
    void* pointer = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (pointer == nullptr) {
        throw OutOfMemory("out of memory: " + std::to_string(bytes >> 20) + " MiB were asked for", "cpu",
                          "use fewer samples, or fewer jobs at once (-j)");
    }
    std::memset(pointer, 0, bytes);
    return pointer;
}

void Cpu::release(void* pointer) noexcept {
    std::free(pointer);
}

void Cpu::copy(void* to, const void* from, std::size_t bytes) {
    if (bytes != 0) std::memcpy(to, from, bytes);
}

}  // namespace assay::solvers
