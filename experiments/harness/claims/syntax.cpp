#include "experiments/harness/claims/syntax.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "experiments/harness/claims/functions.hpp"
#include "experiments/harness/spec/suggest.hpp"

namespace assay::harness::syntax {

namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// The number that a whole text spells, with TOML's underscores between digits; infinities and NaN are not
/// numbers here.
std::optional<double> number_of(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool between = i > 0 && i + 1 < text.size() && is_digit(text[i - 1]) && is_digit(text[i + 1]);
        if (text[i] != '_' || !between) plain += text[i];
    }
    if (plain.size() > 1 && plain[0] == '+' && plain[1] != '-') plain.erase(0, 1);
    double value = 0;
    const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
    if (error != std::errc() || end != plain.data() + plain.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

class Parser {
  public:
    explicit Parser(const std::string& text) : text_(text) {}

    Node whole() {
        Node node = comparison();
        skip_space();
        if (at_ < text_.size()) fail(std::string("unexpected '") + text_[at_] + "'");
        return node;
    }

  private:
    [[noreturn]] void fail(const std::string& what, const std::string& hint = {}) const {
        throw error_at(text_, column(), what, hint);
    }

    /// Characters are UTF-8: continuation bytes do not count.
    std::size_t column() const {
        const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
        const auto end = text_.begin() + static_cast<std::ptrdiff_t>(std::min(at_, text_.size()));
        return 1 + static_cast<std::size_t>(std::count_if(text_.begin(), end, begins));
    }

    void skip_space() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    }
    char peek() {
        skip_space();
        return at_ < text_.size() ? text_[at_] : '\0';
    }
    bool take(std::string_view token) {
        skip_space();
        if (text_.compare(at_, token.size(), token) != 0) return false;
        at_ += token.size();
        return true;
    }
    void expect(std::string_view token, const std::string& after) {
        if (!take(token)) fail("expected '" + std::string(token) + "' " + after);
    }
    std::string name() {
        skip_space();
        const std::size_t start = at_;
        if (at_ < text_.size() && is_letter(text_[at_]))
            while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) ++at_;
        return text_.substr(start, at_ - start);
    }

    void adopt(Node& parent, Node child) {
        parent.depth = std::max(parent.depth, child.depth + 1);
        if (parent.depth > max_depth)
            fail("the expression is nested too deeply", "split it into several claims");
        parent.children.push_back(std::move(child));
    }
    Node node(Node::Kind kind, std::string text) const {
        Node made;
        made.kind = kind;
        made.column = column();
        made.name = std::move(text);
        return made;
    }
    Node binary(std::string op, std::size_t op_column, Node left, Node right) {
        Node made = node(Node::Kind::binary, std::move(op));
        made.column = op_column;
        adopt(made, std::move(left));
        adopt(made, std::move(right));
        return made;
    }

    struct Nesting {
        explicit Nesting(Parser& parser) : parser_(parser) {
            if (++parser_.nesting_ > max_depth) parser_.fail("the expression is nested too deeply");
        }
        ~Nesting() { --parser_.nesting_; }
        Parser& parser_;
    };

    Node comparison() {
        const Nesting nesting(*this);
        Node left = sum();
        skip_space();
        for (const char* op : {"<=", ">=", "==", "<", ">"}) {
            const std::size_t op_column = column();
            if (!take(op)) continue;
            Node result = binary(op, op_column, std::move(left), sum());
            const char next = peek();
            if (next == '<' || next == '>' || next == '=')
                fail("comparisons cannot be chained", "write two and multiply them");
            return result;
        }
        if (peek() == '=') fail("a single '='", "equality is written ==");
        return left;
    }
    Node sum() {
        Node left = product();
        while (peek() == '+' || peek() == '-') {
            const std::size_t op_column = column();
            const std::string op(1, text_[at_++]);
            left = binary(op, op_column, std::move(left), product());
        }
        return left;
    }
    Node product() {
        Node left = unary();
        while (peek() == '*' || peek() == '/') {
            const std::size_t op_column = column();
            const std::string op(1, text_[at_++]);
            left = binary(op, op_column, std::move(left), unary());
        }
        return left;
    }
    Node unary() {
        const Nesting nesting(*this);
        if (peek() != '-') return power();
        Node made = node(Node::Kind::negate, "-");
        ++at_;
        adopt(made, unary());
        return made;
    }
    Node power() {
        Node base = primary();
        if (peek() != '^') return base;
        const std::size_t op_column = column();
        ++at_;
        return binary("^", op_column, std::move(base), unary());
    }

    Node primary() {
        const char c = peek();
        if (c == '\0') fail("the expression ends where a value should stand");
        if (is_digit(c) || c == '.') return number();
        if (take("(")) {
            Node inside = comparison();
            expect(")", "to close the parenthesis");
            return inside;
        }
        if (c == '[') return list();
        if (!is_letter(c)) fail(std::string("unexpected '") + c + "' where a value should stand");
        Node made = node(Node::Kind::metric, "");
        made.begin = at_;
        made.name = name();
        made.end = at_;
        if (peek() == '(') {
            made.kind = Node::Kind::call;
            arguments(made);
        } else if (take("[")) {
            picks(made);
            made.end = at_;
        }
        return made;
    }

