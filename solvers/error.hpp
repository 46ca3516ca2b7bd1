#pragma once

#include <cstdint>
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

/// A quantity of an algorithm stopped being finite or grew beyond every bound that it should keep. It is a
/// finding about the algorithm and no failure of the program: a run that throws it keeps everything that was
/// recorded before.
class Diverged : public Error {
  public:
    enum Manner { not_finite, grew };

    Diverged(const std::string& quantity, std::uint64_t iteration, std::string where = {},
             std::string hint = {})
        : Diverged(quantity, not_finite, iteration, std::move(where), std::move(hint)) {}
    Diverged(const std::string& quantity, Manner manner, std::uint64_t iteration, std::string where,
             std::string hint)
        : Error(quantity + (manner == grew ? " has grown beyond bounds" : " is not finite") +
                    " at iteration " + std::to_string(iteration),
                std::move(where), std::move(hint)),
          iteration_(iteration) {}
    std::uint64_t iteration() const { return iteration_; }

  private:
    std::uint64_t iteration_;
};

/// A device has not the memory that was asked for.
class OutOfMemory : public Error {
  public:
    using Error::Error;
};

}  // namespace assay
