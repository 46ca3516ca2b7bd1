#include "solvers/device/pursuit.hpp"

#include <algorithm>
#include <limits>

#include "solvers/device/cpu/pursuit_kernel.hpp"
#include "solvers/device/cpu/unrolled_kernel.hpp"

namespace assay::solvers {

template <class Device, class T>
SparseCodes<Device, T> pursue(const Pursuit& pursuit, const Array<Device, T>& G, const Array<Device, T>& B,
                              const std::vector<double>& squared_norms) {
    const std::size_t p = G.rows(), ld = kernels::padded(p), most = pursuit.nonzeros;
    SparseCodes<Device, T> Z(p, most, B.cols());
    Array<Device, T> gram(ld, p), scratch(kernels::pursuit_scratch(ld, most), 1);
    for (std::size_t j = 0; j < p; ++j) std::copy_n(G.data() + j * p, p, gram.data() + j * ld);
    const bool until = pursuit.residual > 0;
    for (std::size_t i = 0; i < B.cols(); ++i) {
        kernels::best_pursuit_kernels<T>().pursue(
            {p, ld, gram.data(), B.data() + i * p, most, pursuit.choice == Choice::reduction,
             until ? squared_norms.at(i) : 1.0,
             until ? pursuit.residual * pursuit.residual : -std::numeric_limits<double>::infinity(),
             scratch.data(), Z.index.data() + i * most, Z.value.data() + i * most});
    }
    return Z;
}

template SparseCodes<Cpu, double> pursue(const Pursuit&, const Array<Cpu, double>&, const Array<Cpu, double>&,
                                         const std::vector<double>&);
template SparseCodes<Cpu, float> pursue(const Pursuit&, const Array<Cpu, float>&, const Array<Cpu, float>&,
                                        const std::vector<double>&);

}  // namespace assay::solvers
