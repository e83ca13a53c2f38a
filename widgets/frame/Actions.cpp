#include "widgets/frame/Actions.h"

#include <QAbstractButton>
#include <QAction>
#include <QApplication>
#include <QMenu>
#include <QRegularExpression>
#include <QSettings>
#include <QToolButton>
#include <QWidget>
#include <algorithm>

#include "core/base/Error.h"
#include "widgets/models/ContextMenu.h"

namespace uada {

namespace {

/// Without the marks of letters and the dots of a dialogue; "&&" is an &.
QString plain(QString text) {
  const QChar kept(u'\1');
  text.replace(QStringLiteral("&&"), kept).remove('&').replace(kept, '&');
  for (const char* dots : {"...", "…"})
    if (text.endsWith(QString::fromUtf8(dots))) text.chop(QString::fromUtf8(dots).size());
  return text;
}

/// What a button does, in few words: its text, its name, or how its tool tip begins.
QString textOf(const QAbstractButton& button) {
  for (const QString& text : {button.text(), button.accessibleName(), button.toolTip()})
    if (const QString first = text.section(QRegularExpression("[\\n;(.]"), 0, 0).trimmed(); !first.isEmpty())
      return plain(first);
  return {};
}

QString slug(const QString& text) {
  QString made;
  for (const QChar c : text.toLower()) made += c.isLetterOrNumber() ? c : QChar('-');
  static const QRegularExpression kRun(QStringLiteral("-+"));
  return made.replace(kRun, "-").left(40);
}

/// Parts of other controls, such as the arrows of a tab bar.
bool isPart(const QAbstractButton& button) {
  return button.objectName().startsWith("qt_") ||
         (button.parentWidget() && button.parentWidget()->inherits("QTabBar")) ||
         (button.parentWidget() && button.parentWidget()->inherits("QLineEdit"));
}

}  // namespace

QString ActionEntry::text() const {
  if (!action) return {};
  const QString byName = action->property("byName").toString();  // where its menu's title is part of it
  const QString text = plain(byName.isEmpty() ? action->text() : byName);
  return about.isEmpty() ? text : text + QStringLiteral(": ") + about;
}

bool ActionEntry::isEnabled() const {
  if (!action) return false;
  return button ? button->isEnabled() && !button->isHidden() : action->isEnabled();
}

QString ActionEntry::whyNot() const {
  if (isEnabled()) return {};
  if (button && button->isHidden()) return QObject::tr("there is nothing to do it to in %1 now").arg(group);
  const QString why = action ? action->property("whyNot").toString() : QString();
  return why.isEmpty() ? QObject::tr("not at this moment") : why;
}

QList<QKeySequence> ActionEntry::shortcuts() const {
  if (!action) return {};
  return button && !button->shortcut().isEmpty() ? QList{button->shortcut()} : action->shortcuts();
}

bool ActionEntry::isLocal() const {
  return action && !button &&
         (action->shortcutContext() == Qt::WidgetShortcut ||
          action->shortcutContext() == Qt::WidgetWithChildrenShortcut);
}

QString ActionEntry::keyText() const {
  return QKeySequence::listToString(shortcuts().mid(0, 1), QKeySequence::NativeText);
}

/// A button has its key only while it is seen; one that a person chose brings its panel to the front.
static void setShortcuts(const ActionEntry& entry, const QList<QKeySequence>& keys) {
  if (!entry.action) return;
  const bool isOwnOfButton = entry.button && keys == entry.keys;
  if (entry.button)
    entry.button->setShortcut(isOwnOfButton && !keys.isEmpty() ? keys.front() : QKeySequence());
  entry.action->setShortcuts(isOwnOfButton ? QList<QKeySequence>() : keys);
}

void setWhyNot(QAction* action, const QString& why) {
  action->setEnabled(why.isEmpty());
  action->setProperty("whyNot", why);
  action->setToolTip(why.isEmpty() ? action->statusTip() : why);
}

Actions::Actions(QSettings& settings, QObject* parent) : QObject(parent), settings_(settings) {}

QAction* Actions::add(const Made& made, const std::function<void()>& does) {
  auto* action = new QAction(made.icon, made.text, this);
  action->setToolTip(made.help.isEmpty() ? plain(made.text) : made.help);
  action->setStatusTip(made.help);
  action->setShortcuts(made.keys);
  connect(action, &QAction::triggered, this, [this, does] { guarded(does); });
  take(made.name, made.group, action);
  return action;
}

void Actions::guarded(const std::function<void()>& does) {
  try {
    does();
  } catch (const std::exception& error) {
    Q_EMIT failed(QString::fromStdString(problemText(error)));
  }
}

void Actions::take(const QString& name, const QString& group, QAction* action, bool startsTraining) {
  if (find(name)) throw Error("there are two actions '" + name.toStdString() + "'");
  enter({name, group, action, action->shortcuts(), {}, startsTraining});
}

ActionEntry& Actions::enter(ActionEntry entry) {
  if (const QString key = "keys/" + entry.name; settings_.contains(key)) {
    const QKeySequence own(settings_.value(key).toString(), QKeySequence::PortableText);
    // A file that was edited by hand may name a key twice: the first action keeps it.
    if (own.isEmpty() || !holderOf(own))
      setShortcuts(entry, own.isEmpty() ? QList<QKeySequence>() : QList{own});
  }
  entries_.push_back(std::move(entry));
  return entries_.back();
}

QString Actions::freeName(const QString& wanted) const {
  QString name = wanted;
  for (int i = 2; find(name); ++i) name = wanted + QString::number(i);
  return name;
}

void Actions::takeButton(const QString& panel, const QString& title, QAbstractButton* button,
                         const std::function<void()>& show) {
  const QString text = textOf(*button);
  if (text.isEmpty() || isPart(*button)) return;
  const auto isKnown = [button](const ActionEntry& entry) { return entry.button == button; };
  if (std::ranges::any_of(entries_, isKnown)) return;
  auto* action = new QAction(button->icon(), text, this);
  action->setToolTip(button->toolTip());
  const QString name =
      freeName(panel + '.' + (button->objectName().isEmpty() ? slug(text) : button->objectName()));
  connect(action, &QAction::triggered, this, [this, button = QPointer(button), show, text] {
    if (!button) return;
    guarded([&] {
      show();
      if (!button->isEnabled() || button->isHidden())
        return Q_EMIT refused(tr("'%1' cannot be done now").arg(text));
      // A button with a menu opens that.
      if (auto* tool = qobject_cast<QToolButton*>(button.data());
          tool && tool->menu() && tool->popupMode() == QToolButton::InstantPopup)
        return tool->showMenu();
      button->click();
    });
  });
  connect(button, &QObject::destroyed, action, &QObject::deleteLater);
  enter({name, title, action,
         button->shortcut().isEmpty() ? QList<QKeySequence>() : QList{button->shortcut()}, button});
}

void Actions::takePanel(const QString& name, const QString& title, QWidget* panel,
                        const std::function<void()>& show) {
  std::erase_if(entries_, [](const ActionEntry& entry) { return !entry.action; });
  for (QAbstractButton* button : panel->findChildren<QAbstractButton*>())
    if (!button->findChild<QMenu*>()) takeButton(name, title, button, show);
  for (QAction* action : panel->findChildren<QAction*>())
    if (!action->text().isEmpty() && !action->menu() && !action->isSeparator())
      takeAction(name, title, action);
  auto menus = panel->findChildren<ContextMenu*>();
  std::vector<QMenu*> filled;  // all before any is taken: the actions that they had are gone then
  for (ContextMenu* menu : menus) filled.push_back(menu->byName());
  std::erase_if(entries_, [](const ActionEntry& entry) { return !entry.action; });
  for (qsizetype i = 0; i < menus.size(); ++i)
    takeMenu(name, title, filled[static_cast<std::size_t>(i)], menus[i]->about(), {});
}

void Actions::takeAction(const QString& panel, const QString& title, QAction* action) {
  const auto isKnown = [action](const ActionEntry& entry) { return entry.action == action; };
  if (std::ranges::any_of(entries_, isKnown)) return;
  const auto* menu = qobject_cast<QMenu*>(action->parent());
  const auto* owner = menu ? qobject_cast<QAbstractButton*>(menu->parent()) : nullptr;
  if (owner && !action->property("isPrefixed").toBool()) {  // "Copy as" > "LaTeX"
    action->setProperty("isPrefixed", true);
    action->setIconText(textOf(*owner) + ' ' + action->text());
  }
  const QString text = owner ? action->iconText() : action->text();
  const QString known = action->objectName().isEmpty() ? slug(plain(text)) : action->objectName();
  enter({freeName(panel + '.' + known), title, action, action->shortcuts()});
}

/// before  the menus around it: "Fold"
void Actions::takeMenu(const QString& panel, const QString& title, QMenu* menu, const QString& about,
                       const QString& before) {
  for (QAction* action : menu->actions()) {
    if (action->isSeparator() || action->text().isEmpty()) continue;
    const QString text = before.isEmpty() ? action->text() : before + QStringLiteral(": ") + action->text();
    if (action->menu()) {
      takeMenu(panel, title, action->menu(), about, plain(text));
      continue;
    }
    action->setText(text);  // the menu is shown nowhere
    const QString known = action->objectName().isEmpty() ? slug(plain(text)) : action->objectName();
    enter({freeName(panel + ".menu." + known), title, action, action->shortcuts(), {}, false, about});
  }
}

const ActionEntry* Actions::find(const QString& name) const {
  const auto it = std::ranges::find(entries_, name, &ActionEntry::name);
  return it == entries_.end() ? nullptr : &*it;
}

QAction* Actions::action(const QString& name) const {
  const ActionEntry* entry = find(name);
  if (!entry) throw Error("there is no action '" + name.toStdString() + "'");
  return entry->action;
}

QList<QAction*> Actions::actions(const QStringList& names) {
  QList<QAction*> list;
  for (const QString& name : names) {
    if (!name.isEmpty()) {
      list << action(name);
      continue;
    }
    list << new QAction(this);
    list.back()->setSeparator(true);
  }
  return list;
}

const ActionEntry* Actions::holderOf(const QKeySequence& key, const QString& exceptOf) const {
  for (const ActionEntry& entry : entries_) {
    if (!entry.action || entry.name == exceptOf) continue;
    for (const QKeySequence& other : entry.shortcuts())
      if (other.matches(key) != QKeySequence::NoMatch || key.matches(other) != QKeySequence::NoMatch)
        return &entry;
  }
  return nullptr;
}

QString Actions::whyNotKey(const QKeySequence& key) const {
  const auto holds = [&](const ActionEntry& entry) {
    return entry.action && !entry.isLocal() && entry.shortcuts().contains(key);
  };
  const auto entry = std::ranges::find_if(entries_, holds);
  if (key.isEmpty() || entry == entries_.end() || entry->isEnabled()) return {};
  return tr("%1: %2").arg(entry->text(), entry->whyNot());
}

QString Actions::bind(const QString& name, const QKeySequence& key) {
  const ActionEntry* entry = find(name);
  if (!entry || !entry->action) return tr("there is no such action");
  if (!key.isEmpty()) {
    if (const ActionEntry* other = holderOf(key, name))
      return tr("%1 is the key of '%2' (%3): take it away there first")
          .arg(key.toString(QKeySequence::NativeText), other->text(), other->group);
    const int first = key[0].key();
    const bool isPlain = (key[0].keyboardModifiers() & ~Qt::ShiftModifier) == Qt::NoModifier;
    if (first == Qt::Key_Tab || first == Qt::Key_Backtab || first == Qt::Key_Escape ||
        (isPlain && (first == Qt::Key_Return || first == Qt::Key_Enter)))
      return tr("%1 moves between controls or answers dialogues: choose another")
          .arg(key.toString(QKeySequence::NativeText));
    if (isPlain && entry->startsTraining)
      return tr("a run must not begin by a single key: take one with Ctrl or Alt");
  }
  setShortcuts(*entry, key.isEmpty() ? QList<QKeySequence>() : QList{key});
  settings_.setValue("keys/" + name, key.toString(QKeySequence::PortableText));
  Q_EMIT keysChanged();
  return {};
}

void Actions::resetKeys() {
  settings_.remove("keys");
  for (const ActionEntry& entry : entries_) setShortcuts(entry, entry.keys);
  Q_EMIT keysChanged();
}

bool Actions::hasOwnKeys(const QString& name) const { return settings_.contains("keys/" + name); }

const std::vector<std::pair<QString, QString>>& localKeys() {
  static const std::vector<std::pair<QString, QString>> keys{
      {QObject::tr("+, -, 0, arrows"), QObject::tr("In a picture of Ops: zoom, fit, move")},
      {QObject::tr("Left, Right"), QObject::tr("In Predictions: previous, next sample")},
      {QObject::tr("+, -, arrows"),
       QObject::tr("In a confusion matrix: larger and smaller cells, another cell")},
      {QObject::tr("Shift+drag"), QObject::tr("In a plot: move; drag zooms, double click fits")},
      {QObject::tr("Space"), QObject::tr("On a button that has the focus: press it")}};
  return keys;
}

}  // namespace uada
