#include "widgets/panels/policy/LandscapeDialog.h"

#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>
#include <cmath>

#include "core/base/Error.h"
#include "core/engine/Probe.h"
#include "core/ops/Op.h"
#include "core/store/Project.h"
#include "widgets/models/CheckpointText.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

LandscapeDialog::LandscapeDialog(const Workbench& workbench, RunDetail run,
                                 const std::vector<std::string>& ops, const std::string& chosen,
                                 QWidget* parent)
    : QDialog(parent), workbench_(workbench), run_(std::move(run)), delta_(probeDelta(run_.config.method)) {
  setWindowTitle(tr("Landscape of %1").arg(workbench.session.nameOf(run_.summary.id)));
  resize(100 * kGrid, 70 * kGrid);
  plot_ = new Plot(workbench.theme, this);
  plot_->setObjectName("landscape_plot");
  text_ = new QLabel(this);
  text_->setObjectName("landscape_text");
  text_->setWordWrap(true);
  text_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  state_ = new QLabel(this);
  state_->setObjectName("landscape_state");
  state_->setWordWrap(true);
  progress_ = new QProgressBar(this);
  progress_->setRange(0, 0);
  progress_->setTextVisible(false);
  progress_->setMaximumHeight(kGrid);
  auto* column = new QVBoxLayout(this);
  column->addWidget(makeChoices(ops, chosen));
  column->addWidget(progress_);
  column->addWidget(state_);
  column->addWidget(plot_, 1);
  column->addWidget(text_);
  connect(plot_, &Plot::clicked, this, [this](double x, double) { choose(x); });
  connect(&workbench.session, &Session::stateChanged, this, &LandscapeDialog::refresh);
  connect(&workbench.session, &Session::projectChanged, this, &QDialog::close);
  connect(this, &QDialog::finished, this, [this] {  // nobody would see what comes of it
    if (Landscaping* live = workbench_.session.landscaping()) live->cancel();
  });
  showPlaces();
  refresh();
}

/// The newest, that of the best test, and that before the step of the cursor, where it is another one.
QComboBox* LandscapeDialog::makeCheckpoints(QWidget* bar) {
  auto* box = new QComboBox(bar);
  box->setObjectName("landscape_checkpoint");
  box->setAccessibleName(tr("Checkpoint"));
  const auto offer = [&](const QString& text, const CheckpointChoice& choice) {
    box->addItem(text);
    checkpoints_.push_back(choice);
  };
  offer(tr("Newest checkpoint"), {});
  offer(tr("Best test"), {.isBest = true});
  const std::vector<CheckpointReport> there = checkpointsThere(run_);
  const Selection& selection = workbench_.session.selection();
  const qint64 cursor = selection.run() == run_.summary.id ? selection.cursor() : 0;
  for (const CheckpointReport& one : there) {
    if (one.step > cursor) continue;
    if (one.step != there.front().step)
      offer(tr("At the cursor: %1").arg(checkpointText(one, run_.summary.stepsPerEpoch)), {.step = one.step});
    break;
  }
  return box;
}

