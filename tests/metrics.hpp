#pragma once

#include <string>
#include <vector>

#include "experiments/harness/result.hpp"

/// What a run recorded.
namespace assay::testing {

inline const std::vector<double>& values(const harness::Result& result, const std::string& metric) {
    return result.metrics.at(metric).values;
}

/// Whether two runs recorded the same bits.
inline bool same_bits(const harness::Result& a, const harness::Result& b) {
    if (a.metrics.size() != b.metrics.size()) return false;
    for (const auto& [name, metric] : a.metrics) {
        const std::vector<double>& other = values(b, name);
        if (metric.values.size() != other.size()) return false;
        for (std::size_t k = 0; k < other.size(); ++k) {
            const bool both_absent = metric.values[k] != metric.values[k] && other[k] != other[k];
            if (metric.values[k] != other[k] && !both_absent) return false;
        }
    }
    return true;
}

}  // namespace assay::testing
