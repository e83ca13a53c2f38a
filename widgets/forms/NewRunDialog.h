#pragma once

#include <QDialog>
#include <QTimer>
#include <memory>
#include <optional>
#include <vector>

#include "core/config/Sweep.h"
#include "widgets/forms/FormHistory.h"
#include "widgets/forms/RunPlan.h"

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QScrollArea;
class QTabWidget;

namespace uada {

class CostStrip;
class ExperimentForm;
class FileReading;
class Session;
class StartRow;
class Theme;

/// Sets up an experiment on one page: what, how, cost. The JSON tab shows the same experiment as text and
/// takes edits; one of several recipes, or with a method twice, can only be edited there. Errors stand under
/// the field or the text.
class NewRunDialog : public QDialog {
  Q_OBJECT
 public:
  /// rates  of finished runs on this machine, for the predicted time; may be empty
  /// kept     policy files that the project has used: see choosePolicyFile()
  /// session  on whose project's thread large files are read, and with whose project the form is remembered;
  ///          outlives the dialogue. null: they are read at once, and nothing is remembered
  NewRunDialog(const Theme& theme, std::vector<MeasuredRate> rates, std::vector<PolicyFile> kept = {},
               QWidget* parent = nullptr, Session* session = nullptr);
  ~NewRunDialog() override;

  /// What stands in the dialogue. Throws UsageError with the first thing that is wrong.
  SweptExperiment swept() const;
  /// The same without its sweep.
  Experiment experiment() const { return swept().base; }
  void setExperiment(const SweptExperiment& experiment);
  void setExperiment(const Experiment& experiment) { setExperiment(withoutSweep(experiment)); }
  /// The same; what the form cannot take is shown as JSON, with what is wrong with it.
  void fill(const Experiment& experiment);
  /// Throws Error.
  void saveExperiment(const QString& file) const;

  /// Steps are timed by this engine; until then they cannot be.
  void useEngine(const EngineWork::EngineProvider& engine);
  /// The device is one of these, or auto; until then any can be typed. Empty: they are not known yet.
  void setDevices(const std::vector<DeviceInfo>& devices);
  /// Offers an experiment to start from beside those that the dialogue knows of itself.
  /// help  where it comes from
  void offerStart(const QString& name, const QString& help, std::function<SweptExperiment()> make);
  /// What was left unfinished with the project last time; else what was started last; else something small.
  void restore();
  /// Whether it was edited since it was filled.
  bool isEdited() const;

  void reject() override;

 Q_SIGNALS:
  /// Sent with at least one run; the dialogue then closes.
  void startWanted(const std::vector<uada::RunConfig>& runs);
  void queueWanted(const std::vector<uada::RunConfig>& runs);
  void twinsWanted(const std::vector<uada::RunConfig>& runs);  ///< that are: see twinGroups()

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  QWidget* makeFormPage();
  QWidget* makeJsonPage();
  QWidget* makeButtons();
  void addStarts();
  void addUndo();
  bool showsJson() const;
  SweptExperiment fromText() const;
  void changeTab();
  void showExperiment(const SweptExperiment& given);
  void startFrom(const QString& name, const std::function<QString()>& fillForm);
  void undo(bool again);
  void refresh();
  void showCost(const std::optional<SweptExperiment>& now);
  void rememberDraft();
  QString formProblem(const QString& otherwise) const;
  void showFirstProblem();
  QString whyNotTiming() const;
  void timeSteps();
  void endTiming(const QString& why);
  enum class Wanted { start, queue, twins };
  void commit(Wanted what);
  void showTwins(const std::optional<SweptExperiment>& now, const QString& problem);
  void askSave();

  const Theme& theme_;
  const std::vector<MeasuredRate> rates_;
  const std::vector<PolicyFile> kept_;
  Session* const session_;                      ///< null: nothing is remembered
  const std::unique_ptr<FileReading> reading_;  ///< null: files are read at once
  QTimer refreshTimer_;                         ///< one refresh for a burst of edits
  FormHistory history_;
  Json cleared_;  ///< the form after "Start over", of which no draft is kept
  bool isUndoing_ = false, isJsonEdited_ = false;
  QString jsonRefused_;                     ///< why the form was not shown as JSON; empty: it was not asked
  std::optional<SweptExperiment> several_;  ///< what the form cannot show
  QString whySeveral_;
  EngineWork::EngineProvider engine_;
  std::unique_ptr<StepTiming, EngineWork::Retire> timing_;
  StepTimes times_;
  QTabWidget* tabs_ = nullptr;
  StartRow* starts_ = nullptr;
  QLabel* severalNote_ = nullptr;
  QScrollArea* scroll_ = nullptr;
  ExperimentForm* form_ = nullptr;
  QPlainTextEdit* json_ = nullptr;
  QLabel* jsonProblem_ = nullptr;
  CostStrip* cost_ = nullptr;
  QLabel* status_ = nullptr;
  QPushButton *start_ = nullptr, *queue_ = nullptr, *twins_ = nullptr, *save_ = nullptr;
};

}  // namespace uada
