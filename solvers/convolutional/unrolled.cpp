#include "solvers/convolutional/unrolled.hpp"

#include <string>

#include "solvers/convolutional/problem.hpp"
#include "solvers/device/instantiate.hpp"

namespace assay::solvers {

void SupervisedLoss::validate() const {
    const char* where = "supervised loss";
    if (!(fit > 0.0 && fit <= 1e300) || !(l1 >= 0.0 && l1 <= 1e300)) {
        throw Error("fit = " + std::to_string(fit) + " and l1 = " + std::to_string(l1) + " weigh no loss",
                    where, "fit must be positive and l1 not negative");
    }
    if (l1 != 0.0 && gradient != Gradient::ae_lasso)
        throw Error("only g_ae-lasso knows ||z||_1, but l1 = " + std::to_string(l1), where, "set l1 = 0");
}

template <class Device, class T>
SupervisedGradient<Device, T> supervised_gradient(const Encoder& encoder, const SupervisedLoss& loss,
                                                  const AtomBank<Device, T>& atoms,
                                                  const Images<Device, T>& noisy,
                                                  const Images<Device, T>& clean,
                                                  ConvolutionalTrace<Device, T>& trace) {
    const Geometry& g = atoms.geometry();
    require_convolutional_problem("supervised_gradient", g, noisy);
    require_convolutional_problem("supervised_gradient", g, clean);
    require_same_count("supervised_gradient", noisy, clean);
    loss.validate();
    const Images<Device, T> y = on_canvas(g, noisy);
    encode_traced(encoder, atoms, y, trace);

    Images<Device, T> e = trace.decoded(atoms);
    axpy(T(-1), on_canvas(g, clean).data, e.data);
    const double error = norm(e.data), images = static_cast<double>(noisy.count());
    scale(static_cast<T>(loss.fit / images), e.data);
    SupervisedGradient<Device, T> result{Array<Device, T>(g.atom_entries(), g.atoms)};
    reverse(encoder, loss.gradient, loss.l1 / images, atoms, y, e, trace, result.gradient);
    result.loss = (0.5 * loss.fit * error * error + loss.l1 * trace.l1_norm()) / images;
    return result;
}

template <class Device, class T>
Images<Device, T> restored(const Encoder& encoder, const AtomBank<Device, T>& atoms,
                           const Images<Device, T>& y) {
    const Geometry& g = atoms.geometry();
    require_convolutional_problem("restored", g, y);
    return off_canvas(g, synthesis(atoms, encode(encoder, atoms, on_canvas(g, y))));
}

#define ASSAY_INSTANTIATE(Device, T)                                                                 \
    template SupervisedGradient<Device, T> supervised_gradient(                                      \
        const Encoder&, const SupervisedLoss&, const AtomBank<Device, T>&, const Images<Device, T>&, \
        const Images<Device, T>&, ConvolutionalTrace<Device, T>&);                                   \
    template Images<Device, T> restored(const Encoder&, const AtomBank<Device, T>&, const Images<Device, T>&);
ASSAY_FOR_EACH_DEVICE_AND_SCALAR(ASSAY_INSTANTIATE)

}  // namespace assay::solvers
