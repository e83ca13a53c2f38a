#pragma once

#include <QObject>
#include <QScopeGuard>
#include <QString>
#include <functional>
#include <set>
#include <vector>

namespace uada {

/// What a person has done to a project, or to how it is shown, and can take back, the last thing first; and
/// what was taken back and can be done again. GUI thread.
class Edits : public QObject {
  Q_OBJECT
 public:
  struct Edit {
    QString what;                      ///< "Ticked UADA · s3"
    std::function<void()> undo, redo;  ///< redo null: it cannot be done again
    /// Of edits in a row with the same one (letters that are typed) there is one: the first one's undo, the
    /// last one's redo. "": it stands for itself
    QString goesOn = {};
  };
  /// of  the part of the window that it is done to: with that it is forgotten; null: the session has it
  /// returns  its number; 0: it was not kept, because something is being undone now
  int did(Edit edit, const QObject* of = nullptr);
  /// Takes back the last one. What it throws is the edit's; that is no longer there then.
  void undo();
  /// Takes back that one, wherever it stands, if it is still there.
  void undo(int number);
  void redo();
  /// What undo() takes back; "": there is nothing.
  QString last() const { return done_.empty() ? QString() : done_.back().edit.what; }
  QString next() const { return undone_.empty() ? QString() : undone_.back().edit.what; }
  void clear();

 Q_SIGNALS:
  void changed();

 private:
  struct Kept {
    int number;
    const QObject* of;
    Edit edit;
  };
  [[nodiscard]] QScopeGuard<std::function<void()>> begun();
  void forget(const QObject* of);

  std::vector<Kept> done_, undone_;
  std::set<const QObject*> watched_;
  int count_ = 0;
  bool isBusy_ = false;
};

}  // namespace uada