    Node number() {
        Node made = node(Node::Kind::number, "");
        const std::size_t start = at_;
        while (at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '.' || text_[at_] == '_')) ++at_;
        if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
            ++at_;
            if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
            while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
        }
        const auto value = number_of(std::string_view(text_).substr(start, at_ - start));
        if (!value) throw error_at(text_, made.column, "not a number: " + text_.substr(start, at_ - start));
        made.number = *value;
        return made;
    }

    Node list() {
        Node made = node(Node::Kind::list, "");
        expect("[", "to open the list");
        do adopt(made, comparison());
        while (take(","));
        expect("]", "to close the list");
        return made;
    }

    void arguments(Node& call) {
        const Function* function = find_function(call.name);
        if (!function)
            throw error_at(text_, call.column,
                           "no function \"" + call.name + "\"" + did_you_mean(call.name, function_names()));
        expect("(", "after the function's name");
        if (peek() == ')') fail(call.name + " needs " + function->usage);
        do {
            if (!named_argument(call, *function)) adopt(call, comparison());
        } while (take(","));
        expect(")", "to close " + call.name);
        if (call.children.size() != function->operands || (function->takes_point && !call.point))
            throw error_at(text_, call.column, "wrong arguments of " + call.name, "write " + function->usage);
    }

    /// Reads `along=axis`, or `axis=value` for `at`; says no, and reads nothing, when an operand stands
    /// there.
    bool named_argument(Node& call, const Function& function) {
        const std::size_t start = at_;
        const std::string key = name();
        if (key.empty() || peek() != '=' || text_.compare(at_, 2, "==") == 0) {
            at_ = start;
            return false;
        }
        ++at_;
        if (function.takes_point && !call.point) {
            const Literal value = literal();
            if (!value.number) fail("not a number: " + value.text, "write " + function.usage);
            call.point = {key, *value.number};
        } else if (key == "along" && function.takes_along && !call.along) {
            call.along = name();
            if (call.along->empty()) fail("expected the name of an axis after along=");
        } else {
            fail("unexpected " + key + "= in " + call.name, "write " + function.usage);
        }
        return true;
    }

    void picks(Node& metric) {
        if (take("]")) return;
        do {
            Pick pick;
            skip_space();
            pick.column = column();
            pick.name = name();
            if (pick.name.empty())
                fail("expected the name of a parameter or an axis", "picks read [name=value, ...]");
            for (const Pick& other : metric.picks)
                if (other.name == pick.name) fail("\"" + pick.name + "\" is picked twice");
            expect("=", "after \"" + pick.name + "\"");
            pick_value(pick);
            metric.picks.push_back(std::move(pick));
        } while (take(","));
        expect("]", "to close the picks of " + metric.name);
    }

    void pick_value(Pick& pick) {
        if (take("*")) {
            pick.kind = Pick::Kind::all;
        } else if (take("[")) {
            pick.kind = Pick::Kind::list;
            do pick.values.push_back(literal());
            while (take(","));
            expect("]", "to close the list of \"" + pick.name + "\"");
        } else {
            pick.values.push_back(literal());
            if (!take("..")) return;
            pick.kind = Pick::Kind::range;
            pick.values.push_back(literal());
            if (!pick.values[0].number || !pick.values[1].number) fail("a range needs two numbers");
            if (*pick.values[0].number > *pick.values[1].number)
                fail("the range is empty: its first end is the larger");
        }
    }

    /// A value in a pick: a quoted text, or everything up to white space, a comma, a bracket or "..".
    Literal literal() {
        skip_space();
        Literal made;
        if (at_ < text_.size() && text_[at_] == '"') {
            const std::size_t end = text_.find('"', at_ + 1);
            if (end == std::string::npos) fail("the quotation mark is not closed");
            made.text = text_.substr(at_ + 1, end - at_ - 1);
            at_ = end + 1;
            return made;
        }
        const std::size_t start = at_;
        while (at_ < text_.size() && !is_space(text_[at_]) &&
               std::string_view(",[]()=<>\"*").find(text_[at_]) == std::string_view::npos &&
               text_.compare(at_, 2, "..") != 0)
            ++at_;
        made.text = text_.substr(start, at_ - start);
        if (made.text.empty()) fail("expected a value", "a number, a word, a range a..b, a list [a, b] or *");
        made.number = number_of(made.text);
        return made;
    }

    const std::string& text_;
    std::size_t at_ = 0;
    std::size_t nesting_ = 0;
};

}  // namespace

Node parse(const std::string& text) {
    return Parser(text).whole();
}

bool is_name(const std::string& text) {
    return !text.empty() && is_letter(text[0]) &&
           std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c); });
}

Error error_at(const std::string& text, std::size_t column, const std::string& what,
               const std::string& hint) {
    constexpr std::size_t shown = 200;
    const std::string quoted = text.size() <= shown ? text : text.substr(0, shown) + "...";
    return Error(what, "column " + std::to_string(column) + " of `" + quoted + "`", hint);
}

}  // namespace assay::harness::syntax
