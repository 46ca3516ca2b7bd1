#include "solvers/dictionary/palm_record.hpp"

#include <cmath>
#include <utility>

namespace assay::solvers {
namespace {

template <class Value>
PalmField field(std::string name, std::string doc, Value PalmRecord::*member) {
    return {std::move(name), std::move(doc),
            [member](const PalmRecord& record) { return static_cast<double>(record.*member); }};
}

void add_terms(std::vector<PalmField>& fields) {
    const auto add = [&](const char* name, const char* doc, double ObjectiveTerms::*member) {
        fields.push_back({std::string("term_") + name, doc,
                          [member](const PalmRecord& record) { return record.terms.*member; }});
    };
    add("reconstruction", "1/2 ||Y - D G||^2", &ObjectiveTerms::reconstruction);
    add("label_consistency", "alpha/2 ||A G - Q||^2, without s", &ObjectiveTerms::label_consistency);
    add("classification", "beta/2 ||W G - H||^2, without s", &ObjectiveTerms::classification);
    add("consistency_ridge", "mu_A/2 ||A||^2", &ObjectiveTerms::consistency_ridge);
    add("classifier_ridge", "rho_W/2 ||W||^2", &ObjectiveTerms::classifier_ridge);
    add("dictionary_ridge", "eps_D/2 ||D||^2", &ObjectiveTerms::dictionary_ridge);
    add("code_ridge", "mu_G/2 ||G||^2", &ObjectiveTerms::code_ridge);
    add("code_l1", "lambda ||G||_1", &ObjectiveTerms::code_l1);
}

void add_block(std::vector<PalmField>& fields, const std::string& block, PalmStep PalmRecord::*step) {
    const auto add = [&](const char* name, const char* doc, auto member) {
        fields.push_back({block + "_" + name, doc, [step, member](const PalmRecord& record) {
                              return static_cast<double>(record.*step.*member);
                          }});
    };
    add("objective", "Psi after the block", &PalmStep::objective);
    add("drop", "Psi before the block minus Psi after", &PalmStep::drop);
    add("certified_drop", "what the drop must reach", &PalmStep::certified_drop);
    add("margin", "(drop - certified drop) / |Psi|", &PalmStep::margin);
    add("violated", "1: the certificate failed", &PalmStep::violated);
    add("guaranteed", "1: the update promises a decrease", &PalmStep::guaranteed);
    add("squared_step", "||block after - before||^2", &PalmStep::squared_step);
    add("squared_path", "sum of the squared inner steps", &PalmStep::squared_path);
    add("modulus", "L of codes and dictionary, sigma of A and W", &PalmStep::modulus);
    add("step_size", "t; 0 for exact updates", &PalmStep::step_size);
    add("constant", "certified drop / squared path", &PalmStep::constant);
    add("fallbacks", "extrapolated steps that the safeguard replaced", &PalmStep::fallbacks);
    add("refused", "samples whose proposed codes were not taken", &PalmStep::refused);
}

std::vector<PalmField> all_fields() {
    std::vector<PalmField> fields{
        field("supervision", "s", &PalmRecord::supervision),
        field("jump", "what the change of s added to Psi", &PalmRecord::jump),
        field("refresh_drop", "what A and W, computed anew, took off Psi", &PalmRecord::refresh_drop),
        field("start", "Psi where the sweep starts", &PalmRecord::start)};
    add_block(fields, "codes", &PalmRecord::codes);
    add_block(fields, "dictionary", &PalmRecord::dictionary);
    add_block(fields, "consistency", &PalmRecord::consistency);
    add_block(fields, "classifier", &PalmRecord::classifier);
    add_terms(fields);
    const auto add = [&](const char* name, const char* doc, auto member) {
        fields.push_back(field(name, doc, member));
    };
    add("objective", "Psi at the end", &PalmRecord::objective);
    add("squared_step", "||z after - z before||^2", &PalmRecord::squared_step);
    add("squared_path", "sum of the squared inner steps", &PalmRecord::squared_path);
    add("stationarity_codes", "||v_G||", &PalmRecord::stationarity_codes);
    add("stationarity_dictionary", "||v_D||", &PalmRecord::stationarity_dictionary);
    add("distance", "upper bound on dist(0, dPsi)", &PalmRecord::distance);
    add("ratio", "distance / sqrt(squared path)", &PalmRecord::ratio);
    add("ratio_bound", "what the ratio cannot exceed; 0: no bound", &PalmRecord::ratio_bound);
    add("violations", "blocks whose certificate failed", &PalmRecord::violations);
    add("worst_margin", "the smallest margin of the four blocks", &PalmRecord::worst_margin);
    add("codes_norm", "||G||_F", &PalmRecord::codes_norm);
    add("codes_bound", "what ||G||_F cannot exceed", &PalmRecord::codes_bound);
    add("largest_atom", "max ||d_k||", &PalmRecord::largest_atom);
    add("nonzeros", "of the codes", &PalmRecord::nonzeros);
    return fields;
}

}  // namespace

PalmStep judged(const PalmOptions& options, double before, double after, const BlockStep& update,
                double squared_step) {
    PalmStep step{update};
    step.certified_drop *= options.certificate_scale;
    step.objective = after;
    step.drop = before - after;
    step.margin = (step.drop - step.certified_drop) / std::abs(before);
    step.violated = !(step.margin >= -options.tolerance);
    step.squared_step = squared_step;
    return step;
}

const std::vector<PalmField>& palm_fields() {
    static const std::vector<PalmField> fields = all_fields();
    return fields;
}

}  // namespace assay::solvers
