#pragma once

#include <QWidget>
#include <vector>

#include "core/config/Sweep.h"

namespace uada {

class ChoiceCards;
class FieldEditor;
class PolicyLooks;
class SettingsForm;
class Theme;

/// The policy that a method draws its plans from, and its settings, made from the catalogue. A policy file
/// that is not there or another is said under its field.
class PolicyForm : public QWidget {
  Q_OBJECT
 public:
  /// kept  policy files that the project has used: see choosePolicyFile()
  PolicyForm(const Theme& theme, std::vector<PolicyFile> kept, QWidget* parent = nullptr);

  /// {"name": ..., settings ...}, as experiment files have it.
  Json policy() const;
  void setPolicy(const Choice& policy);
  std::vector<SweptSetting> sweeps() const;
  bool setSweep(const std::string& field, const SweptValues& values);
  void setDrawn(bool mayDraw);
  /// Files are looked at by it, not here; null: here. It outlives the form. Once.
  void readFilesBy(PolicyLooks* looks);
  Json state() const;
  void setState(const Json& state);
  /// How many fields are wrong.
  int problems() const;
  FieldEditor* firstWrong() const;

 Q_SIGNALS:
  void edited();

 private:
  void change();
  void checkFile();
  QString problemOf(const std::string& file, const std::string& hash) const;

  const std::vector<PolicyFile> kept_;
  PolicyLooks* looks_ = nullptr;
  ChoiceCards* cards_;
  SettingsForm* form_;
  std::string file_;  ///< that the hash in the form belongs to
};

}  // namespace uada
