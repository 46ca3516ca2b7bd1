#pragma once

#include <string>

#include "solvers/error.hpp"

namespace assay::testing {

/// Runs `action` and returns the message of the Error that it must throw; "" when it throws none.
template <class Action>
std::string message_of(Action action) {
    try {
        action();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

}  // namespace assay::testing
