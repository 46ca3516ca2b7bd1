// The only file of the harness that includes toml++.
#include "experiments/harness/spec/document.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <numeric>

#include "experiments/harness/spec/front_door.hpp"

namespace assay::harness {

namespace {

Mark mark_of(const toml::source_position& position) {
    return {static_cast<std::size_t>(position.line), static_cast<std::size_t>(position.column)};
}

/// toml++ keeps a table's keys sorted by name; readers and messages want them as they stand in the file.
void sort_by_place(Node& table) {
    std::vector<std::size_t> order(table.keys.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const Mark &left = table.keys[a].mark, &right = table.keys[b].mark;
        return left.line != right.line ? left.line < right.line : left.column < right.column;
    });
    std::vector<Node::Key> keys;
    std::vector<Node> items;
    for (const std::size_t i : order) {
        keys.push_back(std::move(table.keys[i]));
        items.push_back(std::move(table.items[i]));
    }
    table.keys = std::move(keys);
    table.items = std::move(items);
}

Node convert(const toml::node& source) {
    Node node;
    node.mark = mark_of(source.source().begin);
    if (const toml::table* table = source.as_table()) {
        for (const auto& [key, value] : *table) {
            node.keys.push_back({std::string(key.str()), mark_of(key.source().begin)});
            node.items.push_back(convert(value));
        }
        sort_by_place(node);
    } else if (const toml::array* array = source.as_array()) {
        node.kind = Node::Kind::array;
        for (const toml::node& item : *array) node.items.push_back(convert(item));
    } else if (const auto* text = source.as_string()) {
        node.kind = Node::Kind::text;
        node.value = text->get();
    } else if (const auto* integer = source.as_integer()) {
        node.kind = Node::Kind::integer;
        node.value = static_cast<std::int64_t>(integer->get());
    } else if (const auto* real = source.as_floating_point()) {
        node.kind = Node::Kind::real;
        node.value = real->get();
    } else if (const auto* boolean = source.as_boolean()) {
        node.kind = Node::Kind::boolean;
        node.value = boolean->get();
    } else {
        node.kind = Node::Kind::moment;
    }
    return node;
}

}  // namespace

const Node* Node::find(std::string_view name) const {
    for (std::size_t i = 0; i < keys.size(); ++i)
        if (keys[i].name == name) return &items[i];
    return nullptr;
}

const char* to_string(Node::Kind kind) {
    switch (kind) {
        case Node::Kind::boolean:
            return "true or false";
        case Node::Kind::integer:
            return "an integer";
        case Node::Kind::real:
            return "a real number";
        case Node::Kind::text:
            return "a text";
        case Node::Kind::moment:
            return "a date or time";
        case Node::Kind::array:
            return "a list";
        case Node::Kind::table:
            return "a table";
    }
    return "";
}

bool parse_document(std::string_view text, Node& root, std::string& mistake, Mark& mark) {
    mistake = scan_spec_text(text, mark.line, mark.column);
    if (!mistake.empty()) return false;
    try {
        root = convert(toml::parse(text));
    } catch (const toml::parse_error& error) {
        mistake = "not valid TOML: " + std::string(error.description());
        mark = mark_of(error.source().begin);
        return false;
    }
    return true;
}

}  // namespace assay::harness
