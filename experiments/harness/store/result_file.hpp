#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "experiments/harness/result.hpp"

/// The format of a result file: 512 bytes of text with the run's id and the SHA-256 of all that follows, then
/// an HDF5 file. HDF5 skips such a block, so h5dump and h5py read the file as it is; and because the checksum
/// is verified first, a damaged byte anywhere is found before HDF5's parser sees it.
namespace assay::harness {

/// A file that is not, or no longer, the result that it should be.
class Damaged : public Error {
  public:
    using Error::Error;
};

/// The bytes of the result's file. `result.digest` must be set.
std::string encode(const Result& result);

/// The id in the header, after the checksum over everything else held. Throws Damaged naming what is wrong.
std::string verify_envelope(std::string_view bytes, const std::filesystem::path& file);

/// As `verify_envelope`, then the whole content, with the logical digest verified. Throws Damaged.
Result decode(std::string_view bytes, const std::filesystem::path& file);

}  // namespace assay::harness
