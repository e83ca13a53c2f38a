#pragma once

#include <QAbstractButton>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QTest>

#include "widgets/forms/NewRunDialog.h"

namespace uada {

/// Types into the editor of a field, whatever its kind.
inline void fill(const QWidget& form, const char* field, const QString& text) {
  if (auto* line = form.findChild<QLineEdit*>(field)) return line->setText(text);
  if (auto* combo = form.findChild<QComboBox*>(field)) return combo->setCurrentText(text);
  auto* check = form.findChild<QCheckBox*>(field);
  QVERIFY2(check, field);
  check->setChecked(text == "true");
}

/// Ticks these methods, in this order, and no others.
inline void tickMethods(const QWidget& form, const QStringList& methods) {
  auto* cards = form.findChild<QWidget*>("method");
  QVERIFY(cards);
  for (auto* card : cards->findChildren<QAbstractButton*>())
    if (card->isChecked()) card->click();
  for (const QString& name : methods) cards->findChild<QAbstractButton*>(name)->click();
}

/// Opens a field's line for several values and types them.
inline void sweep(const QWidget& form, const char* field, const QString& values) {
  auto* button = form.findChild<QAbstractButton*>(QString(field) + "_sweeps");
  QVERIFY2(button, field);
  if (!button->isChecked()) button->click();
  form.findChild<QLineEdit*>(QString(field) + "_sweep")->setText(values);
}

/// What is said under a field; empty: nothing.
inline QString problemAt(const QWidget& form, const char* field) {
  const auto* label = form.findChild<QLabel*>(QString(field) + "_problem");
  return label && label->isVisibleTo(&form) ? label->text() : QString();
}

/// Fashion-MNIST, a small network, a few steps; two methods.
inline void fillComparison(NewRunDialog& dialog) {
  dialog.findChild<QAbstractButton*>("fashion_mnist")->click();
  tickMethods(dialog, {"ra-uc", "uada"});
  for (const auto& [field, text] : {std::pair{"width", "8"},
                                    {"depth", "10"},
                                    {"epochs", "2"},
                                    {"batch", "100"},
                                    {"train_limit", "1000"},
                                    {"seeds", "1"}})
    fill(dialog, field, text);
  QCoreApplication::processEvents();
}

inline QString textAt(const NewRunDialog& dialog, const char* label) {
  return dialog.findChild<QLabel*>(label)->text();
}

/// Shows it, in front.
inline void see(NewRunDialog& dialog) {
  dialog.show();
  dialog.activateWindow();
  QVERIFY(QTest::qWaitForWindowActive(&dialog));
}

}  // namespace uada
