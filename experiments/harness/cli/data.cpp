#include <fmt/format.h>

#include <algorithm>

#include "datasets/registry.hpp"
#include "experiments/harness/cli/commands.hpp"

namespace assay::harness {

namespace {

std::string megabytes(const datasets::Dataset& dataset, std::uint64_t datasets::File::*size) {
    std::uint64_t total = 0;
    for (const datasets::File& file : dataset.files) total += file.*size;
    return fmt::format("{:.1f} MB", static_cast<double>(total) / 1e6);
}

}  // namespace

int cli_data_list() {
    fmt::print("{:<16} {:<10} {:>9} {:>9}  {:<14} {}\n", "name", "state", "download", "unpacked", "licence",
               "title");
    for (const datasets::Dataset& dataset : datasets::catalogue()) {
        fmt::print("{:<16} {:<10} {:>9} {:>9}  {:<14} {}\n", dataset.name,
                   datasets::available(dataset) ? "available" : "missing",
                   megabytes(dataset, &datasets::File::packed_bytes),
                   megabytes(dataset, &datasets::File::bytes), dataset.licence, dataset.title);
    }
    return 0;
}

int cli_data_get(const std::vector<std::string>& names) {
    std::vector<std::string> wanted = names;
    if (names.empty() || names == std::vector<std::string>{"all"}) {
        wanted.clear();
        for (const datasets::Dataset& dataset : datasets::catalogue()) wanted.push_back(dataset.name);
    }
    // A misspelt name is found before anything is fetched.
    for (const std::string& name : wanted) datasets::find(name);
    int code = 0;
    for (const std::string& name : wanted) {
        try {
            datasets::get(name);
            fmt::print("{}: available\n", name);
        } catch (const Error& error) {
            fmt::print(stderr, "{}\n", error.what());
            code = 1;
        }
        std::fflush(stdout);
    }
    return code;
}

}  // namespace assay::harness
