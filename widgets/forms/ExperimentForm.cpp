#include "widgets/forms/ExperimentForm.h"

#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QRegularExpression>
#include <QVBoxLayout>

#include "core/base/Error.h"
#include "core/data/Dataset.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "core/engine/optimisers/Optimiser.h"
#include "core/engine/schedules/Schedule.h"
#include "core/settings/SettingError.h"
#include "widgets/forms/ChoiceCards.h"
#include "widgets/forms/DatasetCards.h"
#include "widgets/forms/FieldEditor.h"
#include "widgets/forms/FileReading.h"
#include "widgets/forms/FormStyle.h"
#include "widgets/forms/MethodsForm.h"
#include "widgets/forms/RunPlan.h"
#include "widgets/forms/SettingsForm.h"
#include "widgets/forms/SweepBar.h"
#include "widgets/models/Words.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kColumns = 3;

template <class Entries>
std::vector<CardText> cardsOf(const Entries& entries) {
  std::vector<CardText> cards;
  for (const auto& entry : entries) cards.push_back({q(entry.name), q(entry.title), q(entry.source)});
  return cards;
}

template <class Entries>
std::vector<FieldValue> fieldsOfEntry(const Entries& entries, const QString& name) {
  for (const auto& entry : entries) {
    if (q(entry.name) == name) return entry.fields;
  }
  return {};
}

/// What is wrong, without the place in the file that the form is read as: the form shows the place.
QString withoutPlace(const std::string& text, const std::string& key = {}) {
  const std::size_t place = key.empty() ? std::string::npos : text.find("." + key + ": ");
  if (place != std::string::npos) return q(text.substr(place + key.size() + 3));
  return q(text).remove(QRegularExpression(R"(^new run: (((recipes|methods)\[\d+\]|sweep)[.:]? ?)?)"));
}

}  // namespace

ExperimentForm::ExperimentForm(const Theme& theme, std::vector<PolicyFile> kept, QWidget* parent)
    : QWidget(parent), theme_(theme), kept_(std::move(kept)) {
  auto* page = new QVBoxLayout(this);
  page->setContentsMargins(2 * kGrid, 2 * kGrid, 2 * kGrid, 2 * kGrid);
  page->setSpacing(kGrid);
  loading_ = true;
  addWhat(page);
  addHow(page);
  page->addStretch(1);
  for (SettingsForm* form : forms()) connect(form, &SettingsForm::edited, this, &ExperimentForm::change);
  for (ChoiceCards* cards : {data_, model_, optimiser_, schedule_})
    connect(cards, &ChoiceCards::changed, this, &ExperimentForm::change);
  connect(methods_, &MethodsForm::edited, this, &ExperimentForm::change);
  connect(sweepBar_, &SweepBar::edited, this, &ExperimentForm::change);
  connect(name_, &QLineEdit::textChanged, this, &ExperimentForm::change);
  connect(seeds_, &QLineEdit::textChanged, this, &ExperimentForm::change);
  loading_ = false;
  change();
}

void ExperimentForm::addWhat(QLayout* page) {
  page->addWidget(headingLabel(tr("1  What"), this));
  data_ = new ChoiceCards(datasetCards(), theme_, kColumns, this);
  data_->setObjectName("dataset");
  dataForm_ = new SettingsForm(theme_, kColumns, this);
  dataForm_->allowSweeps();
  dataForm_->setFields(fieldsOf<DataSettings>());
  dataForm_->editor("folder")->addFolderButton();
  model_ = new ChoiceCards(cardsOf(models()), theme_, kColumns, this);
  model_->setObjectName("model");
  modelForm_ = new SettingsForm(theme_, kColumns, this);
  modelForm_->allowSweeps();
  showModel();
  refuseModels();
  methods_ = new MethodsForm(theme_, kept_, this);
  connect(data_, &ChoiceCards::changed, this, &ExperimentForm::refuseModels);
  connect(model_, &ChoiceCards::changed, this, &ExperimentForm::showModel);
  page->addWidget(quietLabel(tr("Data set"), theme_, this));
  page->addWidget(data_);
  page->addWidget(dataForm_);
  page->addWidget(quietLabel(tr("Model"), theme_, this));
  page->addWidget(model_);
  page->addWidget(modelForm_);
  page->addWidget(quietLabel(tr("Methods: tick all that are to be compared"), theme_, this));
  page->addWidget(methods_);
  wholeProblem_ = problemLabel(theme_, this);
  wholeProblem_->setObjectName("whole_problem");
  page->addWidget(wholeProblem_);
}

