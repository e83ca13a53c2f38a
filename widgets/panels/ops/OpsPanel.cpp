#include "widgets/panels/ops/OpsPanel.h"

#include <QDragEnterEvent>
#include <QFileInfo>
#include <QMimeData>
#include <QSettings>
#include <QStackedWidget>
#include <QTabBar>
#include <QUrl>
#include <QVBoxLayout>
#include <cstring>
#include <utility>

#include "core/engine/RunImages.h"
#include "widgets/panels/ops/ChainView.h"
#include "widgets/panels/ops/OpExplorer.h"
#include "widgets/panels/ops/SourceBar.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

Image imageOf(const QImage& picture) {
  const QImage rgb = picture.convertToFormat(QImage::Format_RGB888);
  Image image(rgb.width(), rgb.height());
  const auto bytes = static_cast<std::size_t>(3) * static_cast<std::size_t>(image.width);
  for (int y = 0; y < image.height; ++y) std::memcpy(image.span().row(y), rgb.constScanLine(y), bytes);
  return image;
}

/// The first local picture of a drop; empty: none. What else is dropped is the window's.
QString droppedPicture(const QMimeData& data) {
  static const QStringList kEndings{"png", "jpg", "jpeg", "jpe"};
  for (const QUrl& url : data.urls())
    if (const QFileInfo file(url.toLocalFile());
        url.isLocalFile() && file.isFile() && kEndings.contains(file.suffix().toLower()))
      return file.filePath();
  return {};
}

}  // namespace

OpsPanel::OpsPanel(const Workbench& workbench, QWidget* parent)
    : PanelWidget(workbench, parent), source_(new PictureSource(this)) {
  setAcceptDrops(true);
  bar_ = new SourceBar(workbench, *source_, this);
  pages_ = new QStackedWidget(this);
  pages_->addWidget(
      emptyState(workbench, tr("What an op does to a picture, and what a policy does, stage by stage"),
                 tr("Drop a PNG or JPEG here, open one, or choose a sample of a data set above."), "ops"));
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(kGrid / 2);
  column->addWidget(bar_);
  column->addWidget(pages_, 1);
  connect(source_, &PictureSource::loaded, this, &OpsPanel::showLoaded);
  connect(source_, &PictureSource::failed, this, &OpsPanel::showFailed);
}

/// Both views, once there is a picture: the policies are read then, not while the window starts.
void OpsPanel::makeViews() {
  if (explorer_) return;
  explorer_ = new OpExplorer(workbench_, this);
  chain_ = new ChainView(workbench_, this);
  tabs_ = new QTabBar(this);
  tabs_->setObjectName("ops_tabs");
  tabs_->addTab(tr("One op"));
  tabs_->addTab(tr("Policy and plan"));
  tabs_->setExpanding(false);
  views_ = new QStackedWidget(this);
  views_->addWidget(explorer_);
  views_->addWidget(chain_);
  auto* page = new QWidget(this);
  auto* inside = new QVBoxLayout(page);
  inside->setContentsMargins(0, 0, 0, 0);
  inside->setSpacing(0);
  inside->addWidget(tabs_);
  inside->addWidget(views_, 1);
  pages_->addWidget(page);
  connect(tabs_, &QTabBar::currentChanged, this, [this](int tab) {
    views_->setCurrentIndex(tab);
    workbench_.settings.setValue("ops/tab", tab);
  });
  tabs_->setCurrentIndex(workbench_.settings.value("ops/tab").toInt());
  connect(chain_, &ChainView::opWanted, this,
          [this](const OpsPicture& picture, const OpSetting& setting, const QString& caption) {
            explorer_->setPicture(picture, caption);
            explorer_->setSetting(setting);
            tabs_->setCurrentIndex(0);
          });
  connect(chain_, &ChainView::imageWanted, this, &OpsPanel::readImageOf);
  connect(chain_, &ChainView::failed, &workbench_.session, &Session::problem);
  connect(explorer_, &OpExplorer::failed, &workbench_.session, &Session::problem);
}

/// What was looked at last time, once the view is seen: reading it would slow down the window's start.
void OpsPanel::showEvent(QShowEvent* event) {
  PanelWidget::showEvent(event);
  if (!std::exchange(restored_, true) && !wanted_ && pages_->currentIndex() == 0) restore();
}

void OpsPanel::restore() {
  const QSettings& settings = workbench_.settings;
  PictureRequest request;
  const QString file = settings.value("ops/file").toString();
  request.dataset = settings.value("ops/dataset").toString().toStdString();
  request.index = settings.value("ops/index").toUInt();
  if (QFileInfo::exists(file)) request.file = file.toStdString();
  bool known = !request.file.empty();
  for (const DatasetEntry& entry : datasets())
    known = known || (entry.name == request.dataset && entry.find({}));
  known ? source_->read(request) : readFirst();
}

/// The first training image of a data set that is there: that of the selected run, else the first of the
/// catalogue.
void OpsPanel::readFirst() {
  const Session& session = workbench_.session;
  const RunSummary* const run = session.find(workbench_.session.selection().run());
  PictureRequest request;
  for (const DatasetEntry& entry : datasets()) {
    if (entry.isOwn || !entry.find({})) continue;
    const bool isOfRun = run && run->dataset == entry.name;
    if (request.dataset.empty() || isOfRun) request.dataset = entry.name;
    if (isOfRun) break;
  }
  if (!request.dataset.empty()) source_->read(request);
}

void OpsPanel::remember() const {
  const PictureRequest& request = source_->request();
  workbench_.settings.setValue("ops/file", QString::fromStdString(request.file.string()));
  workbench_.settings.setValue("ops/dataset", QString::fromStdString(request.dataset));
  workbench_.settings.setValue("ops/index", request.index);
}

