#pragma once

#include <QWidget>
#include <optional>
#include <vector>

#include "core/config/Sweep.h"
#include "core/settings/Settings.h"

class QBoxLayout;
class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QToolButton;

namespace uada {

class Theme;

/// One of the values that a field offers.
struct FieldOption {
  std::string value;
  QString text;     ///< as it is shown: "cuda:0  NVIDIA H200"
  QString problem;  ///< why it cannot be taken here; empty: it can
};

/// The editor of one setting: label above, editor, and under it in words what it means, or what is wrong. The
/// inner editor's object name is the field's name: QCheckBox for a bool, QComboBox for choices, QLineEdit for
/// the rest. A swept one has in its place a QLineEdit NAME_sweep that takes several values.
class FieldEditor : public QWidget {
  Q_OBJECT
 public:
  FieldEditor(FieldValue field, const Theme& theme, QWidget* parent = nullptr);

  const Field& field() const { return field_.field; }
  /// What is typed, as the field's type; text that is no number stays a text, which problem() then refuses.
  /// Of a swept one the first value.
  Json value() const;
  void setValue(const Json& value);
  bool isDefault() const { return !isSwept() && value() == field_.value; }
  /// In words, or "": fieldProblem() of the value, else the remark from outside.
  QString problem() const;
  /// A remark from elsewhere ("data set not found ..."); "" takes it back.
  void setRemark(const QString& text);
  /// Greys it out where another setting leaves it without effect: because names that; "": it has one.
  void setIdle(const QString& because);

  /// Adds a button that asks for a file, or for a folder; both can also be dropped.
  void addFileButton(const QString& filter);
  void addFolderButton();
  /// Offers these and no others in place of a line to type into.
  void offer(const std::vector<FieldOption>& options);

  /// Adds a button by which several values can be given.
  void allowSweep();
  bool isSwept() const;
  /// None: it is not swept, or problem() says what is wrong with it.
  std::optional<SweptValues> sweep() const;
  /// returns  false: it cannot be swept
  bool setSweep(const std::optional<SweptValues>& values);
  /// mayDraw  ranges need no step: see sweptFromText()
  void setDrawn(bool mayDraw);

  /// All that a person has done to it, right or wrong.
  Json state() const;
  void setState(const Json& state);

 Q_SIGNALS:
  void edited();

 private:
  QWidget* makeEditor();
  void addSuggestions();
  void change();
  void refresh();
  void toggleSweep(bool isOn);
  void addButton(const QString& text, std::function<QString()> ask);
  QWidget* editor() const;
  QString shown() const;
  QString sweepProblem() const;
  QString sweepHint() const;
  const FieldOption* option(const std::string& value) const;

  FieldValue field_;
  QString remark_;
  std::vector<FieldOption> options_;
  bool mayDraw_ = false;
  QLabel* title_ = nullptr;
  QBoxLayout *head_ = nullptr, *row_ = nullptr;
  QLabel *hint_ = nullptr, *problem_ = nullptr;  ///< one of the two is shown
  QCheckBox* check_ = nullptr;
  QComboBox* combo_ = nullptr;
  QLineEdit *line_ = nullptr, *sweepLine_ = nullptr;
  QToolButton* sweepButton_ = nullptr;
};

/// Text of a setting as a form shows it: "0.0005", "0.3, 0.6, 0.8".
QString fieldText(const Json& value);
/// The reverse, for a field whose default is `like`; text that does not parse stays a text.
Json fieldFromText(const QString& text, const Json& like);

}  // namespace uada
