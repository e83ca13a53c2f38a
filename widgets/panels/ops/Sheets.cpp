// The sheets of 16 draws of the view Ops.
#include <QCheckBox>
#include <QEvent>
#include <QScrollArea>
#include <QSpinBox>
#include <QStackedWidget>
#include <cmath>

#include "widgets/models/Words.h"
#include "widgets/panels/ops/ChainStrip.h"
#include "widgets/panels/ops/ChainView.h"
#include "widgets/panels/ops/HistogramView.h"
#include "widgets/panels/ops/OpControls.h"
#include "widgets/panels/ops/OpExplorer.h"
#include "widgets/panels/ops/PictureGrid.h"
#include "widgets/panels/ops/PixelView.h"

namespace uada {

static constexpr int kDraws = 16;

/// The last picture of a plan, captioned with what the plan does.
static Stage drawnStage(std::vector<Stage> stages, const QString& title) {
  QStringList done;
  for (const Stage& stage : stages)
    if (!stage.part.empty() && stage.done) done << q(stage.title);
  Stage made = std::move(stages.back());
  made.step = -1;
  made.done = true;
  made.title = title.toStdString();
  made.detail = done.join(QStringLiteral(", ")).toStdString();
  return made;
}

/// With this seed and those after it. Throws Error.
void ChainView::drawSheet() {
  std::vector<Stage> draws;
  for (int i = 0; i < kDraws; ++i) {
    ChainDraw draw = drawOf();
    draw.seed += i;
    draws.push_back(
        drawnStage(stagesOf(source_, chosen_->draw(draw, source_)), tr("Seed %1").arg(draw.seed)));
  }
  strip_->setSheet(std::move(draws), source_.colours);
}

std::vector<OpSetting> sheetOf(const OpSetting& setting, bool isFree, int count) {
  const Op& op = setting.entry();
  if (!op.hasValue || (!isFree && !hasLevels(op, setting.grid))) return {setting};
  const double top = topLevel(setting.grid);
  const double low = isFree ? op.min : signCounts(op, setting.grid) ? -top : 0, high = isFree ? op.max : top;
  const bool isWhole = !isFree && !gridInfo(setting.grid).continuous;
  std::vector<OpSetting> all;
  double last = std::nan("");
  for (int i = 0; i < count; ++i) {
    double at = low + (high - low) * i / (count - 1);
    if (isWhole) at = std::round(at);
    if (at == last) continue;
    last = at;
    OpSetting one = setting;
    one.typed.reset();
    if (isFree)
      one.typed = at;
    else
      one.level = std::abs(at), one.sign = at < 0 ? -1 : 1;
    all.push_back(one);
  }
  return all;
}

QWidget* OpExplorer::makePictures() {
  pages_ = new QStackedWidget(this);
  pages_->addWidget(new PictureGrid({original_, after_, difference_, histogram_}, this));
  sheet_ = new ChainStrip(workbench_.theme, this);
  sheet_->setObjectName("op_sheet_pictures");
  sheet_->setAccessibleName(tr("The op at its levels"));
  sheetArea_ = new QScrollArea(this);
  sheetArea_->setWidget(sheet_);
  sheetArea_->setWidgetResizable(true);
  sheetArea_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  sheetArea_->installEventFilter(this);
  pages_->addWidget(sheetArea_);
  connect(sheet_, &ChainStrip::saveFailed, this, &OpExplorer::failed);
  connect(sheet_, &ChainStrip::chosen, this, [this](int picture) {
    const OpSetting setting = sheetSettings_.at(static_cast<std::size_t>(picture));
    sheetBox_->setChecked(false);
    setSetting(setting);
  });
  return pages_;
}

bool OpExplorer::eventFilter(QObject* watched, QEvent* event) {
  if (watched == sheetArea_ && event->type() == QEvent::Resize)
    sheet_->setRoom(sheetArea_->contentsRect().size());
  return QWidget::eventFilter(watched, event);
}

void OpExplorer::showSheet() {
  std::vector<Stage> pictures;
  const Image second = partner();
  sheetSettings_ = sheetOf(setting_, isFree(), kDraws);
  for (const OpSetting& one : sheetSettings_) {
    Stage stage;
    stage.image = applied(one, picture_.image, second);
    const double value = rawValueOf(one, picture_.image.width, picture_.image.height);
    stage.title = rawValueText(one.entry(), value);
    if (!isFree())
      stage.detail = (one.sign < 0 ? QStringLiteral("− ") : QString()).toStdString() +
                     levelText(one, false).toStdString();
    pictures.push_back(std::move(stage));
  }
  sheet_->setSheet(std::move(pictures));
}

}  // namespace uada
