#pragma once

#include <QWidget>
#include <string>
#include <utility>
#include <vector>

#include "core/config/LiveSettings.h"

namespace uada {

class SettingsForm;
class Theme;

/// Editors for settings of a run, those of each place under a heading: what was given another value. GUI
/// thread.
class ChangesForm : public QWidget {
  Q_OBJECT
 public:
  explicit ChangesForm(const Theme& theme, QWidget* parent = nullptr);

  /// Replaces all editors.
  void setSettings(const std::vector<RunSetting>& settings);
  /// Key and value of each setting that has another value than it had, and an effect.
  std::vector<std::pair<std::string, Json>> changes() const;
  /// How many values are not allowed.
  int problems() const;

 Q_SIGNALS:
  void edited();

 private:
  struct Section {
    std::string place;
    std::vector<FieldValue> fields;
    SettingsForm* form = nullptr;
  };
  const Theme& theme_;
  std::vector<Section> sections_;
};

}  // namespace uada
