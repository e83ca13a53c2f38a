#pragma once

#include <QDialog>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/tables/LabelDamage.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/samples/SamplePages.h"
#include "widgets/session/LatestAnswer.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QListWidget;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QTableWidget;
class QTabWidget;

namespace uada {

/// Which of a run's augmented images its frozen network no longer recognises, for each op and class, and the
/// samples themselves, those first to which augmenting adds the most loss. GUI thread.
class DamageDialog : public QDialog {
  Q_OBJECT
 public:
  DamageDialog(const Workbench& workbench, qint64 run, QWidget* parent = nullptr);

  /// Why a run's samples cannot be judged: only those of classification can; empty: they can.
  static QString whyNot(const Session& session, qint64 run);
  const std::optional<LabelDamage>& damage() const { return damage_; }
  /// A row for each judged decision, as 'uada damage' writes them; empty: none is judged yet.
  std::string csv() const;

 Q_SIGNALS:
  void sampleChosen(qint64 step, std::uint32_t sample);

 private:
  /// The decisions that are judged, without pictures, and where they stand.
  struct Judged {
    RunDetail run;
    Places places;
    std::vector<Decision> decisions;
    std::vector<std::string> classNames;
  };
  using Pictures = std::vector<std::pair<Image, Image>>;  ///< original and trained on

  QWidget* makeChoices();
  QWidget* makeTables();
  QWidget* makeSamples();
  void begin();
  void judge(Judged judged);
  void take(const std::vector<ClassChances>& said, qint64 step);
  void refuse(const QString& why);
  void save();
  void refresh();
  void fill(QTableWidget* table, const std::vector<DamageRow>& rows, bool areOps);
  void choose(QTableWidget* table);
  void list();
  void showPictures(const std::vector<std::size_t>& which, const Pictures& pictures);
  QString className(int label) const;
  QString caption(const JudgedDecision& judged) const;

  const Workbench& workbench_;
  const qint64 run_;
  Judged judged_;
  std::optional<LabelDamage> damage_;
  std::string op_;            ///< the samples listed have it; empty: any
  std::optional<int> label_;  ///< and this class; none: any
  LatestAnswer answer_, pictures_;
  QComboBox* network_;
  QSpinBox* count_;
  QPushButton *judge_, *cancel_, *save_;
  QProgressBar* progress_;
  QLabel *state_, *listed_;
  QTabWidget* tabs_;
  QTableWidget *ops_, *classes_;
  QCheckBox* onlyLost_;
  QListWidget* list_;
};

}  // namespace uada
