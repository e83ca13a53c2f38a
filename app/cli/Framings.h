#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/images/Image.h"
#include "core/ops/Op.h"

namespace uada::cli {

/// What gives a picture another size or window, for `apply` and `list ops`. Plans have crops of their own
/// (core/augment/parts), so these are no ops of a chain.
struct Framing {
  const char* name;
  const char* title;
  const char* source;
  double min, max;    ///< of the value: whole pixels
  const char* takes;  ///< "filter", "place" or ""
  /// place  shares of the room that the window has, in [0, 1)
  /// throws  UsageError for a result of more than 64 million pixels
  Image (*apply)(ImageView in, int value, Filter filter, double x, double y);
};
const std::vector<Framing>& framings();
/// Null if no framing has that name.
const Framing* findFraming(std::string_view name);

}  // namespace uada::cli
