#include "widgets/forms/ForkDialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>
#include <filesystem>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/config/Fork.h"
#include "core/engine/Edits.h"
#include "widgets/forms/ChangesForm.h"
#include "widgets/models/CheckpointText.h"
#include "widgets/models/Words.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

ForkDialog::ForkDialog(const Workbench& workbench, Known known, QWidget* parent)
    : QDialog(parent), workbench_(workbench), known_(std::move(known)) {
  setObjectName("forkDialog");
  setWindowTitle(tr("Fork of %1").arg(workbench.session.nameOf(known_.run.summary.id)));
  resize(90 * kGrid, 80 * kGrid);
  from_ = new QComboBox;
  from_->setObjectName("forkFrom");
  from_->setAccessibleName(tr("Checkpoint"));
  auto* keeps = new QLabel(
      tr("A new run goes on from the checkpoint: without other settings as this one did, to the last bit. %1")
          .arg(q(kForkKeeps)));
  keeps->setWordWrap(true);
  form_ = new ChangesForm(workbench.theme);
  auto* area = new QScrollArea;
  area->setWidgetResizable(true);
  area->setFrameShape(QFrame::NoFrame);
  area->setWidget(form_);
  problem_ = new QLabel;
  problem_->setObjectName("forkProblem");
  problem_->setWordWrap(true);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
  fork_ = buttons->addButton(tr("Start the fork"), QDialogButtonBox::ActionRole);
  fork_->setObjectName("forkStart");
  for (QAbstractButton* button : buttons->buttons()) static_cast<QPushButton*>(button)->setAutoDefault(false);
  auto* top = new QFormLayout;
  top->addRow(tr("Go on from"), from_);
  auto* layout = new QVBoxLayout(this);
  layout->addLayout(top);
  layout->addWidget(keeps);
  layout->addWidget(area, 1);
  layout->addWidget(problem_);
  layout->addWidget(buttons);
  addCheckpoints();
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(fork_, &QPushButton::clicked, this, &ForkDialog::fork);
  connect(form_, &ChangesForm::edited, this, &ForkDialog::refresh);
  connect(from_, &QComboBox::currentIndexChanged, this, [this] {
    form_->setSettings(forkSettings(before()));
    refresh();
  });
  connect(&workbench.session, &Session::stateChanged, this, &ForkDialog::refresh);
  connect(&workbench.session, &Session::projectChanged, this, &QDialog::close);
  form_->setSettings(forkSettings(before()));
  refresh();
}

/// A run keeps its newest two and that of its best epoch.
void ForkDialog::addCheckpoints() {
  checkpoints_ = checkpointsThere(known_.run);
  for (const CheckpointReport& one : checkpoints_)
    from_->addItem(checkpointText(one, known_.run.summary.stepsPerEpoch));
}

const CheckpointReport* ForkDialog::chosen() const {
  const int place = from_->currentIndex();
  return place < 0 ? nullptr : &checkpoints_[static_cast<std::size_t>(place)];
}

/// The settings in force at the checkpoint.
RunConfig ForkDialog::before() const {
  RunConfig config = known_.run.config;
  for (const EditReport& edit : known_.run.edits)
    if (chosen() && edit.step <= chosen()->step) config = withEdit(config, edit);
  return config;
}

std::vector<std::string> ForkDialog::sets() const {
  std::vector<std::string> sets;
  for (const auto& [key, value] : form_->changes()) sets.push_back(key + '=' + value.dump());
  return sets;
}

void ForkDialog::refresh() {
  QString problem;
  try {
    forkedConfig(before(), sets(), known_.policies);
  } catch (const UsageError& error) {
    problem = q(error.what());
  }
  if (form_->problems() > 0) problem = tr("A value is not allowed: see there");
  if (workbench_.session.isLive())
    problem = tr("Another run is training: stop it first, or wait until it has finished");
  if (!chosen()) problem = tr("The run has no checkpoint any more; one is written after every epoch");
  problem_->setText(problem);
  problem_->setVisible(!problem.isEmpty());
  fork_->setEnabled(problem.isEmpty());
}

// A user action starts here, so its errors end here.
void ForkDialog::fork() {
  FoundCheckpoint from;
  from.file = chosen()->file;
  from.step = chosen()->step;
  try {
    workbench_.session.forkRun(known_.run.summary.id, from, sets());
    workbench_.show("live");
    accept();
  } catch (const std::exception& error) {
    problem_->setText(q(problemText(error)));
    problem_->show();
  }
}

void openForkDialog(const Workbench& workbench, qint64 run, QWidget* parent) {
  Session& session = workbench.session;
  session.ask(
      &session,
      [run](const OpenProject& project) {
        return ForkDialog::Known{project.reader.detail(run), project.reader.policies()};
      },
      [&workbench, parent = QPointer(parent)](std::optional<ForkDialog::Known> known) {
        if (!known) return;
        auto* dialog = new ForkDialog(workbench, std::move(*known), parent);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
      });
}

}  // namespace uada
