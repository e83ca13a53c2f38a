#include "widgets/panels/predictions/PredictionsPanel.h"

#include <QApplication>
#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabBar>
#include <QTimer>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "core/base/Error.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"
#include "widgets/panels/predictions/ClassificationView.h"
#include "widgets/panels/predictions/DenoisingView.h"
#include "widgets/panels/predictions/DetectionView.h"
#include "widgets/panels/predictions/PredictPage.h"
#include "widgets/panels/predictions/SegmentationView.h"
#include "widgets/panels/predictions/StripsView.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

enum Tab { kSamplesTab, kStripsTab };

QString titleOf(const FoundPredictions& found) {
  if (found.step < 0) return q(found.folder.filename().string());
  const bool isTrain = found.split == Split::train;
  QString split = isTrain ? QObject::tr("Training images") : QObject::tr("Test images");
  if (found.limit > 0)
    split = (isTrain ? QObject::tr("First %1 training images") : QObject::tr("First %1 test images"))
                .arg(countText(found.limit));
  return QObject::tr("%1 after step %2").arg(split, countText(found.step));
}

}  // namespace

PredictionView* makePredictionView(TargetKind kind, const Theme& theme, QWidget* parent) {
  switch (kind) {
    case TargetKind::label: return new ClassificationView(theme, parent);
    case TargetKind::labelMap: return new SegmentationView(theme, parent);
    case TargetKind::boxes: return new DetectionView(theme, parent);
    case TargetKind::picture: break;
  }
  return new DenoisingView(theme, parent);
}

PredictionsPanel::PredictionsPanel(const Workbench& workbench, QWidget* parent)
    : PanelWidget(workbench, parent) {
  page_ = new PredictPage(workbench, this);
  busy_ = new QLabel(this);
  busy_->setObjectName("muted");
  busy_->setAlignment(Qt::AlignCenter);
  samples_ = new QWidget(this);
  (new QVBoxLayout(samples_))->setContentsMargins(0, 0, 0, 0);
  strips_ = new StripsView(workbench.theme, this);
  pages_ = new QStackedWidget(this);
  for (QWidget* page : std::initializer_list<QWidget*>{page_, busy_, samples_, strips_})
    pages_->addWidget(page);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(0);
  column->addWidget(makeBar());
  column->addWidget(pages_, 1);
  Session* session = &workbench.session;
  connect(&session->selection(), &Selection::selectionChanged, this, &PredictionsPanel::reload);
  connect(&session->selection(), &Selection::checkedChanged, this, &PredictionsPanel::reload);
  connect(session, &Session::projectChanged, this, [this] {
    runs_.clear();
    opening_.drop();
    showSet(nullptr);
    data_.clear();  // files may have changed
    reload();
  });
  connect(session, &Session::runsChanged, this, [this] {
    if (pages_->currentIndex() == kPredict) reload();  // there may be another checkpoint
  });
  connect(session, &Session::stateChanged, this, &PredictionsPanel::watchPredicting);
  connect(page_, &PredictPage::backWanted, this, [this] {
    isPredictAsked_ = false;
    refreshPage();
  });
  connect(&opening_, &Background::failed, this, &PredictionsPanel::showProblem);
  connect(&others_, &Background::failed, session, &Session::problem);
  connect(strips_, &StripsView::failed, session, &Session::problem);
  refreshPage();
}

