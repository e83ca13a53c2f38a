// What of the view Compare is remembered with the project.
#include <QCheckBox>
#include <QComboBox>
#include <QSignalBlocker>
#include <algorithm>

#include "widgets/panels/compare/ComparePanel.h"
#include "widgets/session/Remembered.h"
#include "widgets/session/Session.h"

namespace uada {

void ComparePanel::keepChoices() {
  restore();
  for (QCheckBox* box : {differing_, bySeed_})
    connect(box, &QCheckBox::toggled, this, &ComparePanel::remember);
  connect(reference_, &QComboBox::activated, this, &ComparePanel::remember);
}

/// The reference that was remembered, once the groups are known.
void ComparePanel::chooseWanted() {
  if (groups_->empty() || wantedReference_.isEmpty()) return;
  for (const RunGroup& group : *groups_)
    if (std::ranges::find(group.runs, wantedReference_.toStdString(), &RunSummary::key) != group.runs.end())
      reference_->setCurrentIndex(std::max(0, reference_->findData(qint64{group.runs.front().id})));
  wantedReference_.clear();
}

void ComparePanel::remember() {
  const RunSummary* run = workbench_.session.find(reference());
  workbench_.session.remember("compare", Json::Object{{"reference", run ? run->key : ""},
                                                      {"differing", differing_->isChecked()},
                                                      {"by_seed", bySeed_->isChecked()}});
}

/// Another project: as it was left.
void ComparePanel::restore() {
  const Json json = workbench_.session.remembered("compare");
  const QSignalBlocker quiet[] = {QSignalBlocker(differing_), QSignalBlocker(bySeed_)};
  differing_->setChecked(rememberedFlag(json, "differing", true));
  bySeed_->setChecked(rememberedFlag(json, "by_seed"));
  reference_->setCurrentIndex(0);
  wantedReference_ = rememberedText(json, "reference");
}

}  // namespace uada
