#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "experiments/harness/plan/plan.hpp"

namespace assay::harness {

namespace {

std::string real_text(double value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    if (value == 0) return "0.0";  // -0.0 is the same number
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    std::string text(buffer.data(), end);
    // A real must not read as an integer.
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

}  // namespace

std::string canonical(const Value& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
    if (const auto* real = std::get_if<double>(&value)) return real_text(*real);
    return nlohmann::json(std::get<std::string>(value)).dump();
}

std::string canonical(const Params& params) {
    std::string text = "{";
    for (const auto& [name, value] : params) {
        if (text.size() > 1) text += ',';
        text += nlohmann::json(name).dump();
        text += ':';
        text += canonical(value);
    }
    return text + "}";
}

}  // namespace assay::harness
