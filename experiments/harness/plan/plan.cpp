#include "experiments/harness/plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "datasets/registry.hpp"
#include "experiments/harness/plan/code_digest.hpp"
#include "support/sha256.hpp"

namespace assay::harness {

namespace {

/// What the identity needs to know of a data set; asked once per plan.
struct Data {
    std::string digests;  ///< `"name/file":"sha256"` pairs joined by commas, sorted
    bool available = false;
};

class Planner {
  public:
    explicit Planner(std::string device) : device_(std::move(device)) {}

    void add(const Spec& spec) {
        const Experiment& experiment = registered(spec);
        const std::string code = code_digest(experiment.name), text = resolved_text(spec);
        for (const Params& point : expand(spec)) {
            PlannedRun run;
            run.experiment = experiment.name;
            run.params = point;
            run.device = device_;
            run.limits = spec.limits;
            if (experiment.data) run.data = experiment.data(point);
            std::sort(run.data.begin(), run.data.end());
            run.data.erase(std::unique(run.data.begin(), run.data.end()), run.data.end());
            std::string digests;
            for (const std::string& name : run.data) {
                const Data& data = data_of(name);
                if (!data.digests.empty()) digests += (digests.empty() ? "" : ",") + data.digests;
                if (!data.available) run.missing_data.push_back(name);
            }
            // Keys in sorted order, so that the text is what a JSON library with sorted keys would write.
            const std::string head = fmt::format(
                "{{\"code\":\"{}\",\"data\":{{{}}},\"device\":\"{}\",\"experiment\":\"{}\",\"params\":{},"
                "\"seed\":",
                code, digests, device_, experiment.name, canonical(point));
            for (std::size_t i = 0; i < spec.seeds; ++i) add_seed(run, head, spec.first_seed + i, text);
        }
    }

    std::vector<PlannedRun> take() { return std::move(runs_); }

  private:
    const Experiment& registered(const Spec& spec) const {
        const auto found = experiments().find(spec.experiment);
        if (found == experiments().end())
            throw Error(fmt::format("no experiment is called \"{}\"", spec.experiment), spec.file.string());
        if (device_ == "cuda" && !found->second.on_cuda)
            throw Error(fmt::format("{} runs on the CPU only", spec.experiment), spec.file.string(),
                        "use --device cpu for this spec");
        return found->second;
    }

    const Data& data_of(const std::string& name) {
        const auto [entry, fresh] = data_.try_emplace(name);
        if (fresh) {
            std::map<std::string, std::string> files;
            for (const datasets::File& file : datasets::find(name).files) files[file.name] = file.sha256;
            for (const auto& [file, digest] : files)
                entry->second.digests += fmt::format("{}{}:\"{}\"", entry->second.digests.empty() ? "" : ",",
                                                     canonical(Value(name + "/" + file)), digest);
            entry->second.available = datasets::available(name);
        }
        return entry->second;
    }

    void add_seed(const PlannedRun& pattern, const std::string& head, std::uint64_t seed,
                  const std::string& text) {
        std::string identity = fmt::format("{}{}}}", head, seed);
        std::string id = sha256_hex(identity);
        const auto [entry, fresh] = index_.try_emplace(id, runs_.size());
        if (!fresh) {
            loosen(runs_[entry->second].limits, pattern.limits);
            return;
        }
        PlannedRun& run = runs_.emplace_back(pattern);
        run.id = std::move(id);
        run.identity = std::move(identity);
        run.seed = seed;
        run.spec_text = text;
    }

    /// Two specs want the same run: it may use what either grants. 0 is no limit.
    static void loosen(Limits& limits, const Limits& other) {
        const auto looser = [](double a, double b) { return a == 0 || b == 0 ? 0 : std::max(a, b); };
        limits.seconds = looser(limits.seconds, other.seconds);
        limits.memory_bytes = looser(limits.memory_bytes, other.memory_bytes);
    }

    std::string device_;
    std::vector<PlannedRun> runs_;
    std::unordered_map<std::string, std::size_t> index_;
    std::map<std::string, Data> data_;
};

}  // namespace

std::vector<PlannedRun> plan(const std::vector<Spec>& specs, const std::string& device) {
    if (device != "cpu" && device != "cuda")
        throw Error(fmt::format("cannot plan for the device \"{}\"", device), "", "name cpu or cuda");
    Planner planner(device);
    for (const Spec& spec : specs) planner.add(spec);
    return planner.take();
}

}  // namespace assay::harness
