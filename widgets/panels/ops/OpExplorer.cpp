#include "widgets/panels/ops/OpExplorer.h"

#include <QCheckBox>
#include <QComboBox>
#include <QElapsedTimer>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QStackedWidget>
#include <QToolButton>
#include <algorithm>
#include <cmath>

#include "core/augment/Renderer.h"
#include "widgets/forms/FlowLayout.h"
#include "widgets/forms/FormStyle.h"
#include "widgets/models/Numbers.h"
#include "widgets/panels/ops/HistogramView.h"
#include "widgets/panels/ops/OpControls.h"
#include "widgets/panels/ops/PictureSource.h"
#include "widgets/panels/ops/PixelView.h"
#include "widgets/session/Theme.h"

namespace uada {

OpExplorer::OpExplorer(const Workbench& workbench, QWidget* parent)
    : QWidget(parent),
      workbench_(workbench),
      partnerFile_(new PictureSource(this)),
      zoom_(new PixelZoom(this)) {
  original_ = new PixelView(workbench.theme, *zoom_, this);
  original_->setObjectName("op_original");
  after_ = new PixelView(workbench.theme, *zoom_, this);
  after_->setObjectName("op_result");
  difference_ = new PixelView(workbench.theme, *zoom_, this);
  difference_->setObjectName("op_difference");
  histogram_ = new HistogramView(workbench.theme, this);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kGrid, kGrid, kGrid, kGrid / 2);
  column->setSpacing(kGrid);
  column->addWidget(makeOpRow());
  column->addWidget(makeValueRow());
  column->addWidget(rest_ = makeRestRow());
  column->addWidget(makePictures(), 1);
  column->addWidget(makeStatusRow());
  renderTimer_.setSingleShot(true);
  connect(&renderTimer_, &QTimer::timeout, this, &OpExplorer::render);
  connect(zoom_, &PixelZoom::changed, this, &OpExplorer::showStatus);
  connect(original_, &PixelView::clicked, this, [this](const QPoint& pixel) {
    if (!setting_.entry().hasPlace) return;
    x_->setValue((pixel.x() + 0.5) / picture_.image.width);
    y_->setValue((pixel.y() + 0.5) / picture_.image.height);
  });
  for (const PixelView* view : {original_, after_, difference_})
    connect(view, &PixelView::saveFailed, this, &OpExplorer::failed);
  setting_.op = opIndex("rotate");
  setting_.level = 6;
  setSetting(setting_);
}

QWidget* OpExplorer::makeOpRow() {
  auto* row = new QWidget(this);
  auto* flow = new FlowLayout(row, kGrid);
  op_ = new QComboBox(row);
  op_->setObjectName("op_choice");
  fillOpCombo(*op_, workbench_.theme);
  grid_ = new QComboBox(row);
  grid_->setObjectName("op_grid");
  fillGridCombo(*grid_);
  filter_ = new QComboBox(row);
  filter_->setObjectName("op_filter");
  filter_->addItem(tr("as the code"), -1);
  for (const Filter filter : {Filter::nearest, Filter::bilinear, Filter::bicubic})
    filter_->addItem(QString::fromUtf8(filterName(filter).data()), static_cast<int>(filter));
  filter_->setToolTip(
      tr("How a place between the source's pixels is read; first choice: as the levels' code does"));
  fill_ = new QPushButton(row);
  fill_->setObjectName("op_fill");
  fill_->setToolTip(
      tr("Colour of what lies outside the source; grey 128 in the UADA authors' code, else black"));
  fill_->setMenu(fillMenu(
      workbench_.theme, fill_, [this] { return colourOf(samplingFor(setting_).fill); },
      [this](const auto& fill) { setFill(fill); }));
  sampling_ = together({labelled(tr("Filter"), filter_), labelled(tr("Outside"), fill_)});
  for (QWidget* widget : {labelled(tr("Op"), op_), labelled(tr("Levels of"), grid_), sampling_})
    flow->addWidget(widget);
  connect(op_, &QComboBox::currentIndexChanged, this, &OpExplorer::chooseOp);
  connect(grid_, &QComboBox::currentIndexChanged, this, &OpExplorer::chooseGrid);
  connect(filter_, &QComboBox::currentIndexChanged, this, [this] {
    const int filter = filter_->currentData().toInt();
    setting_.filter = filter < 0 ? std::nullopt : std::optional(static_cast<Filter>(filter));
    changed();
  });
  return row;
}

