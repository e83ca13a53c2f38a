#include "core/engine/methods/StepLosses.h"

#include <algorithm>

#include "core/engine/models/Transfer.h"

namespace uada {

std::int64_t RowPlaces::rowOf(const Shown& one, std::vector<Shown>& added) {
  const auto place = static_cast<std::size_t>(one.place);
  if (reuses_) {
    if (known_.size() <= place) known_.resize(place + 1);
    const ChangeList changes = space_.changes(one.plan);
    const auto same = std::ranges::find_if(
        known_[place], [&](const Known& known) { return showSame(changesOf(known), changes); });
    if (same != known_[place].end()) return same->row;
    known_[place].push_back(packed(changes));
  }
  added.push_back(one);
  return count_++;
}

/// As the next row.
RowPlaces::Known RowPlaces::packed(const ChangeList& list) {
  const std::span<const Change> changes = list.changes();
  const std::span<const Cover> covers = list.covers();
  const Known known{count_,          changes.empty() ? list.size() : changes.front().in,
                    changes_.size(), changes.size(),
                    covers_.size(),  covers.size()};
  changes_.insert(changes_.end(), changes.begin(), changes.end());
  covers_.insert(covers_.end(), covers.begin(), covers.end());
  return known;
}

ChangeList RowPlaces::changesOf(const Known& known) const {
  ChangeList list;
  list.begin(known.size);
  for (const Change& change : std::span(changes_).subspan(known.change, known.changeCount))
    list.add(change, change.out);
  for (const Cover& cover : std::span(covers_).subspan(known.cover, known.coverCount)) list.cover(cover);
  return list;
}

std::vector<std::int64_t> RowPlaces::place(std::span<const Shown> shown, std::vector<Shown>& added) {
  std::vector<std::int64_t> rows;
  rows.reserve(shown.size());
  added.reserve(added.size() + shown.size());
  for (const Shown& one : shown) rows.push_back(rowOf(one, added));
  return rows;
}

Tried StepLosses::take(std::span<const Shown> shown, Phase phase, std::span<const Shown> later) {
  std::vector<Shown> added;
  const std::vector<std::int64_t> places = places_.place(shown, added);
  const auto asked = static_cast<int>(added.size());
  later_ = places_.place(later, added);
  if (unperturbed_.empty()) unperturbed_.assign(places.begin(), places.begin() + size_);
  if (!added.empty()) {
    Rows rows = context_.render(added);
    if (!rule_.reuses) rows.count = asked;
    const at::Tensor losses = lossesOf(rows, phase);
    losses_ = losses_.defined() ? at::cat({losses_, losses}) : losses;
  }
  const at::Tensor rows = sentTo(at::tensor(places, at::kLong), losses_.device()).view({-1, size_});
  return {rows, losses_.index_select(0, rows.flatten()).view_as(rows)};
}

at::Tensor StepLosses::rowsOfLater(std::span<const std::int64_t> places, std::int64_t unperturbed) const {
  std::vector<std::int64_t> rows;
  rows.reserve(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    const std::size_t sample = i % static_cast<std::size_t>(size_);
    rows.push_back(places[i] == unperturbed ? unperturbed_[sample]
                                            : later_[static_cast<std::size_t>(places[i])]);
  }
  return sentTo(at::tensor(rows, at::kLong), losses_.device());
}

Tried StepLosses::takeRows(const at::Tensor& rows, Phase phase) {
  if (rule_.reuses) return {rows, losses_.index_select(0, rows.flatten()).view_as(rows)};
  Mode mode = rule_.others;
  mode.phase = phase;
  std::vector<at::Tensor> losses;
  for (const at::Tensor& variant : rows.unbind()) losses.push_back(context_.lossesOfBatch(variant, mode));
  return {rows, at::stack(losses)};
}

/// In parts of a batch's size, the first of which is the unperturbed batch where nothing was asked before.
at::Tensor StepLosses::lossesOf(Rows rows, Phase phase) {
  std::vector<at::Tensor> losses;
  for (int begin = 0; begin < rows.count; begin += size_) {
    Mode mode = losses_.defined() || begin > 0 ? rule_.others : rule_.first;
    mode.phase = phase;
    losses.push_back(context_.losses({rows.first + begin, std::min(size_, rows.count - begin)}, mode));
  }
  return at::cat(losses);
}

}  // namespace uada
