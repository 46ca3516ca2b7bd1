#include "experiments/harness/report/template.hpp"

#include <filesystem>

#include "experiments/harness/report/text.hpp"
#include "solvers/error.hpp"

namespace assay::harness::report {

std::string template_text(std::string_view name) {
    const auto file = std::filesystem::path(ASSAY_SOURCE_DIR) / "experiments/harness/report/templates" / name;
    std::string text = read_file(file);
    if (text.empty())
        throw Error("a template of the report is missing", file.string(),
                    "restore the file from the repository");
    return text;
}

std::string render(std::string_view name, TemplateData data) {
    kainjow::mustache::mustache page(template_text(std::string(name) + ".mustache"));
    if (!page.is_valid())
        throw Error("a template of the report is malformed: " + page.error_message(), std::string(name));
    for (const char* part : {"head", "foot", "claim_row"}) {
        const std::string file = std::string(part) + ".mustache";
        data.set(part, kainjow::mustache::partial([file] { return template_text(file); }));
    }
    return page.render(data);
}

}  // namespace assay::harness::report