void OpsPanel::open(const SamplePlan& sample) { open(sample, tr("The plan of %1").arg(sample.title), 1); }

void OpsPanel::open(const SamplePlan& sample, const QString& note, int tab) {
  const auto& settings = sample.dataset.as<DataSettings>();
  wantedRequest_ = {{}, sample.dataset.name, settings.folder, settings.trainLimit, sample.index};
  wanted_ = sample;
  wantedNote_ = note;
  wantedTab_ = tab;
  source_->read(wantedRequest_);
}

/// The training image that a pasted line is of; from the folder that its data set was read from last.
void OpsPanel::readImageOf(const PlanLine& line) {
  PictureRequest request{{}, line.dataset, {}, line.trainLimit, *line.index};
  if (source_->request().dataset == line.dataset) request.folder = source_->request().folder;
  source_->read(request);
}

void OpsPanel::prepareExport() {
  Session& session = workbench_.session;
  if (pages_->currentIndex() != 0 || isReading() || !session.selection().run()) return;
  using Newest = std::pair<RunDetail, std::vector<Decision>>;
  session.ask(
      this,
      [id = session.selection().run()](const OpenProject& project) {
        return Newest{project.reader.detail(id), project.reader.decisions(id, 1, true)};
      },
      [this](const std::optional<Newest>& newest) {
        if (newest) showNewest(newest->first, newest->second);
      });
}

/// The newest pictured sample of a run; of one without, its first training image as it is.
void OpsPanel::showNewest(const RunDetail& run, const std::vector<Decision>& decisions) {
  SamplePlan sample;
  sample.title = workbench_.session.nameOf(run.summary.id);
  sample.dataset = run.config.recipe.dataset;
  for (const Decision& newest : decisions) {
    sample.index = newest.index;
    sample.plan = newest.plan;
    sample.original = newest.original;
    const Image& seen = newest.unperturbed;  // by the network
    if (!seen.empty()) sample.input = Input{seen.height, seen.width, run.config.recipe.input.pad};
  }
  sample.dataHash = originOf(run, std::ssize(run.attempts)).dataHash;
  const QString note =
      decisions.empty()
          ? tr("%1 has no pictured decisions: its first training image, without a plan").arg(sample.title)
          : tr("The plan of %1").arg(sample.title);
  open(sample, note, workbench_.settings.value("ops/tab").toInt());
}

/// Whether it is the wanted sample that was read, or could not be. Another request takes its place.
bool OpsPanel::isWanted() {
  if (wanted_ && !(source_->asked() == wantedRequest_)) wanted_.reset();
  return wanted_.has_value();
}

void OpsPanel::showLoaded() {
  makeViews();
  pages_->setCurrentIndex(1);
  explorer_->setPicture(source_->picture(), tr("Original"));
  chain_->setPicture(source_->picture());
  remember();
  if (!isWanted()) return;
  const SamplePlan sample = *std::exchange(wanted_, std::nullopt);
  QString note = wantedNote_;
  const OpsPicture& picture = source_->picture();
  PlanLine line;
  line.kind = PlanLine::Kind::sample;
  line.dataset = sample.dataset.name;
  line.trainHash = trainingHash(sample.dataHash);
  if (const std::string foreign = foreignText(line, picture.dataset, picture.data->identity());
      !foreign.empty())
    note += QStringLiteral("; ") + QString::fromStdString(foreign);
  showPlan(sample, note);
}

void OpsPanel::showPlan(const SamplePlan& sample, const QString& note) {
  chain_->showPlan(sample.plan, sample.pixelHash, note, sample.input);
  tabs_->setCurrentIndex(wantedTab_);
}

/// Without its data set a run's sample is the picture that was kept: only the mean and partners are then
/// others.
void OpsPanel::showFailed(const QString& why) {
  if (!isWanted()) return;
  const SamplePlan sample = *std::exchange(wanted_, std::nullopt);
  if (sample.original.empty()) return;
  OpsPicture picture;
  picture.image = sample.original;
  picture.title = sample.title.toStdString();
  picture.data = oneImageSet(picture.image);
  source_->use(std::move(picture));
  showPlan(
      sample,
      tr("The plan of %1, on the picture kept with the run: mean colour and second images are others. %2")
          .arg(sample.title, why));
}

void OpsPanel::dragEnterEvent(QDragEnterEvent* event) {
  const bool isPicture = !droppedPicture(*event->mimeData()).isEmpty();
  if (isPicture || (event->mimeData()->hasImage() && !event->mimeData()->hasUrls()))
    event->acceptProposedAction();
}

void OpsPanel::dropEvent(QDropEvent* event) {
  event->acceptProposedAction();
  if (const QString file = droppedPicture(*event->mimeData()); !file.isEmpty()) return bar_->openFile(file);
  const QImage dropped = event->mimeData()->imageData().value<QImage>();
  if (dropped.isNull() || dropped.width() > kMostOpsSide || dropped.height() > kMostOpsSide) {
    source_->refuse(tr("The dropped picture has no pixels, or more than %1 a side").arg(kMostOpsSide));
    return;
  }
  OpsPicture picture;
  picture.image = imageOf(dropped);
  picture.title = tr("dropped picture").toStdString();
  source_->use(std::move(picture));
}

namespace panel {
Panel ops() {
  return {"ops", "Ops", "What an op does to any picture, and what a policy does, stage by stage",
          [](const Workbench& workbench) -> PanelWidget* { return new OpsPanel(workbench); }};
}
}  // namespace panel

}  // namespace uada
