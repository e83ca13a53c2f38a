#include "widgets/forms/FieldEditor.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QCompleter>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalBlocker>
#include <QStyle>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/base/Error.h"
#include "widgets/forms/FormStyle.h"
#include "widgets/forms/SweepText.h"
#include "widgets/models/Words.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

/// Commas stand between groups of thousands alone: in "0,5" it would be anybody's guess what is meant.
Json numberFromText(const QString& text, bool whole) {
  static const QRegularExpression grouped(QStringLiteral("^[+-]?\\d{1,3}(,\\d{3})+(\\.\\d*)?$"));
  bool ok = false;
  QString plain = text.trimmed();
  if (grouped.match(plain).hasMatch()) plain.remove(',');
  if (whole) {
    const qlonglong number = plain.toLongLong(&ok);
    if (ok) return Json(std::int64_t{number});
  }
  const double number = plain.toDouble(&ok);
  return ok ? Json(number) : Json(text.trimmed().toStdString());
}

Json listFromText(const QString& text) {
  Json list = Json::array();
  for (const QString& part : text.split(QRegularExpression("[,;\\s]+"), Qt::SkipEmptyParts)) {
    Json number = numberFromText(part, false);
    if (!number.isNumber()) return Json(text.trimmed().toStdString());
    list.push(std::move(number));
  }
  return list;
}

}  // namespace

QString fieldText(const Json& value) {
  if (value.isString()) return QString::fromStdString(value.asString());
  if (value.isNumber() && !value.isInt()) {
    const double size = std::abs(value.asDouble());  // 0.0005, not 5e-04
    const bool plain = size == 0 || (size >= 1e-6 && size < 1e15);
    return QString::number(value.asDouble(), plain ? 'f' : 'g', QLocale::FloatingPointShortest);
  }
  if (!value.isArray()) return QString::fromStdString(value.isNull() ? "" : value.dump());
  QStringList parts;
  for (const Json& item : value.asArray()) parts << fieldText(item);
  return parts.join(", ");
}

Json fieldFromText(const QString& text, const Json& like) {
  if (like.isArray()) return listFromText(text);
  if (like.isNumber()) return numberFromText(text, like.isInt());
  return Json(text.trimmed().toStdString());
}

FieldEditor::FieldEditor(FieldValue field, const Theme& theme, QWidget* parent)
    : QWidget(parent), field_(std::move(field)) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(2);
  QWidget* editor = makeEditor();
  editor->setObjectName(q(field_.field.name));
  setFocusProxy(editor);
  const QString help = q(field_.field.help);
  setIdle({});
  editor->setAccessibleName(q(field_.field.title));
  editor->setAccessibleDescription(help);
  title_ = new QLabel(q(field_.field.title), this);
  title_->setBuddy(editor);
  hint_ = hintLabel(help, theme, this);
  problem_ = problemLabel(theme, this);
  problem_->setObjectName(editor->objectName() + "_problem");
  head_ = new QHBoxLayout;
  head_->addWidget(title_);
  head_->addStretch(1);
  row_ = new QHBoxLayout;
  row_->setSpacing(kGrid);
  row_->addWidget(editor, 1);
  layout->addLayout(head_);
  layout->addLayout(row_);
  layout->addWidget(hint_);
  layout->addWidget(problem_);
  layout->addStretch(1);
  setValue(field_.value);
}

void FieldEditor::change() {
  refresh();
  Q_EMIT edited();
}

QWidget* FieldEditor::makeEditor() {
  if (field_.value.isBool()) {
    check_ = new QCheckBox(tr("On"), this);
    connect(check_, &QCheckBox::toggled, this, &FieldEditor::change);
    return check_;
  }
  if (!field_.field.choices.empty()) {
    combo_ = new QComboBox(this);
    keepFromWheel(combo_);
    for (const std::string& choice : field_.field.choices) combo_->addItem(q(choice));
    connect(combo_, &QComboBox::currentIndexChanged, this, &FieldEditor::change);
    return combo_;
  }
  line_ = new QLineEdit(this);
  leaveUndoToTheForm(line_);
  connect(line_, &QLineEdit::textChanged, this, &FieldEditor::change);
  if (field_.field.suggestions) addSuggestions();
  return line_;
}

/// Any text may be typed; what is known is offered while typing and by a button.
void FieldEditor::addSuggestions() {
  QStringList known;
  for (const std::string& one : field_.field.suggestions()) known << q(one);
  auto* completer = new QCompleter(known, line_);
  completer->setFilterMode(Qt::MatchContains);
  completer->setCaseSensitivity(Qt::CaseInsensitive);
  line_->setCompleter(completer);
  auto* action = line_->addAction(style()->standardIcon(QStyle::SP_ArrowDown), QLineEdit::TrailingPosition);
  action->setText(tr("Show what is known"));
  action->setToolTip(action->text());
  connect(action, &QAction::triggered, completer, [completer] {
    completer->setCompletionPrefix({});
    completer->complete();
  });
}

