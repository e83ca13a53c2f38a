#pragma once

#include <QString>
#include <QStringList>
#include <functional>
#include <memory>
#include <vector>

#include "core/data/LabelPicture.h"
#include "core/predictions/Prediction.h"

namespace uada {

/// Predictions of one checkpoint, and what they are predictions of. Any thread may read it.
struct PredictionSet {
  PredictionHeader header;
  std::shared_ptr<const Dataset> data;            ///< the split; its first samples are the header's
  std::function<Prediction(std::uint32_t)> read;  ///< of a sample. Throws Error
  QStringList classes;                            ///< a name for each; "class 7" where it has none
  std::vector<ClassColour> colours;               ///< of each class
  ApRule rule = ApRule::voc07Ssd;                 ///< how boxes are matched
  QString run;                                    ///< its name as the window shows it

  std::uint32_t size() const { return static_cast<std::uint32_t>(header.samples.size()); }
  QString sampleName(std::uint32_t sample) const;
  QString className(std::int32_t label) const;  ///< "none" for what is no class
  QString title() const;                        ///< "test, step 4,680"
};
using Predictions = std::shared_ptr<const PredictionSet>;

/// The prediction as a T, which the header's kind says it is. Throws Error if it is another.
template <class T>
T predictionOf(const PredictionSet& set, std::uint32_t sample) {
  Prediction read = set.read(sample);
  if (T* own = std::get_if<T>(&read)) return std::move(*own);
  throw Error("the prediction of sample '" + set.header.samples[sample] + "' is of another kind than " +
              targetText(set.header.kind) + "; predict again");
}

/// What the sample should have been: the label map, or the clean picture, of the data set.
/// throws  Error if the set has none
Held<TargetView> mapTargetOf(const PredictionSet& set, std::uint32_t sample);
/// Of sets without pictures to be learned the image itself.
Image cleanPictureOf(const PredictionSet& set, std::uint32_t sample);

/// "71.23 %" of a share, or an en dash.
QString shareText(double share);

}  // namespace uada
