#pragma once

#include <QTimer>
#include <optional>

#include "widgets/panels/Panel.h"
#include "widgets/panels/policy/PolicyScope.h"

class QCheckBox;
class QComboBox;
class QHBoxLayout;
class QPushButton;
class QStackedWidget;

namespace uada {

/// The figures of the policy panel; numbers as in `bins`, which outlive them.
/// rows  the ops, in their order; none: those of the bins
Figure policyHeat(const PolicyBins& bins, PolicyQuantity quantity, const std::vector<std::string>& rows = {});
/// Mean level before and after of one op, with one population spread each way.
Figure levelTrajectory(const PolicyBins& bins, const std::string& op, const Theme& theme);
/// How often each level of one op was drawn and trained on, a histogram for each span of the run.
Figure levelRidges(const LevelCounts& counts, const std::string& op, const Theme& theme);
/// Share of the samples trained on each group's candidate.
Figure winnerShares(const PolicyBins& bins, const Theme& theme);
/// Gives both the ends that hold the values of both.
void shareScale(Figure& a, Figure& b);

/// How each op's parameters move over the selected run, and on demand over a second one beside it, to the
/// same scales and with one cursor.
class PolicyPanel : public PanelWidget {
  Q_OBJECT
 public:
  explicit PolicyPanel(const Workbench& workbench, QWidget* parent = nullptr);

  QStringList exportFilters() const override;
  const PolicyBins& bins() const { return first_->bins(); }
  const LevelCounts& levels() const { return first_->levels(); }

 protected:
  /// png: the panel; csv: every op and column of the quantity shown.
  void writeExport(const QString& file, const std::string& ending) override;
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* makeBar();
  void makeChoices(QWidget* bar, QHBoxLayout* runs, QHBoxLayout* levels);
  void follow(PolicyScope* scope, PolicyScope* other);
  void reload();
  void read();
  void redraw();
  void fillOps();
  void fillRuns();
  void showUsual();
  void chooseLevelsOf(const QString& row);
  void choose(const PolicyScope& scope, double step, double y);
  void showSamples();
  void remember();
  void restore();
  void openLandscape();
  void markStep(qint64 step);
  qint64 beside() const;
  std::vector<std::string> ops() const;
  std::vector<std::string> rows() const;
  PolicyShown shown() const;

  /// A cell that was clicked.
  struct Clicked {
    qint64 run = 0, step = 0;
    QString op;  ///< empty: a group's
  };
  bool chosen_ = false;  ///< the quantity, by a person
  Clicked clicked_;
  QString wantedOp_;  ///< remembered, and waits for the run's ops; empty: none does
  std::optional<double> marked_;
  QStackedWidget* pages_ = nullptr;
  QPushButton* landscape_ = nullptr;
  QCheckBox* totals_ = nullptr;  ///< with two runs: in place of the charts below the strip
  QComboBox *quantity_ = nullptr, *op_ = nullptr, *form_ = nullptr, *beside_ = nullptr;
  PolicyScope *first_ = nullptr, *second_ = nullptr;
  QTimer samplesTimer_;  ///< a click on the strip that may be the first of two
};

}  // namespace uada
