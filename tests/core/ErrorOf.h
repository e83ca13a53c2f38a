#pragma once

#include <QString>
#include <functional>

#include "core/base/Error.h"

namespace uada::test {

/// What the action throws, in words; empty if nothing.
inline QString errorOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return QString::fromUtf8(error.what());
  }
  return {};
}

}  // namespace uada::test
