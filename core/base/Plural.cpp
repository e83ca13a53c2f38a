#include "core/base/Plural.h"

#include <fmt/core.h>

#include "core/base/Text.h"

namespace uada {

std::string plural(long long count, const std::string& word) {
  return fmt::format("{} {}{}", groupedText(count), word, count == 1 ? "" : "s");
}

}  // namespace uada
