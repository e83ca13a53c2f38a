#include "widgets/forms/NewRunDialog.h"

#include <QAction>
#include <QFontDatabase>
#include <QFrame>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScreen>
#include <QScrollArea>
#include <QTabWidget>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Json.h"
#include "core/data/Dataset.h"
#include "core/store/LockStep.h"
#include "widgets/forms/CostStrip.h"
#include "widgets/forms/ExperimentForm.h"
#include "widgets/forms/FileReading.h"
#include "widgets/forms/FormStyle.h"
#include "widgets/forms/StartRow.h"
#include "widgets/models/Saving.h"
#include "widgets/models/Words.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

/// Throws Error for a data set that is not there.
void findData(const SweptExperiment& experiment) {
  for (const Recipe& recipe : experiment.base.recipes)
    locateDataset(findDataset(recipe.dataset.name), recipe.dataset.as<DataSettings>().folder);
}

QString textOf(const SweptExperiment& experiment) { return q(toJson(experiment).dump(2)); }

/// As much as a page of cards wants, and no more than the screen has.
QSize usualSize(const QWidget& dialog) {
  constexpr QSize kWanted(1000, 820), kFrame(24, 60);
  const QScreen* screen = dialog.screen();
  return screen ? kWanted.boundedTo(screen->availableSize() - kFrame) : kWanted;
}

}  // namespace

NewRunDialog::NewRunDialog(const Theme& theme, std::vector<MeasuredRate> rates, std::vector<PolicyFile> kept,
                           QWidget* parent, Session* session)
    : QDialog(parent),
      theme_(theme),
      rates_(std::move(rates)),
      kept_(std::move(kept)),
      session_(session),
      reading_(session ? std::make_unique<FileReading>(*session) : nullptr) {
  setObjectName("new_run");
  setWindowTitle(tr("New run"));
  resize(usualSize(*this));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, kGrid);
  layout->setSpacing(kGrid);
  tabs_ = new QTabWidget(this);
  tabs_->setObjectName("tabs");
  tabs_->setAccessibleName(tr("The form, or the same as JSON"));
  tabs_->setDocumentMode(true);
  tabs_->addTab(makeFormPage(), tr("Form"));
  tabs_->addTab(makeJsonPage(), tr("JSON"));
  cost_ = new CostStrip(theme, this);
  layout->addWidget(tabs_, 1);
  layout->addWidget(cost_);
  layout->addWidget(makeButtons());
  refreshTimer_.setSingleShot(true);
  refreshTimer_.setInterval(0);
  connect(&refreshTimer_, &QTimer::timeout, this, &NewRunDialog::refresh);
  connect(form_, &ExperimentForm::edited, this, [this] { refreshTimer_.start(); });
  connect(json_, &QPlainTextEdit::textChanged, this, [this] {
    isJsonEdited_ = true;
    refreshTimer_.start();
  });
  connect(tabs_, &QTabWidget::currentChanged, this, &NewRunDialog::changeTab);
  connect(cost_, &CostStrip::timingWanted, this, &NewRunDialog::timeSteps);
  connect(cost_, &CostStrip::cancelWanted, this, [this] {
    if (timing_) timing_->cancel();
  });
  if (reading_)
    connect(reading_.get(), &FileReading::read, this, [this] {
      form_->look();
      refresh();
    });
  addStarts();
  addUndo();
  history_.begin(form_->state());
  refresh();
}

NewRunDialog::~NewRunDialog() = default;

QWidget* NewRunDialog::makeFormPage() {
  auto* page = new QWidget(this);
  auto* layout = new QVBoxLayout(page);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  severalNote_ = quietLabel({}, theme_, page);
  severalNote_->setObjectName("several_note");
  severalNote_->setContentsMargins(2 * kGrid, kGrid, 2 * kGrid, kGrid);
  severalNote_->hide();
  form_ = new ExperimentForm(theme_, kept_, page);
  form_->readFilesBy(reading_.get());
  scroll_ = new QScrollArea(page);
  scroll_->setWidget(form_);
  scroll_->setWidgetResizable(true);
  scroll_->setFrameShape(QFrame::NoFrame);
  starts_ = new StartRow(theme_, page);
  layout->addWidget(starts_);
  layout->addWidget(severalNote_);
  layout->addWidget(scroll_, 1);
  return page;
}

QWidget* NewRunDialog::makeJsonPage() {
  auto* page = new QWidget(this);
  auto* layout = new QVBoxLayout(page);
  layout->setContentsMargins(2 * kGrid, kGrid, 2 * kGrid, kGrid);
  layout->addWidget(quietLabel(
      tr("The experiment as a file. Edit it here or in the form: both are the same."), theme_, page));
  json_ = new QPlainTextEdit(page);
  json_->setObjectName("json");
  json_->setAccessibleName(tr("The experiment as JSON"));
  json_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  json_->setLineWrapMode(QPlainTextEdit::NoWrap);
  json_->setTabChangesFocus(true);
  jsonProblem_ = problemLabel(theme_, page);
  jsonProblem_->setObjectName("json_problem");
  layout->addWidget(json_, 1);
  layout->addWidget(jsonProblem_);
  return page;
}

