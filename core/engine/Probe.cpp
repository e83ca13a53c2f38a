#include "core/engine/Probe.h"

namespace uada {

int probeDelta(const Choice& method) {
  const Json* delta = method.settings().find("delta");
  return delta ? static_cast<int>(delta->asInt()) : 1;
}

}  // namespace uada
