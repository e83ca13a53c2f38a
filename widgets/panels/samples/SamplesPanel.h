#pragma once

#include <memory>
#include <optional>

#include "widgets/models/NewDecisions.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/samples/SamplePages.h"
#include "widgets/panels/samples/SamplesModel.h"
#include "widgets/session/LatestAnswer.h"

class QStackedWidget;

namespace uada {

class BesidePane;
class PlaceBar;
class SampleFilters;
class SamplesView;

/// The pictured samples of the selected run, newest first: original, unperturbed, each candidate, and the
/// image that was trained on. Live from the session; from the project a page at a time, around the step of
/// the cursor. Another run may stand beside it.
class SamplesPanel : public PanelWidget {
  Q_OBJECT
 public:
  explicit SamplesPanel(const Workbench& workbench, QWidget* parent = nullptr);

  void copy() const override;  ///< the chosen row as a picture, else the panel
  bool isReading() const override;
  const SamplesModel& model() const { return model_; }
  /// Filters by the op alone (empty: not at all), and goes to the newest sample at or before the step.
  void showOp(const QString& op, qint64 step);
  /// One training image over all steps, at this step.
  void showSample(qint64 step, std::uint32_t sample);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* makePage();
  void connectAll();
  void makeBar(QWidget* parent);
  void reload();
  void follow();
  void read(WantedPage wanted);
  void take(ReadPage read, const WantedPage& wanted);
  void add(qint64 run, const std::vector<Decision>& decisions);
  std::vector<SampleRow> rowsOf(std::vector<Decision> decisions) const;
  void addRows(const std::vector<Decision>& decisions);
  void holdPlace(int added);
  void refresh();
  void applyFilter();
  void arrange();
  void tellPlace();
  void goTo(qint64 step);
  void goOn();
  void readAgain();
  bool isByStep() const;
  bool isOnPage(qint64 step) const;
  void scrollToStep(qint64 step);
  void turnTo(std::size_t end, int row);
  void replay(qint64 step, std::uint32_t sample);
  void fillMenu(QMenu& menu, const QModelIndex& index, int column);

  SamplesModel model_;
  SamplesFilterModel filtered_;
  qint64 run_ = 0;
  bool isStale_ = true;  ///< to be read again when seen
  LatestAnswer answer_;
  std::vector<Decision> meanwhile_;       ///< reported while it is waited for
  std::shared_ptr<const Places> places_;  ///< of the run's decisions; null: to be read
  SamplePage page_;                       ///< what of them was read
  std::size_t count_ = 0;                 ///< of what the page is taken from, with what was reported since
  std::size_t stored_ = 0;                ///< of the run, likewise
  NewDecisions known_;                    ///< of the run, likewise
  std::shared_ptr<KnownTraits> traits_;   ///< of the run; used on the project's thread alone
  qint64 wanted_ = 0;                     ///< a step to go to once the samples are read; 0: none
  QStringList leftOut_;                   ///< why some of them are not shown
  std::vector<std::string> classNames_;
  QStackedWidget* pages_ = nullptr;
  SampleFilters* filters_ = nullptr;
  SamplesView* view_ = nullptr;
  BesidePane* beside_ = nullptr;
  PlaceBar* bar_ = nullptr;
};

}  // namespace uada
