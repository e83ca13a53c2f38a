#include "widgets/panels/predictions/PredictPage.h"

#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>
#include <limits>

#include "core/base/Error.h"
#include "widgets/models/Numbers.h"
#include "widgets/panels/Panel.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

PredictPage::PredictPage(const Workbench& workbench, QWidget* parent)
    : QWidget(parent), workbench_(workbench) {
  auto* column = new QVBoxLayout(this);
  column->setSpacing(kGrid);
  column->addStretch();
  QWidget* empty =
      emptyState(workbench,
                 tr("What the network of a checkpoint says of each image: right and wrong classes, "
                    "label maps, boxes or restored pictures"),
                 {}, "predictions");
  empty->setParent(this);
  how_ = empty->findChild<QLabel*>("muted");
  column->addWidget(empty);
  problem_ = new QLabel(this);
  problem_->setObjectName("problem");
  problem_->setAlignment(Qt::AlignCenter);
  problem_->setWordWrap(true);
  problem_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  column->addWidget(problem_);
  column->addWidget(form_ = makeForm(), 0, Qt::AlignHCenter);
  setFocusProxy(split_);
  column->addStretch();
  column->addStretch();
  for (const auto signal : {&Session::stateChanged, &Session::workersChanged, &Session::projectChanged})
    connect(&workbench.session, signal, this, &PredictPage::refresh);
  show(nullptr, {});
}

QWidget* PredictPage::makeForm() {
  auto* form = new QWidget(this);
  auto* lines = new QFormLayout(form);
  lines->setSpacing(kGrid);
  split_ = new QComboBox(form);
  split_->setObjectName("predict_split");
  split_->addItem(tr("Test images"), static_cast<int>(Split::test));
  split_->addItem(tr("Training images"), static_cast<int>(Split::train));
  checkpoint_ = new QComboBox(form);
  checkpoint_->setObjectName("predict_checkpoint");
  limit_ = new QSpinBox(form);
  limit_->setObjectName("predict_limit");
  limit_->setRange(0, std::numeric_limits<int>::max());
  limit_->setGroupSeparatorShown(true);
  limit_->setSpecialValueText(tr("all"));
  limit_->setToolTip(tr("The first so many; 0: all"));
  lines->addRow(tr("Images"), split_);
  lines->addRow(tr("At most"), limit_);
  lines->addRow(tr("Checkpoint"), checkpoint_);
  auto* buttons = new QHBoxLayout;
  predict_ = new QPushButton(tr("Predict"), form);
  predict_->setObjectName("primary");
  back_ = new QPushButton(tr("Back"), form);
  back_->setObjectName("predict_back");
  buttons->addWidget(predict_);
  buttons->addWidget(back_);
  buttons->addStretch();
  lines->addRow(QString(), buttons);
  progressRow_ = new QWidget(form);
  auto* row = new QHBoxLayout(progressRow_);
  row->setContentsMargins(0, 0, 0, 0);
  progress_ = new QProgressBar(progressRow_);
  progress_->setObjectName("predict_progress");
  progress_->setTextVisible(false);
  progress_->setMinimumWidth(240);
  cancel_ = new QPushButton(tr("Cancel"), progressRow_);
  cancel_->setObjectName("predict_cancel");
  row->addWidget(progress_, 1);
  row->addWidget(cancel_);
  lines->addRow(QString(), progressRow_);
  state_ = new QLabel(form);
  state_->setObjectName("predict_state");
  state_->setWordWrap(true);
  state_->setMinimumWidth(320);
  lines->addRow(QString(), state_);
  connect(predict_, &QPushButton::clicked, this, &PredictPage::predict);
  connect(back_, &QPushButton::clicked, this, &PredictPage::backWanted);
  connect(cancel_, &QPushButton::clicked, this, [this] {
    if (Predicting* live = workbench_.session.predicting()) live->cancel();
  });
  return form;
}

void PredictPage::show(const PredictableRun* run, const QString& problem) {
  const bool isSameRun = run && hasRun_ && run->run == run_.run;
  hasRun_ = run != nullptr;
  run_ = run ? *run : PredictableRun();
  problem_->setText(problem);
  problem_->setVisible(!problem.isEmpty());
  form_->setVisible(hasRun_);
  back_->setVisible(hasRun_ && !run_.found.empty() && problem.isEmpty());
  const QString chosen = isSameRun ? checkpoint_->currentText() : QString();
  checkpoint_->clear();
  for (std::size_t i = 0; i < run_.checkpoints.size(); ++i) {
    const std::int64_t step = run_.checkpoints[i].step;
    const QString text = step < 0 ? tr("of the best epoch") : tr("step %1").arg(countText(step));
    checkpoint_->addItem(i == 0 && step >= 0 ? tr("newest, %1").arg(text) : text, static_cast<int>(i));
  }
  if (const int at = checkpoint_->findText(chosen); at >= 0) checkpoint_->setCurrentIndex(at);
  how_->setText(!hasRun_ ? tr("Choose a run in the list of runs; its network then predicts the images.")
                         : tr("Choose what is predicted. The predictions are kept in the run's folder."));
  refresh();
}

QString PredictPage::hindrance() const {
  const Session& session = workbench_.session;
  if (run_.checkpoints.empty() && run_.hadCheckpoint)
    return tr("The run's checkpoints are no longer in its folder, '%1': put them back, or train it again.")
        .arg(QString::fromStdString(run_.folder.string()));
  if (run_.checkpoints.empty()) return tr("The run has no checkpoint yet: one is written after every epoch.");
  if (!session.readOnly().isEmpty()) return tr("Nothing can be written: %1").arg(session.readOnly());
  if (session.isTraining()) return tr("A run is training: predict when it has ended, or stop it first.");
  return {};
}

void PredictPage::refresh() {
  const Predicting* live = workbench_.session.isPredicting() ? workbench_.session.predicting() : nullptr;
  const QString hindrance = this->hindrance();
  predict_->setEnabled(!live && hindrance.isEmpty());
  for (QWidget* widget : std::initializer_list<QWidget*>{split_, checkpoint_, limit_})
    widget->setEnabled(!live && !run_.checkpoints.empty());
  progressRow_->setVisible(live != nullptr);
  if (!live) return state_->setText(hindrance);
  const auto all = static_cast<int>(live->all());
  progress_->setRange(0, all);  // 0 to 0: busy
  progress_->setValue(static_cast<int>(live->done()));
  const bool isOther = live->key() != run_.key;
  state_->setText(isOther ? tr("Of another run: %1").arg(live->text()) : live->text());
}

void PredictPage::predict() {
  Predicting::Wanted wanted{*run_.config, run_.key, run_.folder, {}, Split::test, limit_->value()};
  wanted.split = static_cast<Split>(split_->currentData().toInt());
  wanted.checkpoint = run_.checkpoints[static_cast<std::size_t>(checkpoint_->currentData().toInt())].file;
  problem_->hide();
  try {
    Predicting& live = workbench_.session.predict(std::move(wanted));
    connect(&live, &Predicting::changed, this, &PredictPage::refresh);
    connect(&live, &Predicting::ended, this, [this](const QString&, const QString& why) {
      problem_->setText(why);
      problem_->setVisible(!why.isEmpty());
      refresh();
    });
  } catch (const std::exception& error) {
    Q_EMIT workbench_.session.problem(QString::fromStdString(problemText(error)));
  }
  refresh();
}

}  // namespace uada
