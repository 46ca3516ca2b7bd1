#include "experiments/harness/spec/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace assay::harness {

namespace {

char lower(char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(above);
        above.swap(row);
    }
    return above[b.size()];
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const std::string* best = nullptr;
    std::size_t least = 0;
    for (const std::string& candidate : candidates) {
        const std::size_t longer = std::max(word.size(), candidate.size());
        const std::size_t shorter = std::min(word.size(), candidate.size());
        const std::size_t allowed = std::max<std::size_t>(1, std::min<std::size_t>(longer / 3, 4));
        if (longer - shorter > allowed) continue;
        const std::size_t distance = edit_distance(word, candidate);
        if (distance > allowed || distance >= longer) continue;
        if (best == nullptr || distance < least) {
            best = &candidate;
            least = distance;
        }
    }
    return best == nullptr ? "" : fmt::format("; did you mean \"{}\"?", *best);
}

std::string quoted_list(const std::vector<std::string>& words, std::size_t most) {
    std::string text;
    for (std::size_t i = 0; i < words.size() && i < most; ++i)
        text += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", words[i]);
    if (words.size() > most) text += fmt::format(" and {} more", words.size() - most);
    return text;
}

}  // namespace assay::harness
