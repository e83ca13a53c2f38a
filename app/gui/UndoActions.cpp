#include "app/gui/UndoActions.h"

#include <QAction>

#include "widgets/frame/Actions.h"
#include "widgets/session/Edits.h"

namespace uada {

void addUndoActions(Actions& actions, Edits& edits) {
  const QString group = QObject::tr("Edit");
  QAction* undo = actions.add(
      {"edit.undo",
       group,
       QObject::tr("Undo"),
       {QKeySequence(QObject::tr("Ctrl+Z"))},
       {},
       QObject::tr("Take back what was done last: to runs, to the queue, or to how they are shown")},
      [&edits] { edits.undo(); });
  QAction* redo = actions.add({"edit.redo",
                               group,
                               QObject::tr("Redo"),
                               {QKeySequence(QObject::tr("Ctrl+Shift+Z"))},
                               {},
                               QObject::tr("Do again what was taken back last")},
                              [&edits] { edits.redo(); });
  const auto tell = [](QAction* action, const QString& verb, QString what, const QString& whyNot) {
    action->setText(what.isEmpty() ? verb : QStringLiteral("%1: %2").arg(verb, what.replace('&', "&&")));
    setWhyNot(action, what.isEmpty() ? whyNot : QString());
  };
  const auto update = [&edits, undo, redo, tell] {
    tell(undo, QObject::tr("Undo"), edits.last(), QObject::tr("nothing was done yet"));
    tell(redo, QObject::tr("Redo"), edits.next(), QObject::tr("nothing was taken back"));
  };
  QObject::connect(&edits, &Edits::changed, undo, update);
  update();
}

}  // namespace uada
