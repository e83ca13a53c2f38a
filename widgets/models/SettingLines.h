#pragma once

#include <QString>
#include <vector>

#include "core/config/RunConfig.h"

namespace uada {

/// One setting of a run, as people read it.
struct SettingLine {
  QString key;    ///< as files have it, without "recipe.": "training.batch"
  QString title;  ///< "Batch"
  QString help;   ///< one sentence; may be empty
  QString value;  ///< "128"
  friend bool operator==(const SettingLine&, const SettingLine&) = default;
};

/// All settings of a run, in the order of its file.
std::vector<SettingLine> settingLines(const RunConfig& config);

}  // namespace uada
