#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "experiments/harness/experiment.hpp"

namespace assay::harness {

/// A place in a text, 1-based; line 0: the text as a whole.
struct Mark {
    std::size_t line = 0;
    std::size_t column = 0;
};

/// A parsed TOML document: a tree of values that know where they stand. Keys keep the order of the file.
struct Node {
    enum class Kind { boolean, integer, real, text, moment, array, table };
    struct Key {
        std::string name;
        Mark mark;
    };

    Kind kind = Kind::table;
    Mark mark;
    Value value;              ///< of a boolean, integer, real or text
    std::vector<Node> items;  ///< of an array or table
    std::vector<Key> keys;    ///< of a table, one per item

    const Node* find(std::string_view name) const;
};

/// "an integer", "a text": for messages.
const char* to_string(Node::Kind kind);

/// Parses TOML behind the front door's scan. On a mistake returns false and sets `mistake` and its place.
bool parse_document(std::string_view text, Node& root, std::string& mistake, Mark& mark);

}  // namespace assay::harness
