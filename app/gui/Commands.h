#pragma once

#include <QObject>
#include <QStringList>
#include <QWidget>
#include <functional>
#include <optional>
#include <vector>

#include "core/augment/PolicyFile.h"
#include "widgets/forms/RunPlan.h"
#include "widgets/session/Workbench.h"

namespace uada {

class Actions;
class NewRunDialog;
class PanelWidget;
class Theme;
class Views;

/// What the menus do that needs a dialogue or more than one call. Errors of a user action end here, in the
/// banner.
class Commands : public QObject {
  Q_OBJECT
 public:
  Commands(const Workbench& workbench, QWidget* window)
      : QObject(window), workbench_(workbench), window_(window) {}

  /// Or creates it; remembered among recentProjects(). then: once it is open
  void openProject(const QString& file, const std::function<void()>& then = [] {});
  void newProject();
  void chooseProject();
  void closeProject();
  /// Without a project in ~/uada/experiments.uada, which is then said.
  void newRun();
  void newRunLike(qint64 run);
  void runDemo(const QString& name);
  /// What was dropped on the window, or given to a second start: projects, experiments, folders of data.
  void openFiles(const QStringList& files);
  /// Asks which part of the view in front is written, and how.
  void exportView(PanelWidget* view, const QString& title);
  void exportCharts(Views& views, const std::vector<PanelWidget*>& panels);
  void copyView(PanelWidget* view, const QString& title);
  void saveDiagnostics();

 Q_SIGNALS:
  void notice(const QString& text);  ///< something to know, no failure

 private:
  using Prepare = std::function<void(NewRunDialog&)>;
  void setUpRun(const Prepare& prepare);
  void showNewRun(std::vector<MeasuredRate> rates, std::vector<PolicyFile> policies, const Prepare& prepare);
  void openExperiment(const QString& file);
  void openData(const QString& folder);
  void tellWritten(const QStringList& files);
  void guarded(const std::function<void()>& action);

  const Workbench& workbench_;
  QWidget* window_;
};

}  // namespace uada
