#pragma once

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "experiments/harness/experiment.hpp"
#include "experiments/harness/spec/spec.hpp"
#include "tests/scratch.hpp"

/// An experiment and a folder of specs for the tests of spec, sweep and plan.
namespace spec_test {

using namespace assay::harness;

inline void register_toy() {
    if (experiments().count("toy.fit") != 0) return;
    Experiment toy;
    toy.name = "toy.fit";
    toy.doc = "a toy";
    toy.params = {{.name = "m", .fallback = std::int64_t{50}, .doc = "rows", .min = 1, .max = 1000},
                  {.name = "s", .fallback = std::int64_t{5}, .doc = "non-zeros", .min = 1, .max = 1000},
                  {.name = "samples", .fallback = std::int64_t{1000}, .doc = "samples", .min = 1},
                  {.name = "step", .fallback = 0.2, .doc = "step", .min = 0, .max = 1},
                  {.name = "method",
                   .fallback = std::string("dec"),
                   .doc = "gradient",
                   .choices = {"dec", "ae-lasso", "ae-ls"}},
                  {.name = "label", .fallback = std::string("plain"), .doc = "free text"},
                  {.name = "warm", .fallback = false, .doc = "warm start"}};
    toy.metrics = {{.name = "error", .unit = "", .doc = "relative error", .axes = {"t"}},
                   {.name = "final", .unit = "", .doc = "last error"}};
    toy.body = [](Run&) {};
    toy.check = [](const Params& params) {
        std::vector<std::string> messages;
        if (std::get<std::int64_t>(params.at("s")) > std::get<std::int64_t>(params.at("m")))
            messages.push_back("s must not be above m");
        return messages;
    };
    register_experiment(toy);
    toy.name = "toy.cpu_only";
    toy.on_cuda = false;
    register_experiment(toy);
}

/// Time of this process alone, so that a busy machine fails no test.
inline double cpu_seconds_since(std::clock_t start) {
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

/// A folder toy/ of its own that goes away with the fixture.
struct Folder {
    Folder() {
        register_toy();
        std::filesystem::create_directory(root / "toy");
    }

    std::filesystem::path write(const std::string& text, const std::string& name = "one.toml") const {
        const std::filesystem::path file = root / "toy" / name;
        std::ofstream(file, std::ios::binary) << text;
        return file;
    }

    Spec load(const std::string& text, const LoadOptions& options = {}) const {
        return load_spec(write(text), options);
    }

    /// The messages of a bad spec, with the file's path cut off; empty when it loads.
    std::vector<std::string> mistakes(const std::string& text, const LoadOptions& options = {}) const {
        const std::filesystem::path file = write(text);
        try {
            load_spec(file, options);
        } catch (const SpecErrors& errors) {
            std::vector<std::string> messages = errors.messages();
            for (std::string& message : messages)
                if (message.rfind(file.string(), 0) == 0) message.erase(0, file.string().size() + 1);
            return messages;
        }
        return {};
    }

    assay::testing::Scratch scratch;
    std::filesystem::path root = scratch.path;
};

inline const std::string head = "schema = 1\nexperiment = \"toy.fit\"\ntitle = \"A toy\"\n";

/// A spec that uses everything.
inline const std::string full = head + R"(source = "Nowhere, Figure 1"
about = """
Several lines, "quotes" and ünï¢ode.
"""

[params]
m = 60
samples = 10_000
step = 1

[[sweep]]
seeds = 4
first_seed = 11
[sweep.grid]
method = ["dec", "ae-ls"]
[[sweep.zip]]
m = [50, 100]
s = [5, 10]
[[sweep]]
draws = 3
draw_method = "sobol"
draw_seed = 7
draw = { step = { kind = "log", low = 1e-3, high = 0.5 }, s = { kind = "integer", low = 1, high = 9 } }
case = [{ method = "dec", warm = true }, { method = "ae-lasso" }]
exclude = [{ method = "ae-lasso", warm = true }]

[limits]
seconds = 60
memory_mb = 512

[profile.quick]
seeds = 2
params.samples = 2000
sweep.grid.method = ["dec"]
limits.seconds = 5

[[deviation]]
id = "signs"
what = "one sign per sample"
why = "as the code does"
sensitivity = { of = "final[method=dec]" }

[[claim]]
id = "falls"
says = "the error falls"
where = "Theorem 1"
check = { of = "1 - 2", below = 0, margin = "an identity" }
paper = 0.875
source = "authors"
deviations = ["signs"]
level = 0.99
interval = "bootstrap"
profiles = ["paper", "quick"]
scale_free = true

[[figure]]
id = "curves"
title = "Error"
where = "Figure 1"
caption = "It falls."
[[figure.panel]]
title = "left"
x = { label = "t", log = true, min = 1, max = 100 }
y = { label = "error" }
curve = [{ of = "[1, 2, 3]", label = "dec", style = "points", color = "dec" }]
line = [{ label = "floor", value = 1e-8 }]

[[table]]
id = "finals"
title = "Final errors"
rows = [{ key = "1", label = "one" }, { key = "2", label = "two" }]
columns = [{ key = "3", label = "three" }]
cell = "{row} + {column}"
paper = [4, nan]
digits = 2
)";

}  // namespace spec_test
