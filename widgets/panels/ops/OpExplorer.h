#pragma once

#include <QTimer>
#include <QWidget>

#include "core/ops/Tables.h"
#include "widgets/panels/ops/OpsModel.h"
#include "widgets/session/Workbench.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QScrollArea;
class QSlider;
class QSpinBox;
class QStackedWidget;
class QToolButton;

namespace uada {

class ChainStrip;
class HistogramView;
class PictureGrid;
class PictureSource;
class PixelView;
class PixelZoom;
class PlainSpin;

/// One op on one picture: original, result, difference and histogram while the magnitude is moved. The result
/// is Op::apply's; nothing here paints an op itself.
class OpExplorer : public QWidget {
  Q_OBJECT
 public:
  explicit OpExplorer(const Workbench& workbench, QWidget* parent = nullptr);

  /// caption  above it
  void setPicture(const OpsPicture& picture, const QString& caption);
  /// Shows the op as a step of a plan has it.
  void setSetting(const OpSetting& setting);
  const OpSetting& setting() const { return setting_; }
  /// Up to date, even if it was not painted yet.
  const Image& result();
  /// Reads the picture that ops with a second image mix in where there is no data set. In a while.
  void openPartner(const QString& file);

 Q_SIGNALS:
  void failed(const QString& text);

 private:
  QWidget* makeOpRow();
  QWidget* makeValueRow();
  QWidget* makeRestRow();
  QWidget* makeStatusRow();
  void chooseOp();
  void chooseGrid();
  void moveSlider(int place);
  void typeValue(double value);
  void setFill(std::optional<std::array<std::uint8_t, 3>> fill);
  void choosePartner();
  bool isFree() const;
  void keepTyped();
  void showControls();
  void showValue();
  void changed();
  void render();
  void showStatus();
  Image partner() const;
  QWidget* makePictures();
  void showSheet();
  bool eventFilter(QObject* watched, QEvent* event) override;

  const Workbench& workbench_;
  OpsPicture picture_;
  OpSetting setting_;
  std::array<Histogram, 3> originalHistograms_{};
  PictureSource* partnerFile_;  ///< where there is no data set
  Image result_;
  double milliseconds_ = 0;  ///< of the last rendering
  QTimer renderTimer_;       ///< one rendering for a burst of changes
  PixelZoom* zoom_;
  PixelView *original_ = nullptr, *after_ = nullptr, *difference_ = nullptr;
  HistogramView* histogram_ = nullptr;
  QCheckBox* sheetBox_ = nullptr;
  QStackedWidget* pages_ = nullptr;
  QScrollArea* sheetArea_ = nullptr;
  ChainStrip* sheet_ = nullptr;
  std::vector<OpSetting> sheetSettings_;  ///< [its pictures]
  QComboBox *op_ = nullptr, *grid_ = nullptr, *filter_ = nullptr, *factor_ = nullptr;
  QPushButton* fill_ = nullptr;
  QToolButton* sign_ = nullptr;
  QSlider* slider_ = nullptr;
  QLabel *level_ = nullptr, *status_ = nullptr, *zoomText_ = nullptr, *problem_ = nullptr;
  QLabel* partnerText_ = nullptr;
  PlainSpin* raw_ = nullptr;
  QDoubleSpinBox *x_ = nullptr, *y_ = nullptr;
  QSpinBox* partnerIndex_ = nullptr;
  QPushButton* partnerOpen_ = nullptr;
  QWidget *sampling_ = nullptr, *place_ = nullptr, *partner_ = nullptr, *rest_ = nullptr;
};

}  // namespace uada