QWidget* OpExplorer::makeValueRow() {
  auto* row = new QWidget(this);
  auto* line = new QHBoxLayout(row);
  line->setContentsMargins(0, 0, 0, 0);
  line->setSpacing(kGrid);
  slider_ = new QSlider(Qt::Horizontal, row);
  slider_->setObjectName("op_level");
  slider_->setAccessibleName(tr("Magnitude"));
  level_ = new QLabel(row);
  level_->setObjectName("op_level_text");
  level_->setMinimumWidth(level_->fontMetrics().horizontalAdvance(QStringLiteral("level 30 of 30")));
  sign_ = new QToolButton(row);
  sign_->setObjectName("op_sign");
  sign_->setCheckable(true);
  sign_->setToolTip(tr("Sign of the level: it is drawn once for a sample and never moved"));
  raw_ = new PlainSpin(row);
  raw_->setObjectName("op_raw");
  raw_->setAccessibleName(tr("Raw value"));
  raw_->setKeyboardTracking(false);
  line->addWidget(new QLabel(tr("Magnitude"), row));
  line->addWidget(slider_, 1);
  line->addWidget(level_);
  line->addWidget(sign_);
  line->addWidget(raw_);
  connect(slider_, &QSlider::valueChanged, this, &OpExplorer::moveSlider);
  connect(raw_, &QDoubleSpinBox::valueChanged, this, &OpExplorer::typeValue);
  connect(sign_, &QToolButton::toggled, this, [this](bool negative) {
    setting_.sign = negative ? -1 : 1;
    keepTyped();
    changed();
  });
  return row;
}

QWidget* OpExplorer::makeStatusRow() {
  auto* row = new QWidget(this);
  auto* line = new QHBoxLayout(row);
  line->setContentsMargins(0, 0, 0, 0);
  line->setSpacing(kGrid);
  status_ = new QLabel(row);
  status_->setObjectName("op_status");
  status_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  sheetBox_ = new QCheckBox(tr("All levels"), row);
  sheetBox_->setObjectName("op_sheet");
  sheetBox_->setToolTip(
      tr("The op at up to 16 levels of its range, side by side; double click one to look at it"));
  connect(sheetBox_, &QCheckBox::toggled, this, [this](bool isOn) {
    pages_->setCurrentIndex(isOn ? 1 : 0);
    changed();
  });
  factor_ = new QComboBox(row);
  factor_->setObjectName("op_factor");
  factor_->setToolTip(
      tr("What differences are multiplied with in their picture; automatic: as much as the largest allows"));
  factor_->addItem(tr("automatic"), 0);
  for (const int factor : {1, 2, 4, 8, 16, 32, 64})
    factor_->addItem(QStringLiteral("× %1").arg(factor), factor);
  zoomText_ = new QLabel(row);
  zoomText_->setObjectName("op_zoom");
  zoomText_->setToolTip(
      tr("Wheel or + and - zoom, dragging or the arrow keys move, a double click or 0 fits"));
  auto* fit = new QToolButton(row);
  fit->setAutoRaise(true);
  fit->setIcon(workbench_.theme.icon("fit"));
  fit->setToolTip(tr("Fit the pictures (or double click in one)"));
  line->addWidget(status_, 1);
  line->addWidget(sheetBox_);
  line->addWidget(labelled(tr("Difference gain"), factor_));
  line->addWidget(labelled(tr("Zoom"), zoomText_));
  line->addWidget(fit);
  connect(fit, &QToolButton::clicked, zoom_, &PixelZoom::fit);
  connect(factor_, &QComboBox::currentIndexChanged, this, &OpExplorer::changed);
  return row;
}

