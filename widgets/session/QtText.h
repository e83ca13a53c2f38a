#pragma once

#include <QString>
#include <string>

namespace uada {

/// A core text as Qt's; it has to be UTF-8.
inline QString text(const std::string& utf8) { return QString::fromStdString(utf8); }

}  // namespace uada
