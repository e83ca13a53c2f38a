#pragma once

#include <QWidget>
#include <optional>

#include "core/config/RunConfig.h"

class QLabel;
class QLayout;
class QLineEdit;
class QVBoxLayout;

namespace uada {

class ChoiceCards;
class FieldEditor;
class FileReading;
class PolicyForm;
class SettingsForm;
class Theme;

/// What is wrong with an experiment first, and where to mend it.
struct FormProblem {
  QString title;             ///< the field's: "Input height"; empty: of the whole
  QString text;              ///< in words
  QWidget* place = nullptr;  ///< the field, or the text
};

/// Steps "what" and "how" of a new run: one recipe, one method, one or several seeds, made from the
/// catalogues and the settings' visit(). Wrong values are said under their field.
class ExperimentForm : public QWidget {
  Q_OBJECT
 public:
  /// kept  policy files that the project has used: see choosePolicyFile()
  explicit ExperimentForm(const Theme& theme, std::vector<PolicyFile> kept = {}, QWidget* parent = nullptr);

  /// What the fields say. Throws UsageError with the first thing that is wrong, and UnreadFile where a file
  /// is to be read elsewhere first.
  Experiment experiment() const;
  /// Files are read by it, not here. It outlives the form.
  void readFilesBy(const FileReading* reading) { reading_ = reading; }
  /// Looks at the fields again: a file was read.
  void look() { change(); }
  /// Shows the first recipe and the first method.
  void setExperiment(const Experiment& experiment);
  /// How many fields are wrong; a data set that is not found counts.
  int problems() const;
  /// From the top; none: nothing is wrong that the form knows of.
  std::optional<FormProblem> firstProblem() const;

 Q_SIGNALS:
  void edited();

 private:
  void addWhat(QLayout* page);
  void addHow(QVBoxLayout* page);
  QWidget* makeNameAndSeeds();
  QWidget* makeLineField(const QString& title, const QString& help, QLineEdit** line, QLabel** problem);
  void change();
  void refuseModels();
  void findData();
  void checkSeeds();
  void checkWhole();
  void showModel();
  void showMethod();
  template <class Entries>
  void addChoice(QLayout* page, const QString& title, const char* name, const Entries& entries,
                 ChoiceCards** cards, SettingsForm** form);
  std::vector<SettingsForm*> forms() const;
  SettingsForm* formOf(const std::string& part) const;
  Json recipeJson() const;
  Json methodJson() const;
  Json toJson() const;

  const Theme& theme_;
  const std::vector<PolicyFile> kept_;
  const FileReading* reading_ = nullptr;  ///< null: they are read here
  bool loading_ = false;                  ///< being filled: no checks between
  bool dataMissing_ = false, wholeWrong_ = false;
  std::string title_, recipeName_;  ///< kept from a file; the form does not edit them
  std::vector<int> tables_;
  ChoiceCards *data_ = nullptr, *model_ = nullptr, *method_ = nullptr, *optimiser_ = nullptr,
              *schedule_ = nullptr;
  SettingsForm *dataForm_ = nullptr, *modelForm_ = nullptr, *methodForm_ = nullptr;
  PolicyForm* policy_ = nullptr;  ///< of methods that take any
  SettingsForm *training_ = nullptr, *optimiserForm_ = nullptr, *scheduleForm_ = nullptr, *input_ = nullptr,
               *runtime_ = nullptr;
  QLineEdit *name_ = nullptr, *seeds_ = nullptr;
  QLabel *nameProblem_ = nullptr, *seedsProblem_ = nullptr;
  QLabel* wholeProblem_ = nullptr;  ///< what is wrong with no field in particular
};

}  // namespace uada