QWidget* PredictionsPanel::makeBar() {
  auto* bar = new QWidget(this);
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(kGrid, kGrid / 2, kGrid, 0);
  row->setSpacing(kGrid);
  tabs_ = new QTabBar(bar);
  tabs_->setObjectName("predictions_tabs");
  tabs_->addTab(tr("Samples"));
  tabs_->addTab(tr("Strips"));
  tabs_->setTabToolTip(kStripsTab, tr("Image, truth and the predictions of the ticked runs side by side"));
  tabs_->setExpanding(false);
  tabs_->setUsesScrollButtons(false);
  choice_ = new QComboBox(bar);
  choice_->setObjectName("predictions_choice");
  choice_->setToolTip(tr("The predictions that are kept in the run's folder"));
  choice_->setMinimumContentsLength(16);
  choice_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  choice_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  choice_->setMaximumWidth(280);
  predict_ = new QPushButton(tr("Predict…"), bar);
  predict_->setObjectName("predict_more");
  predict_->setToolTip(tr("Other images, or another checkpoint of the run"));
  row->addWidget(tabs_);
  row->addStretch();
  row->addWidget(choice_, 1);
  row->addWidget(predict_);
  connect(tabs_, &QTabBar::currentChanged, this, [this] {
    isPredictAsked_ = false;
    refreshPage();
    openStrips();
    focusPage();
  });
  connect(choice_, &QComboBox::currentIndexChanged, this, &PredictionsPanel::openChosen);
  connect(predict_, &QPushButton::clicked, this, [this] {
    isPredictAsked_ = true;
    refreshPage();
    page_->setFocus(Qt::OtherFocusReason);  // not somewhere else in the window: the button is gone
  });
  return bar;
}

bool PredictionsPanel::isReading() const {
  return answer_.isWaiting() || opening_.isBusy() || others_.isBusy() || strips_->isReading() ||
         (view_ && view_->isReading());
}

/// Reads now if the panel is seen, else when it is shown.
void PredictionsPanel::reload() {
  isStale_ = true;
  answer_.drop();
  if (isVisible()) find();
}

void PredictionsPanel::showEvent(QShowEvent* event) {
  PanelWidget::showEvent(event);
  if (isStale_) find();
  QTimer::singleShot(0, this, &PredictionsPanel::focusPage);  // after the tabs have given it to somebody
}

/// So that the arrow keys walk through the samples, and do not edit a number.
void PredictionsPanel::focusPage() {
  QWidget* page = pages_->currentIndex() == kSamples  ? view_
                  : pages_->currentIndex() == kStrips ? static_cast<QWidget*>(strips_)
                                                      : nullptr;
  const QWidget* has = QApplication::focusWidget();
  if (page && isVisible() && (!has || isAncestorOf(has))) page->setFocus(Qt::OtherFocusReason);
}

/// Looks into the folders of the selected run and of those that are ticked.
void PredictionsPanel::find() {
  isStale_ = false;
  Session& session = workbench_.session;
  const qint64 selected = session.selection().run();
  if (!selected || !session.hasProject()) return take({});
  std::vector<qint64> wanted{selected};
  for (const qint64 run : session.selection().checked())
    if (run != selected) wanted.push_back(run);
  answer_.ask(
      session, this,
      [wanted](const OpenProject& project) {
        std::vector<PredictableRun> runs;
        for (const qint64 run : wanted) runs.push_back(lookInto(project.reader, run));
        return runs;
      },
      [this](std::optional<std::vector<PredictableRun>> runs) {
        take(runs ? std::move(*runs) : std::vector<PredictableRun>());
      });
}

void PredictionsPanel::take(std::vector<PredictableRun> runs) {
  for (PredictableRun& run : runs) run.title = workbench_.session.nameOf(run.run);
  const auto isSame = [](const PredictableRun& a, const PredictableRun& b) {
    return a.run == b.run && a.title == b.title && a.found == b.found && a.checkpoints == b.checkpoints;
  };
  // A popup that is open stays so while a run that trains is looked into again and again.
  if (!wanted_ && !runs.empty() && std::ranges::equal(runs, runs_, isSame)) return;
  const bool isSameRun = !runs.empty() && !runs_.empty() && runs.front().run == runs_.front().run;
  runs_ = std::move(runs);
  areStripsStale_ = true;
  if (!isSameRun) isPredictAsked_ = false;
  fillChoice();
  openStrips();
}

