#pragma once

#include <QTimer>
#include <QWidget>
#include <optional>
#include <vector>

#include "widgets/models/NewDecisions.h"
#include "widgets/panels/policy/LevelCounts.h"
#include "widgets/panels/policy/PolicyBins.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/LatestAnswer.h"
#include "widgets/session/Workbench.h"

class QLabel;
class QSplitter;

namespace uada {

class OpTotals;

/// What is shown of runs.
struct PolicyShown {
  PolicyQuantity quantity = PolicyQuantity::meanGain;
  std::vector<std::string> rows;  ///< of the strip
  std::string op;                 ///< whose levels are drawn
  bool isHistogram = false;       ///< the levels, in place of their means
};

/// The policy of one run: a heat strip of one quantity, what each op did over the span that is seen, the
/// levels of one op, and which group wins. Live from the session, else from the project.
class PolicyScope : public QWidget {
  Q_OBJECT
 public:
  /// suffix  of the names of its parts: "" or "_beside"
  PolicyScope(const Workbench& workbench, const QString& suffix, QWidget* parent);
  /// 0: none. It is read when it is wanted.
  void setRun(qint64 run);
  qint64 run() const { return run_; }
  const PolicyBins& bins() const { return bins_; }
  const LevelCounts& levels() const { return counts_; }
  /// Reads what is stored, if that has not been done.
  void load();
  void reload();
  /// Reads the decisions of pictured samples, if that has not been done.
  void readLevels();
  /// title  which run it is; "": there is but one
  void show(Figure heat, Figure levels, const QString& title);
  using QWidget::show;
  /// Beside another one: all below one another; under the strip stand its charts, or the totals.
  void setNarrow(bool isNarrow, bool showsTotals);
  Figure heatOf(const PolicyShown& shown) const;
  Figure levelsOf(const PolicyShown& shown) const;
  void setCursor(std::optional<double> step);
  Plot* heat() const { return heat_; }

 Q_SIGNALS:
  void changed();  ///< what is known of the run
  void cellClicked(double step, double row);
  void zoomed();
  void opChosen(const QString& op);

 private:
  void add(qint64 run, const std::vector<PolicyReport>& reports);
  void addDecisions(qint64 run, const std::vector<Decision>& decisions);
  void take(PolicyBins stored);
  void showTotals();
  bool hasTotals() const;

  const Workbench& workbench_;
  PolicyBins bins_;
  LevelCounts counts_;
  NewDecisions known_;  ///< those that counts_ has
  qint64 run_ = 0;
  bool stale_ = true, levelsStale_ = true, isNarrow_ = false, showsTotals_ = true;
  LatestAnswer answer_, levelsAnswer_;
  std::vector<PolicyReport> meanwhile_;  ///< reported while it is waited for
  std::vector<Decision> decidedMeanwhile_;
  QTimer later_;  ///< at most five drawings a second
  QLabel* title_;
  QSplitter *top_, *bottom_, *split_;
  Plot *heat_, *levels_, *winners_;
  OpTotals* totals_;
};

}  // namespace uada
