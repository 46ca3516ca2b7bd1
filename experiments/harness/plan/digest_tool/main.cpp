// Build step: digests of the code that experiments run, as a C++ source.
//   code_digest_tool SOURCE_DIR OUTPUT.cpp
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <regex>
#include <set>
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

bool is_unit(const fs::path& file) {
    return file.extension() == ".cpp" || file.extension() == ".cu";
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

/// The sources of the project that runs execute, and what they include of each other.
class Sources {
  public:
    explicit Sources(const fs::path& root) : root_(root) {
        for (const std::string& file : sources(root, "solvers", true))
            // The stand-ins for CUDA compute nothing: they refuse.
            if (!file.starts_with("solvers/device/no_cuda/")) add(file);
        for (const std::string& file : sources(root, "datasets", false)) add(file);
        for (const std::string& file : sources(root, "experiments/harness", false)) {
            const std::string stem = fs::path(file).stem().string();
            if (stem == "experiment" || stem == "run_context" || stem == "result")
                shared_.push_back(add(file));
        }
        attribute();
        require_all_covered();
    }

    /// The sources of one study's folder, what they include, and what implements that; sorted. A study "" has
    /// what all share: what an experiment sees of the harness, and every source that no header can be named
    /// for.
    std::set<std::string> reached_from(const std::string& study) {
        std::vector<std::string> open = shared_;
        if (!study.empty())
            for (const std::string& file : sources(root_, "experiments/" + study, true))
                open.push_back(add(file));
        return reached(std::move(open));
    }

    std::string digest(const std::set<std::string>& files) const {
        assay::Sha256 sha;
        for (const std::string& file : files) {
            const std::string& tokens = files_.at(file).tokens;
            sha.update(file + "\n" + std::to_string(tokens.size()) + "\n");
            sha.update(tokens);
        }
        return sha.hex();
    }

  private:
    struct File {
        std::string tokens;
        std::set<std::string> includes;
    };

    /// These files, what they include, and what implements that.
    std::set<std::string> reached(std::vector<std::string> open) const {
        std::set<std::string> found;
        while (!open.empty()) {
            const std::string file = std::move(open.back());
            open.pop_back();
            if (files_.count(file) == 0 || !found.insert(file).second) continue;
            for (const std::string& header : files_.at(file).includes) open.push_back(header);
            const auto [first, last] = implementations_.equal_range(file);
            for (auto it = first; it != last; ++it) open.push_back(it->second);
        }
        return found;
    }

    const std::string& add(const std::string& file) {
        static const std::regex include(R"re(^[ \t]*#[ \t]*include[ \t]*"([^"]+)")re", std::regex::multiline);
        const std::string text = assay::read_bytes(root_ / file);
        File& entry = files_[file];
        entry.tokens = assay::harness::token_text(text);
        for (std::sregex_iterator it(text.begin(), text.end(), include), end; it != end; ++it)
            entry.includes.insert((*it)[1]);
        return files_.find(file)->first;
    }

    /// A source implements the header that it includes and whose name its own begins with; in the folders
    /// below solvers/device that header may be anywhere in the solvers.
    bool implements(const std::string& source, const std::string& header) const {
        const fs::path file(source), other(header);
        const bool near = file.parent_path() == other.parent_path() ||
                          (source.starts_with("solvers/device/") && header.starts_with("solvers/"));
        const std::string name = file.stem().string(), start = other.stem().string();
        return near && (name == start || name.starts_with(start + "_")) &&
               files_.at(source).includes.count(header) != 0;
    }

    void attribute() {
        for (const auto& [source, file] : files_) {
            if (!is_unit(source)) continue;
            bool attributed = false;
            for (const std::string& header : file.includes) {
                if (!implements(source, header)) continue;
                implementations_.emplace(header, source);
                attributed = true;
            }
            if (!attributed) shared_.push_back(source);
        }
    }

    /// Sources of a device that implement no header but those of their own folder are in a digest only if one
    /// that implements another header includes these.
    void require_all_covered() const {
        std::vector<std::string> open = shared_;
        for (const auto& [file, content] : files_) {
            const bool header = !is_unit(file);
            if (header &&
                (!file.starts_with("solvers/device/") || fs::path(file).parent_path() == "solvers/device"))
                open.push_back(file);
        }
        const std::set<std::string> covered = reached(std::move(open));
        for (const auto& [file, content] : files_)
            if (is_unit(file) && covered.count(file) == 0)
                throw assay::Error(
                    "no study's digest can cover this source", file,
                    "begin its name, or that of a source that includes its header, with the name of the "
                    "header that it implements");
    }

    fs::path root_;
    std::map<std::string, File> files_;
    std::multimap<std::string, std::string> implementations_;
    std::vector<std::string> shared_;
};

std::map<std::string, std::string> all_digests(const fs::path& root) {
    Sources known(root);
    std::map<std::string, std::string> digests = {{"", known.digest(known.reached_from(""))}};
    for (const fs::directory_entry& entry : fs::directory_iterator(root / "experiments")) {
        const std::string study = entry.path().filename().string();
        if (entry.is_directory() && study != "harness")
            digests[study] = known.digest(known.reached_from(study));
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
