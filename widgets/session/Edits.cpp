#include "widgets/session/Edits.h"

#include <QScopeGuard>
#include <algorithm>
#include <utility>

namespace uada {

static constexpr std::size_t kMostEdits = 500;

int Edits::did(Edit edit, const QObject* of) {
  if (isBusy_) return 0;
  undone_.clear();
  const bool goesOn = !edit.goesOn.isEmpty() && !done_.empty() && done_.back().of == of &&
                      done_.back().edit.goesOn == edit.goesOn;
  if (goesOn) {
    done_.back().edit.what = std::move(edit.what);
    done_.back().edit.redo = std::move(edit.redo);
  } else {
    done_.push_back({++count_, of, std::move(edit)});
    if (done_.size() > kMostEdits) done_.erase(done_.begin());
  }
  if (of && watched_.insert(of).second) connect(of, &QObject::destroyed, this, [this, of] { forget(of); });
  Q_EMIT changed();
  return done_.back().number;
}

/// What follows from undoing something is no edit.
QScopeGuard<std::function<void()>> Edits::begun() {
  isBusy_ = true;
  return qScopeGuard(std::function<void()>([this] {
    isBusy_ = false;
    Q_EMIT changed();
  }));
}

void Edits::undo() {
  if (!done_.empty()) undo(done_.back().number);
}

void Edits::undo(int number) {
  const auto place = std::ranges::find(done_, number, &Kept::number);
  if (isBusy_ || place == done_.end()) return;
  const bool isLast = place + 1 == done_.end();
  Kept kept = std::move(*place);
  done_.erase(place);
  // What is done again later must find what it was done to.
  if (!isLast || !kept.edit.redo) undone_.clear();
  const auto end = begun();
  kept.edit.undo();
  if (isLast && kept.edit.redo) undone_.push_back(std::move(kept));
}

void Edits::redo() {
  if (isBusy_ || undone_.empty()) return;
  Kept kept = std::move(undone_.back());
  undone_.pop_back();
  const auto end = begun();
  kept.edit.redo();
  kept.edit.goesOn.clear();
  done_.push_back(std::move(kept));
}

void Edits::clear() {
  done_.clear();
  undone_.clear();
  Q_EMIT changed();
}

void Edits::forget(const QObject* of) {
  watched_.erase(of);
  const auto isOf = [of](const Kept& kept) { return kept.of == of; };
  if (std::erase_if(done_, isOf) + std::erase_if(undone_, isOf) > 0) Q_EMIT changed();
}

}  // namespace uada