/// The one that was asked for, else the one that is shown, else the newest of the test images.
void PredictionsPanel::fillChoice() {
  const QSignalBlocker quiet(choice_);
  choice_->clear();
  const std::vector<FoundPredictions> found =
      runs_.empty() ? std::vector<FoundPredictions>() : runs_.front().found;
  int chosen = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    choice_->addItem(titleOf(found[i]));
    if (found[i].folder == shownFolder_ && !wanted_) chosen = static_cast<int>(i);
    if (wanted_ && found[i].folder == wanted_->folder) chosen = static_cast<int>(i);
  }
  wanted_.reset();
  choice_->setCurrentIndex(found.empty() ? -1 : chosen);
  choice_->setEnabled(!found.empty());
  predict_->setEnabled(!runs_.empty());
  openChosen();
}

void PredictionsPanel::openChosen() {
  const int index = choice_->currentIndex();
  if (index < 0 || runs_.empty()) {
    opening_.drop();
    showSet(nullptr);
    return;
  }
  const FoundPredictions found = runs_.front().found[static_cast<std::size_t>(index)];
  if (shown_ && found.folder == shownFolder_) return refreshPage();
  showSet(nullptr);
  shownFolder_ = found.folder;
  const QString what = tr("Reading the predictions and their images");
  busy_->setText(what);
  struct Opened {
    Predictions set;
    OpenData data;
  };
  opening_.ask(
      [this, run = runs_.front(), found, data = data_, what](const std::stop_token& stop) {
        Opened opened{nullptr, data};
        opened.set = openPredictions(run, found, opened.data, stop, [&](std::size_t done, std::size_t all) {
          if (done % 64 == 0)
            opening_.tell(stop, [this, done, all, what] {
              busy_->setText(tr("%1: %2 of %3 files")
                                 .arg(what, countText(static_cast<long long>(done)),
                                      countText(static_cast<long long>(all))));
            });
        });
        return opened;
      },
      [this](Opened opened) {
        data_ = std::move(opened.data);
        showSet(std::move(opened.set));
        focusPage();
        std::erase_if(data_, [](const auto& one) { return one.second.use_count() == 1; });  // no set has it
        openStrips();
      });
  refreshPage();
}

void PredictionsPanel::showSet(Predictions set) {
  problem_.clear();
  const bool isOther = set && (!shown_ || !view_ || shown_->header.kind != set->header.kind);
  shown_ = std::move(set);
  areStripsStale_ = true;
  if (isOther) {
    delete view_;
    view_ = makePredictionView(shown_->header.kind, workbench_.theme, samples_);
    samples_->layout()->addWidget(view_);
    connect(view_, &PredictionView::failed, &workbench_.session, &Session::problem);
  }
  if (view_) view_->show(shown_);
  if (!shown_) strips_->show({}, {});
  refreshPage();
}

void PredictionsPanel::showProblem(const QString& why) {
  showSet(nullptr);
  problem_ = why;
  refreshPage();
}

void PredictionsPanel::refreshPage() {
  const bool isStrips = tabs_->currentIndex() == kStripsTab;
  Page page = kPredict;
  if (opening_.isBusy())
    page = kBusy;
  else if (shown_ && !isPredictAsked_)
    page = isStrips ? kStrips : kSamples;
  page_->show(runs_.empty() ? nullptr : &runs_.front(), problem_);
  pages_->setCurrentIndex(page);
  predict_->setVisible(page == kSamples || page == kStrips);
  choice_->setVisible(choice_->count() > 0);
  tabs_->setVisible(shown_ != nullptr);
}

struct PredictionsPanel::OpenedStrips {
  std::vector<std::pair<qint64, Predictions>> sets;  ///< of each run
  QStringList missing;                               ///< ticked runs without predictions of these images
  OpenData data;
};

