#pragma once

#include <QWidget>

#include "core/settings/Settings.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;

namespace uada {

class Theme;

/// The editor of one setting: label above, editor, and under it in words what it means, or what is wrong. The
/// inner editor's object name is the field's name: QCheckBox for a bool, QComboBox for choices, QLineEdit for
/// the rest.
class FieldEditor : public QWidget {
  Q_OBJECT
 public:
  FieldEditor(FieldValue field, const Theme& theme, QWidget* parent = nullptr);

  const Field& field() const { return field_.field; }
  /// What is typed, as the field's type; text that is no number stays a text, which problem() then refuses.
  Json value() const;
  void setValue(const Json& value);
  bool isDefault() const { return value() == field_.value; }
  /// In words, or "": fieldProblem() of the value, else the remark from outside.
  QString problem() const;
  /// A remark from elsewhere ("data set not found ..."); "" takes it back.
  void setRemark(const QString& text);
  /// Greys it out where another setting leaves it without effect: because names that; "": it has one.
  void setIdle(const QString& because);
  /// Adds a button that asks for a file.
  void addFileButton(const QString& filter);

 Q_SIGNALS:
  void edited();

 private:
  QWidget* makeEditor();
  void addSuggestions();
  void refresh();

  FieldValue field_;
  QString remark_;
  QLabel* title_ = nullptr;
  QLabel *hint_ = nullptr, *problem_ = nullptr;  ///< one of the two is shown
  QCheckBox* check_ = nullptr;
  QComboBox* combo_ = nullptr;
  QLineEdit* line_ = nullptr;
};

/// Text of a setting as a form shows it: "0.0005", "0.3, 0.6, 0.8".
QString fieldText(const Json& value);
/// The reverse, for a field whose default is `like`; text that does not parse stays a text.
Json fieldFromText(const QString& text, const Json& like);

}  // namespace uada
