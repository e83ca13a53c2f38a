#include "core/store/PictureRoom.h"

#include <fmt/core.h>

#include <utility>
#include <variant>

#include "core/base/Text.h"
#include "core/store/Records.h"

namespace uada::store {
namespace {

std::size_t pictureBytes(const Decision& decision) {
  std::size_t bytes = decision.original.rgb.size() + decision.unperturbed.rgb.size();
  for (const GroupDecision& group : decision.groups) bytes += group.picture.rgb.size();
  return bytes;
}

void leaveOutPictures(Decision& decision) {
  decision.original = decision.unperturbed = {};
  for (GroupDecision& group : decision.groups) group.picture = {};
}

}  // namespace

std::size_t PictureRoom::take(std::int64_t run, int attempt, Report& report) {
  auto* const decision = std::get_if<Decision>(&report);
  if (!decision) return 0;
  const std::size_t bytes = pictureBytes(*decision);
  std::lock_guard lock(mutex_);
  if (waiting_ == 0 || waiting_ + bytes <= kBytes) {  // one that is larger than all of it is stored alone
    waiting_ += bytes;
    return bytes;
  }
  leaveOutPictures(*decision);
  LeftOut& left = leftOut_[{run, attempt}];
  if (left.decisions++ == 0) left.firstStep = decision->step;
  return 0;
}

void PictureRoom::give(std::size_t bytes) {
  std::lock_guard lock(mutex_);
  waiting_ -= bytes;
}

std::optional<EventReport> PictureRoom::remark(std::int64_t run, int attempt, const Report& report) {
  std::lock_guard lock(mutex_);
  const auto found = leftOut_.find({run, attempt});
  if (found == leftOut_.end()) return {};
  LeftOut& left = found->second;
  if (!std::exchange(left.isSaid, true))
    return EventReport{fmt::format(
        "pictures come faster than they can be stored: those of some decisions are left out from step {} on; "
        "picture fewer samples (runtime.pictured) or less often (runtime.picture_every)",
        groupedText(left.firstStep))};
  const auto* const state = std::get_if<StateReport>(&report);
  if (!state || isLive(state->state)) return {};
  EventReport event{
      fmt::format("the pictures of {} were left out",
                  left.decisions == 1 ? "1 decision" : groupedText(left.decisions) + " decisions")};
  leftOut_.erase(found);
  return event;
}

}  // namespace uada::store