void OpExplorer::setPicture(const OpsPicture& picture, const QString& caption) {
  picture_ = picture;
  originalHistograms_ = histograms(picture.image.view());
  original_->setPicture(picture.image);
  original_->setCaption(caption, tr("%1 × %2 px").arg(picture.image.width).arg(picture.image.height));
  if (picture.data) {
    const QSignalBlocker quiet(partnerIndex_);
    partnerIndex_->setRange(0, static_cast<int>(picture.data->size()) - 1);
    partnerIndex_->setValue(static_cast<int>(setting_.partner));
    setting_.partner = static_cast<std::uint32_t>(partnerIndex_->value());
  }
  showControls();
  changed();
}

void OpExplorer::setSetting(const OpSetting& setting) {
  setting_ = setting;
  const QSignalBlocker quiet[] = {
      QSignalBlocker(op_), QSignalBlocker(grid_), QSignalBlocker(filter_),      QSignalBlocker(sign_),
      QSignalBlocker(x_),  QSignalBlocker(y_),    QSignalBlocker(partnerIndex_)};
  op_->setCurrentIndex(op_->findData(static_cast<int>(setting.op)));
  grid_->setCurrentIndex(setting.typed ? 0 : grid_->findData(static_cast<int>(setting.grid)));
  filter_->setCurrentIndex(filter_->findData(setting.filter ? static_cast<int>(*setting.filter) : -1));
  sign_->setChecked(setting.sign < 0);
  x_->setValue(setting.x);
  y_->setValue(setting.y);
  partnerIndex_->setValue(static_cast<int>(setting.partner));
  showControls();
  changed();
}

bool OpExplorer::isFree() const { return grid_->currentData().toInt() < 0; }

/// A typed value ends where a grid's level counts. Without a grid there always is one: the last that was
/// shown, as far as the op takes it.
void OpExplorer::keepTyped() {
  setting_.typed.reset();
  const Op& op = setting_.entry();
  if (isFree()) setting_.typed = std::clamp(raw_->value(), op.min, op.max);
}

void OpExplorer::chooseOp() {
  setting_.op = static_cast<std::size_t>(op_->currentData().toInt());
  keepTyped();
  showControls();
  changed();
}

void OpExplorer::chooseGrid() {
  if (const int grid = grid_->currentData().toInt(); grid >= 0) setting_.grid = static_cast<Grid>(grid);
  keepTyped();
  setting_.level = std::min(setting_.level, topLevel(setting_.grid));
  showControls();
  changed();
}

void OpExplorer::moveSlider(int place) {
  const Op& op = setting_.entry();
  if (isFree()) {
    setting_.typed = op.min + (op.max - op.min) * place / kFineSteps;
  } else {
    setting_.typed.reset();
    setting_.level =
        gridInfo(setting_.grid).continuous ? topLevel(setting_.grid) * place / kFineSteps : place;
  }
  changed();
}

void OpExplorer::typeValue(double value) {
  setting_.typed = value;
  changed();
}

void OpExplorer::setFill(std::optional<std::array<std::uint8_t, 3>> fill) {
  setting_.fill = fill;
  showControls();
  changed();
}

