#include "widgets/session/RunList.h"

#include "core/tables/Labels.h"

namespace uada {

void RunList::index() {
  names_ = runNames(runs);
  places_.reserve(runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) places_[runs[i].id] = i;
}

std::shared_ptr<RunList> RunList::read(const ProjectReader& reader) {
  auto list = std::make_shared<RunList>();
  list->dataVersion = reader.dataVersion();
  list->runs = reader.runs();
  list->queue = reader.queue();
  list->reference = costReference(list->runs);
  list->index();
  return list;
}

std::shared_ptr<RunList> RunList::with(const RunList& list, const RunSummary& run) {
  auto more = std::make_shared<RunList>();
  more->runs.reserve(list.runs.size() + 1);
  more->runs.push_back(run);
  more->runs.insert(more->runs.end(), list.runs.begin(), list.runs.end());
  more->dataVersion = list.dataVersion;
  more->queue = list.queue;
  more->reference = list.reference;
  more->index();
  return more;
}

const RunSummary* RunList::find(qint64 run) const {
  const auto place = places_.find(run);
  return place == places_.end() ? nullptr : &runs[place->second];
}

QString RunList::nameOf(qint64 run) const {
  const auto place = places_.find(run);
  return place == places_.end() ? QString::number(run) : QString::fromStdString(names_[place->second]);
}

}  // namespace uada