QWidget* NewRunDialog::makeButtons() {
  auto* row = new QWidget(this);
  auto* layout = new QHBoxLayout(row);
  layout->setContentsMargins(2 * kGrid, 0, 2 * kGrid, 0);
  layout->setSpacing(kGrid);
  status_ = problemLabel(theme_, row);
  status_->setObjectName("status");
  status_->setTextInteractionFlags(Qt::TextBrowserInteraction);
  status_->setOpenExternalLinks(false);
  connect(status_, &QLabel::linkActivated, this, &NewRunDialog::showFirstProblem);
  save_ = new QPushButton(tr("Save as experiment…"), row);
  save_->setObjectName("save");
  auto* close = new QPushButton(tr("Close"), row);
  queue_ = new QPushButton(tr("Queue"), row);
  queue_->setObjectName("queue");
  queue_->setToolTip(tr("Runs after those that are waiting"));
  twins_ = new QPushButton(tr("Start as twins"), row);
  twins_->setObjectName("twins");
  start_ = new QPushButton(tr("Start"), row);
  start_->setObjectName("start");
  start_->setToolTip(tr("Starts the first run; further ones wait in the queue (Ctrl+Return)"));
  auto* startKey = new QAction(tr("Start"), this);
  startKey->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_Return), QKeySequence(Qt::CTRL | Qt::Key_Enter)});
  addAction(startKey);
  connect(startKey, &QAction::triggered, start_, &QPushButton::click);
  close->setObjectName("close");
  for (QPushButton* button : {save_, close, queue_, twins_, start_}) button->setAutoDefault(false);
  layout->addWidget(save_);
  layout->addWidget(status_, 1);
  layout->addStretch();
  layout->addWidget(close);
  layout->addWidget(queue_);
  layout->addWidget(twins_);
  layout->addWidget(start_);
  connect(save_, &QPushButton::clicked, this, &NewRunDialog::askSave);
  connect(close, &QPushButton::clicked, this, &QDialog::reject);
  connect(queue_, &QPushButton::clicked, this, [this] { commit(Wanted::queue); });
  connect(twins_, &QPushButton::clicked, this, [this] { commit(Wanted::twins); });
  connect(start_, &QPushButton::clicked, this, [this] { commit(Wanted::start); });
  return row;
}

bool NewRunDialog::showsJson() const { return tabs_->currentIndex() == 1; }

SweptExperiment NewRunDialog::fromText() const {
  const std::string source = tr("The text").toStdString();
  const Json json = parseJson(json_->toPlainText().toStdString(), source);
  if (reading_) reading_->require(json);
  return sweptFromJson(json, source, reading_ ? reading_->known(kept_) : kept_);
}

SweptExperiment NewRunDialog::swept() const {
  if (showsJson()) return fromText();
  return several_ ? *several_ : form_->experiment();
}

void NewRunDialog::showExperiment(const SweptExperiment& given) {
  const SweptExperiment experiment = ExperimentForm::folded(given);
  several_.reset();
  whySeveral_ = ExperimentForm::whyNot(experiment);
  try {
    form_->setExperiment(experiment);
  } catch (const Error& error) {
    if (whySeveral_.isEmpty()) whySeveral_ = q(error.what()) + ".";
  }
  if (!whySeveral_.isEmpty()) several_ = experiment;
  form_->setEnabled(!several_);
  severalNote_->setVisible(several_.has_value());
  severalNote_->setText(
      tr("%1 The form shows a part of it; the tab JSON shows it whole, and edits it.").arg(whySeveral_));
  if (showsJson()) json_->setPlainText(textOf(experiment));
}

void NewRunDialog::setExperiment(const SweptExperiment& experiment) {
  showExperiment(experiment);
  history_.begin(form_->state());
  isJsonEdited_ = false;
  refresh();
}

void NewRunDialog::fill(const Experiment& experiment) {
  try {
    setExperiment(experiment);
  } catch (const Error&) {
    {
      const QSignalBlocker quiet(tabs_);
      tabs_->setCurrentIndex(1);
    }
    json_->setPlainText(q(toJson(experiment).dump(2)));
    isJsonEdited_ = false;
    refresh();
  }
}

