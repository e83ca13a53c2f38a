#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QTest>

namespace uada {

/// Types into the editor of a field, whatever its kind.
inline void fill(const QWidget& form, const char* field, const QString& text) {
  if (auto* line = form.findChild<QLineEdit*>(field)) return line->setText(text);
  if (auto* combo = form.findChild<QComboBox*>(field)) return combo->setCurrentText(text);
  auto* check = form.findChild<QCheckBox*>(field);
  QVERIFY2(check, field);
  check->setChecked(text == "true");
}

/// What is said under a field; empty: nothing.
inline QString problemAt(const QWidget& form, const char* field) {
  const auto* label = form.findChild<QLabel*>(QString(field) + "_problem");
  return label && label->isVisibleTo(&form) ? label->text() : QString();
}

}  // namespace uada
