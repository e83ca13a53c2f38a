#include "widgets/forms/EditDialog.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>
#include <optional>

#include "core/base/Error.h"
#include "core/config/LiveSettings.h"
#include "core/engine/Edits.h"
#include "widgets/forms/ChangesForm.h"
#include "widgets/models/Words.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

EditDialog::EditDialog(const Workbench& workbench, RunConfig config, QWidget* parent)
    : QDialog(parent), workbench_(workbench), config_(std::move(config)), run_(workbench.session.liveRun()) {
  setObjectName("editDialog");
  setWindowTitle(tr("Change a setting of %1").arg(workbench.session.nameOf(run_)));
  resize(80 * kGrid, 56 * kGrid);
  auto* about = new QLabel(tr(
      "It holds from the next step on, is recorded with its step, and is made again there when the run is "
      "resumed. The learning rate is that at the start, from which the schedule goes on: half of it halves "
      "all that follow. The run is marked as edited and no longer counts in tables. To change anything else, "
      "fork it from a checkpoint."));
  about->setWordWrap(true);
  form_ = new ChangesForm(workbench.theme);
  form_->setSettings(liveSettings(config_));
  auto* area = new QScrollArea;
  area->setWidgetResizable(true);
  area->setFrameShape(QFrame::NoFrame);
  area->setWidget(form_);
  problem_ = new QLabel;
  problem_->setObjectName("editProblem");
  problem_->setWordWrap(true);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
  change_ = buttons->addButton(tr("Change"), QDialogButtonBox::ActionRole);
  change_->setObjectName("editChange");
  for (QAbstractButton* button : buttons->buttons()) static_cast<QPushButton*>(button)->setAutoDefault(false);
  auto* layout = new QVBoxLayout(this);
  layout->addWidget(about);
  layout->addWidget(area, 1);
  layout->addWidget(problem_);
  layout->addWidget(buttons);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  connect(change_, &QPushButton::clicked, this, &EditDialog::change);
  connect(form_, &ChangesForm::edited, this, &EditDialog::refresh);
  connect(&workbench.session, &Session::stateChanged, this, &EditDialog::refresh);
  connect(&workbench.session, &Session::projectChanged, this, &QDialog::close);
  refresh();
}

void EditDialog::refresh() {
  if (workbench_.session.liveRun() != run_) return reject();
  QString problem;
  const auto changes = form_->changes();
  try {
    RunConfig config = config_;
    for (const auto& [key, value] : changes) config = withLiveSetting(config, key, value);
  } catch (const UsageError& error) {
    problem = q(error.what());
  }
  if (form_->problems() > 0) problem = tr("A value is not allowed: see there");
  problem_->setText(problem);
  problem_->setVisible(!problem.isEmpty());
  change_->setEnabled(problem.isEmpty() && !changes.empty());
}

void EditDialog::change() {
  TrainedRun* training = workbench_.session.training();
  if (training && workbench_.session.liveRun() == run_)
    for (const auto& [key, value] : form_->changes()) training->change(key, value);
  accept();
}

void openEditDialog(const Workbench& workbench, QWidget* parent) {
  Session& session = workbench.session;
  const qint64 run = session.liveRun();
  if (run == 0) return;
  session.ask(
      &session,
      [run](const OpenProject& project) {
        project.flush();
        const RunDetail detail = project.reader.detail(run);
        RunConfig config = detail.config;
        for (const EditReport& edit : detail.edits) config = withEdit(config, edit);
        return config;
      },
      [&workbench, run, parent = QPointer(parent)](std::optional<RunConfig> config) {
        if (!config || workbench.session.liveRun() != run) return;
        auto* dialog = new EditDialog(workbench, std::move(*config), parent);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
      });
}

}  // namespace uada
