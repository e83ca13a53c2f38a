#pragma once

#include <optional>

#include "widgets/panels/Panel.h"
#include "widgets/panels/samples/SamplesModel.h"
#include "widgets/session/LatestAnswer.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QStackedWidget;

namespace uada {

class SamplesView;

/// The pictured samples of the selected run, newest first: original, unperturbed, each candidate, and the
/// image that was trained on. Live from the session, older ones from the project.
class SamplesPanel : public PanelWidget {
  Q_OBJECT
 public:
  explicit SamplesPanel(const Workbench& workbench, QWidget* parent = nullptr);

  void copy() const override;  ///< the chosen row as a picture, else the panel
  const SamplesModel& model() const { return model_; }
  /// Filters by the op alone, and goes to the newest sample at or before the step.
  void showOp(const QString& op, qint64 step);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* makeFilters();
  void offerWinners();
  void offerOps();
  void offerClasses();
  QString className(int label) const;
  void showOver(std::optional<std::uint32_t> index);
  /// What the project has.
  struct Stored {
    std::vector<Decision> decisions;
    QStringList leftOut;                  ///< why some of them are not shown
    std::vector<std::string> classNames;  ///< of the run's data set; empty: nobody names them
  };
  void load(std::size_t limit);
  void take(Stored stored);
  void reload(std::size_t limit);
  void follow();
  void add(qint64 run, const std::vector<Decision>& decisions);
  void holdPlace(int added);
  void refresh();
  void applyFilter();
  void goTo(qint64 step);
  void scrollToStep(qint64 step);
  static int planAt(const Decision& decision, int column);
  void copyPlan(const Decision& decision, int which) const;
  void copyDecision(qint64 run, const Decision& decision) const;
  void openInOps(qint64 run, const Decision& decision, int column);
  void showMenu(const QPoint& at);
  void saveImage(const QImage& image);
  QImage imageAt(const Decision& decision, int column) const;

  SamplesModel model_;
  SamplesFilterModel filtered_;
  qint64 run_ = 0;
  bool stale_ = true;  ///< to be read again when seen
  LatestAnswer answer_;
  std::vector<Decision> meanwhile_;  ///< reported while it is waited for
  std::size_t limit_ = 0;            ///< decisions asked of the project
  qint64 wanted_ = 0;                ///< a step to go to once the samples are read; 0: none
  QStringList leftOut_;              ///< why some of them are not shown
  std::vector<std::string> classNames_;
  QStackedWidget* pages_ = nullptr;
  SamplesView* view_ = nullptr;
  QComboBox *op_ = nullptr, *winner_ = nullptr, *class_ = nullptr, *order_ = nullptr;
  QDoubleSpinBox* gain_ = nullptr;
  QLabel* count_ = nullptr;
  QPushButton *older_ = nullptr, *oneSample_ = nullptr;
  std::optional<std::uint32_t> index_;  ///< of the training image that is followed over time; none: all
};

}  // namespace uada
