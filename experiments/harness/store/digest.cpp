#include <bit>
#include <cstdint>

#include "experiments/harness/plan/plan.hpp"
#include "experiments/harness/store/store.hpp"
#include "support/sha256.hpp"

namespace assay::harness {

namespace {

static_assert(std::endian::native == std::endian::little, "the digest is defined over little-endian bytes");

/// Feeds a hash with length-prefixed pieces, so that no two different contents give the same bytes.
class Feed {
  public:
    void number(std::uint64_t value) { hash_.update(&value, sizeof value); }
    void text(std::string_view text) {
        number(text.size());
        hash_.update(text);
    }
    void values(const std::vector<double>& values) {
        number(values.size());
        hash_.update(values.data(), values.size() * sizeof(double));
    }
    std::string hex() { return hash_.hex(); }

  private:
    Sha256 hash_;
};

}  // namespace

std::string logical_digest(const Result& result) {
    Feed feed;
    feed.text("assay digest 1");
    feed.text(result.experiment);
    feed.text(canonical(result.params));
    feed.number(result.seed);
    feed.text(result.device);
    feed.text(to_string(result.status));
    feed.number(result.status == Status::diverged ? result.diverged_at : 0);
    feed.number(result.axes.size());
    for (const auto& [name, axis] : result.axes) {
        feed.text(name);
        feed.values(axis.values);
    }
    feed.number(result.metrics.size());
    for (const auto& [name, metric] : result.metrics) {
        feed.text(name);
        feed.number(metric.axes.size());
        for (const std::string& axis : metric.axes) feed.text(axis);
        feed.values(metric.values);
    }
    return feed.hex();
}

}  // namespace assay::harness
