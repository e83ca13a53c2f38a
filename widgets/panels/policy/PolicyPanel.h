#pragma once

#include <QTimer>
#include <optional>

#include "widgets/panels/Panel.h"
#include "widgets/panels/policy/PolicyBins.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/LatestAnswer.h"

class QComboBox;
class QPushButton;
class QStackedWidget;

namespace uada {

class OpTotals;

/// The figures of the policy panel; numbers as in `bins`, which outlive them.
Figure policyHeat(const PolicyBins& bins, PolicyQuantity quantity);
/// Mean level before and after of one op, with one population spread each way.
Figure levelTrajectory(const PolicyBins& bins, const std::string& op, const Theme& theme);
/// Share of the samples trained on each group's candidate.
Figure winnerShares(const PolicyBins& bins, const Theme& theme);

/// How each op's parameters move over the selected run: a heat strip of one quantity, what each op did over
/// the span that is seen, the levels of one op, and which group wins. Live from the session, else from the
/// project.
class PolicyPanel : public PanelWidget {
  Q_OBJECT
 public:
  explicit PolicyPanel(const Workbench& workbench, QWidget* parent = nullptr);

  QStringList exportFilters() const override;
  const PolicyBins& bins() const { return bins_; }

 protected:
  /// png: the panel; csv: every op and column of the quantity shown.
  void writeExport(const QString& file, const std::string& ending) override;
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* makeBar();
  void reload();
  void load();
  void take(const std::vector<PolicyReport>& stored);
  void add(qint64 run, const std::vector<PolicyReport>& reports);
  void redraw();
  void fillOps();
  void showUsual();
  void showTotals();
  void choose(double step, double y);
  void showSamples();
  void openLandscape();
  void markStep(qint64 step);
  PolicyQuantity quantity() const;

  PolicyBins bins_;
  qint64 run_ = 0;
  bool stale_ = true;  ///< to be read again when seen
  LatestAnswer answer_;
  std::vector<PolicyReport> meanwhile_;  ///< reported while it is waited for
  bool chosen_ = false;                  ///< the quantity, by a person
  std::optional<double> marked_;
  QTimer redrawTimer_;  ///< at most five drawings a second
  QStackedWidget* pages_ = nullptr;
  QComboBox *quantity_ = nullptr, *op_ = nullptr;
  Plot *heat_ = nullptr, *levels_ = nullptr, *winners_ = nullptr;
  OpTotals* totals_ = nullptr;
  QTimer samplesTimer_;  ///< a click on the strip that may be the first of two
};

}  // namespace uada
