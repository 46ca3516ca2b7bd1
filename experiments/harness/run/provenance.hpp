#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace assay::harness {

/// What made a number, name to text; the keys are grouped by their first word: "git.commit", "cpu.model".
using Provenance = std::map<std::string, std::string>;

/// Facts that all runs of one call share, gathered once by the scheduler: the source's commit and the digest
/// of its uncommitted changes, the digest of the program that computes, the machine, the command line. What
/// cannot be known says why.
Provenance shared_provenance(const std::filesystem::path& program, const std::string& command_line);

/// Facts that only the process which computes can tell, once it has: the BLAS kernel in use, its threads, the
/// library of the networks' layers with its instruction set and threads, versions, date; on the device "cuda"
/// also the GPU and the library of its layers.
Provenance worker_provenance(const std::string& device);

/// Environment of a worker, "NAME=value": one BLAS thread and a pinned kernel family, so that the bits of a
/// result depend neither on the number of jobs nor on the machine. ASSAY_BLAS_KERNEL=native keeps OpenBLAS's
/// own choice.
std::map<std::string, std::string> worker_environment();

}  // namespace assay::harness