/// Which controls the op and the grid have.
void OpExplorer::showControls() {
  const Op& op = setting_.entry();
  op_->setToolTip(QString::fromStdString(opTip(op)));
  sampling_->setVisible(op.geometric && op.hasValue);
  const Sampling code = samplingOf(setting_.grid, op), used = samplingFor(setting_);
  filter_->setItemText(0,
                       tr("as the code: %1").arg(filterName(code.filter.value_or(Filter::nearest)).data()));
  fill_->setIcon(colourIcon(workbench_.theme, colourOf(used.fill)));
  fill_->setText(QStringLiteral("%1 %2 %3").arg(used.fill[0]).arg(used.fill[1]).arg(used.fill[2]));
  place_->setVisible(op.hasPlace);
  partner_->setVisible(op.hasPartner);
  partnerIndex_->parentWidget()->setVisible(picture_.data != nullptr);
  partnerOpen_->setVisible(!picture_.data);
  partnerText_->setText(picture_.data                           ? QString()
                        : partnerFile_->picture().image.empty() ? tr("no image chosen: no effect")
                                                                : tr("scaled to the same size"));
  rest_->setVisible(op.hasPlace || op.hasPartner);
  const bool free = isFree();
  const bool leveled = op.hasValue && (free || hasLevels(op, setting_.grid));
  const bool fine = free || gridInfo(setting_.grid).continuous;
  const QSignalBlocker quiet(slider_);
  slider_->setEnabled(leveled);
  slider_->setRange(0, fine ? kFineSteps : static_cast<int>(topLevel(setting_.grid)));
  slider_->setPageStep(fine ? kFineSteps / 10 : 3);
  sign_->setVisible(!free && signCounts(op, setting_.grid));
  raw_->setEnabled(op.hasValue);
  raw_->setToolTip(QString::fromStdString(opTip(op)));
}

/// Slider, level and raw value as the setting has them.
void OpExplorer::showValue() {
  const Op& op = setting_.entry();
  const double value = rawValueOf(setting_, picture_.image.width, picture_.image.height);
  const QSignalBlocker quiet(slider_), quiet2(raw_);
  const bool free = isFree(), fine = free || gridInfo(setting_.grid).continuous;
  const double span = op.max - op.min;
  if (free)
    slider_->setValue(span > 0 ? static_cast<int>(std::lround(kFineSteps * (value - op.min) / span)) : 0);
  else
    slider_->setValue(static_cast<int>(
        std::lround(fine ? kFineSteps * setting_.level / topLevel(setting_.grid) : setting_.level)));
  level_->setText(levelText(setting_, free));
  sign_->setText(setting_.sign < 0 ? QStringLiteral("−") : QStringLiteral("+"));
  showUnit(*raw_, op);
  raw_->setSingleStep(span > 0 ? span / 100 : 1);
  raw_->setRounded(!setting_.typed);
  raw_->setValue(std::isnan(value) ? raw_->minimum() : value);
}

void OpExplorer::changed() {
  showValue();
  if (!picture_.image.empty()) renderTimer_.start(0);
}

void OpExplorer::render() {
  renderTimer_.stop();
  if (picture_.image.empty()) return;
  const Image second = partner();  // reading it is no part of the op
  QElapsedTimer clock;
  clock.start();
  result_ = applied(setting_, picture_.image, second);
  milliseconds_ = 1e-6 * static_cast<double>(clock.nsecsElapsed());
  PixelDifference difference = differenceOf(picture_.image, result_, factor_->currentData().toInt());
  after_->setPicture(result_);
  after_->setCaption(tr("Result"), QString::fromStdString(setting_.entry().title));
  difference_->setCaption(tr("Difference × %1").arg(difference.factor), differenceText(difference));
  difference_->setPicture(std::move(difference.image));
  histogram_->setHistograms(originalHistograms_, histograms(result_.view()));
  if (sheetBox_->isChecked()) showSheet();
  showStatus();
}

const Image& OpExplorer::result() {
  if (renderTimer_.isActive()) render();
  return result_;
}

void OpExplorer::showStatus() {
  zoomText_->setText(zoom_->text());
  const auto pixel = zoom_->pointed();
  const bool known = pixel && !result_.empty() && result_.width == picture_.image.width;
  status_->setText(
      known ? pixelText(*pixel, picture_.image, result_)
            : tr("Op: %1 ms").arg(QString::number(milliseconds_, 'f', milliseconds_ < 10 ? 2 : 0)));
}

}  // namespace uada
