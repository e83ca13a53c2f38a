#pragma once

#include <QDialog>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/store/RunReplay.h"
#include "widgets/panels/Panel.h"
#include "widgets/session/Background.h"
#include "widgets/session/LatestAnswer.h"

class QGridLayout;
class QLabel;
class QProgressBar;
class QSpinBox;

namespace uada {

/// What came of a replay of one sample at one step.
struct Replayed {
  Decision drawn;                                     ///< its pictures are those that were rendered now
  std::vector<std::vector<RunReplay::Probe>> probes;  ///< of each group
  std::string stored, replayed;      ///< hashes of the pixels trained on; stored empty: the decision was not
  std::optional<bool> keptAreEqual;  ///< the pictures that the project keeps; none: it keeps none
  std::string words;                 ///< what else is to be known; empty: nothing
};
/// What is stored of it; none: nothing.
struct StoredDecision {
  Decision decision;
  std::int64_t attempt = 1;
};
/// Renders a sample at a step of the run again: from its stored decision, else from its key.
/// throws  Error in words where neither can be done
Replayed replay(const RunReplay& run, const std::optional<StoredDecision>& stored, std::int64_t step,
                std::uint32_t sample);

/// Any sample at any past step of a run, rendered again from the run's images: original, random plan, probes,
/// candidates, what was trained on, and whether its pixels have the recorded hash. GUI thread.
class ReplayDialog : public QDialog {
  Q_OBJECT
 public:
  ReplayDialog(const Workbench& workbench, qint64 run, QWidget* parent = nullptr);
  /// Begins to render it.
  void show(qint64 step, std::uint32_t sample);
  /// Where the images of the run lie, if not where it had them; empty: there.
  void setFolder(const QString& folder);
  bool isBusy() const { return answer_.isWaiting() || background_.isBusy(); }
  const std::optional<Replayed>& replayed() const { return replayed_; }

 private:
  QWidget* makeChoices();
  void render();
  void renderStored(RunDetail run, std::optional<StoredDecision> stored, std::vector<std::string> classNames);
  void take(Replayed replayed);
  void refuse(const QString& why);
  void tellHash();
  void clear();
  void addGroup(int row, int number);
  QWidget* cell(const QString& title, const Image& picture, const QString& caption, bool isFramed);
  void refresh();

  const Workbench& workbench_;
  const qint64 run_;
  QSpinBox *step_, *sample_;
  QLabel *state_, *hash_;
  QProgressBar* progress_;
  QWidget* pictures_;
  QGridLayout* grid_;
  QString folder_;
  std::vector<std::string> classNames_;
  std::optional<Replayed> replayed_;
  LatestAnswer answer_;
  /// Opened by the first question, and used by the thread of `background_` alone.
  std::shared_ptr<std::unique_ptr<RunReplay>> images_;
  Background background_;  ///< last: its thread uses what stands above
};

}  // namespace uada
