#include "core/base/JsonText.h"

#include "core/base/Printable.h"

namespace uada {

std::string foundText(const Json& json) {
  constexpr std::size_t kMost = 200;  // bytes
  return json.isArray() || json.isObject() ? std::string(json.typeName()) : oneLine(json.dump(), kMost);
}

}  // namespace uada
