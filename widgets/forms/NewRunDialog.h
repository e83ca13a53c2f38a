#pragma once

#include <QDialog>
#include <QTimer>
#include <memory>
#include <optional>
#include <vector>

#include "core/config/RunConfig.h"
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
class Theme;

/// Sets up an experiment on one page: what, how, cost. The JSON tab shows the same experiment as text and
/// takes edits; one of several recipes or methods can only be edited there. Errors stand under the field or
/// the text.
class NewRunDialog : public QDialog {
  Q_OBJECT
 public:
  /// rates  of finished runs, for the predicted time; may be empty
  /// kept     policy files that the project has used: see choosePolicyFile()
  /// session  on whose project's thread large files are read; outlives the dialogue. null: they are read at
  ///          once
  NewRunDialog(const Theme& theme, std::vector<MeasuredRate> rates, std::vector<PolicyFile> kept = {},
               QWidget* parent = nullptr, Session* session = nullptr);
  ~NewRunDialog() override;

  /// What stands in the dialogue. Throws UsageError with the first thing that is wrong.
  Experiment experiment() const;
  void setExperiment(const Experiment& experiment);
  /// The same; what the form cannot take is shown as JSON, with what is wrong with it.
  void fill(const Experiment& experiment);
  /// Throws Error.
  void saveExperiment(const QString& file) const;

 Q_SIGNALS:
  /// Sent with at least one run; the dialogue then closes.
  void startWanted(const std::vector<uada::RunConfig>& runs);
  void queueWanted(const std::vector<uada::RunConfig>& runs);

 private:
  QWidget* makeFormPage();
  QWidget* makeJsonPage();
  QWidget* makeButtons();
  bool showsJson() const;
  Experiment fromText() const;
  void changeTab();
  void refresh();
  QString formProblem(const QString& otherwise) const;
  void showFirstProblem();
  void commit(bool start);
  void askSave();

  const Theme& theme_;
  const std::vector<MeasuredRate> rates_;
  const std::vector<PolicyFile> kept_;
  const std::unique_ptr<FileReading> reading_;  ///< null: files are read at once
  QTimer refreshTimer_;                         ///< one refresh for a burst of edits
  std::optional<Experiment> several_;           ///< more recipes or methods than the form shows
  QTabWidget* tabs_ = nullptr;
  QLabel* severalNote_ = nullptr;
  QScrollArea* scroll_ = nullptr;
  ExperimentForm* form_ = nullptr;
  QPlainTextEdit* json_ = nullptr;
  QLabel* jsonProblem_ = nullptr;
  CostStrip* cost_ = nullptr;
  QLabel* status_ = nullptr;
  QPushButton *start_ = nullptr, *queue_ = nullptr, *save_ = nullptr;
};

}  // namespace uada
