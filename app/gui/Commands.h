#pragma once

#include <QObject>
#include <QStringList>
#include <QWidget>
#include <functional>

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

  void openProject(const QString& file);  ///< or creates it; remembered among recent()
  void chooseProject();
  void newRun();
  void runDemo();
  void exportView(PanelWidget* view, const QString& title);
  void showKeys();
  QStringList recent() const;  ///< newest first, existing files only

 private:
  bool ensureProject();
  void guarded(const std::function<void()>& action);

  const Workbench& workbench_;
  QWidget* window_;
};

}  // namespace uada
