// Build step: digests of the code that experiments run, as a C++ source.
//   code_digest_tool SOURCE_DIR OUTPUT.cpp
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "experiments/harness/plan/tokens.hpp"
#include "solvers/error.hpp"
#include "support/files.hpp"
#include "support/sha256.hpp"

namespace fs = std::filesystem;

namespace {

bool is_source(const fs::path& file) {
    const std::string extension = file.extension().string();
    return extension == ".cpp" || extension == ".hpp" || extension == ".cu" || extension == ".cuh";
}

/// Relative paths of the sources of a folder, sorted.
std::vector<std::string> sources(const fs::path& root, const fs::path& folder, bool recursive) {
    std::vector<std::string> found;
    for (fs::recursive_directory_iterator it(root / folder), end; it != end; ++it) {
        if (!recursive && it->is_directory()) it.disable_recursion_pending();
        if (it->is_regular_file() && is_source(it->path()))
            found.push_back(fs::relative(it->path(), root).generic_string());
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::string digest(const fs::path& root, const std::vector<std::string>& files) {
    assay::Sha256 sha;
    for (const std::string& file : files) {
        const std::string text = assay::harness::token_text(assay::read_bytes(root / file));
        sha.update(file + "\n" + std::to_string(text.size()) + "\n");
        sha.update(text);
    }
    return sha.hex();
}

std::map<std::string, std::string> all_digests(const fs::path& root) {
    std::vector<std::string> common = sources(root, "solvers", true);
    for (const std::string& file : sources(root, "datasets", false)) common.push_back(file);
    for (const std::string& file : sources(root, "experiments/harness", false)) {
        const std::string stem = fs::path(file).stem().string();
        if (stem == "experiment" || stem == "run_context" || stem == "result") common.push_back(file);
    }
    std::map<std::string, std::string> digests = {{"", digest(root, common)}};
    for (const fs::directory_entry& entry : fs::directory_iterator(root / "experiments")) {
        const std::string study = entry.path().filename().string();
        if (entry.is_directory() && study != "harness")
            digests[study] = digest(root, sources(root, "experiments/" + study, true));
    }
    return digests;
}

std::string generated(const std::map<std::string, std::string>& digests) {
    std::string text =
        "// Written by code_digest_tool; do not edit.\n"
        "#include \"experiments/harness/plan/generated_digests.hpp\"\n\n"
        "namespace assay::harness {\n\n"
        "const std::vector<CodeDigest>& code_digests() {\n"
        "    static const std::vector<CodeDigest> digests = {\n";
    for (const auto& [study, value] : digests) text += "        {\"" + study + "\", \"" + value + "\"},\n";
    return text + "    };\n    return digests;\n}\n\n}  // namespace assay::harness\n";
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc != 3) throw assay::Error("usage: code_digest_tool SOURCE_DIR OUTPUT.cpp");
    const std::string text = generated(all_digests(argv[1]));
    // An unchanged file keeps its time, so that a changed comment rebuilds nothing behind it.
    if (fs::exists(argv[2]) && assay::read_bytes(argv[2]) == text) return 0;
    std::ofstream stream(argv[2], std::ios::binary);
    if (!(stream << text).flush()) throw assay::Error("cannot be written", argv[2]);
    return 0;
} catch (const std::exception& error) {
    std::cerr << "code_digest_tool: " << error.what() << "\n";
    return 1;
}
