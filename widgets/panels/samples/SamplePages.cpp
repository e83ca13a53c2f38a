#include "widgets/panels/samples/SamplePages.h"

#include <QObject>
#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"

namespace uada {

SamplePage pageEndingAt(std::size_t end, std::size_t count, std::size_t size) {
  end = std::clamp(end, std::min(size, count), count);
  return {end > size ? end - size : 0, end};
}

SamplePage pageAt(const Places& places, std::int64_t step, std::size_t size) {
  const auto newer = std::ranges::upper_bound(places, step, {}, &DecisionPlace::step);
  return pageEndingAt(static_cast<std::size_t>(newer - places.begin()) + size / 4, places.size(), size);
}

std::optional<std::size_t> nearestTo(const Places& places, std::int64_t step) {
  if (places.empty()) return {};
  const auto after = std::ranges::lower_bound(places, step, {}, &DecisionPlace::step);
  const auto at = static_cast<std::size_t>(after - places.begin());
  if (at == 0) return 0;
  const bool isBefore = at == places.size() || step - places[at - 1].step <= places[at].step - step;
  return isBefore ? at - 1 : at;
}

/// Those of the run that match: oldest first, or in another order the first of it last.
static Places matching(const ProjectReader& project, std::int64_t run, const Places& places,
                       KnownTraits& known, const WantedPage& wanted) {
  SampleFilter others = wanted.filter;
  others.index.reset();
  const bool needsTraits = others != SampleFilter{} || wanted.order != SampleOrder::newest;
  Places some;
  std::vector<std::pair<double, std::size_t>> ranks;  // of `some`
  for (const DecisionPlace& place : places) {
    if (wanted.filter.index && place.sample != *wanted.filter.index) continue;
    if (needsTraits) {
      const auto& traits = known.of(project, run, place);
      if (!traits || !matches(others, *traits, 0)) continue;
      ranks.emplace_back(rankOf(wanted.order, *traits), some.size());
    }
    some.push_back(place);
  }
  if (wanted.order == SampleOrder::newest) return some;
  std::ranges::sort(ranks);  // of equal ones the newest last
  Places sorted;
  for (const auto& [rank, i] : ranks) sorted.push_back(some[i]);
  return sorted;
}

ReadPage readPage(const ProjectReader& project, std::int64_t run, std::shared_ptr<const Places> known,
                  KnownTraits& traits, const WantedPage& wanted) {
  ReadPage read;
  read.places = known ? std::move(known) : std::make_shared<const Places>(project.decisionPlaces(run));
  const bool isAll = wanted.filter == SampleFilter{} && wanted.order == SampleOrder::newest;
  const Places some = isAll ? Places() : matching(project, run, *read.places, traits, wanted);
  const Places& of = isAll ? *read.places : some;
  read.count = of.size();
  read.stored = read.places->size();
  const bool isByStep = wanted.step && wanted.order == SampleOrder::newest;
  read.page = isByStep ? pageAt(of, *wanted.step) : pageEndingAt(wanted.end.value_or(of.size()), of.size());
  for (std::size_t i = read.page.begin; i < read.page.end; ++i)
    if (auto decision = project.soundDecision(run, of[i], true))
      read.decisions.push_back(std::move(*decision));
  std::ranges::sort(read.decisions, [](const Decision& a, const Decision& b) {
    return a.step != b.step ? a.step > b.step : a.index < b.index;
  });
  for (const std::string& remark : project.takeRemarks()) read.leftOut << q(remark);
  read.classNames = project.classNames(run);
  return read;
}

std::vector<SampleRow> readMatching(const ProjectReader& project, std::int64_t run,
                                    const std::vector<WantedDecision>& wanted) {
  std::unordered_map<std::uint32_t, Places> bySample;
  for (const WantedDecision& one : wanted) bySample.try_emplace(one.sample);
  for (const DecisionPlace& place : project.decisionPlaces(run)) {
    const auto found = bySample.find(static_cast<std::uint32_t>(place.sample));
    if (found != bySample.end()) found->second.push_back(place);
  }
  std::vector<SampleRow> rows;
  for (const WantedDecision& one : wanted) {
    SampleRow& row = rows.emplace_back();
    row.decision.step = one.step;
    row.decision.index = one.sample;
    row.isThere = false;
    const Places& places = bySample[one.sample];
    const auto nearest = nearestTo(places, one.step);
    if (!nearest) {
      row.note = QObject::tr("this run pictured sample %1 at no step").arg(countText(one.sample));
      continue;
    }
    auto decision = project.soundDecision(run, places[*nearest], true);
    if (!decision) {
      row.note = QObject::tr("its decision of sample %1 at step %2 is damaged")
                     .arg(countText(one.sample), countText(places[*nearest].step));
      continue;
    }
    row = {std::move(*decision), {}, true};
    if (row.decision.step != one.step)
      row.note = QObject::tr("nearest: step %1").arg(countText(row.decision.step));
  }
  return rows;
}

}  // namespace uada
