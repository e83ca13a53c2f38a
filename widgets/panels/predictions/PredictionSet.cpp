#include "widgets/panels/predictions/PredictionSet.h"

#include <QObject>

#include "core/base/Error.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"

namespace uada {

QString PredictionSet::sampleName(std::uint32_t sample) const {
  return sample < size() ? q(header.samples[sample]) : QString();
}

QString PredictionSet::className(std::int32_t label) const {
  return label >= 0 && label < classes.size() ? classes[label] : QObject::tr("none");
}

QString PredictionSet::title() const {
  return QObject::tr("%1, step %2")
      .arg(header.split == Split::train ? QObject::tr("training images") : QObject::tr("test images"),
           countText(header.step));
}

Held<TargetView> mapTargetOf(const PredictionSet& set, std::uint32_t sample) {
  Held<TargetView> target = set.data->target(sample);
  if (kindOf(*target) == TargetKind::labelMap) return target;
  throw Error("the data set has no label maps: the predictions are of another one");
}

Image cleanPictureOf(const PredictionSet& set, std::uint32_t sample) {
  if (set.data->targetKind() == TargetKind::picture) {
    const Held<TargetView> target = set.data->target(sample);
    return Image(std::get<ImageView>(*target));
  }
  return Image(*set.data->image(sample));
}

QString shareText(double share) { return percentText(100 * share); }

}  // namespace uada
