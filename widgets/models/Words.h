#pragma once

#include <QString>
#include <string_view>

namespace uada {

/// Words of `core` (UTF-8) as Qt has them.
inline QString q(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// A text for a tool tip that is shown as it is, tags and all, in lines that are broken.
inline QString plainTip(const QString& text) {
  return QStringLiteral("<qt>%1</qt>").arg(text.toHtmlEscaped().replace('\n', QStringLiteral("<br>")));
}

}  // namespace uada
