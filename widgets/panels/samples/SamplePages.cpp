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

static Places ofSample(const Places& places, std::uint32_t sample) {
  Places some;
  std::ranges::copy_if(places, std::back_inserter(some),
                       [&](const DecisionPlace& place) { return place.sample == sample; });
  return some;
}

ReadPage readPage(const ProjectReader& project, std::int64_t run, std::shared_ptr<const Places> known,
                  const WantedPage& wanted) {
  ReadPage read;
  read.places = known ? std::move(known) : std::make_shared<const Places>(project.decisionPlaces(run));
  const Places some = wanted.sample ? ofSample(*read.places, *wanted.sample) : Places();
  const Places& of = wanted.sample ? some : *read.places;
  read.count = of.size();
  read.page =
      wanted.step ? pageAt(of, *wanted.step) : pageEndingAt(wanted.end.value_or(of.size()), of.size());
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