QWidget* FieldEditor::editor() const {
  if (check_) return check_;
  return combo_ ? static_cast<QWidget*>(combo_) : line_;
}

const FieldOption* FieldEditor::option(const std::string& value) const {
  const auto found = std::ranges::find(options_, value, &FieldOption::value);
  return found == options_.end() ? nullptr : &*found;
}

/// What stands in the editor, whether it is a value or not.
QString FieldEditor::shown() const {
  if (combo_) return options_.empty() ? combo_->currentText() : combo_->currentData().toString();
  return line_->text();
}

Json FieldEditor::value() const {
  if (const auto values = sweep()) return values->range ? values->range->from : values->list.front();
  return check_ ? Json(check_->isChecked()) : fieldFromText(shown(), field_.value);
}

void FieldEditor::setValue(const Json& value) {
  if (check_ && value.isBool()) check_->setChecked(value.asBool());
  if (combo_ && options_.empty()) combo_->setCurrentText(fieldText(value));
  if (combo_ && !options_.empty()) {
    const QString text = fieldText(value);
    if (combo_->findData(text) < 0) {
      options_.push_back({text.toStdString(), text, tr("'%1' is not on this machine").arg(text)});
      combo_->addItem(text, text);
    }
    combo_->setCurrentIndex(combo_->findData(text));
  }
  if (line_ && fieldFromText(line_->text(), field_.value) != value) line_->setText(fieldText(value));
  refresh();
}

void FieldEditor::offer(const std::vector<FieldOption>& options) {
  const Json now = value();
  options_ = options;
  if (!combo_) {
    combo_ = new QComboBox(this);
    keepFromWheel(combo_);
    combo_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    combo_->setObjectName(line_->objectName());
    combo_->setAccessibleName(line_->accessibleName());
    combo_->setAccessibleDescription(line_->accessibleDescription());
    row_->insertWidget(0, combo_, 1);
    delete std::exchange(line_, nullptr);
    title_->setBuddy(combo_);
    setFocusProxy(combo_);
    connect(combo_, &QComboBox::currentIndexChanged, this, &FieldEditor::change);
  }
  {
    const QSignalBlocker quiet(combo_);
    combo_->clear();
    for (const FieldOption& one : options_) combo_->addItem(one.text, q(one.value));
    setValue(now);
  }
  change();
}

QString FieldEditor::problem() const {
  if (isSwept()) {
    const QString own = sweepProblem();
    return own.isEmpty() ? remark_ : own;
  }
  const std::string own = fieldProblem(field_, value());
  if (!own.empty()) return q(own);
  const FieldOption* one = combo_ && !options_.empty() ? option(shown().toStdString()) : nullptr;
  return one && !one->problem.isEmpty() ? one->problem : remark_;
}

void FieldEditor::setRemark(const QString& text) {
  remark_ = text;
  refresh();
}

void FieldEditor::setIdle(const QString& because) {
  setEnabled(because.isEmpty());
  const QString note = because.isEmpty() ? tr("Default: %1").arg(fieldText(field_.value))
                                         : tr("Without effect with %1").arg(because);
  setToolTip(tr("%1\n%2").arg(q(field_.field.help), note));
}

// ---- files

void FieldEditor::addButton(const QString& text, std::function<QString()> ask) {
  auto* button = new QPushButton(text, this);
  button->setAutoDefault(false);
  button->setObjectName(line_->objectName() + "_browse");
  button->setAccessibleName(tr("%1: browse").arg(q(field_.field.title)));
  row_->addWidget(button);
  takeDroppedFiles(line_);
  connect(button, &QPushButton::clicked, this, [this, ask = std::move(ask)] {
    const QString file = ask();
    if (!file.isEmpty()) line_->setText(file);
  });
}

void FieldEditor::addFileButton(const QString& filter) {
  if (line_)
    addButton(tr("Browse…"), [this, filter] {
      return QFileDialog::getOpenFileName(this, tr("Choose a file"), line_->text(), filter);
    });
}

void FieldEditor::addFolderButton() {
  if (line_)
    addButton(tr("Browse…"), [this] {
      return QFileDialog::getExistingDirectory(this, tr("Choose a folder"), line_->text());
    });
}

// ---- several values

void FieldEditor::allowSweep() {
  if (sweepButton_) return;
  sweepButton_ = new QToolButton(this);
  sweepButton_->setObjectName(q(field_.field.name) + "_sweeps");
  sweepButton_->setCheckable(true);
  sweepButton_->setAutoRaise(true);
  sweepButton_->setText(QStringLiteral("≡"));
  sweepButton_->setFocusPolicy(Qt::StrongFocus);
  sweepButton_->setAccessibleName(tr("Several values of %1").arg(q(field_.field.title)));
  sweepButton_->setToolTip(tr("Several values: a run of each"));
  head_->addWidget(sweepButton_);
  connect(sweepButton_, &QToolButton::toggled, this, &FieldEditor::toggleSweep);
}