/// Changing the tab carries its content over; what cannot be read stays where it is, and is said there.
void NewRunDialog::changeTab() {
  jsonRefused_.clear();
  try {
    if (showsJson()) {
      json_->setPlainText(textOf(several_ ? *several_ : form_->experiment()));
      isJsonEdited_ = false;
    } else {
      showExperiment(fromText());
    }
  } catch (const Error& error) {
    if (showsJson()) jsonRefused_ = tr("The JSON tab opens once the form is right: %1").arg(q(error.what()));
    const QSignalBlocker quiet(tabs_);
    tabs_->setCurrentIndex(showsJson() ? 0 : 1);
  }
  refresh();
}

void NewRunDialog::refresh() {
  refreshTimer_.stop();
  QString problem;
  std::optional<SweptExperiment> now;
  try {
    now = swept();
    findData(*now);
  } catch (const Error& error) {
    problem = q(error.what());
  }
  if (now) jsonRefused_.clear();
  if (!showsJson() && !several_) {
    problem = formProblem(problem);
    if (!isUndoing_) history_.take(form_->state());
  }
  if (!jsonRefused_.isEmpty()) problem = tr("The JSON tab opens once the form is right. %1").arg(problem);
  showCost(now);
  showProblem(jsonProblem_, showsJson() ? problem : QString());
  showProblem(status_, showsJson() ? QString() : problem);
  save_->setEnabled(now.has_value());
  for (QPushButton* button : {start_, queue_}) button->setEnabled(problem.isEmpty() && !timing_);
  start_->setToolTip(timing_ ? tr("Not while steps are timed")
                             : tr("Starts the first run; further ones wait in the queue (Ctrl+Return)"));
  showTwins(now, problem);
  if (isEdited()) rememberDraft();
}

/// Why the runs cannot be twins stands in the button's tool tip.
void NewRunDialog::showTwins(const std::optional<SweptExperiment>& now, const QString& problem) {
  QString why = problem;
  if (why.isEmpty() && timing_) why = tr("Not while steps are timed");
  try {
    if (now) twinGroups(now->runs);
  } catch (const Error& error) {
    if (why.isEmpty()) why = q(error.what());
  }
  twins_->setEnabled(why.isEmpty());
  twins_->setToolTip(why.isEmpty()
                         ? tr("Runs that differ in the method alone train in turns of 25 steps, in another "
                              "process: on the same batches, so that their differences show in pairs")
                         : why);
}

void NewRunDialog::showCost(const std::optional<SweptExperiment>& now) {
  const QString unknown = tr("Known once every field is right.");
  if (now)
    cost_->show(planCost(now->runs, rates_, times_));
  else
    cost_->showUnknown(unknown);
  cost_->allowTiming(timing_ ? tr("Steps are being timed") : now ? whyNotTiming() : unknown);
}

/// What the form knows to be wrong, with a link to the first field.
QString NewRunDialog::formProblem(const QString& otherwise) const {
  const std::optional<FormProblem> first = form_->firstProblem();
  if (!first) return otherwise;
  if (first->title.isEmpty()) return first->text;
  const int fields = form_->problems();
  const QString what = fields < 2 ? tr("One field needs attention: %1")
                                  : tr("%1 fields need attention; the first: %2").arg(fields);
  return what.arg(QStringLiteral("<a href='field'>%1</a>").arg(first->title.toHtmlEscaped()));
}

void NewRunDialog::showFirstProblem() {
  const std::optional<FormProblem> first = form_->firstProblem();
  if (!first) return;
  scroll_->ensureWidgetVisible(first->place, 0, 4 * kGrid);
  first->place->setFocus();
}

/// Enter in a field starts nothing: only the button does, and Ctrl+Return.
void NewRunDialog::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) return event->accept();
  QDialog::keyPressEvent(event);
}

void NewRunDialog::commit(Wanted what) {
  std::vector<RunConfig> runs;
  try {
    runs = swept().runs;
    if (session_)
      session_->remember("new_run", Json::Object{{"last", toJson(swept())}});  // and no draft any more
  } catch (const Error&) {
    refresh();
    return;
  }
  switch (what) {
    case Wanted::start: Q_EMIT startWanted(runs); break;
    case Wanted::queue: Q_EMIT queueWanted(runs); break;
    case Wanted::twins: Q_EMIT twinsWanted(runs); break;
  }
  accept();
}

static const QStringList kFilters{QObject::tr("Experiment (*.json)")};

void NewRunDialog::saveExperiment(const QString& file) const {
  endingIn(kFilters, file, tr("an experiment"));
  writeFileAtomically(file.toStdString(), toJson(swept()).dump(2) + "\n");
}

void NewRunDialog::askSave() {
  try {
    const QString name = QString::fromStdString(experiment().name) + ".json";
    const QString file = askWhere(this, tr("Save as experiment"), name, kFilters);
    if (!file.isEmpty()) saveExperiment(file);
  } catch (const std::exception& error) {
    showProblem(status_, QString::fromStdString(problemText(error)));
  }
}

}  // namespace uada
