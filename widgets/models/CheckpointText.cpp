#include "widgets/models/CheckpointText.h"

#include <QObject>
#include <algorithm>
#include <filesystem>

#include "core/base/Text.h"
#include "widgets/models/Words.h"

namespace uada {

std::vector<CheckpointReport> checkpointsThere(const RunDetail& run) {
  std::error_code ignored;
  std::vector<CheckpointReport> there;
  const auto& all = run.checkpoints;
  for (auto one = all.rbegin(); one != all.rend(); ++one)
    if (std::ranges::find(there, one->step, &CheckpointReport::step) == there.end() &&
        std::filesystem::exists(one->file, ignored))
      there.push_back(*one);
  return there;
}

QString checkpointText(const CheckpointReport& checkpoint, std::int64_t stepsPerEpoch) {
  const QString step = q(groupedText(checkpoint.step));
  const bool isEnd = stepsPerEpoch > 0 && checkpoint.step % stepsPerEpoch == 0;
  return isEnd ? QObject::tr("step %1, the end of epoch %2").arg(step).arg(checkpoint.step / stepsPerEpoch)
               : QObject::tr("step %1, in epoch %2").arg(step).arg(checkpoint.epoch);
}

}  // namespace uada
