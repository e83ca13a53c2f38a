#pragma once

#include <QListView>
#include <QStringList>
#include <QStyledItemDelegate>
#include <vector>

#include "core/engine/Reports.h"

namespace uada {

class Theme;
struct SampleRow;

/// Where things stand in a row of samples; the same for every row and for the heading. Pixels.
struct SampleGrid {
  int columns = 0;  ///< original, unperturbed, groups, trained on
  int columnWidth = 0;
  int zoom = 1;       ///< whole: pixels stay crisp
  int side = 0;       ///< of a picture as drawn
  int textLines = 4;  ///< under each picture: those of the plan, the loss, a mark
  int lineHeight = 0;
  int rowHeight = 0;
  QRect picture(const QRect& row, int column) const;
  QRect caption(const QRect& row, int column) const;
};
/// A text in at most so many lines, broken between words; the last ends in "…" if it does not fit, and so
/// does a word that is wider than a line.
QStringList inLines(const QString& text, const QFontMetrics& metrics, int width, int most);
/// width        of the view
/// sourceSide   of a picture in its own pixels
/// zoom         0: as large as the width allows
SampleGrid sampleGrid(int width, int groups, int sourceSide, int lineHeight, int zoom = 0);

/// Paints one decision as a row of pictures with captions; no widget a cell. One that is not there is its
/// note alone.
class SampleDelegate : public QStyledItemDelegate {
 public:
  SampleDelegate(const Theme& theme, QObject* parent);
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

  /// That the captions of a row need under its pictures.
  int linesOf(const Decision& decision, const QFontMetrics& metrics) const;

  SampleGrid grid;
  std::vector<std::string> classNames;

 private:
  struct CellText {
    QString first, second;  ///< under the picture: what it is, in two lines, and its loss
    QString mark;           ///< "inert", "clamped"
    double gain = 0;        ///< shown beside the loss
    bool hasGain = false;
  };
  void paintCell(QPainter& painter, const QRect& row, int column, const Image& picture, const CellText& text,
                 bool winner) const;
  void paintPicture(QPainter& painter, const QRect& place, const Image& picture, bool winner) const;
  void paintCaption(QPainter& painter, const QRect& caption, const CellText& text) const;
  std::vector<CellText> textsOf(const Decision& decision) const;
  CellText originalText(const Decision& decision) const;
  static CellText groupText(const Decision& decision, const GroupDecision& group);
  static CellText trainedText(const Decision& decision);

  const Theme& theme_;
};

/// The list of samples with a heading that stays.
class SamplesView : public QListView {
  Q_OBJECT
 public:
  SamplesView(const Theme& theme, QWidget* parent = nullptr);
  /// groups: columns between "unperturbed" and "trained on"; sourceSide: of a picture, pixels
  void setColumns(const std::vector<std::string>& groups, int sourceSide,
                  std::vector<std::string> classNames);
  const SampleGrid& grid() const { return delegate_->grid; }
  /// Of all pictures; 0: the largest that fits.
  void setZoom(int zoom);
  int fittingZoom() const;
  /// How many lines the captions of its rows need; and how many they get, where another view stands beside
  /// it.
  int neededLines() const;
  void setLines(int lines);
  /// The column under a point of the viewport.
  int columnAt(const QPoint& point) const;
  const Decision* decisionAt(const QModelIndex& index) const;
  /// The row with what is to be said of it; null: there is none.
  const SampleRow* rowAt(const QModelIndex& index) const;
  /// One row as a picture, as it is shown.
  QImage rowPicture(const QModelIndex& index) const;

 Q_SIGNALS:
  void resized();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void refreshGrid();
  QStringList titles() const;
  class Heading;

  const Theme& theme_;
  SampleDelegate* delegate_;
  Heading* heading_;
  std::vector<std::string> groups_;
  int sourceSide_ = 32, zoom_ = 0, lines_ = 4;
};

}  // namespace uada
