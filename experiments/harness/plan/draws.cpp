#include <fmt/format.h>

#include <algorithm>
#include <boost/random/sobol.hpp>
#include <cmath>
#include <cstdlib>

#include "experiments/harness/plan/expand.hpp"
#include "solvers/device/random.hpp"

namespace assay::harness {

namespace {

double from_bits(std::uint64_t bits) {
    return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

std::uint64_t random_bits(std::uint64_t seed, const std::string& name) {
    solvers::Random random(seed, "sobol shift of " + name);
    return random.below(std::uint64_t{1} << 32) << 32 | random.below(std::uint64_t{1} << 32);
}

/// The value at `u` in [0, 1) of the draw's distribution.
Value value_at(const Sweep::Draw& draw, double u) {
    if (draw.kind == "integer") {
        const double value = draw.low + std::floor(u * (draw.high - draw.low + 1));
        return static_cast<std::int64_t>(std::min(value, draw.high));
    }
    const double value = draw.kind == "log"
                             ? std::exp(std::log(draw.low) + u * (std::log(draw.high) - std::log(draw.low)))
                             : draw.low + u * (draw.high - draw.low);
    // Mathematical libraries differ in the last bits of exp and log; a run's identity should not.
    const double rounded = std::strtod(fmt::format("{:.12g}", value).c_str(), nullptr);
    return std::clamp(rounded, draw.low, draw.high);
}

std::vector<Params> random_points(const Sweep& sweep) {
    std::vector<Params> points(sweep.draw_count);
    for (const auto& [name, draw] : sweep.draws) {
        solvers::Random random(sweep.draw_seed, "draw of " + name);
        for (Params& point : points) point[name] = value_at(draw, random.uniform());
    }
    return points;
}

std::vector<Params> sobol_points(const Sweep& sweep) {
    std::vector<std::uint64_t> shifts;
    for (const auto& [name, draw] : sweep.draws)
        shifts.push_back(sweep.draw_seed == 0 ? 0 : random_bits(sweep.draw_seed, name));
    boost::random::sobol engine(sweep.draws.size());
    std::vector<Params> points(sweep.draw_count);
    for (Params& point : points) {
        auto shift = shifts.begin();
        for (const auto& [name, draw] : sweep.draws)
            point[name] = value_at(draw, from_bits(engine() ^ *shift++));
    }
    return points;
}

}  // namespace

std::vector<Params> draw_points(const Sweep& sweep) {
    if (sweep.draws.empty()) return {};
    return sweep.draw_method == "sobol" ? sobol_points(sweep) : random_points(sweep);
}

}  // namespace assay::harness
