#include "widgets/panels/runs/VerifyDialog.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "core/base/Error.h"
#include "widgets/models/Words.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

VerifyDialog::VerifyDialog(const Workbench& workbench, qint64 run, QWidget* parent)
    : QDialog(parent),
      workbench_(workbench),
      run_(run),
      state_(new QLabel(this)),
      progress_(new QProgressBar(this)),
      steps_(new QSpinBox(this)),
      verify_(new QPushButton(tr("Verify"), this)),
      cancel_(new QPushButton(tr("Cancel"), this)) {
  setObjectName("verifyDialog");
  setAttribute(Qt::WA_DeleteOnClose);
  setWindowTitle(tr("Verify %1").arg(workbench.session.nameOf(run)));
  setMinimumWidth(64 * kGrid);
  layOut();
  connect(verify_, &QPushButton::clicked, this, &VerifyDialog::begin);
  connect(cancel_, &QPushButton::clicked, this, [this] {
    if (Verifying* live = workbench_.session.verifying()) live->cancel();
  });
  connect(&workbench.session, &Session::stateChanged, this, &VerifyDialog::refresh);
  connect(&workbench.session, &Session::projectChanged, this, &QDialog::close);
  tellLast();
  const Verifying* live = workbench.session.verifying();
  if (live && live->isLive() && live->run() == run) follow(*live);
  refresh();
}

void VerifyDialog::layOut() {
  auto* help = new QLabel(tr("Steps are trained again from the newest checkpoint that recorded steps follow, "
                             "and compared with the "
                             "record to the last bit: losses, counts, policy, decisions with the hashes of "
                             "their pictures, tests. "
                             "The run keeps what came out."),
                          this);
  for (QLabel* label : {help, state_}) label->setWordWrap(true);
  state_->setObjectName("verify_state");
  state_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  progress_->setMaximumHeight(kGrid);
  progress_->setTextVisible(false);
  steps_->setObjectName("verify_steps");
  steps_->setAccessibleName(tr("Steps"));
  steps_->setRange(1, 1'000'000);
  steps_->setValue(20);
  steps_->setSuffix(tr(" steps"));
  steps_->setToolTip(tr("Fewer where fewer were recorded after the checkpoint"));
  verify_->setObjectName("verify_begin");
  verify_->setAutoDefault(false);
  cancel_->setObjectName("verify_cancel");
  auto* row = new QHBoxLayout;
  row->addWidget(steps_);
  row->addWidget(verify_);
  row->addWidget(cancel_);
  row->addStretch();
  auto* column = new QVBoxLayout(this);
  column->setSpacing(kGrid);
  column->addWidget(help);
  column->addLayout(row);
  column->addWidget(progress_);
  column->addWidget(state_);
  column->addStretch();
}

/// What came out when it was done last.
void VerifyDialog::tellLast() {
  const RunSummary* run = workbench_.session.find(run_);
  if (run) state_->setText(run->certificate.empty() ? tr("Not verified yet.") : q(run->certificate));
}

void VerifyDialog::begin() {
  try {
    follow(workbench_.session.verify(run_, steps_->value()));
  } catch (const std::exception& error) {
    state_->setText(QString::fromStdString(problemText(error)));
  }
  refresh();
}

/// Also one that a dialogue which was closed has begun.
void VerifyDialog::follow(const Verifying& live) {
  connect(&live, &Verifying::changed, this, [this, &live] {
    state_->setText(live.text());
    progress_->setRange(0, live.share() > 0 ? 1000 : 0);
    progress_->setValue(static_cast<int>(1000 * live.share()));
  });
  connect(&live, &Verifying::ended, this, [this](const QString& verdict, const QString& why) {
    state_->setText(!verdict.isEmpty() ? verdict : !why.isEmpty() ? why : tr("Cancelled: nothing is kept."));
    refresh();
  });
}

void VerifyDialog::refresh() {
  const Session& session = workbench_.session;
  const Verifying* live = session.verifying();
  const bool isBusy = live && live->isLive() && live->run() == run_;
  const QString whyNot = !session.readOnly().isEmpty() ? session.readOnly()
                         : session.isTraining()        ? tr("Not while a run is training")
                                                       : QString();
  verify_->setEnabled(!isBusy && whyNot.isEmpty());
  verify_->setToolTip(whyNot);
  steps_->setEnabled(!isBusy);
  cancel_->setVisible(isBusy);
  progress_->setVisible(isBusy);
}

}  // namespace uada
