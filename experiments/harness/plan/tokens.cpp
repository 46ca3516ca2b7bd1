#include "experiments/harness/plan/tokens.hpp"

#include <algorithm>
#include <cctype>

namespace assay::harness {

namespace {

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
}

class Lexer {
  public:
    explicit Lexer(std::string_view source) : source_(source) {}

    std::vector<std::string> run() {
        while (at_ < source_.size()) step();
        if (directive_) end_directive();
        return std::move(tokens_);
    }

  private:
    bool starts(std::string_view word) const { return source_.substr(at_, word.size()) == word; }
    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
    }

    void step() {
        const char c = peek();
        if (starts("\\\n")) {
            at_ += 2;
            space();
        } else if (c == '\n') {
            ++at_;
            if (directive_) end_directive();
            line_start_ = true;
        } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
            ++at_;
            space();
        } else if (starts("//")) {
            at_ = std::min(source_.find('\n', at_), source_.size());
        } else if (starts("/*")) {
            const std::size_t end = source_.find("*/", at_ + 2);
            at_ = end == std::string_view::npos ? source_.size() : end + 2;
            space();
        } else {
            token(c);
        }
    }

    void token(char c) {
        if (c == '#' && line_start_) directive_ = true;
        line_start_ = false;
        if (c == '"' || c == '\'') {
            take(quoted(at_));
        } else if (std::isdigit(static_cast<unsigned char>(c)) != 0 ||
                   (c == '.' && std::isdigit(static_cast<unsigned char>(peek(1))) != 0)) {
            take(number());
        } else if (is_word(c)) {
            word();
        } else {
            take(at_ + operator_length());
        }
    }

    void word() {
        std::size_t end = at_;
        while (end < source_.size() && is_word(source_[end])) ++end;
        const std::string_view text = source_.substr(at_, end - at_);
        if (end < source_.size() && source_[end] == '"' && text.back() == 'R' && text.size() <= 3)
            end = raw(end);
        else if (end < source_.size() && (source_[end] == '"' || source_[end] == '\'') &&
                 (text == "u8" || text == "u" || text == "U" || text == "L"))
            end = quoted(end);
        take(end);
    }

    /// End of a preprocessing number: digits, letters, points, digit separators, signed exponents.
    std::size_t number() const {
        std::size_t end = at_ + 1;
        for (; end < source_.size(); ++end) {
            const char c = source_[end], before = source_[end - 1];
            const bool exponent =
                (c == '+' || c == '-') && std::string_view("eEpP").find(before) != std::string_view::npos;
            const bool separator = c == '\'' && end + 1 < source_.size() && is_word(source_[end + 1]);
            if (!is_word(c) && c != '.' && !exponent && !separator) break;
        }
        return end;
    }

    std::size_t quoted(std::size_t open) const {
        std::size_t end = open + 1;
        while (end < source_.size() && source_[end] != source_[open] && source_[end] != '\n')
            end += source_[end] == '\\' ? 2 : 1;
        return end + 1;
    }

    std::size_t raw(std::size_t open) const {
        const std::size_t paren = source_.find('(', open);
        if (paren == std::string_view::npos) return source_.size();
        std::string close(1, ')');
        close.append(source_.substr(open + 1, paren - open - 1)).push_back('"');
        const std::size_t end = source_.find(close, paren);
        return end == std::string_view::npos ? source_.size() : end + close.size();
    }

    std::size_t operator_length() const {
        static constexpr std::string_view operators[] = {
            "<<=", ">>=", "...", "->*", "<=>", "::", "->", "++", "--", "<<", ">>", "<=", ">=", "==",
            "!=",  "&&",  "||",  "+=",  "-=",  "*=", "/=", "%=", "&=", "|=", "^=", "##", ".*"};
        for (const std::string_view text : operators)
            if (starts(text)) return text.size();
        return 1;
    }

    void take(std::size_t end) {
        end = std::min(end, source_.size());
        tokens_.emplace_back(source_.substr(at_, end - at_));
        at_ = end;
    }

    void space() {
        if (directive_ && tokens_.back() != " ") tokens_.emplace_back(" ");
    }

    void end_directive() {
        if (tokens_.back() == " ") tokens_.pop_back();
        tokens_.emplace_back("\n");
        directive_ = false;
    }

    std::string_view source_;
    std::vector<std::string> tokens_;
    std::size_t at_ = 0;
    bool line_start_ = true, directive_ = false;
};

}  // namespace

std::vector<std::string> tokens_of(std::string_view source) {
    return Lexer(source).run();
}

std::string token_text(std::string_view source) {
    std::string text;
    for (const std::string& token : tokens_of(source)) {
        // The length in front keeps tokens apart whatever they hold.
        text += std::to_string(token.size());
        text += ' ';
        text += token;
    }
    return text;
}

}  // namespace assay::harness
