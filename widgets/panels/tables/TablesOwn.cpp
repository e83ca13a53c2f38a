// The own tables of TablesPanel: made, changed and removed.
#include <QAction>
#include <QComboBox>
#include <QMenu>
#include <QToolButton>
#include <algorithm>

#include "core/base/Error.h"
#include "widgets/models/Words.h"
#include "widgets/panels/tables/OwnTableDialog.h"
#include "widgets/panels/tables/TablesPanel.h"
#include "widgets/session/Session.h"

namespace uada {

QToolButton* TablesPanel::makeOwnMenu(QWidget* bar) {
  auto* button = new QToolButton(bar);
  button->setObjectName("own_tables");
  button->setText(tr("Own tables"));
  button->setToolTip(tr("Tables of your own: rows, columns and values chosen from settings and metrics"));
  button->setPopupMode(QToolButton::InstantPopup);
  auto* menu = new QMenu(button);
  new_ = menu->addAction(tr("New table…"), this, [this] { edit(true); });
  edit_ = menu->addAction(tr("Edit this table…"), this, [this] { edit(false); });
  remove_ = menu->addAction(tr("Remove this table"), this, &TablesPanel::remove);
  new_->setObjectName("new_table");
  edit_->setObjectName("edit_table");
  remove_->setObjectName("remove_table");
  button->setMenu(menu);
  return button;
}

const OwnTable* TablesPanel::shownOwn() const {
  const auto found = std::ranges::find(own_, which().toStdString(), &OwnTable::name);
  return found == own_.end() ? nullptr : &*found;
}

void TablesPanel::showOwnMenu() {
  const Session& session = workbench_.session;
  const QString why = !session.hasProject() ? tr("Open or create a project first") : session.readOnly();
  const QString notOwn = shownOwn() ? QString() : tr("Tables 1 to 9 are the paper's: choose one of your own");
  for (QAction* action : {new_, edit_, remove_}) {
    const QString reason = !why.isEmpty() || action == new_ ? why : notOwn;
    action->setEnabled(reason.isEmpty());
    action->setToolTip(reason);
  }
}

void TablesPanel::edit(bool isNew) {
  const OwnTable* const shown = isNew ? nullptr : shownOwn();
  OwnTable table = shown ? *shown : OwnTable{.rows = {"variant"}, .columns = {"recipe"}};
  QStringList taken;
  for (const OwnTable& own : own_)
    if (!shown || own.name != shown->name) taken << q(own.name);
  auto* dialog = new OwnTableDialog(workbench_, table, taken, this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  const QString before = shown ? q(shown->name) : QString();
  connect(dialog, &QDialog::accepted, this, [this, dialog, before] { keep(dialog->table(), before); });
  dialog->open();
}

/// before  the name that it had; "": it is new
void TablesPanel::keep(const OwnTable& table, const QString& before) {
  workbench_.session.ask(
      this,
      [table, before = before.toStdString()](const OpenProject& project) {
        const StoredTable kept = stored(table);
        project.writer().keepTable(kept);
        if (!before.empty() && before != kept.name) project.writer().removeTable(before);
        return true;
      },
      [this, name = q(table.name)](std::optional<bool> isKept) {
        if (!isKept) return;
        Q_EMIT workbench_.session.logged(tr("kept the table %1").arg(name));
        choose(name);
      },
      Access::write);
}

void TablesPanel::remove() {
  const OwnTable* const shown = shownOwn();
  if (!shown) return;
  workbench_.session.ask(
      this,
      [name = shown->name](const OpenProject& project) {
        project.writer().removeTable(name);
        return true;
      },
      [this, table = *shown](std::optional<bool> isRemoved) {
        if (!isRemoved) return;
        choose(2);
        Q_EMIT workbench_.session.undoOffered(tr("Removed the table %1").arg(q(table.name)),
                                              [this, table] { keep(table, {}); });
      },
      Access::write);
}

}  // namespace uada
