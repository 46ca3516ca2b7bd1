#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "solvers/error.hpp"

/// The grammar of the claim language; its meaning is in expression.hpp.
///
///   comparison = sum [ ("<" | "<=" | ">" | ">=" | "==") sum ]
///   sum        = product { ("+" | "-") product }
///   product    = unary { ("*" | "/") unary }
///   unary      = "-" unary | power
///   power      = primary [ "^" unary ]
///   primary    = number | "(" comparison ")" | list | call | metric
///   list       = "[" comparison { "," comparison } "]"
///   call       = name "(" argument { "," argument } ")"
///   argument   = comparison | name "=" value
///   metric     = name [ "[" [ pick { "," pick } ] "]" ]
///   pick       = name "=" ( value | value ".." value | "*" | "[" value { "," value } "]" )
namespace assay::harness::syntax {

/// A value as written in a pick: always its text, and its number when it reads as one.
struct Literal {
    std::string text;
    std::optional<double> number;
};

struct Pick {
    enum class Kind { one, list, range, all };
    std::string name;
    Kind kind = Kind::one;
    std::vector<Literal> values;  ///< one, the list's, or the two ends of the range
    std::size_t column = 0;
};

struct Node {
    enum class Kind { number, list, metric, negate, binary, call };
    Kind kind = Kind::number;
    std::size_t column = 0;  ///< 1-based, in characters
    double number = 0;
    std::string name;  ///< of the metric, the operator or the function
    std::vector<Node> children;
    std::vector<Pick> picks;                              ///< of a metric
    std::size_t begin = 0, end = 0;                       ///< of a metric with its picks: bytes of the text
    std::optional<std::string> along;                     ///< of a call
    std::optional<std::pair<std::string, double>> point;  ///< `axis=value` of `at`
    std::size_t depth = 1;
};

/// Deeper trees and longer texts than this are refused, so that none can exhaust the stack.
inline constexpr std::size_t max_depth = 200;
inline constexpr std::size_t max_length = 2000;

/// Throws Error with the column of the first mistake; any text at all is allowed as input.
Node parse(const std::string& text);

/// Whether a text can name something in an expression.
bool is_name(const std::string& text);

/// The error at a column of an expression: where = "column 7 of `text`".
Error error_at(const std::string& text, std::size_t column, const std::string& what,
               const std::string& hint = {});

}  // namespace assay::harness::syntax
