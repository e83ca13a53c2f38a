#pragma once

#include <QWidget>
#include <optional>

#include "core/config/Sweep.h"

class QLabel;
class QLayout;
class QLineEdit;
class QVBoxLayout;

namespace uada {

class ChoiceCards;
class FieldEditor;
class FileReading;
class MethodsForm;
class SettingsForm;
class SweepBar;
class Theme;
struct DeviceInfo;

/// What is wrong with an experiment first, and where to mend it.
struct FormProblem {
  QString title;             ///< the field's: "Input height"; empty: of the whole
  QString text;              ///< in words
  QWidget* place = nullptr;  ///< the field, or the text
};

/// Steps "what" and "how" of a new run: one recipe, one or several methods, seeds, and any setting swept,
/// made from the catalogues and the settings' visit(). Wrong values are said under their field.
class ExperimentForm : public QWidget {
  Q_OBJECT
 public:
  /// kept  policy files that the project has used: see choosePolicyFile()
  explicit ExperimentForm(const Theme& theme, std::vector<PolicyFile> kept = {}, QWidget* parent = nullptr);

  /// What the fields say. Throws UsageError with the first thing that is wrong, and UnreadFile where a file
  /// is to be read elsewhere first.
  SweptExperiment experiment() const;
  /// Files are read by it, not here. It outlives the form.
  void readFilesBy(FileReading* reading);
  /// Looks at the fields again: a file was read.
  void look() { change(); }
  /// The same runs, where a method that is there more than once with one setting changed becomes a sweep of
  /// that setting.
  static SweptExperiment folded(SweptExperiment experiment);
  /// Why the form cannot show it whole; empty: it can.
  static QString whyNot(const SweptExperiment& experiment);
  /// Shows the first recipe, each method once, and what is swept.
  void setExperiment(const SweptExperiment& experiment);
  /// The recipe alone; methods, seeds and machine stay.
  void setRecipe(const Recipe& recipe);
  /// The device is one of these from now on.
  void setDevices(const std::vector<DeviceInfo>& devices);

  std::string dataset() const;
  std::string dataFolder() const;
  std::string model() const;
  /// How many fields are wrong; a data set that is not found counts.
  int problems() const;
  /// From the top; none: nothing is wrong that the form knows of.
  std::optional<FormProblem> firstProblem() const;

  /// All that a person has done to the form, right or wrong.
  Json state() const;
  /// Throws Error for what no state() was; the form then shows a part of it.
  void setState(const Json& state);

 Q_SIGNALS:
  void edited();

 private:
  struct Part {
    std::string key;  ///< of the recipe: "training"
    SettingsForm* form;
  };

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
  void showSweep();
  template <class Entries>
  void addChoice(QLayout* page, const QString& title, const char* name, const Entries& entries,
                 ChoiceCards** cards, SettingsForm** form);
  std::vector<Part> recipeParts() const;
  std::vector<SettingsForm*> forms() const;
  SettingsForm* formOf(const std::string& part) const;
  std::vector<SweptSetting> sweeps() const;
  void showRecipe(const Recipe& recipe);
  bool setSweep(const SweptSetting& setting);
  Json recipeJson() const;
  Json toJson() const;

  const Theme& theme_;
  FileReading* reading_ = nullptr;  ///< null: they are read here
  const std::vector<PolicyFile> kept_;
  bool loading_ = false;            ///< being filled: no checks between
  std::string title_, recipeName_;  ///< kept from a file; the form does not edit them
  std::vector<int> tables_;
  ChoiceCards *data_ = nullptr, *model_ = nullptr, *optimiser_ = nullptr, *schedule_ = nullptr;
  SettingsForm *dataForm_ = nullptr, *modelForm_ = nullptr;
  MethodsForm* methods_ = nullptr;
  SettingsForm *training_ = nullptr, *optimiserForm_ = nullptr, *scheduleForm_ = nullptr, *input_ = nullptr,
               *runtime_ = nullptr;
  SweepBar* sweepBar_ = nullptr;  ///< shown where something is swept
  QLineEdit *name_ = nullptr, *seeds_ = nullptr;
  QLabel *nameProblem_ = nullptr, *seedsProblem_ = nullptr;
  QLabel* wholeProblem_ = nullptr;  ///< what is wrong with no field in particular
};

}  // namespace uada
