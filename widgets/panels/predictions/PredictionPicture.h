#pragma once

#include <QPixmap>
#include <utility>
#include <vector>

#include "core/data/AveragePrecision.h"
#include "widgets/panels/ops/PixelView.h"
#include "widgets/panels/predictions/Overlays.h"

class QLabel;

namespace uada {

/// What is drawn of a box: how it stands to the truth shows in colour, in the line and in the word.
enum class BoxKind {
  right,      ///< a true positive: green, solid
  wrong,      ///< a false positive: red, dashed
  missed,     ///< a false negative, of the truth: orange, dotted
  difficult,  ///< on a difficult object: grey, solid
  truth,      ///< white, thin
  plain,      ///< in the colour of its class
};
struct DrawnBox {
  QRectF place;  ///< in the picture's pixels
  BoxKind kind = BoxKind::plain;
  QString text;        ///< "dog 0.93"; may be empty
  QColor colour = {};  ///< of a plain one
};
QColor colourOf(const DrawnBox& box);
/// "right", "wrong": for a legend.
QString wordOf(BoxKind kind);
/// A line of the kind, for a legend.
QPixmap lineSwatch(BoxKind kind, double ratio);
/// Swatches, each with its word, in as many rows as the width needs.
/// first  if not null: the label of the first word
QWidget* legendOf(const std::vector<std::pair<QPixmap, QString>>& entries, QWidget* parent,
                  QLabel** first = nullptr);
/// The boxes, and their words as far as those have room: of two that would lie over each other the later
/// box's is written.
/// scale  pixels of the painter for one of the picture; origin: where the picture lies in it
void paintBoxes(QPainter& painter, const std::vector<DrawnBox>& boxes, QPointF origin, double scale);

/// A picture of a sample, with boxes over it. The arrow keys walk through the samples.
class PredictionPicture : public PixelView {
  Q_OBJECT
 public:
  PredictionPicture(const Theme& theme, PixelZoom& zoom, QWidget* parent = nullptr);
  void setBoxes(std::vector<DrawnBox> boxes);
  const std::vector<DrawnBox>& boxes() const { return boxes_; }

 Q_SIGNALS:
  void stepWanted(int by);

 protected:
  void drawOver(QPainter& painter) const override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  std::vector<DrawnBox> boxes_;
};

}  // namespace uada
