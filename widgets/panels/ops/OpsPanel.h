#pragma once

#include <optional>
#include <vector>

#include "widgets/panels/Panel.h"
#include "widgets/panels/ops/PictureSource.h"
#include "widgets/panels/ops/SamplePlan.h"

class QStackedWidget;
class QTabBar;

namespace uada {

class ChainView;
struct Decision;
struct RunDetail;
struct PlanLine;
class OpExplorer;
class SourceBar;

/// Ops and policies by eye: one op on any picture, and a plan stage by stage. The picture is a file (opened
/// or dropped) or a training image.
class OpsPanel : public PanelWidget {
  Q_OBJECT
 public:
  explicit OpsPanel(const Workbench& workbench, QWidget* parent = nullptr);

  /// Shows the plan on its sample in the chain view.
  void open(const SamplePlan& sample);
  PictureSource& source() { return *source_; }
  /// The newest pictured sample of the selected run, else its first training image.
  void prepareExport() override;
  bool isReading() const override { return source_->isBusy(); }

 protected:
  void showEvent(QShowEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void makeViews();
  void open(const SamplePlan& sample, const QString& note, int tab);
  void showNewest(const RunDetail& run, const std::vector<Decision>& decisions);
  void showLoaded();
  void readImageOf(const PlanLine& line);
  void showFailed(const QString& why);
  bool isWanted();
  void showPlan(const SamplePlan& sample, const QString& note);
  void restore();
  void readFirst();
  void remember() const;

  std::optional<SamplePlan> wanted_;  ///< to be shown once its sample is read
  PictureRequest wantedRequest_;      ///< of that sample
  QString wantedNote_;                ///< what is said of it
  int wantedTab_ = 1;                 ///< that is shown then
  PictureSource* source_;
  SourceBar* bar_ = nullptr;
  QTabBar* tabs_ = nullptr;
  QStackedWidget *pages_ = nullptr, *views_ = nullptr;
  OpExplorer* explorer_ = nullptr;
  ChainView* chain_ = nullptr;
  bool restored_ = false;  ///< or nothing was there to restore
};

}  // namespace uada
