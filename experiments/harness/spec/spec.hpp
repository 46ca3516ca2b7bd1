#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "experiments/harness/claims/definitions.hpp"
#include "experiments/harness/experiment.hpp"

namespace assay::harness {

/// A place in a spec file, 1-based.
struct Place {
    std::filesystem::path file;
    std::size_t line = 0;
    std::size_t column = 0;
};

/// What a claim demands of the value of its expression (see claims/expression.hpp): every bound that is set
/// must hold.
struct Check {
    std::string of;               ///< the expression
    std::string written;          ///< as the file has it, with the names of [let]
    std::optional<double> above;  ///< value > above
    std::optional<double> below;  ///< value < below
    std::optional<double> near;   ///< |value - near| <= within
    double within = 0;            ///< absolute half-width around `near`
    bool exact = false;           ///< judged on every seed's value, no interval: for what chance cannot move
    bool log_scale = false;       ///< judged on the logarithm: of the geometric mean; values and bounds > 0
    /// The value is a share of so many independent samples a seed: their number, or the parameter that holds
    /// it; "" when it is no share.
    std::string share_of;
    /// The seeds reuse samples, so that they are not independent draws: 0 when all are tested on the same
    /// samples, else what is tested on over what is trained on when each splits one set of samples anew.
    std::optional<double> reused;
    std::string margin;  ///< why the bounds stand where they stand
};

/// What a statement is to the paper under test. The three are counted apart.
enum class Role {
    claim,    ///< the paper's, or follows from it
    own,      ///< a question of this project's: a floor, a control, an open question
    identity  ///< checks the implementation: no evidence for the paper; needs no scale
};
inline constexpr Role roles[] = {Role::claim, Role::own, Role::identity};
std::string to_string(Role role);  ///< as a spec has it

struct Claim {
    std::string id;     ///< unique in its spec, kebab-case
    std::string says;   ///< the statement under test
    std::string where;  ///< its place in the paper
    Check check;
    std::string paper;        ///< the paper's or the authors' value as printed; "" when there is none
    bool from_theory = true;  ///< false when the number is the authors' stored or plotted one
    std::vector<std::string> deviations;  ///< ids of the deviations that could decide it
    double level = 0.95;                  ///< of the two-sided interval over seeds
    std::string interval = "t";           ///< "t" or "bootstrap"
    Role role = Role::claim;
    std::string calibrated;   ///< what was fitted to the published numbers before; "" = nothing
    bool needs_scale = true;  ///< true: in a profile that scales the parameters down, "reproduced" becomes
                              ///< "at reduced scale"
    std::vector<std::string> profiles;  ///< the profiles in which the claim can be judged; empty: all
    Place place;
};

/// Something the paper leaves unsaid or we do otherwise.
struct Deviation {
    std::string id;
    std::string what;
    std::string why;
    std::optional<Check>
        sensitivity;  ///< evaluated over the sensitivity sweep: how far the choice moves the value
};

/// One curve: an expression over metrics that yields a vector along the figure's x axis.
struct Curve {
    std::string of;
    std::string label;
    std::string x;      ///< expression of the abscissae; "" takes the axis of `of`
    std::string style;  ///< name in figures/style.gp: "line", "points", "impulses", "steps"; "" = line
    std::string color;  ///< colour role in figures/style.gp: "dec", "ae-lasso", "ae-ls", "reference", ...; ""
                        ///< = by order
};

struct Panel {
    std::string title;
    std::string x_label, y_label;
    bool x_log = false, y_log = false;
    std::optional<double> x_min, x_max, y_min, y_max;
    std::vector<Curve> curves;
    std::vector<std::pair<std::string, double>> lines;  ///< horizontal reference lines: label, value
};

/// A figure made of panels side by side, or of image tiles.
struct Figure {
    std::string id;
    std::string title;
    std::string where;  ///< "Figure 3"
    std::string caption;
    std::string kind;  ///< "curves" (default) or "images"
    std::vector<Panel> panels;
    std::string images;  ///< kind "images": an expression whose last two axes are rows and columns of a tile
    bool color = false;  ///< kind "images": a last axis behind these holds red, green and blue
    int columns = 0;     ///< kind "images": tiles per row
    std::vector<std::string> row_labels;  ///< kind "images": a label for each row of tiles; empty: none
    Place place;
};

/// A table: one row per entry of `rows`, one column per entry of `columns`; each cell an expression
/// in which {row} and {column} stand for the entries' keys.
struct Table {
    std::string id;
    std::string title;
    std::string where;
    std::string caption;
    struct Header {
        std::string key;  ///< replaces {row} or {column}
        std::string label;
    };
    std::vector<Header> rows, columns;
    std::string cell;
    std::vector<std::vector<std::string>> cells;  ///< the expression of each, [row][column]
    std::string
        paper;  ///< expression or literal list for the paper's values, row-major; "" when there are none
    std::vector<double> paper_values;
    int digits = 3;  ///< significant digits
    Place place;
};

/// One block of sweep: in a block everything is crossed (grid x zips x cases x draws); a spec's blocks are
/// added up.
struct Sweep {
    std::map<std::string, std::vector<Value>> grid;  ///< cross product
    std::vector<std::map<std::string, std::vector<Value>>>
        zip;                    ///< each: lists of equal length walked together
    std::vector<Params> cases;  ///< explicit points, each may name other parameters
    struct Draw {
        std::string kind;  ///< "linear", "log", "integer"
        double low = 0, high = 1;
    };
    std::map<std::string, Draw> draws;  ///< with `draw_count` and `draw_method`
    std::size_t draw_count = 0;
    std::string draw_method = "random";  ///< "random" or "sobol"
    std::uint64_t draw_seed = 0;
    std::vector<Params> exclude;  ///< a point that agrees with all entries of one of these is left out
};

/// Limits of one run; 0: none.
struct Limits {
    double seconds = 0;
    double memory_bytes = 0;
};

/// A spec file after validation, with one profile applied and defaults filled in.
struct Spec {
    std::filesystem::path file;
    std::string study;  ///< the folder's name
    std::string name;   ///< the file's stem
    std::string text;   ///< the file as read
    std::string experiment;
    std::string title;
    std::string source;
    std::string about;  ///< free text for the report
    std::string profile;
    bool scaled_down =
        false;  ///< the profile or --set changes parameters or swept values; seeds alone do not count
    /// Parameter -> (as the file stands, now). Several swept values stand as one text, "[50, 100]".
    std::map<std::string, std::pair<Value, Value>> scaled;
    Params params;
    std::vector<Sweep> sweeps;
    std::size_t seeds = 1;
    std::uint64_t first_seed = 1;
    Limits limits;
    Definitions definitions;  ///< already put in where an expression uses them, but in `Table::cell`
    std::vector<Claim> claims;
    std::vector<Deviation> deviations;
    std::vector<Figure> figures;
    std::vector<Table> tables;
};

struct LoadOptions {
    std::string profile = "paper";
    std::vector<std::string> sets;  ///< "key=value" from the command line, checked like the file
    std::optional<std::size_t> seeds;
};

/// Reads, validates and resolves one spec. Throws SpecErrors with every mistake found, in file order.
Spec load_spec(const std::filesystem::path& file, const LoadOptions& options);

/// Every mistake of one or several specs, each "file:line:column: what" with a suggestion.
class SpecErrors : public Error {
  public:
    explicit SpecErrors(std::vector<std::string> messages);
    const std::vector<std::string>& messages() const { return messages_; }

  private:
    std::vector<std::string> messages_;
};

/// The spec with all defaults written out, as TOML text.
std::string resolved_text(const Spec& spec);

}  // namespace assay::harness
