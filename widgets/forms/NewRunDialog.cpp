#include "widgets/forms/NewRunDialog.h"

#include <QFontDatabase>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QTabWidget>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Json.h"
#include "core/data/Dataset.h"
#include "widgets/forms/CostStrip.h"
#include "widgets/forms/ExperimentForm.h"
#include "widgets/forms/FileReading.h"
#include "widgets/forms/FormStyle.h"
#include "widgets/models/Saving.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

/// Throws Error for a data set that is not there.
void findData(const Experiment& experiment) {
  for (const Recipe& recipe : experiment.recipes)
    locateDataset(findDataset(recipe.dataset.name), recipe.dataset.as<DataSettings>().folder);
}

QString textOf(const Experiment& experiment) { return QString::fromStdString(toJson(experiment).dump(2)); }

}  // namespace

NewRunDialog::NewRunDialog(const Theme& theme, std::vector<MeasuredRate> rates, std::vector<PolicyFile> kept,
                           QWidget* parent, Session* session)
    : QDialog(parent),
      theme_(theme),
      rates_(std::move(rates)),
      kept_(std::move(kept)),
      reading_(session ? std::make_unique<FileReading>(*session) : nullptr) {
  setObjectName("new_run");
  setWindowTitle(tr("New run"));
  resize(880, 760);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, kGrid);
  layout->setSpacing(kGrid);
  tabs_ = new QTabWidget(this);
  tabs_->setObjectName("tabs");
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
  connect(json_, &QPlainTextEdit::textChanged, this, [this] { refreshTimer_.start(); });
  connect(tabs_, &QTabWidget::currentChanged, this, &NewRunDialog::changeTab);
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
  start_ = new QPushButton(tr("Start"), row);
  start_->setObjectName("start");
  start_->setDefault(true);
  start_->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_Return));
  start_->setToolTip(tr("Starts the first run; further ones wait in the queue (Ctrl+Return)"));
  for (QPushButton* button : {save_, close, queue_}) button->setAutoDefault(false);
  layout->addWidget(save_);
  layout->addWidget(status_, 1);
  layout->addStretch();
  layout->addWidget(close);
  layout->addWidget(queue_);
  layout->addWidget(start_);
  connect(save_, &QPushButton::clicked, this, &NewRunDialog::askSave);
  connect(close, &QPushButton::clicked, this, &QDialog::reject);
  connect(queue_, &QPushButton::clicked, this, [this] { commit(false); });
  connect(start_, &QPushButton::clicked, this, [this] { commit(true); });
  return row;
}

bool NewRunDialog::showsJson() const { return tabs_->currentIndex() == 1; }

Experiment NewRunDialog::fromText() const {
  const std::string source = tr("The text").toStdString();
  const Json json = parseJson(json_->toPlainText().toStdString(), source);
  if (reading_) reading_->require(json);
  return experimentFromJson(json, source, kept_);
}

Experiment NewRunDialog::experiment() const {
  if (showsJson()) return fromText();
  return several_ ? *several_ : form_->experiment();
}

void NewRunDialog::setExperiment(const Experiment& experiment) {
  const bool several = experiment.recipes.size() > 1 || experiment.methods.size() > 1;
  several_.reset();
  if (several) several_ = experiment;
  form_->setEnabled(!several);
  severalNote_->setVisible(several);
  severalNote_->setText(
      tr("This experiment has %1 recipes and %2 methods. The form shows the first of each; edit it as JSON.")
          .arg(experiment.recipes.size())
          .arg(experiment.methods.size()));
  form_->setExperiment(experiment);
  if (showsJson()) json_->setPlainText(textOf(experiment));
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
    json_->setPlainText(textOf(experiment));
    refresh();
  }
}

/// Changing the tab carries its content over; what cannot be read stays where it is, and is said there.
void NewRunDialog::changeTab() {
  try {
    if (showsJson()) {
      json_->setPlainText(textOf(several_ ? *several_ : form_->experiment()));
    } else {
      setExperiment(fromText());
    }
  } catch (const Error&) {
    const QSignalBlocker quiet(tabs_);
    tabs_->setCurrentIndex(showsJson() ? 0 : 1);
  }
  refresh();
}

void NewRunDialog::refresh() {
  QString problem;
  std::optional<Experiment> now;
  try {
    now = experiment();
    findData(*now);
  } catch (const UnreadFile& unread) {
    problem = QString::fromStdString(unread.what());
    reading_->read(unread.file, this, [this] { form_->look(), refresh(); });
  } catch (const Error& error) {
    problem = QString::fromStdString(error.what());
  }
  if (now) {
    cost_->show(planCost(expand(*now), rates_));
  } else {
    cost_->showUnknown(tr("Known once every field is right."));
  }
  if (!showsJson() && !several_) problem = formProblem(problem);
  showProblem(jsonProblem_, showsJson() ? problem : QString());
  showProblem(status_, showsJson() ? QString() : problem);
  save_->setEnabled(now.has_value());
  for (QPushButton* button : {start_, queue_}) button->setEnabled(problem.isEmpty());
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

void NewRunDialog::commit(bool start) {
  std::vector<RunConfig> runs;
  try {
    runs = expand(experiment());
  } catch (const Error&) {
    refresh();
    return;
  }
  if (start) {
    Q_EMIT startWanted(runs);
  } else {
    Q_EMIT queueWanted(runs);
  }
  accept();
}

static const QStringList kFilters{QObject::tr("Experiment (*.json)")};

void NewRunDialog::saveExperiment(const QString& file) const {
  endingIn(kFilters, file, tr("an experiment"));
  writeFileAtomically(file.toStdString(), toJson(experiment()).dump(2) + "\n");
}

void NewRunDialog::askSave() {
  const QString file =
      askWhere(this, tr("Save as experiment"), QString::fromStdString(experiment().name) + ".json", kFilters);
  if (file.isEmpty()) return;
  try {
    saveExperiment(file);
  } catch (const Error& error) {
    showProblem(status_, QString::fromStdString(error.what()));
  }
}

}  // namespace uada
