#pragma once

#include <QString>
#include <string_view>

namespace uada {

/// Words of `core` (UTF-8) as Qt has them.
inline QString q(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

}  // namespace uada
