#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace assay::harness {

/// What a spec file may be at most, so that the parser behind never meets input that it cannot bear: it
/// recurses once per part of a dotted key and once per bracket.
inline constexpr std::size_t most_spec_bytes = 1 << 20;
inline constexpr std::size_t most_key_parts = 64;
inline constexpr std::size_t most_nesting = 32;

/// The file's text. Throws SpecErrors when it is missing, no regular file, unreadable or above
/// `most_spec_bytes` (found from its size, before anything is read).
std::string read_spec_file(const std::filesystem::path& file);

/// One linear pass before the parser: valid UTF-8, no NUL, bounded keys and nesting.
/// Returns the first mistake's message and sets its place (1-based, columns in characters), or returns "".
std::string scan_spec_text(std::string_view text, std::size_t& line, std::size_t& column);

}  // namespace assay::harness
