#pragma once

#include <QObject>
#include <QString>
#include <functional>
#include <map>

class QDockWidget;

namespace uada {

class Actions;
struct Panel;
class Views;

/// What each panel of the catalogue shows, in the catalogue's words: by an action for each, by a button in
/// the title of each dock and beside the tabs, and by F1 for the panel that a person works in. GUI thread.
class PanelHelp : public QObject {
  Q_OBJECT
 public:
  using Docks = std::map<QString, QDockWidget*>;
  /// show       brings a panel to the front
  /// otherwise  what F1 does where no panel is seen
  PanelHelp(Actions& actions, Views& views, const Docks& docks, std::function<void(const QString&)> show,
            std::function<void()> otherwise);

 private:
  void addButtons(Actions& actions);
  const Panel* worked() const;
  void tell(const Panel& panel);

  Views& views_;
  const Docks docks_;
  const std::function<void(const QString&)> show_;
};

}  // namespace uada
