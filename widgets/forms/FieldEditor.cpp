#include "widgets/forms/FieldEditor.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QCompleter>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QRegularExpression>
#include <QStyle>
#include <QVBoxLayout>
#include <cmath>

#include "widgets/forms/FormStyle.h"
#include "widgets/models/Words.h"

namespace uada {
namespace {

Json numberFromText(const QString& text, bool whole) {
  bool ok = false;
  const QString plain = QString(text).remove(',').trimmed();
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
  editor->setObjectName(QString::fromStdString(field_.field.name));
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
  layout->addWidget(title_);
  layout->addWidget(editor);
  layout->addWidget(hint_);
  layout->addWidget(problem_);
  layout->addStretch(1);
  setValue(field_.value);
}

QWidget* FieldEditor::makeEditor() {
  const auto changed = [this] {
    refresh();
    Q_EMIT edited();
  };
  if (field_.value.isBool()) {
    check_ = new QCheckBox(tr("On"), this);
    connect(check_, &QCheckBox::toggled, this, changed);
    return check_;
  }
  if (!field_.field.choices.empty()) {
    combo_ = new QComboBox(this);
    keepFromWheel(combo_);
    for (const std::string& choice : field_.field.choices) combo_->addItem(QString::fromStdString(choice));
    connect(combo_, &QComboBox::currentIndexChanged, this, changed);
    return combo_;
  }
  line_ = new QLineEdit(this);
  connect(line_, &QLineEdit::textChanged, this, changed);
  if (field_.field.suggestions) addSuggestions();
  return line_;
}

/// Any text may be typed; what is known is offered while typing and by a button.
void FieldEditor::addSuggestions() {
  QStringList known;
  for (const std::string& one : field_.field.suggestions()) known << QString::fromStdString(one);
  auto* completer = new QCompleter(known, line_);
  completer->setFilterMode(Qt::MatchContains);
  completer->setCaseSensitivity(Qt::CaseInsensitive);
  line_->setCompleter(completer);
  auto* action = line_->addAction(style()->standardIcon(QStyle::SP_ArrowDown), QLineEdit::TrailingPosition);
  action->setToolTip(tr("Show what is known"));
  connect(action, &QAction::triggered, completer, [completer] {
    completer->setCompletionPrefix({});
    completer->complete();
  });
}

Json FieldEditor::value() const {
  if (check_) return Json(check_->isChecked());
  if (combo_) return fieldFromText(combo_->currentText(), field_.value);
  return fieldFromText(line_->text(), field_.value);
}

void FieldEditor::setValue(const Json& value) {
  if (check_ && value.isBool()) check_->setChecked(value.asBool());
  if (combo_) combo_->setCurrentText(fieldText(value));
  if (line_ && fieldFromText(line_->text(), field_.value) != value) line_->setText(fieldText(value));
  refresh();
}

QString FieldEditor::problem() const {
  const std::string own = fieldProblem(field_, value());
  return own.empty() ? remark_ : QString::fromStdString(own);
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

void FieldEditor::addFileButton(const QString& filter) {
  if (!line_) return;
  auto* action = line_->addAction(style()->standardIcon(QStyle::SP_DirOpenIcon), QLineEdit::TrailingPosition);
  action->setToolTip(tr("Choose a file"));
  connect(action, &QAction::triggered, this, [this, filter] {
    const QString file = QFileDialog::getOpenFileName(this, tr("Choose a file"), line_->text(), filter);
    if (!file.isEmpty()) line_->setText(file);
  });
}

void FieldEditor::refresh() {
  showProblem(problem_, problem());
  hint_->setVisible(problem_->text().isEmpty());
  QFont font = title_->font();
  font.setBold(!isDefault());  // what differs from the recipe's default stands out
  title_->setFont(font);
}

}  // namespace uada
