#pragma once

#include <kainjow/mustache.hpp>
#include <string>
#include <string_view>

namespace assay::harness::report {

using TemplateData = kainjow::mustache::data;

/// A text of a page, or "false" when empty, so that {{#name}} asks whether there is one. Every name that a
/// section uses must be set in it: mustache takes a missing one from the section around.
inline TemplateData maybe(const std::string& text) {
    return text.empty() ? TemplateData(false) : TemplateData(text);
}

inline TemplateData list() {
    return TemplateData(kainjow::mustache::data::type::list);
}

/// The content of a file in the templates' folder. Throws Error when it is missing.
std::string template_text(std::string_view name);

/// Fills NAME.mustache, with the partials head, foot and claim_row. Everything is escaped for HTML.
std::string render(std::string_view name, TemplateData data);

}  // namespace assay::harness::report
