#pragma once

#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "solvers/device/random.hpp"
#include "tests/harness/evidence_fixture.hpp"
#include "tests/scratch.hpp"

namespace assay::harness::testing {

using assay::testing::Scratch;

inline std::string content(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline Claim claim_of(std::string id, std::string says, std::string of, double above,
                      std::string paper = "") {
    Claim claim;
    claim.id = std::move(id);
    claim.says = std::move(says);
    claim.where = "Theorem 4.9, Figure 3";
    claim.check.of = std::move(of);
    claim.check.above = above;
    claim.paper = std::move(paper);
    return claim;
}

/// Three gradients whose errors fall geometrically over t = 1 .. 100, one with a plateau, and a dictionary of
/// four tiles.
inline Runs gradient_runs(std::size_t seeds) {
    std::vector<Params> points;
    for (const char* gradient : {"dec", "ae-lasso", "ae-ls"})
        points.push_back(
            {{"gradient", std::string(gradient)}, {"samples", std::int64_t{2000}}, {"step", 0.2}});
    return Runs(points, seeds, [](Result& result) {
        const std::string gradient = std::get<std::string>(result.params.at("gradient"));
        solvers::Random random(result.seed, "report test " + gradient);
        const double rate = gradient == "dec" ? 0.93 : 0.87, plateau = gradient == "ae-ls" ? 0.03 : 0;
        const double factor = std::exp(0.2 * random.normal());
        std::vector<double> t, error;
        for (int i = 1; i <= 100; ++i) {
            t.push_back(i);
            error.push_back(plateau * factor + factor * std::pow(rate, i) * std::exp(0.05 * random.normal()));
        }
        record(result, "error", "t", t, error);
        record(result, "final", error.back());
        result.axes["atom"] = {"", "", {0, 1, 2, 3}};
        result.axes["row"] = result.axes["column"] = {"", "", {0, 1, 2, 3, 4, 5, 6, 7}};
        std::vector<double> pixels;
        for (int atom = 0; atom < 4; ++atom)
            for (int y = 0; y < 8; ++y)
                for (int x = 0; x < 8; ++x)
                    pixels.push_back(std::sin(0.5 * (atom + 1) * x) * std::cos(0.4 * y * atom));
        result.metrics["dictionary"] = {"", "", {"atom", "row", "column"}, pixels};
        result.timing = {1.25, 1.5, 1.4, 123'000'000};
    });
}

inline Panel error_panel() {
    Panel panel;
    panel.title = "Local direction, m_1 = 50 & p = 100";
    panel.x_label = "layers t";
    panel.y_label = "‖g - ĝ‖ / ‖ĝ‖";
    panel.y_log = true;
    for (const char* gradient : {"dec", "ae-lasso", "ae-ls"}) {
        Curve curve;
        curve.of = std::string("error[gradient=") + gradient + "]";
        curve.label = std::string("g_") + gradient;
        curve.color = gradient;
        panel.curves.push_back(curve);
    }
    panel.lines = {{"authors' plateau", 0.03}};
    return panel;
}

inline Figure error_figure() {
    Figure figure;
    figure.id = "errors";
    figure.title = "Error of the gradients over depth";
    figure.where = "Figure 3";
    figure.caption = "Relative error against the direction at the converged code.";
    figure.kind = "curves";
    Panel ratio;
    ratio.title = "Stems and a linear axis";
    ratio.x_label = "t";
    ratio.y_label = "error";
    ratio.x_log = true;
    Curve stems;
    stems.of = "error[gradient=dec, t=[1, 2, 4, 8, 16, 32, 64]]";
    stems.label = "dec {stems}";
    stems.style = "impulses";
    Curve dots = stems;
    dots.of = "error[gradient=ae-ls, t=[1, 2, 4, 8, 16, 32, 64]]";
    dots.label = "ae-ls 'dots'";
    dots.style = "points";
    ratio.curves = {stems, dots};
    figure.panels = {error_panel(), ratio};
    return figure;
}

/// A whole study in miniature, with every kind of verdict, figure and table.
inline Evidence sample_evidence(std::size_t seeds = 5) {
    Runs runs = gradient_runs(seeds);
    Spec spec;
    spec.study = "pudle";
    spec.name = "gradient_error";
    spec.experiment = "test.report";
    spec.title = "Gradient error against the local direction";
    spec.source = "PUDLE, Figure 3 and Theorem 4.9";
    spec.about =
        "The gradients of the unrolled network are compared with the one at the converged code.\n\nA second "
        "<paragraph>.";
    spec.profile = "quick";
    spec.scaled_down = true;
    spec.params = {{"gradient", std::string("dec")}, {"samples", std::int64_t{2000}}, {"step", 0.2}};
    spec.scaled = {{"samples", {Value(std::int64_t{10000}), Value(std::int64_t{2000})}}};
    spec.claims = {
        claim_of("ls-plateau", "g_ae-ls is a biased estimate of the local gradient & stays <above> 0.01",
                 "error[gradient=ae-ls, t=100]", 0.01, "0.03"),
        claim_of("dec-slower", "g_dec converges more slowly than g_ae-lasso, as rho^t against t rho^2t",
                 "error[gradient=dec, t=10..50] / error[gradient=ae-lasso, t=10..50]", 1),
        claim_of("dec-fails", "g_dec does not converge", "error[gradient=dec, t=100]", 0.5),
        claim_of("seed-luck", "The factor is above one", "first(error[gradient=dec])", 0.93),
        claim_of("paper-only", "At the paper's scale the error is smaller still", "final[gradient=dec]", 0),
        claim_of("broken", "Something that was never measured", "nothing[gradient=dec]", 0),
    };
    spec.claims[4].profiles = {"paper"};
    spec.claims[0].calibrated = "the plateau";
    spec.claims[0].deviations = {"sign"};
    spec.claims[0].check.written = "plateau[gradient=ae-ls]";
    spec.claims[1].check.written = spec.claims[1].check.of;
    spec.claims[1].check.margin = "at equal speed the ratio is 1";
    spec.claims.push_back(claim_of("positive", "an error is not negative", "first(error[gradient=dec])", 0));
    spec.claims.back().role = Role::identity;
    spec.claims.back().check.exact = true;
    Deviation deviation;
    deviation.id = "sign";
    deviation.what = "one common random sign per sample, as in the authors' code";
    deviation.why = "the text says independent signs";
    deviation.sensitivity = Check{};
    deviation.sensitivity->of = "final[gradient=ae-ls]";
    deviation.sensitivity->below = 1;
    spec.deviations = {deviation};
    Figure images;
    images.id = "atoms";
    images.title = "Atoms";
    images.where = "Figure 7";
    images.kind = "images";
    images.images = "dictionary[gradient=dec]";
    images.columns = 2;
    images.row_labels = {"most used", "least used"};
    spec.figures = {error_figure(), images};
    Table table;
    table.id = "finals";
    table.title = "Error after 100 layers";
    table.where = "Table 1";
    table.caption = "Relative error.";
    table.rows = {{"dec", "g_dec"}, {"ae-lasso", "g_ae-lasso"}, {"ae-ls", "g_ae-ls & co"}};
    table.columns = {{"10", "10 layers"}, {"100", "100 layers"}};
    for (const Table::Header& row : table.rows)
        table.cells.push_back(
            {"error[gradient=" + row.key + ", t=10]", "error[gradient=" + row.key + ", t=100]"});
    table.paper_values = {0.5, 7e-4, 0.25, std::nan(""), 0.28, 0.03};
    spec.tables = {table};
    Evidence evidence;
    evidence.specs.push_back(std::move(spec));
    evidence.runs.push_back(std::move(runs.planned));
    evidence.results = std::move(runs.results);
    return evidence;
}

}  // namespace assay::harness::testing