/// Networks that learn from what the chosen data set does not have.
void ExperimentForm::refuseModels() {
  const DatasetEntry& data = findDataset(data_->chosen().toStdString());
  model_->refuse([&](const QString& name) { return uada::whyNot(findModel(name.toStdString()), data); });
}

/// The chosen model's settings; those that name a file have a button that asks for it.
void ExperimentForm::showModel() {
  const Model& model = findModel(model_->chosen().toStdString());
  modelForm_->setFields(model.fields);
  for (const FileSetting& setting : model.files)
    modelForm_->editor(setting.file)->addFileButton(tr("Weights (*.safetensors *.pth *.pt);;All files (*)"));
}

void ExperimentForm::addHow(QVBoxLayout* page) {
  page->addSpacing(kGrid);
  page->addWidget(headingLabel(tr("2  How"), this));
  page->addWidget(makeNameAndSeeds());
  sweepBar_ = new SweepBar(theme_, this);
  page->addWidget(sweepBar_);
  page->addWidget(quietLabel(tr("Training"), theme_, this));
  training_ = new SettingsForm(theme_, kColumns, this);
  training_->allowSweeps();
  training_->setFields(fieldsOf<Training>());
  page->addWidget(training_);
  addChoice(page, tr("Optimiser"), "optimiser", optimisers(), &optimiser_, &optimiserForm_);
  addChoice(page, tr("Schedule of the learning rate"), "schedule", schedules(), &schedule_, &scheduleForm_);
  page->addWidget(quietLabel(tr("Input of the network"), theme_, this));
  input_ = new SettingsForm(theme_, kColumns, this);
  input_->allowSweeps();
  input_->setFields(fieldsOf<InputSettings>());
  page->addWidget(input_);
  page->addWidget(quietLabel(tr("Machine and recording: not part of the result's meaning"), theme_, this));
  runtime_ = new SettingsForm(theme_, kColumns, this);
  runtime_->setFields(fieldsOf<Runtime>());
  page->addWidget(runtime_);
}

/// Cards of a catalogue's entries with the settings of the chosen one.
template <class Entries>
void ExperimentForm::addChoice(QLayout* page, const QString& title, const char* name, const Entries& entries,
                               ChoiceCards** cards, SettingsForm** form) {
  ChoiceCards* const made = *cards = new ChoiceCards(cardsOf(entries), theme_, kColumns, this);
  made->setObjectName(name);
  SettingsForm* const settings = *form = new SettingsForm(theme_, kColumns, this);
  settings->allowSweeps();
  const auto showFields = [made, settings, &entries] {
    settings->setFields(fieldsOfEntry(entries, made->chosen()));
  };
  showFields();
  connect(made, &ChoiceCards::changed, this, showFields);
  page->addWidget(quietLabel(title, theme_, this));
  page->addWidget(made);
  page->addWidget(settings);
}

std::vector<ExperimentForm::Part> ExperimentForm::recipeParts() const {
  return {{"dataset", dataForm_},        {"model", modelForm_},       {"training", training_},
          {"optimiser", optimiserForm_}, {"schedule", scheduleForm_}, {"input", input_}};
}

std::vector<SettingsForm*> ExperimentForm::forms() const {
  std::vector<SettingsForm*> all{runtime_};
  for (const Part& part : recipeParts()) all.push_back(part.form);
  return all;
}

/// The form that shows the recipe's part of that key, or the method of "methods[1]"; null: errors of that
/// part are shown as the whole's.
SettingsForm* ExperimentForm::formOf(const std::string& part) const {
  constexpr std::string_view kMethods = "methods[";
  if (part.starts_with(kMethods))
    return methods_->formOf(std::strtoul(part.c_str() + kMethods.size(), nullptr, 10));
  for (const Part& one : recipeParts())
    if (one.key == part) return one.form;
  return nullptr;
}

QWidget* ExperimentForm::makeNameAndSeeds() {
  auto* row = new QWidget(this);
  auto* grid = new QGridLayout(row);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(2 * kGrid);
  grid->addWidget(
      makeLineField(tr("Seeds"), tr("A run of each: 1 or 1, 2, 3 or 1-3, 7"), &seeds_, &seedsProblem_), 0, 0);
  grid->addWidget(makeLineField(tr("Experiment"), tr("Name of the experiment; empty: made from the rest"),
                                &name_, &nameProblem_),
                  0, 1);
  for (int column = 0; column < kColumns; ++column) grid->setColumnStretch(column, 1);
  grid->addWidget(new QWidget, 0, 2);
  seeds_->setObjectName("seeds");
  seeds_->setText("1");
  name_->setObjectName("name");
  return row;
}

