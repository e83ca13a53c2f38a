#include "widgets/forms/ChangesForm.h"

#include <QLabel>
#include <QVBoxLayout>

#include "widgets/forms/SettingsForm.h"
#include "widgets/session/Theme.h"

namespace uada {

/// "recipe.optimiser" as people read it.
static QString heading(const std::string& place) {
  if (place == "method") return ChangesForm::tr("Method");
  if (place == "recipe.optimiser") return ChangesForm::tr("Optimiser");
  if (place == "recipe.schedule") return ChangesForm::tr("Schedule");
  if (place == "recipe.training") return ChangesForm::tr("Training");
  return ChangesForm::tr("Running");
}

ChangesForm::ChangesForm(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
  auto* layout = new QVBoxLayout(this);
  layout->setSpacing(kGrid);
}

void ChangesForm::setSettings(const std::vector<RunSetting>& settings) {
  sections_.clear();
  while (QLayoutItem* item = layout()->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  for (const RunSetting& setting : settings) {
    const std::string place = setting.key.substr(0, setting.key.rfind('.'));
    if (sections_.empty() || sections_.back().place != place) sections_.push_back({place, {}, nullptr});
    sections_.back().fields.push_back(setting.known);
  }
  for (Section& section : sections_) {
    auto* title = new QLabel(QStringLiteral("<b>%1</b>").arg(heading(section.place)));
    title->setTextFormat(Qt::RichText);
    section.form = new SettingsForm(theme_, 3);
    section.form->setFields(section.fields);
    layout()->addWidget(title);
    layout()->addWidget(section.form);
    connect(section.form, &SettingsForm::edited, this, &ChangesForm::edited);
  }
  static_cast<QVBoxLayout*>(layout())->addStretch(1);
}

std::vector<std::pair<std::string, Json>> ChangesForm::changes() const {
  std::vector<std::pair<std::string, Json>> all;
  for (const Section& section : sections_) {
    const Json values = section.form->values();
    for (const FieldValue& field : section.fields)
      if (const Json* value = values.find(field.field.name); value && !(*value == field.value))
        all.emplace_back(section.place + '.' + field.field.name, *value);
  }
  return all;
}

int ChangesForm::problems() const {
  int count = 0;
  for (const Section& section : sections_) count += section.form->problems();
  return count;
}

}  // namespace uada
