#include "widgets/forms/SettingsForm.h"

#include <QGridLayout>
#include <QToolButton>
#include <QVBoxLayout>

#include "widgets/forms/FieldEditor.h"
#include "widgets/session/Theme.h"

namespace uada {

SettingsForm::SettingsForm(const Theme& theme, int columns, QWidget* parent)
    : QWidget(parent), theme_(theme), columns_(columns) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(kGrid);
  fold_ = new QToolButton(this);
  fold_->setObjectName("advanced");
  fold_->setCheckable(true);
  fold_->setAutoRaise(true);
  fold_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  connect(fold_, &QToolButton::toggled, this, &SettingsForm::refreshFold);
  setFields({});
}

void SettingsForm::setFields(const std::vector<FieldValue>& fields) {
  delete plain_;
  delete advanced_;
  plain_ = new QWidget(this);
  advanced_ = new QWidget(this);
  fields_ = fields;
  editors_.clear();
  std::vector<FieldEditor*> plain, advanced;
  for (const FieldValue& field : fields) {
    auto* editor = new FieldEditor(field, theme_, field.field.advanced ? advanced_ : plain_);
    connect(editor, &FieldEditor::edited, this, [this] {
      refreshIdle();
      refreshFold();
      Q_EMIT edited();
    });
    if (sweepable_ && !(field.value.isString() && field.field.choices.empty())) editor->allowSweep();
    editor->setDrawn(drawn_);
    editors_.push_back(editor);
    (field.field.advanced ? advanced : plain).push_back(editor);
  }
  place(plain, new QGridLayout(plain_));
  place(advanced, new QGridLayout(advanced_));
  auto* box = static_cast<QVBoxLayout*>(layout());
  box->removeWidget(fold_);
  box->addWidget(plain_);
  box->addWidget(fold_, 0, Qt::AlignLeft);
  box->addWidget(advanced_);
  plain_->setVisible(!plain.empty());
  fold_->setVisible(!advanced.empty());
  fold_->setChecked(false);
  refreshIdle();
  refreshFold();
}

void SettingsForm::place(const std::vector<FieldEditor*>& editors, QGridLayout* grid) {
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(2 * kGrid);
  grid->setVerticalSpacing(kGrid);
  for (int column = 0; column < columns_; ++column) grid->setColumnStretch(column, 1);
  for (int column = static_cast<int>(editors.size()); column < columns_; ++column)
    grid->addWidget(new QWidget, 0, column);  // short rows keep the columns of long ones
  for (int i = 0; i < static_cast<int>(editors.size()); ++i)
    grid->addWidget(editors[i], i / columns_, i % columns_);
}

Json SettingsForm::allValues() const {
  Json values = Json::object();
  for (const FieldEditor* editor : editors_) values[editor->field().name] = editor->value();
  return values;
}

Json SettingsForm::values() const {
  const Json all = allValues();
  Json values = Json::object();
  for (const FieldEditor* editor : editors_) {
    const std::string& name = editor->field().name;
    if (idleBy(editor->field(), all).empty()) values[name] = all.at(name);
  }
  return values;
}

void SettingsForm::refreshIdle() {
  const Json all = allValues();
  for (FieldEditor* editor : editors_) editor->setIdle(QString::fromStdString(idleBy(editor->field(), all)));
}

void SettingsForm::setValues(const Json& values) {
  for (std::size_t i = 0; i < editors_.size(); ++i) {
    const Json* given = values.find(fields_[i].field.name);
    editors_[i]->setSweep(std::nullopt);
    editors_[i]->setValue(given ? *given : fields_[i].value);
  }
  refreshIdle();
}

std::vector<SweptSetting> SettingsForm::sweeps() const {
  const Json all = allValues();
  std::vector<SweptSetting> sweeps;
  for (const FieldEditor* editor : editors_)
    if (const auto values = editor->sweep(); values && idleBy(editor->field(), all).empty())
      sweeps.push_back({editor->field().name, *values});
  return sweeps;
}

void SettingsForm::setDrawn(bool mayDraw) {
  drawn_ = mayDraw;
  for (FieldEditor* editor : editors_) editor->setDrawn(mayDraw);
}

Json SettingsForm::state() const {
  Json state = Json::object();
  for (const FieldEditor* editor : editors_) state[editor->field().name] = editor->state();
  return state;
}

void SettingsForm::setState(const Json& state) {
  for (FieldEditor* editor : editors_)
    if (const Json* one = state.find(editor->field().name)) editor->setState(*one);
  refreshIdle();
}

FieldEditor* SettingsForm::editor(const std::string& name) const {
  for (FieldEditor* editor : editors_) {
    if (editor->field().name == name) return editor;
  }
  return nullptr;
}

void SettingsForm::setRemark(const std::string& name, const QString& text) {
  if (FieldEditor* found = editor(name)) found->setRemark(text);
  refreshFold();
}

void SettingsForm::dropRemarks() {
  for (FieldEditor* editor : editors_) editor->setRemark({});
  refreshFold();
}

std::vector<FieldEditor*> SettingsForm::wrong() const {
  std::vector<FieldEditor*> wrong;
  for (FieldEditor* editor : editors_)
    if (editor->isEnabledTo(this) && !editor->problem().isEmpty()) wrong.push_back(editor);
  return wrong;
}

int SettingsForm::problems() const { return static_cast<int>(wrong().size()); }

FieldEditor* SettingsForm::firstWrong() const {
  const std::vector<FieldEditor*> all = wrong();
  return all.empty() ? nullptr : all.front();
}

void SettingsForm::refreshFold() {
  int count = 0, changed = 0;
  bool wrong = false;
  for (const FieldEditor* editor : editors_) {
    if (!editor->field().advanced) continue;
    ++count;
    changed += editor->isDefault() ? 0 : 1;
    wrong = wrong || !editor->problem().isEmpty();
  }
  if (wrong && !fold_->isChecked()) {
    fold_->setChecked(true);  // comes back here
    return;
  }
  fold_->setText(changed ? tr("Advanced (%1, %2 changed)").arg(count).arg(changed)
                         : tr("Advanced (%1)").arg(count));
  fold_->setArrowType(fold_->isChecked() ? Qt::DownArrow : Qt::RightArrow);
  advanced_->setVisible(count > 0 && fold_->isChecked());
}

}  // namespace uada
