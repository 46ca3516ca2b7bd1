#include "datasets/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "solvers/error.hpp"

namespace assay::datasets {

FolderLock::FolderLock(const std::filesystem::path& folder) {
    const std::filesystem::path path = folder / ".lock";
    descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor_ < 0) {
        throw Error(std::string("the cache folder cannot be written: ") + std::strerror(errno),
                    folder.string(), "set ASSAY_DATA to a folder of yours");
    }
    while (::flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) {
    }
}

FolderLock::~FolderLock() {
    ::close(descriptor_);
}

}  // namespace assay::datasets
