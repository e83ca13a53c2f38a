#pragma once

#include <QWidget>
#include <memory>
#include <string>
#include <vector>

#include "core/config/Sweep.h"

class QVBoxLayout;

namespace uada {

class ChoiceCards;
class FieldEditor;
class PolicyForm;
class PolicyLooks;
class SettingsForm;
class Theme;

/// The methods that are compared, ticked on cards, and under them the settings of each in the order in which
/// they were ticked.
class MethodsForm : public QWidget {
  Q_OBJECT
 public:
  /// kept  policy files that the project has used: see choosePolicyFile()
  MethodsForm(const Theme& theme, std::vector<PolicyFile> kept, QWidget* parent = nullptr);
  ~MethodsForm() override;

  /// As experiment files have them.
  Json methods() const;
  /// The first one's name; empty: none is ticked.
  std::string first() const;
  /// Each name once.
  void setMethods(const std::vector<Choice>& methods);
  /// Keys as "methods.1.epsilon".
  std::vector<SweptSetting> sweeps() const;
  /// returns  whether there is such a field
  bool setSweep(const SweptSetting& setting);
  void setDrawn(bool mayDraw);
  /// Policy files are looked at by it, not here. It outlives the form.
  void readFilesBy(PolicyLooks* looks);

  /// How many fields are wrong.
  int problems() const;
  FieldEditor* firstWrong() const;
  void dropRemarks();
  /// Of the method at that place; null: there is none.
  SettingsForm* formOf(std::size_t place) const;

  Json state() const;
  void setState(const Json& state);

 Q_SIGNALS:
  void edited();

 private:
  struct Part;
  void showTicked();
  std::unique_ptr<Part> makePart(const std::string& name);

  const Theme& theme_;
  const std::vector<PolicyFile> kept_;
  PolicyLooks* looks_ = nullptr;  ///< null: they are read here
  bool drawn_ = false;
  ChoiceCards* cards_;
  QVBoxLayout* list_;
  std::vector<std::unique_ptr<Part>> parts_;
};

}  // namespace uada
