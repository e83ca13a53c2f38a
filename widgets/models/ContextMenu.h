#pragma once

#include <QObject>
#include <QPoint>
#include <QString>
#include <functional>
#include <memory>
#include <optional>

class QMenu;
class QWidget;

namespace uada {

/// The context menu of a widget: the one way to make such a menu, so that what stands in it can be done by
/// name as well (widgets/frame/Actions.h). It belongs to the widget. GUI thread.
class ContextMenu : public QObject {
  Q_OBJECT
 public:
  /// Adds the actions of what is at a place of the widget, or of its viewport if it scrolls; without a place
  /// of what is chosen there.
  using Fill = std::function<void(QMenu& menu, std::optional<QPoint> at)>;
  ContextMenu(QWidget* widget, Fill fill);
  ~ContextMenu() override;

  /// What stands in it by name: of what is chosen in the widget now. The one before is no longer there.
  QMenu* byName();
  /// What its actions are done to, where several widgets have the same: "Loss"; empty: nothing to be told.
  QString about() const;
  void setAbout(std::function<QString()> about) { about_ = std::move(about); }

 private:
  void popUp(const QPoint& at);

  QWidget* widget_;
  Fill fill_;
  std::function<QString()> about_;
  std::unique_ptr<QMenu> byName_;
};

}  // namespace uada
