#pragma once

#include <QString>
#include <functional>

class QSettings;

namespace uada {

class Session;
class Theme;
struct SamplePlan;

/// What every panel is handed: references made in main, which outlive all panels. Panels do not know each
/// other; they meet here. GUI thread.
struct Workbench {
  Session& session;
  QSettings& settings;
  const Theme& theme;
  /// Brings a panel of the catalogue to the front ("samples").
  std::function<void(const QString& panel)> show = [](const QString&) {};
  /// Shows a sample's plan in the view Ops.
  std::function<void(const SamplePlan& sample)> openInOps = [](const SamplePlan&) {};
  /// Shows the selected run's pictured samples that have the op (empty: all), the newest at or before the
  /// step first.
  std::function<void(const QString& op, qint64 step)> showSamples = [](const QString&, qint64) {};
  /// Opens the new-run dialogue.
  std::function<void()> newRun = [] {};
  /// The same, filled with what a run was made of.
  std::function<void(qint64 run)> newRunLike = [](qint64) {};
  /// The same with another method beside its own, to be started as twins.
  std::function<void(qint64 run)> newTwinsLike = [](qint64) {};
};

}  // namespace uada
