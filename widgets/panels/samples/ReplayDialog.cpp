#include "widgets/panels/samples/ReplayDialog.h"

#include <fmt/core.h>

#include <QFileDialog>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>
#include <limits>

#include "core/augment/Space.h"
#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/engine/DecisionText.h"
#include "core/engine/Decisions.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Pictures.h"
#include "widgets/models/Words.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kPictureSide = 112;  // of a picture, at least, where it is smaller: pixels
constexpr int kShownDigits = 16;

/// What is said of a sample whose decision was not stored.
std::string wordsOf(const RunReplay::Keyed& keyed) {
  const Decision& d = keyed.decision;
  const std::string place =
      d.step == keyed.askedStep
          ? fmt::format("Step {} trained on sample {}", groupedText(d.step), d.index)
          : fmt::format("Step {} did not train on sample {}: epoch {} did so at step {}, which is shown",
                        groupedText(keyed.askedStep), d.index, d.epoch, groupedText(d.step));
  return place + (keyed.isWhole
                      ? ". It was not pictured there; its plan is drawn again from its key, so that there is "
                        "no recorded hash to compare with."
                      : ". It was not pictured there: its random plan is drawn again from its key. Probes, "
                        "candidates and winner depended on the network of that step and are not stored.");
}

}  // namespace

Replayed replay(const RunReplay& run, const std::optional<StoredDecision>& stored, std::int64_t step,
                std::uint32_t sample) {
  Replayed replayed;
  if (!stored) {
    RunReplay::Keyed keyed = run.keyed(step, sample);
    replayed.words = wordsOf(keyed);
    if (keyed.isWhole) replayed.replayed = run.trainedHash(keyed.decision);
    replayed.drawn = std::move(keyed.decision);
    return replayed;
  }
  replayed.drawn = run.drawn(stored->decision, stored->attempt);
  replayed.stored = stored->decision.pixelHash;
  replayed.replayed = run.trainedHash(replayed.drawn);
  replayed.keptAreEqual = arePicturesEqual(stored->decision, replayed.drawn);
  for (int group = 0; group < static_cast<int>(replayed.drawn.groups.size()); ++group)
    replayed.probes.push_back(run.probes(replayed.drawn, group));
  if (!run.isDataKnown())
    replayed.words =
        "The run has recorded no hash of its data: only the pixels can tell whether these are its "
        "images.";
  return replayed;
}

static std::unique_ptr<RunReplay> opened(const RunDetail& run, const std::string& folder,
                                         const Loading& loading) {
  try {
    return std::make_unique<RunReplay>(run, folder, loading);
  } catch (const OtherImages& error) {
    throw Error(fmt::format("{}; choose the folder of those by the button Images…", error.what()));
  }
}

ReplayDialog::ReplayDialog(const Workbench& workbench, qint64 run, QWidget* parent)
    : QDialog(parent),
      workbench_(workbench),
      run_(run),
      images_(std::make_shared<std::unique_ptr<RunReplay>>()) {
  setWindowTitle(tr("Replay of %1").arg(workbench.session.nameOf(run)));
  setAttribute(Qt::WA_DeleteOnClose);
  resize(95 * kGrid, 80 * kGrid);
  progress_ = new QProgressBar(this);
  progress_->setRange(0, 0);
  progress_->setTextVisible(false);
  progress_->setMaximumHeight(kGrid);
  state_ = new QLabel(this);
  hash_ = new QLabel(this);
  state_->setObjectName("replay_state");
  hash_->setObjectName("replay_hash");
  hash_->setTextFormat(Qt::RichText);
  for (QLabel* label : {state_, hash_}) {
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
  }
  pictures_ = new QWidget;
  grid_ = new QGridLayout(pictures_);
  grid_->setSpacing(2 * kGrid);
  auto* area = new QScrollArea(this);
  area->setWidget(pictures_);
  area->setWidgetResizable(true);
  area->setFrameShape(QFrame::NoFrame);
  auto* column = new QVBoxLayout(this);
  column->addWidget(makeChoices());
  column->addWidget(progress_);
  column->addWidget(hash_);
  column->addWidget(state_);
  column->addWidget(area, 1);
  connect(&background_, &Background::failed, this, &ReplayDialog::refuse);
  connect(&workbench.session, &Session::projectChanged, this, &QDialog::close);
  refresh();
}

