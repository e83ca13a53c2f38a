#pragma once

#include <QObject>
#include <QStringList>
#include <QWidget>
#include <functional>
#include <vector>

#include "core/augment/PolicyFile.h"
#include "widgets/forms/RunPlan.h"
#include "widgets/session/Workbench.h"

namespace uada {

class PanelWidget;

/// What the menus do that needs a dialogue or more than one call. Errors of a user action end here, in the
/// banner.
class Commands : public QObject {
  Q_OBJECT
 public:
  Commands(const Workbench& workbench, QWidget* window)
      : QObject(window), workbench_(workbench), window_(window) {}

  /// Or creates it; remembered among recent(). then: once it is open
  void openProject(const QString& file, const std::function<void()>& then = [] {});
  void chooseProject(const std::function<void()>& then = [] {});
  void newRun();
  void runDemo();
  void exportView(PanelWidget* view, const QString& title);
  void showKeys();
  QStringList recent() const;  ///< newest first, existing files only

 private:
  void showNewRun(std::vector<MeasuredRate> rates, std::vector<PolicyFile> policies);
  void guarded(const std::function<void()>& action);

  const Workbench& workbench_;
  QWidget* window_;
};

}  // namespace uada
