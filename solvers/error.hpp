#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace assay {

/// The one error type of the project: what went wrong, where, and what the reader can do about it.
/// `what()` is the whole message on one or more lines; `where` and `hint` may be empty.
class Error : public std::runtime_error {
  public:
    explicit Error(std::string what, std::string where = {}, std::string hint = {})
        : std::runtime_error(compose(what, where, hint)),
          problem_(std::move(what)),
          where_(std::move(where)),
          hint_(std::move(hint)) {}

    const std::string& problem() const { return problem_; }
    const std::string& where() const { return where_; }
    const std::string& hint() const { return hint_; }

  private:
    static std::string compose(const std::string& what, const std::string& where, const std::string& hint) {
        std::string text = where.empty() ? what : where + ": " + what;
        if (!hint.empty()) text += "\n  hint: " + hint;
        return text;
    }

    std::string problem_;
    std::string where_;
    std::string hint_;
};

}  // namespace assay
