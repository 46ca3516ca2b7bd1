#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace assay::harness {

/// What a scaffold wrote, and what is left for the user to do.
struct Scaffold {
    std::vector<std::filesystem::path> written;
    std::vector<std::string>
        by_hand;  ///< lines that could not be put into an existing file, each with its place
};

/// Writes the folder <experiments>/<study> of a new study with one experiment, `example`, that builds, runs
/// and has a claim and a figure. Throws Error when the name is no lower-case identifier or the folder exists.
Scaffold scaffold_paper(const std::filesystem::path& experiments, const std::string& study);

/// Adds the experiment `name` (a source and a spec) to an existing study and registers it there. Throws Error
/// when the study is not there, the name is no lower-case identifier, or one of the files exists; nothing is
/// overwritten.
Scaffold scaffold_experiment(const std::filesystem::path& experiments, const std::string& study,
                             const std::string& name);

}  // namespace assay::harness
