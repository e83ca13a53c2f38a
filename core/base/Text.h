#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <vector>

namespace uada {

/// "0.8 s", "11 s", "6:12" or "3 h 20 min": a span of time as people read it.
std::string durationText(double seconds);
/// "1,234,567".
std::string groupedText(long long number);
/// "1,234", or of a part of one "1,234.6".
std::string passesText(double number);
/// "1.4 GB", powers of 1000.
std::string bytesText(double bytes);
/// "2026-11-22T14:03:09Z".
std::string utcNow();
std::string joined(const std::vector<std::string>& parts, std::string_view separator);

/// Letters to insert, remove or change to make one word of the other (Levenshtein).
std::size_t editDistance(std::string_view a, std::string_view b);
/// "; did you mean 'epochs'?": the known name that is nearest to one that is not known, whatever its case;
/// "" if none is near: more than a third of the letters, of four and five two, would have to change.
std::string suggestion(std::string_view name, const std::vector<std::string>& known);

}  // namespace uada
