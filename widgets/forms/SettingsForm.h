#pragma once

#include <QWidget>
#include <vector>

#include "core/config/Sweep.h"
#include "core/settings/Settings.h"

class QGridLayout;
class QToolButton;

namespace uada {

class FieldEditor;
class Theme;

/// Editors for a list of settings (a catalogue entry's `fields`, or fieldsOf<S>()), a few side by side;
/// advanced ones are folded away until opened or wrong.
class SettingsForm : public QWidget {
  Q_OBJECT
 public:
  explicit SettingsForm(const Theme& theme, int columns = 3, QWidget* parent = nullptr);

  /// Replaces all editors.
  void setFields(const std::vector<FieldValue>& fields);
  /// Of those that are set from now on: all but texts without choices can be swept.
  void allowSweeps() { sweepable_ = true; }
  /// The object the strict reader takes: every field by name but those that others leave without effect.
  Json values() const;
  /// Sets the fields that the object names, the others to their defaults; none is swept then.
  void setValues(const Json& values);
  /// What is swept, by the field's name.
  std::vector<SweptSetting> sweeps() const;
  void setDrawn(bool mayDraw);
  /// All that a person has done to the fields, by name, also to those without effect.
  Json state() const;
  void setState(const Json& state);
  FieldEditor* editor(const std::string& name) const;
  /// A remark under a field from elsewhere ("data set not found ..."); "" takes it back.
  void setRemark(const std::string& name, const QString& text);
  void dropRemarks();
  /// How many fields are wrong.
  int problems() const;
  /// The first of them; null: none is.
  FieldEditor* firstWrong() const;
  bool isEmpty() const { return editors_.empty(); }

 Q_SIGNALS:
  void edited();

 private:
  void place(const std::vector<FieldEditor*>& editors, QGridLayout* grid);
  Json allValues() const;
  std::vector<FieldEditor*> wrong() const;
  void refreshIdle();
  void refreshFold();

  const Theme& theme_;
  const int columns_;
  bool sweepable_ = false, drawn_ = false;
  std::vector<FieldValue> fields_;
  std::vector<FieldEditor*> editors_;  ///< as fields_
  QWidget* plain_ = nullptr;
  QWidget* advanced_ = nullptr;
  QToolButton* fold_ = nullptr;
};

}  // namespace uada