QWidget* ReplayDialog::makeChoices() {
  auto* bar = new QWidget(this);
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(0, 0, 0, 0);
  sample_ = new QSpinBox(bar);
  sample_->setObjectName("replay_sample");
  sample_->setRange(0, std::numeric_limits<int>::max());
  sample_->setPrefix(tr("sample "));
  sample_->setAccessibleName(tr("Sample"));
  sample_->setToolTip(tr("A training image of the run, counted from 0; it need not have been pictured"));
  step_ = new QSpinBox(bar);
  step_->setObjectName("replay_step");
  step_->setRange(1, std::numeric_limits<int>::max());
  step_->setPrefix(tr("step "));
  step_->setAccessibleName(tr("Step"));
  for (QSpinBox* box : {sample_, step_}) {
    box->setGroupSeparatorShown(true);
    row->addWidget(box);
  }
  auto* render = new QPushButton(tr("Render"), bar);
  render->setObjectName("replay_render");
  auto* folder = new QPushButton(tr("Images…"), bar);
  folder->setObjectName("replay_folder");
  folder->setToolTip(tr("The folder of the run's images, if they no longer lie where it had them"));
  row->addWidget(render);
  row->addWidget(folder);
  row->addStretch();
  connect(folder, &QPushButton::clicked, this, [this] {
    const QString chosen = QFileDialog::getExistingDirectory(this, tr("Folder of the run's images"), folder_);
    if (!chosen.isEmpty()) setFolder(chosen);
  });
  connect(render, &QPushButton::clicked, this, &ReplayDialog::render);
  return bar;
}

void ReplayDialog::show(qint64 step, std::uint32_t sample) {
  step_->setValue(static_cast<int>(step));
  sample_->setValue(static_cast<int>(sample));
  QDialog::show();
  raise();
  render();
}

void ReplayDialog::setFolder(const QString& folder) {
  background_.drop();
  folder_ = folder;
  images_ = std::make_shared<std::unique_ptr<RunReplay>>();  // what is at work keeps the other
  render();
}

/// Reads what is stored of it.
void ReplayDialog::render() {
  background_.drop();
  answer_.drop();
  Session& session = workbench_.session;
  if (!session.hasProject()) return;
  struct Found {
    RunDetail run;
    std::optional<StoredDecision> stored;
    std::vector<std::string> classNames;
  };
  answer_.ask(
      session, this,
      [run = run_, step = step_->value(), sample = sample_->value()](const OpenProject& project) {
        Found found{project.reader.detail(run), {}, project.reader.classNames(run)};
        for (const DecisionPlace& place : project.reader.decisionPlaces(run))
          if (place.step == step && place.sample == sample)
            found.stored = {project.reader.decision(run, place, true), place.attempt};
        return found;
      },
      [this](std::optional<Found> found) {
        if (!found) return refuse(tr("What is stored of this sample could not be read."));
        renderStored(std::move(found->run), std::move(found->stored), std::move(found->classNames));
      });
  state_->setText(tr("Reading what is stored of it"));
  refresh();
}

void ReplayDialog::renderStored(RunDetail run, std::optional<StoredDecision> stored,
                                std::vector<std::string> classNames) {
  classNames_ = std::move(classNames);
  state_->setText(tr("Reading the images of the run"));
  background_.ask(
      [images = images_, folder = folder_.toStdString(), run = std::move(run), stored = std::move(stored),
       step = step_->value(),
       sample = static_cast<std::uint32_t>(sample_->value())](const std::stop_token& stop) {
        if (!*images) {
          Loading loading;
          loading.progress = [stop](std::size_t, std::size_t) { return !stop.stop_requested(); };
          *images = opened(run, folder, loading);
        }
        return replay(**images, stored, step, sample);
      },
      [this](Replayed replayed) { take(std::move(replayed)); });
  refresh();
}

void ReplayDialog::refuse(const QString& why) {
  clear();
  hash_->clear();
  replayed_.reset();
  state_->setText(why);
  refresh();
}

void ReplayDialog::refresh() { progress_->setVisible(isBusy()); }

void ReplayDialog::clear() {
  while (QLayoutItem* item = grid_->takeAt(0)) {
    delete item->widget();
    delete item;
  }
}

