#include "experiments/warp/measures.hpp"

#include <algorithm>

#include "experiments/warp/quality.hpp"
#include "solvers/error.hpp"

namespace assay::warp {

using namespace solvers;

template <class Device>
Reconstructions<Device>::Reconstructions(const AtomBank<Device, float>& atoms, const ImageSet<Device>& images,
                                         const Images<Device, float>& codes)
    : originals_(images.pixels),
      pixels_(seen(off_canvas(atoms.geometry(), synthesis(atoms, codes)), images.scales)) {}

template <class Device>
std::vector<double> Reconstructions<Device>::psnr() const {
    std::vector<double> values(pixels_.count());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = warp::psnr(originals_.data.column(i), pixels_.data.column(i));
    return values;
}

template <class Device>
std::vector<double> Reconstructions<Device>::ssim() const {
    std::vector<double> values(pixels_.count());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = warp::ssim(pixels_.shape, originals_.data.column(i), pixels_.data.column(i));
    return values;
}

std::vector<double> picture(const Images<Cpu, float>& images, std::size_t image) {
    const auto pixels = images.data.column(image);
    return {pixels.begin(), pixels.end()};
}

template <class Device>
SupportAgreement support_agreement(const Images<Device, float>& codes, const Images<Device, float>& truth) {
    if (codes.shape != truth.shape || codes.count() != truth.count())
        throw Error("supports of different shapes have nothing in common", "support agreement");
    const std::vector<float> found = codes.data.to_host(), right = truth.data.to_host();
    std::size_t both = 0, of_found = 0, of_right = 0;
    for (std::size_t k = 0; k < found.size(); ++k) {
        of_found += found[k] != 0.0F;
        of_right += right[k] != 0.0F;
        both += found[k] != 0.0F && right[k] != 0.0F;
    }
    const auto share = [&](std::size_t of) {
        return of == 0 ? 1.0 : static_cast<double>(both) / static_cast<double>(of);
    };
    return {share(of_found), share(of_right)};
}

#define ASSAY_INSTANTIATE(Device)           \
    template class Reconstructions<Device>; \
    template SupportAgreement support_agreement(const Images<Device, float>&, const Images<Device, float>&);

ASSAY_INSTANTIATE(Cpu)
ASSAY_INSTANTIATE(Cuda)
#undef ASSAY_INSTANTIATE

}  // namespace assay::warp
