#pragma once

#include <QImage>
#include <QWidget>
#include <functional>
#include <span>
#include <vector>

#include "core/augment/Stages.h"
#include "core/data/LabelPicture.h"

class QMenu;

namespace uada {

class Theme;

/// How pictures with captions stand in rows.
struct StripGrid {
  int columns = 1, rows = 1;
  double scale = 1;  ///< screen pixels for one of a picture; whole from 1 on
  int side = 32;     ///< of a picture on the screen
  int cellWidth = 0, cellHeight = 0;
  QRect cell(int i) const {
    return {i % columns * cellWidth, i / columns * cellHeight, cellWidth, cellHeight};
  }
  QRect picture(int i) const { return {cell(i).topLeft(), QSize(side, side)}; }
};
/// Up to six pictures of `source` pixels stand in one row, the last in sight, where that leaves them large
/// enough to look at. Others stand in rows at the largest zoom that fits into the room, but never smaller
/// than is worth looking at: then they need more height. captionHeight() is that of the longest caption in a
/// column of a width.
StripGrid stripGrid(QSize room, int count, int source, const std::function<int(int)>& captionHeight);

/// The stages of a plan side by side with their captions, the last framed: it is what the network sees. A
/// double click on an op asks for it in the op explorer. Or a sheet of pictures of one kind.
class ChainStrip : public QWidget {
  Q_OBJECT
 public:
  explicit ChainStrip(const Theme& theme, QWidget* parent = nullptr);

  /// colours  of the classes, for label maps and boxes
  void setStages(std::vector<Stage> stages, std::span<const ClassColour> colours = {});
  /// Pictures that do not follow from one another: a double click on one is chosen().
  void setSheet(std::vector<Stage> pictures, std::span<const ClassColour> colours = {});
  const std::vector<Stage>& stages() const { return stages_; }
  /// Shown faintly: what stands here is not what is asked for.
  void setStale(bool stale);
  /// Of the part that is seen, without scrolling.
  void setRoom(QSize room);
  int stageAt(const QPoint& point) const;  ///< -1: none

 Q_SIGNALS:
  void opWanted(int stage);
  void chosen(int picture);  ///< of a sheet
  void saveFailed(const QString& why);

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;

 private:
  void fillMenu(QMenu& menu, int at);
  void arrange();
  int captionHeight(int width) const;
  QRect placeOf(int i) const;
  QImage drawn(int i) const;
  void drawBadge(QPainter& painter, const QRect& picture) const;
  void drawStage(QPainter& painter, int i) const;

  const Theme& theme_;
  std::vector<Stage> stages_;
  std::vector<Image> shown_;   ///< [stages]; with their targets
  std::vector<QImage> drawn_;  ///< [stages]; over the bytes of what is shown unless it is made smaller
  StripGrid grid_;
  QSize room_;
  bool stale_ = false, isSheet_ = false;
};

}  // namespace uada
