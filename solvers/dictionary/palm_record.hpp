#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "solvers/dictionary/palm_blocks.hpp"

/// What an outer iteration of PALM leaves: for every block what the theory promised and what happened, and
/// how far the end point is from being critical.
namespace assay::solvers {

/// One block of an outer iteration: what its update did and promised, and what came of it. For A and W the
/// modulus is that of strong convexity, from below. certified_drop is 0 where there is no guarantee.
struct PalmStep : BlockStep {
    double objective = 0.0;     ///< Psi after the block
    double drop = 0.0;          ///< Psi before minus Psi after
    double margin = 0.0;        ///< (drop - certified_drop) / |Psi before|
    bool violated = false;      ///< margin < -tolerance; without a guarantee: Psi rose
    double squared_step = 0.0;  ///< ||block after - block before||_F^2
};

/// One outer iteration.
struct PalmRecord {
    std::size_t iteration = 0;  ///< from 1
    double supervision = 0.0;   ///< s
    double jump = 0.0;  ///< what the change of s added to Psi at the unchanged point, (s - s before) (alpha/2
                        ///< ||A G - Q||^2 + beta/2 ||W G - H||^2)
    double refresh_drop = 0.0;  ///< what computing A and W, where s left 0, took off Psi before the sweep
    double start = 0.0;         ///< Psi where the sweep starts
    PalmStep codes, dictionary, consistency, classifier;
    ObjectiveTerms terms;  ///< at the end
    double objective = 0.0;
    double squared_step = 0.0;  ///< ||z after - z before||^2 over the four blocks
    double squared_path = 0.0;
    double stationarity_codes = 0.0;       ///< ||v_G||
    double stationarity_dictionary = 0.0;  ///< ||v_D||
    double distance = 0.0;     ///< ||(v_G, v_D)||, at least dist(0, dPsi) at the end; v_A = v_W = 0
    double ratio = 0.0;        ///< distance / sqrt(squared_path); 0 when nothing moved
    double ratio_bound = 0.0;  ///< what the ratio cannot exceed (condition H2), from the moduli; 0: no bound
    std::size_t violations = 0;
    double worst_margin = 0.0;  ///< the smallest of the four
    double codes_norm = 0.0;    ///< ||G||_F
    double codes_bound = 0.0;   ///< what it cannot exceed while Psi does not rise: sqrt(2 Psi(stage) / mu_G)
    double largest_atom = 0.0;  ///< max ||d_k||
    std::size_t nonzeros = 0;   ///< of the codes
};

/// What came of an update that took Psi from `before` to `after`.
PalmStep judged(const PalmOptions& options, double before, double after, const BlockStep& update,
                double squared_step);

/// A number of a record, with the name and the description that a result file gives it. Every value is
/// finite.
struct PalmField {
    std::string name;
    std::string doc;
    std::function<double(const PalmRecord&)> value;
};

/// All of them, in the order of the structs: the blocks' fields are named codes_drop, dictionary_drop, ...
const std::vector<PalmField>& palm_fields();

}  // namespace assay::solvers
