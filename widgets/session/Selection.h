#pragma once

#include <QObject>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "widgets/session/RunList.h"

namespace uada {

/// Which runs are looked at: the selected one, those that are compared with it, and the step that the cursor
/// stands at. GUI thread.
class Selection : public QObject {
  Q_OBJECT
 public:
  /// lastStepOf  of a run, with what it has reported since the list was read
  explicit Selection(std::function<qint64(qint64 run)> lastStepOf) : lastStepOf_(std::move(lastStepOf)) {}

  qint64 run() const { return run_; }  ///< the selected one; 0: none
  bool isChecked(qint64 run) const { return checked_.contains(run); }
  /// Whether it is checked or selected.
  bool isShown(qint64 run) const { return run == run_ || isChecked(run); }
  std::vector<qint64> checked() const;                   ///< in the order of the list
  std::vector<qint64> shown() const;                     ///< the checked ones and the selected one
  qint64 cursor() const { return cursor_; }              ///< step of the selected run, from 1; 0: nothing yet
  qint64 lastStep() const { return lastStepOf_(run_); }  ///< of the selected run
  bool followsLive() const { return follows_; }

  /// Another project: its newest run is selected. Compared are all runs of the recipe and images that the
  /// newest finished run has, or where none is finished the newest run; of more than 50 the newest seeds of
  /// the newest configurations.
  /// checked  compared are these instead, as far as they are there; none: it is not known
  void begin(std::shared_ptr<const RunList> list, const std::optional<std::set<qint64>>& checked = {});
  /// The same project, read again: what is no longer there is let go.
  void update(std::shared_ptr<const RunList> list);
  /// The run has begun to train: it is compared, and selected unless a person has chosen another run than
  /// the one that trained before.
  void showLive(qint64 run);
  /// The run that trains next is to be selected, whatever is now.
  void letGo() { isChosen_ = false; }
  /// The run has moved on.
  void follow(qint64 run);
  const std::set<qint64>& ticks() const { return checked_; }
  /// All of them at once, without ticked().
  void setTicks(std::set<qint64> runs);

 public Q_SLOTS:
  void select(qint64 run);
  void setChecked(qint64 run, bool checked);
  void setChecked(const std::vector<qint64>& runs, bool checked);
  void setOnlyChecked(const std::vector<qint64>& runs);
  void setCursor(qint64 step);  ///< also ends following unless it is the last step
  void setFollowsLive(bool follow);

 Q_SIGNALS:
  void selectionChanged(qint64 run);
  void checkedChanged();
  void ticked(const std::set<qint64>& before);  ///< by a person, after checkedChanged()
  void cursorChanged(qint64 step);

 private:
  void tick(std::set<qint64> runs);
  void place(qint64 run);
  void tellPlace();
  void moveTo(qint64 run);

  const std::function<qint64(qint64)> lastStepOf_;
  std::shared_ptr<const RunList> list_ = std::make_shared<const RunList>();
  std::set<qint64> checked_;
  qint64 run_ = 0, cursor_ = 0;
  qint64 live_ = 0;        ///< the run that has begun to train last; 0: none
  bool isChosen_ = false;  ///< the selected run, by a person
  bool follows_ = true;
};

}  // namespace uada