QWidget* LandscapeDialog::makeChoices(const std::vector<std::string>& ops, const std::string& chosen) {
  auto* bar = new QWidget(this);
  auto* row = new QHBoxLayout(bar);
  row->setContentsMargins(0, 0, 0, 0);
  op_ = new QComboBox(bar);
  op_->setObjectName("landscape_op");
  op_->setAccessibleName(tr("Op"));
  other_ = new QComboBox(bar);
  other_->setObjectName("landscape_other");
  other_->setAccessibleName(tr("Second op"));
  other_->addItem(tr("no second op"), QString());
  for (const std::string& name : ops) {
    if (!findOp(name).hasValue) continue;
    op_->addItem(q(findOp(name).title), q(name));
    other_->addItem(q(findOp(name).title), q(name));
  }
  op_->setCurrentIndex(std::max(0, op_->findData(q(chosen))));
  samples_ = new QSpinBox(bar);
  samples_->setObjectName("landscape_samples");
  samples_->setRange(2, 4096);
  samples_->setValue(128);
  samples_->setSuffix(tr(" samples"));
  samples_->setToolTip(
      tr("The first of the training images, each with the plan that this epoch draws for it"));
  checkpoint_ = makeCheckpoints(bar);
  compute_ = new QPushButton(tr("Compute"), bar);
  compute_->setObjectName("landscape_compute");
  cancel_ = new QPushButton(tr("Cancel"), bar);
  save_ = new QPushButton(tr("Save…"), bar);
  auto* of = new QLabel(tr("Loss over the levels of"), bar);
  of->setBuddy(op_);
  auto* by = new QLabel(tr("and"), bar);
  by->setBuddy(other_);
  for (QWidget* widget : std::initializer_list<QWidget*>{of, op_, by, other_, samples_, checkpoint_})
    row->addWidget(widget);
  row->addStretch();
  for (QPushButton* button : {compute_, cancel_, save_}) row->addWidget(button);
  connect(compute_, &QPushButton::clicked, this, &LandscapeDialog::compute);
  connect(cancel_, &QPushButton::clicked, this, [this] {
    if (Landscaping* live = workbench_.session.landscaping()) live->cancel();
  });
  connect(save_, &QPushButton::clicked, this, &LandscapeDialog::save);
  return bar;
}

void LandscapeDialog::compute() {
  Session& session = workbench_.session;
  Landscaping::Wanted wanted{run_.config,
                             runFolder(session.projectFile().toStdString(), run_.summary.key),
                             {},
                             samples_->value(),
                             checkpoints_[static_cast<std::size_t>(checkpoint_->currentIndex())]};
  wanted.ops.push_back(op_->currentData().toString().toStdString());
  if (const QString other = other_->currentData().toString(); !other.isEmpty())
    wanted.ops.push_back(other.toStdString());
  try {
    Landscaping& live = session.landscape(std::move(wanted));
    places_.clear();
    step_ = 0;
    state_->clear();
    showPlaces();
    connect(&live, &Landscaping::changed, this, [this, &live] {
      state_->setText(live.text());
      places_ = live.places();
      showPlaces();
    });
    connect(&live, &Landscaping::ended, this, [this, &live](const QString& why) {
      places_ = live.places();
      step_ = live.step();
      state_->setText(why.isEmpty() && !places_.empty()
                          ? tr("Of the checkpoint after step %1").arg(countText(step_))
                          : why);
      showPlaces();
      refresh();
    });
  } catch (const std::exception& error) {
    state_->setText(QString::fromStdString(problemText(error)));
  }
  refresh();
}

void LandscapeDialog::refresh() {
  const Session& session = workbench_.session;
  const Landscaping* live = session.landscaping();
  const bool isBusy = live && live->isLive();
  compute_->setEnabled(!isBusy && !session.isTraining() && op_->count() > 0);
  cancel_->setVisible(isBusy);
  progress_->setVisible(isBusy);
  save_->setEnabled(!isBusy && !places_.empty());
  if (op_->count() == 0) state_->setText(tr("The run's policy draws no op that has levels."));
  if (session.isTraining())
    state_->setText(tr("A run is training: compute when it has ended, or stop it first."));
}

void LandscapeDialog::showPlaces() {
  plot_->show(landscapeFigure(places_, level_, delta_, workbench_.theme));
  text_->setText(landscapeText(places_, level_, delta_));
}

void LandscapeDialog::choose(double x) {
  level_ = static_cast<int>(std::lround(x));
  showPlaces();
}

void LandscapeDialog::save() {
  const QString file = QFileDialog::getSaveFileName(this, tr("Save the landscape"), "landscape.png",
                                                    Plot::exportFilters().join(";;"));
  if (file.isEmpty()) return;
  try {
    plot_->exportTo(file);
  } catch (const std::exception& error) {
    state_->setText(QString::fromStdString(problemText(error)));
  }
}

}  // namespace uada
