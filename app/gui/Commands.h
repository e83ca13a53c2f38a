#pragma once

#include <QObject>
#include <QPointer>
#include <QStringList>
#include <QWidget>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/augment/PolicyFile.h"
#include "widgets/forms/RunPlan.h"
#include "widgets/session/DeviceSearch.h"
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
  Commands(const Workbench& workbench, QWidget* window);
  ~Commands() override;

  /// Times steps and tells of devices; tests give a fake.
  EngineWork::EngineProvider engine = []() -> Engine& { return loadEngine(); };

  /// Or creates it; remembered among recentProjects(). then: once it is open
  void openProject(const QString& file, const std::function<void()>& then = [] {});
  void newProject();
  void chooseProject();
  void closeProject();
  /// Without a project in ~/uada/experiments.uada, which is then said.
  void newRun();
  void newRunLike(qint64 run);
  void newTwinsLike(qint64 run);
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
  /// What the project knows for a new run.
  struct Known {
    std::vector<MeasuredRate> rates;
    std::vector<PolicyFile> policies;
    std::optional<RunConfig> selected;
  };
  void newRunAs(qint64 run, const std::function<void(Experiment&)>& more);
  void setUpRun(const Prepare& prepare);
  void showNewRun(Known known, const Prepare& prepare);
  void findDevices(NewRunDialog& dialog);
  void openExperiment(const QString& file);
  void openData(const QString& folder);
  void tellWritten(const QStringList& files);
  void guarded(const std::function<void()>& action);

  const Workbench& workbench_;
  QWidget* window_;
  std::unique_ptr<DeviceSearch, EngineWork::Retire> search_;  ///< null: nobody has asked for devices yet
  std::vector<DeviceInfo> devices_;
  QPointer<NewRunDialog> newRun_;
};

}  // namespace uada
