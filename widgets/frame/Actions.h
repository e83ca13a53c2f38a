#pragma once

#include <QIcon>
#include <QKeySequence>
#include <QObject>
#include <QPointer>
#include <QString>
#include <functional>
#include <vector>

class QAbstractButton;
class QAction;
class QMenu;
class QSettings;
class QWidget;

namespace uada {

/// Something that a person can do by name: in a menu, the tool bar, the palette, by a key, or by a button of
/// a panel.
struct ActionEntry {
  QString name;   ///< "run.start"; changed keys are kept under it, so it never changes
  QString group;  ///< where it belongs, as a person reads it: "File", "Live"
  QPointer<QAction> action;
  QList<QKeySequence> keys = {};          ///< those it has where nobody has changed them
  QPointer<QAbstractButton> button = {};  ///< of a panel, which the action presses; null: none
  bool startsTraining = false;            ///< so that Enter must not do it
  QString about = {};  ///< what it is done to, where several parts have such an action: "Loss"

  QString text() const;  ///< without the mark of its letter
  bool isEnabled() const;
  QString whyNot() const;  ///< why it is not enabled; empty: it is
  QList<QKeySequence> shortcuts() const;
  bool isLocal()
      const;  ///< its key works only while its own list has the focus: another list may have it, too
  QString keyText() const;
};

/// Disables the action and says why, in its tool tip and the palette; enables it again where `why` is empty.
void setWhyNot(QAction* action, const QString& why);

/// The one catalogue of actions. Menus, tool bar, palette and the sheet of keys are made from it. GUI thread.
class Actions : public QObject {
  Q_OBJECT
 public:
  /// settings  where changed keys are kept
  explicit Actions(QSettings& settings, QObject* parent = nullptr);

  struct Made {
    QString name, group, text;
    QList<QKeySequence> keys = {};
    QIcon icon = {};
    QString help = {};  ///< tool tip
  };
  /// What `does` throws is told by failed(): nothing is thrown through Qt.
  QAction* add(const Made& made, const std::function<void()>& does);
  /// One that was made elsewhere, with the keys that it has. Throws Error for a name that is taken.
  void take(const QString& name, const QString& group, QAction* action, bool startsTraining = false);
  /// Buttons, check boxes and actions of a panel that are not known yet: what they do is done after `show`.
  /// Of its context menus (widgets/models/ContextMenu.h) the actions that they have now, in place of those
  /// before.
  void takePanel(const QString& name, const QString& title, QWidget* panel,
                 const std::function<void()>& show);

  const std::vector<ActionEntry>& all() const { return entries_; }
  const ActionEntry* find(const QString& name) const;
  QAction* action(const QString& name) const;  ///< Throws Error where there is none
  /// Those of the given names, for a menu; "" stands for a line between them.
  QList<QAction*> actions(const QStringList& names);

  /// Which action has that key, or one that begins like it; null: none has.
  const ActionEntry* holderOf(const QKeySequence& key, const QString& exceptOf = {}) const;
  /// "Start: a run is training": why that key does nothing now; empty: no action has it, or it can be done.
  QString whyNotKey(const QKeySequence& key) const;
  /// Gives the action another key, or none, and keeps that. returns why it was not done, in words; empty:
  /// done
  QString bind(const QString& name, const QKeySequence& key);
  void resetKeys();  ///< of all actions
  bool hasOwnKeys(const QString& name) const;

 Q_SIGNALS:
  void keysChanged();
  void refused(const QString& why);  ///< a key or the palette asked for what cannot be done now
  void failed(const QString& why);   ///< what was done threw: what, why and what to do

 private:
  ActionEntry& enter(ActionEntry entry);
  void guarded(const std::function<void()>& does);
  void takeButton(const QString& panel, const QString& title, QAbstractButton* button,
                  const std::function<void()>& show);
  void takeAction(const QString& panel, const QString& title, QAction* action);
  void takeMenu(const QString& panel, const QString& title, QMenu* menu, const QString& about,
                const QString& before);
  QString freeName(const QString& wanted) const;

  QSettings& settings_;
  std::vector<ActionEntry> entries_;
};

/// Keys that a part of the window has while it has the focus, which cannot be changed: key, what it does.
const std::vector<std::pair<QString, QString>>& localKeys();

}  // namespace uada
