#include "solvers/deep/linear_program.hpp"

#include <coin/Clp_C_Interface.h>

#include <memory>
#include <string>

#include "solvers/error.hpp"

namespace assay::solvers {

LinearProgram::LinearProgram(std::size_t unknowns) : cost_(unknowns), low_(unknowns) {}

void LinearProgram::constrain(std::span<const double> row, double low, double high) {
    if (row.size() != cost_.size()) {
        throw Error("a row of " + std::to_string(row.size()) + " coefficients for " +
                        std::to_string(cost_.size()) + " unknowns",
                    "linear program");
    }
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (row[i] == 0.0) continue;
        places_.push_back(static_cast<int>(i));
        values_.push_back(row[i]);
    }
    starts_.push_back(static_cast<int>(values_.size()));
    row_low_.push_back(low);
    row_high_.push_back(high);
}

std::vector<double> LinearProgram::solve() const {
    const std::unique_ptr<Clp_Simplex, decltype(&Clp_deleteModel)> model(Clp_newModel(), &Clp_deleteModel);
    Clp_setLogLevel(model.get(), 0);
    Clp_resize(model.get(), 0, static_cast<int>(cost_.size()));
    for (std::size_t i = 0; i < cost_.size(); ++i) {
        Clp_columnLower(model.get())[i] = low_[i];
        Clp_columnUpper(model.get())[i] = infinity;
        Clp_objective(model.get())[i] = cost_[i];
    }
    Clp_addRows(model.get(), static_cast<int>(row_low_.size()), row_low_.data(), row_high_.data(),
                starts_.data(), places_.data(), values_.data());
    constexpr int optimal = 0;
    if (Clp_dual(model.get(), 0) != optimal)
        throw Error("it has no optimal solution, or none was found", "linear program");
    const double* solution = Clp_getColSolution(model.get());
    return {solution, solution + cost_.size()};
}

}  // namespace assay::solvers
