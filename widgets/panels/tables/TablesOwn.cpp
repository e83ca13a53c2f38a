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

namespace {

/// "costs 2", or the next number that is free.
std::string freeName(const std::string& name, const QStringList& taken) {
  for (int number = 2;; ++number)
    if (std::string next = name + ' ' + std::to_string(number); !taken.contains(q(next))) return next;
}

}  // namespace

QToolButton* TablesPanel::makeOwnMenu(QWidget* bar) {
  auto* button = new QToolButton(bar);
  button->setObjectName("own_tables");
  button->setText(tr("Own tables"));
  button->setToolTip(tr("Tables of your own: rows, columns and values chosen from settings and metrics"));
  button->setPopupMode(QToolButton::InstantPopup);
  ownMenu_ = new QMenu(button);
  new_ = ownMenu_->addAction(tr("New table…"), this, [this] { edit(Editing::none); });
  edit_ = ownMenu_->addAction(tr("Edit this table…"), this, [this] { edit(Editing::changed); });
  copy_ = ownMenu_->addAction(tr("Duplicate this table…"), this, [this] { edit(Editing::copied); });
  remove_ = ownMenu_->addAction(tr("Remove this table"), this, &TablesPanel::remove);
  new_->setObjectName("new_table");
  edit_->setObjectName("edit_table");
  copy_->setObjectName("copy_table");
  remove_->setObjectName("remove_table");
  ownMenu_->addSeparator();
  button->setMenu(ownMenu_);
  return button;
}

/// Also while the panel is not seen: the palette has them.
void TablesPanel::readNames() {
  names_.drop();
  if (!workbench_.session.hasProject()) return listTables({});
  names_.ask(
      workbench_.session, this, [](const OpenProject& project) { return ownTables(project.reader); },
      [this](std::optional<std::vector<OwnTable>> own) {
        if (own) listTables(*own);
      });
}

/// An action for each own table, by which the palette finds it, too.
void TablesPanel::listShowing() {
  qDeleteAll(showing_);
  showing_.clear();
  for (const OwnTable& table : own_) {
    QAction* action = ownMenu_->addAction(tr("Show the table %1").arg(q(table.name).replace('&', "&&")), this,
                                          [this, name = q(table.name)] {
                                            workbench_.show("tables");
                                            choose(name);
                                          });
    action->setObjectName("show_" + q(table.name));
    showing_ << action;
  }
}

const OwnTable* TablesPanel::shownOwn() const {
  const auto found = std::ranges::find(own_, which().toStdString(), &OwnTable::name);
  return found == own_.end() ? nullptr : &*found;
}

/// The rule under an own table, in two lines; marks in place of the differences, which a click tells.
QString TablesPanel::ownLegend() const {
  const Table& table = model_.table();
  const QString rule = q(table.rule);
  if (table.rows.empty()) return tr("No finished run of this project belongs here yet.\n") + rule;
  if (table.reference < 0) return rule;
  const QString text =
      tr("%1\n▲ better, ▼ worse than %2 with p < 0.05 (Holm over the table). Bold: better than "
         "every other row.")
          .arg(rule.section('\n', 0, 0), q(table.rows[static_cast<std::size_t>(table.reference)]));
  return table.epoch == Epoch::both ? text + tr(" Best and last epoch: each by itself.") : text;
}

void TablesPanel::showOwnMenu() {
  const Session& session = workbench_.session;
  const QString why = !session.hasProject() ? tr("Open or create a project first") : session.readOnly();
  const QString notOwn = shownOwn() ? QString() : tr("Tables 1 to 9 are the paper's: choose one of your own");
  for (QAction* action : {new_, edit_, copy_, remove_}) {
    const QString reason = !why.isEmpty() || action == new_ ? why : notOwn;
    action->setEnabled(reason.isEmpty());
    action->setToolTip(reason);
    action->setProperty("whyNot", reason);  // for the palette
  }
}

void TablesPanel::edit(Editing what) {
  const OwnTable* const shown = what == Editing::none ? nullptr : shownOwn();
  OwnTable table = shown ? *shown : OwnTable{.rows = {"variant"}, .columns = {"recipe"}};
  const QString before = what == Editing::changed ? q(table.name) : QString();
  QStringList taken;
  for (const OwnTable& own : own_)
    if (q(own.name) != before) taken << q(own.name);
  if (what == Editing::copied) table.name = freeName(table.name, taken);
  auto* dialog = new OwnTableDialog(workbench_, table, taken, this);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  connect(dialog, &QDialog::accepted, this, [this, dialog, before] { keep(dialog->table(), before); });
  connect(&workbench_.session, &Session::projectChanged, dialog, &QDialog::reject);  // it is of this one
  dialog->open();
}

/// before  the name that it had; "": it is new
void TablesPanel::keep(const OwnTable& table, const QString& before) {
  workbench_.session.ask(
      this,
      [table, before = before.toStdString()](const OpenProject& project) {
        project.writer().keepTable(stored(table, project.reader), before);
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
        workbench_.session.offerUndo(
            {tr("Removed the table %1").arg(q(table.name)), [this, table] { keep(table, {}); }, {}}, this);
      },
      Access::write);
}

}  // namespace uada
