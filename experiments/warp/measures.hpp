#pragma once

#include <cstddef>
#include <vector>

#include "experiments/warp/images.hpp"
#include "solvers/device/convolution.hpp"

/// What is read off codes.
namespace assay::warp {

/// The images that codes stand for, beside those that were coded.
template <class Device>
class Reconstructions {
  public:
    Reconstructions(const solvers::AtomBank<Device, float>& atoms, const ImageSet<Device>& images,
                    const solvers::Images<Device, float>& codes);

    std::vector<double> psnr() const;  ///< of each image
    std::vector<double> ssim() const;
    const solvers::Images<solvers::Cpu, float>& pixels() const { return pixels_; }

  private:
    const solvers::Images<solvers::Cpu, float>& originals_;
    solvers::Images<solvers::Cpu, float> pixels_;
};

/// One image as height x width x channels.
std::vector<double> picture(const solvers::Images<solvers::Cpu, float>& images, std::size_t image);

/// The entry-by-entry agreement of two supports, over all images together.
struct SupportAgreement {
    double precision = 0.0;  ///< of the entries that are not zero, the share that is right; 1 when none is
    double recall = 0.0;     ///< of the entries that should not be zero, the share that was found
};
template <class Device>
SupportAgreement support_agreement(const solvers::Images<Device, float>& codes,
                                   const solvers::Images<Device, float>& truth);

}  // namespace assay::warp