void FieldEditor::toggleSweep(bool isOn) {
  if (isOn && !sweepLine_) {
    sweepLine_ = new QLineEdit(this);
    leaveUndoToTheForm(sweepLine_);
    sweepLine_->setObjectName(q(field_.field.name) + "_sweep");
    sweepLine_->setAccessibleName(tr("%1: several values").arg(q(field_.field.title)));
    sweepLine_->setPlaceholderText(!field_.field.choices.empty()
                                       ? fieldText(field_.field.choices.front()) + ", …"
                                   : field_.value.isBool()   ? tr("true, false")
                                   : field_.value.isArray()  ? tr("0.3, 0.6; 0.5, 0.8")
                                   : field_.value.isString() ? tr("one, other, \"with, comma\"")
                                                             : tr("1, 2, 3 or 0.5..2 by 0.5"));
    row_->insertWidget(0, sweepLine_, 1);
    sweepLine_->setText(check_ ? tr("true, false") : sweptText({{value()}, {}}));
    connect(sweepLine_, &QLineEdit::textChanged, this, &FieldEditor::change);
  }
  if (sweepLine_) sweepLine_->setVisible(isOn);
  editor()->setVisible(!isOn);
  QWidget* const front = isOn ? sweepLine_ : editor();
  title_->setBuddy(front);
  setFocusProxy(front);
  if (sweepButton_->hasFocus()) front->setFocus();
  change();
}

bool FieldEditor::isSwept() const { return sweepButton_ && sweepButton_->isChecked(); }

std::optional<SweptValues> FieldEditor::sweep() const {
  if (!isSwept()) return std::nullopt;
  try {
    return sweptFromText(sweepLine_->text(), field_, mayDraw_);
  } catch (const Error&) {
    return std::nullopt;
  }
}

QString FieldEditor::sweepProblem() const {
  try {
    sweptFromText(sweepLine_->text(), field_, mayDraw_);
    return {};
  } catch (const Error& error) {
    return q(error.what());
  }
}

bool FieldEditor::setSweep(const std::optional<SweptValues>& values) {
  if (!sweepButton_) return false;
  sweepButton_->setChecked(values.has_value());
  if (values) sweepLine_->setText(sweptText(*values));
  return true;
}

void FieldEditor::setDrawn(bool mayDraw) {
  mayDraw_ = mayDraw;
  refresh();
}

/// "3 values: 1, 2, 3"
QString FieldEditor::sweepHint() const {
  const auto values = sweep();
  if (!values) return {};
  if (values->range && (mayDraw_ || values->range->step <= 0)) return tr("Drawn from this range");
  const std::vector<Json> all = allValues(*values, "range");
  constexpr std::size_t kMost = 6;
  QStringList texts;
  for (std::size_t i = 0; i < std::min(all.size(), kMost); ++i) texts << fieldText(all[i]);
  const QString list = texts.join(field_.value.isArray() ? "; " : ", ") + (all.size() > kMost ? ", …" : "");
  return all.size() == 1 ? tr("One value: %1").arg(list) : tr("%1 values: %2").arg(all.size()).arg(list);
}

// ---- state

Json FieldEditor::state() const {
  Json state = Json::object();
  if (check_)
    state["on"] = check_->isChecked();
  else
    state[combo_ ? "chosen" : "text"] = shown().toStdString();
  if (isSwept()) state["several"] = Json::Object{{"text", sweepLine_->text().toStdString()}};
  return state;
}

void FieldEditor::setState(const Json& state) {
  if (const Json* on = state.find("on"); on && check_ && on->isBool()) check_->setChecked(on->asBool());
  for (const char* key : {"chosen", "text"}) {
    const Json* text = state.find(key);
    if (!text || !text->isString()) continue;
    if (line_) line_->setText(q(text->asString()));
    if (combo_ && options_.empty()) combo_->setCurrentText(q(text->asString()));
    if (combo_ && !options_.empty()) setValue(*text);
  }
  const Json* several = state.find("several");
  if (!sweepButton_) return;
  sweepButton_->setChecked(several != nullptr);
  if (const Json* text = several ? several->find("text") : nullptr; text && text->isString())
    sweepLine_->setText(q(text->asString()));
  refresh();
}

void FieldEditor::refresh() {
  if (!problem_) return;  // being made
  showProblem(problem_, problem());
  hint_->setText(isSwept() ? sweepHint() : q(field_.field.help));
  hint_->setVisible(problem_->text().isEmpty());
  QFont font = title_->font();
  font.setBold(!isDefault());  // what differs from the recipe's default stands out
  title_->setFont(font);
}

}  // namespace uada