QWidget* ExperimentForm::makeLineField(const QString& title, const QString& help, QLineEdit** line,
                                       QLabel** problem) {
  auto* field = new QWidget(this);
  auto* layout = new QVBoxLayout(field);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(2);
  *line = new QLineEdit(field);
  *problem = problemLabel(theme_, field);
  leaveUndoToTheForm(*line);
  auto* label = new QLabel(title, field);
  label->setBuddy(*line);
  field->setToolTip(help);
  (*line)->setAccessibleName(title);
  layout->addWidget(label);
  layout->addWidget(*line);
  layout->addWidget(hintLabel(help, theme_, field));
  layout->addWidget(*problem);
  layout->addStretch(1);
  return field;
}

void ExperimentForm::readFilesBy(FileReading* reading) {
  reading_ = reading;
  methods_->readFilesBy(reading ? &reading->policies() : nullptr);
}

void ExperimentForm::change() {
  if (loading_) return;
  for (SettingsForm* form : forms()) form->dropRemarks();
  methods_->dropRemarks();
  showSweep();
  findData();
  checkSeeds();
  checkWhole();
  Q_EMIT edited();
}

/// A data set that is not there is said at its folder, with the remedy.
void ExperimentForm::findData() {
  QString problem;
  try {
    const Json values = dataForm_->values();
    locateDataset(findDataset(data_->chosen().toStdString()), values.at("folder").asString());
  } catch (const Error& error) {
    problem = q(error.what());
  }
  dataForm_->setRemark("folder", problem);
}

void ExperimentForm::checkSeeds() {
  try {
    seedsFromText(seeds_->text().toStdString());
    showProblem(seedsProblem_, {});
  } catch (const Error& error) {
    showProblem(seedsProblem_, q(error.what()));
  }
}

/// Rules over several fields (the strict reader's), said at the field that the error names.
void ExperimentForm::checkWhole() {
  for (QLabel* problem : {nameProblem_, wholeProblem_}) showProblem(problem, {});
  if (problems() > 0) return;
  try {
    const SweptExperiment sound = experiment();
    name_->setPlaceholderText(q(sound.base.name));
  } catch (const SettingError& error) {
    SettingsForm* const form = formOf(error.owner());
    if (form && form->editor(error.key()))
      form->setRemark(error.key(), withoutPlace(error.what(), error.key()));
    else
      showProblem(wholeProblem_, withoutPlace(error.what()));
  } catch (const Error& error) {
    const QString text = withoutPlace(error.what()), ofName = QStringLiteral("name: ");
    const bool isOfName = text.startsWith(ofName);
    showProblem(isOfName ? nameProblem_ : wholeProblem_, isOfName ? text.mid(ofName.size()) : text);
  }
}

/// Ranges need no step where values are drawn.
void ExperimentForm::showSweep() {
  for (const Part& part : recipeParts()) part.form->setDrawn(sweepBar_->isDrawn());
  methods_->setDrawn(sweepBar_->isDrawn());
  sweepBar_->setVisible(!sweeps().empty());
}

int ExperimentForm::problems() const {
  int count = seedsProblem_->text().isEmpty() ? 0 : 1;
  for (const SettingsForm* form : forms()) count += form->problems();
  return count + methods_->problems();
}

std::optional<FormProblem> ExperimentForm::firstProblem() const {
  const auto first = [](FieldEditor* field) -> std::optional<FormProblem> {
    if (!field) return std::nullopt;
    return FormProblem{q(field->field().title), field->problem(), field};
  };
  for (const SettingsForm* form : {dataForm_, modelForm_})
    if (auto problem = first(form->firstWrong())) return problem;
  if (auto problem = first(methods_->firstWrong())) return problem;
  if (!seedsProblem_->text().isEmpty()) return FormProblem{tr("Seeds"), seedsProblem_->text(), seeds_};
  if (!sweeps().empty() && !sweepBar_->problem().isEmpty())
    return FormProblem{tr("Draws"), sweepBar_->problem(), sweepBar_->place()};
  for (const SettingsForm* form : {training_, optimiserForm_, scheduleForm_, input_, runtime_})
    if (auto problem = first(form->firstWrong())) return problem;
  if (!nameProblem_->text().isEmpty()) return FormProblem{tr("Experiment"), nameProblem_->text(), name_};
  if (wholeProblem_->text().isEmpty()) return std::nullopt;
  return FormProblem{{}, wholeProblem_->text(), wholeProblem_};
}

}  // namespace uada