/// The newest predictions of the ticked runs for the images of those that are shown.
void PredictionsPanel::openStrips() {
  const bool isWanted = tabs_->currentIndex() == kStripsTab || isExporting_;
  if (!isWanted || !shown_ || runs_.empty() || !std::exchange(areStripsStale_, false)) return;
  others_.ask(
      [shown = shown_, runs = runs_, data = data_](const std::stop_token& stop) {
        OpenedStrips opened{{{runs.front().run, shown}}, {}, data};
        for (std::size_t i = 1; i < runs.size() && !stop.stop_requested(); ++i) {
          const auto found = std::ranges::find(runs[i].found, shown->header.split, &FoundPredictions::split);
          Predictions set;
          if (found != runs[i].found.end())
            set = openPredictions(runs[i], *found, opened.data, stop, [](std::size_t, std::size_t) {});
          const bool isOfSame =
              set && set->header.dataHash == shown->header.dataHash && set->header.kind == shown->header.kind;
          if (isOfSame)
            opened.sets.emplace_back(runs[i].run, set);
          else
            opened.missing << runs[i].title;
        }
        return opened;
      },
      [this](OpenedStrips opened) { takeStrips(std::move(opened)); });
}

/// The oldest run, which is most often the baseline, comes first.
void PredictionsPanel::takeStrips(OpenedStrips opened) {
  data_ = std::move(opened.data);
  std::ranges::sort(opened.sets, {}, [](const auto& one) { return one.first; });
  std::vector<Predictions> sets;
  for (auto& [run, set] : opened.sets) sets.push_back(std::move(set));
  const QString remark = opened.missing.isEmpty()
                             ? QString()
                             : tr("Without predictions of these images: %1. Select such a run and predict.")
                                   .arg(opened.missing.join(QStringLiteral(", ")));
  strips_->show(std::move(sets), remark);
}

void PredictionsPanel::watchPredicting() {
  if (workbench_.session.isPredicting())
    connect(workbench_.session.predicting(), &Predicting::ended, this, &PredictionsPanel::takePredicted,
            Qt::UniqueConnection);
}

/// New predictions are shown once they are there.
void PredictionsPanel::takePredicted(const QString& folder, const QString& why) {
  if (!why.isEmpty()) return Q_EMIT workbench_.session.problem(why);
  if (folder.isEmpty()) return;
  wanted_ = FoundPredictions{folder.toStdString()};
  isPredictAsked_ = false;
  reload();
}

void PredictionsPanel::step(int by) {
  if (pages_->currentIndex() == kStrips) return strips_->step(by);
  if (pages_->currentIndex() == kSamples && view_) view_->step(by);
}

/// The window's arrow keys move the step cursor; here they walk through the samples.
bool PredictionsPanel::event(QEvent* event) {
  if (event->type() == QEvent::ShortcutOverride && pages_->currentIndex() >= kSamples) {
    const auto* key = static_cast<QKeyEvent*>(event);
    if (key->modifiers() == Qt::NoModifier && (key->key() == Qt::Key_Left || key->key() == Qt::Key_Right)) {
      event->accept();
      return true;
    }
  }
  return PanelWidget::event(event);
}

void PredictionsPanel::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Left) return step(-1);
  if (event->key() == Qt::Key_Right) return step(1);
  PanelWidget::keyPressEvent(event);
}

QStringList PredictionsPanel::exportFilters() const {
  return {tr("Picture (*.png)"), tr("SVG, of strips if there are any (*.svg)"),
          tr("PDF, of strips if there are any (*.pdf)")};
}

/// Without a window nobody can turn to the strips: they are got ready behind the samples.
void PredictionsPanel::prepareExport() {
  isExporting_ = true;
  isStale_ ? find() : openStrips();
}

void PredictionsPanel::writeExport(const QString& file, const std::string& ending) {
  if (ending == "png") return PanelWidget::writeExport(file, ending);
  if (!strips_->canvas().figure().isEmpty()) return strips_->save(file);
  const QImage seen = whole().toImage();
  const QString title = shown_ ? shown_->run + QStringLiteral(", ") + shown_->title() : tr("Predictions");
  saveStrips({{title}, {{{}, {seen}, {}}}}, seen.width() / seen.devicePixelRatio(), 1, file);
}

namespace panel {
Panel predictions() {
  return {"predictions", "Predictions", "What a network says of each image, and where it is wrong",
          [](const Workbench& workbench) -> PanelWidget* { return new PredictionsPanel(workbench); }};
}
}  // namespace panel

}  // namespace uada
