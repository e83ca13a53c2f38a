#include "widgets/forms/DatasetCards.h"

#include <QLocale>
#include <QObject>

#include "core/base/Error.h"
#include "core/config/RunConfig.h"
#include "core/engine/tasks/Task.h"
#include "widgets/models/Words.h"

namespace uada {

/// What a folder of the user's own images has to hold.
static QString ownImagesText(TargetKind target) {
  switch (target) {
    case TargetKind::labelMap: return QObject::tr("Your images, each with a label map of its name");
    case TargetKind::boxes: return QObject::tr("Your images, each with boxes in an XML of PASCAL VOC");
    default: return QObject::tr("Your images: a folder for each class, or a CSV");
  }
}

std::vector<CardText> datasetCards() {
  const QLocale english(QLocale::English);
  std::vector<CardText> cards;
  for (const DatasetEntry& entry : datasets()) {
    const QString side =
        entry.width > 0 ? QObject::tr("%1 × %2").arg(entry.width).arg(entry.height) : QObject::tr("any size");
    const QString size =
        entry.isOwn ? ownImagesText(entry.target)
                    : QObject::tr("Published: %1 + %2 images of %3, %4 classes")
                          .arg(english.toString(entry.trainImages), english.toString(entry.testImages), side,
                               english.toString(entry.classes));
    const bool isMissing = !entry.isOwn && !entry.find({});
    cards.push_back(
        {q(entry.name), q(entry.title), size,
         isMissing ? QObject::tr("Not on this machine: choose it to read how to get it, or name its folder")
                   : QString()});
  }
  return cards;
}

QString whyNot(const Model& model, const DatasetEntry& data) {
  Recipe recipe;
  recipe.model = modelFromJson(Json(model.name), "form");
  try {
    requireTargets(recipe, data, "form");
  } catch (const Error&) {
    return QObject::tr("Learns from %1 of each image; %2 has %3")
        .arg(targetText(findTask(model.task).target), q(data.title), targetText(data.target));
  }
  return {};
}

}  // namespace uada
