#include "core/engine/Edits.h"

#include <fmt/core.h>

#include "core/base/Text.h"
#include "core/config/LiveSettings.h"

namespace uada {

RunConfig withEdit(const RunConfig& config, const EditReport& edit) {
  return withLiveSetting(config, edit.key, parseJson(edit.after, edit.key));
}

std::string editText(const EditReport& edit) {
  return fmt::format("{} is {} (was {}) from step {} on", edit.key, edit.after, edit.before,
                     groupedText(edit.step + 1));
}

}  // namespace uada
