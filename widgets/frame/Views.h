#pragma once

#include <QList>
#include <QTabWidget>
#include <vector>

class QAction;

namespace uada {

class PanelWidget;

/// The views as tabs. Each but the last can be torn off into a window of its own, and comes back to its place
/// when that is closed. GUI thread.
class Views : public QTabWidget {
  Q_OBJECT
 public:
  explicit Views(QWidget* parent = nullptr);
  ~Views() override;

  void add(PanelWidget* view, const QString& title, const QString& help);
  /// The keys that work in torn-off windows, too.
  void setKeys(const QList<QAction*>& actions) { keys_ = actions; }
  /// That of the torn-off window that a person works in, else that of the tab in front.
  PanelWidget* current() const;
  QString titleOf(const PanelWidget* view) const;
  void bring(PanelWidget* view);  ///< to the front, wherever it is
  bool isTorn(const PanelWidget* view) const;
  /// returns why it stays, in words; empty: it is torn off
  QString tearOff(PanelWidget* view);
  void putBack(PanelWidget* view);
  void putAllBack();

  /// Names and places of the torn-off windows.
  QVariantMap torn() const;
  void restoreTorn(const QVariantMap& places);

 Q_SIGNALS:
  void tornChanged();

 protected:
  /// In document mode Qt draws nothing here but the base of tabs under the corner: a line above the button.
  void paintEvent(QPaintEvent*) override {}

 private:
  class Window;
  struct View {
    PanelWidget* panel;
    QString title, help;
    Window* window = nullptr;  ///< null: it is a tab
  };
  View* find(const PanelWidget* panel);
  const View* find(const PanelWidget* panel) const;
  void fillTabMenu(QMenu& menu, int tab);

  std::vector<View> views_;  ///< in the order of the tabs
  QList<QAction*> keys_;
};

}  // namespace uada