void ReplayDialog::take(Replayed replayed) {
  replayed_ = std::move(replayed);
  clear();
  const Decision& d = replayed_->drawn;
  const auto groups = static_cast<int>(d.groups.size());
  const QString loss = std::isfinite(d.unperturbedLoss) ? tr("loss %1").arg(lossText(d.unperturbedLoss)) : "";
  const Image& trained = pictureOf(d, d.winner);
  const bool isTrained = !replayed_->replayed.empty();
  grid_->addWidget(cell(tr("Original"), d.original, q(sampleText(d, classNames_)), false), 0, 0);
  grid_->addWidget(cell(groups > 0 || !isTrained ? tr("Random plan (before)") : tr("Plan"), d.unperturbed,
                        q(chainText(d.plan)) + '\n' + loss, d.winner < 0 && isTrained),
                   0, 1);
  if (groups > 0)
    grid_->addWidget(cell(tr("Winner, trained on"), trained,
                          d.winner < 0 ? tr("unperturbed") : q(groupTitle(nameOf(d, d.winner))) + "′", true),
                     0, 2);
  for (int group = 0; group < groups; ++group) addGroup(group + 1, group);
  grid_->setRowStretch(groups + 1, 1);
  grid_->setColumnStretch(grid_->columnCount(), 1);
  tellHash();
  state_->setText(q(replayed_->words));
  refresh();
}

/// Probes, then the candidate.
void ReplayDialog::addGroup(int row, int number) {
  const Decision& d = replayed_->drawn;
  const GroupDecision& group = d.groups[static_cast<std::size_t>(number)];
  const QString title = q(groupTitle(group.group));
  int column = 0;
  for (const RunReplay::Probe& probe : replayed_->probes[static_cast<std::size_t>(number)]) {
    const QString name = probe.isJoint      ? tr("%1: probe of all groups")
                         : probe.isOpposite ? tr("%1: probe, −δ")
                                            : tr("%1: probe, δ");
    grid_->addWidget(
        cell(name.arg(title), probe.picture,
             tr("loss %1, dL %2").arg(lossText(probe.loss), signedText(probe.loss - d.unperturbedLoss, 3)),
             false),
        row, column++);
  }
  const QString loss =
      tr("loss %1, gain %2")
          .arg(lossText(group.candidateLoss), signedText(group.candidateLoss - d.unperturbedLoss, 2));
  grid_->addWidget(cell(tr("%1: candidate").arg(title), group.picture, q(moveText(d, group)) + '\n' + loss,
                        number == d.winner),
                   row, column);
}

QWidget* ReplayDialog::cell(const QString& title, const Image& picture, const QString& caption,
                            bool isFramed) {
  auto* box = new QWidget(pictures_);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(kGrid / 2);
  auto* shown = new QLabel(box);
  const QImage image = copyOf(picture);
  const int zoom = std::max(1, kPictureSide / std::max(1, std::max(image.width(), image.height())));
  shown->setPixmap(QPixmap::fromImage(image.scaled(image.size() * zoom)));
  shown->setFixedSize(image.size() * zoom + QSize(8, 8));
  shown->setAlignment(Qt::AlignCenter);
  shown->setAccessibleName(title);
  if (isFramed)
    shown->setStyleSheet(
        QStringLiteral("border: 3px solid %1").arg(workbench_.theme.colour("accent").name()));
  auto* head = new QLabel(title, box);
  auto* words = new QLabel(caption.trimmed(), box);
  for (QLabel* label : {head, words}) {
    label->setWordWrap(true);
    label->setMinimumWidth(18 * kGrid);
  }
  words->setForegroundRole(QPalette::PlaceholderText);
  for (QLabel* label : {head, shown, words}) column->addWidget(label);
  column->addStretch();
  return box;
}

void ReplayDialog::tellHash() {
  const Replayed& r = *replayed_;
  if (r.stored.empty()) {
    hash_->setText(r.replayed.empty() ? QString() : tr("Pixels trained on: %1").arg(q(r.replayed)));
    return;
  }
  const bool isEqual = r.stored == r.replayed && r.keptAreEqual.value_or(true);
  const QString verdict = r.stored != r.replayed ? tr("differs")
                          : isEqual              ? tr("equal")
                                                 : tr("equal, but the kept pictures differ");
  hash_->setText(
      tr("Pixels trained on: stored %1…, replayed %2…: <b style='color:%3'>%4</b>%5")
          .arg(q(r.stored).left(kShownDigits).toHtmlEscaped(), q(r.replayed).left(kShownDigits),
               workbench_.theme.colour(isEqual ? "good" : "bad").name(), verdict,
               r.keptAreEqual == true ? tr("; so are all pictures that the project keeps") : QString()));
  hash_->setToolTip(tr("stored %1\nreplayed %2").arg(q(r.stored), q(r.replayed)));
}

}  // namespace uada
