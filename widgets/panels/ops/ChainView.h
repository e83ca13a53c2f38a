#pragma once

#include <QWidget>
#include <memory>
#include <optional>

#include "widgets/panels/ops/ChainModel.h"
#include "widgets/session/Workbench.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QScrollArea;
class QSpinBox;
class QToolButton;

namespace uada {

class ChainStrip;
class HashLine;
class SettingsForm;

/// A plan on a picture, stage by stage: drawn from a policy as a run with that seed draws it, or given as
/// JSON. Ends in the hash of the pixels, which proves that training sees the same.
class ChainView : public QWidget {
  Q_OBJECT
 public:
  explicit ChainView(const Workbench& workbench, QWidget* parent = nullptr);

  void setPicture(const OpsPicture& picture);
  /// Replays a plan.
  /// hash  recorded of its pixels, to be compared with; may be empty
  /// input  of the run that the plan is of; none: as the picture
  void showPlan(const Plan& plan, const QString& hash, const QString& note, std::optional<Input> input = {});
  const ChainStrip& strip() const { return *strip_; }
  QString hash() const;  ///< of the pixels shown; empty: none

 Q_SIGNALS:
  /// An op of the plan, to be looked at in the op explorer with the picture that it works on.
  void opWanted(const uada::OpsPicture& picture, const uada::OpSetting& setting, const QString& caption);
  /// A line was given of another training image than the one shown.
  void imageWanted(const uada::PlanLine& line);
  void failed(const QString& text);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* makePolicyRow();
  QWidget* makeDrawRow();
  QWidget* makeSubBox(QWidget* row);
  QPushButton* makeReroll(QWidget* row);
  QWidget* makePlanRow();
  void fillPolicies();
  void choosePolicy();
  void changeSettings();
  void readWritten();
  void step(int by);
  void reroll();
  void redraw();
  void readPlan();
  void readText();
  void replay(const Plan& plan);
  void refuse(QLabel* label, const QString& why);
  void showWritten();
  void openStage(int stage);
  void drawSheet();
  const PolicyChoice& choice() const;
  ChainDraw drawOf() const;

  const Workbench& workbench_;
  std::vector<PolicyChoice> choices_;
  std::unique_ptr<ChainPolicy> chosen_;
  QString problem_;  ///< of the policy and its settings; empty: it can be drawn from
  OpsPicture picture_;
  ChainSource source_;
  std::optional<Plan> plan_;
  PlanLine line_;                   ///< that is replayed, if `given_`
  QString planNote_;                ///< where a given plan comes from
  std::optional<Input> planInput_;  ///< of the run that a given plan is of
  bool given_ = false;              ///< the plan was typed or pasted, not drawn

  QComboBox *policy_ = nullptr, *side_ = nullptr;
  QToolButton *settingsButton_ = nullptr, *previous_ = nullptr, *next_ = nullptr;
  QScrollArea *settingsArea_ = nullptr, *stripArea_ = nullptr;
  SettingsForm* form_ = nullptr;
  QSpinBox *sub_ = nullptr, *seed_ = nullptr, *epoch_ = nullptr, *epochs_ = nullptr;
  QCheckBox *fire_ = nullptr, *sheet_ = nullptr;
  QWidget *subBox_ = nullptr, *epochBox_ = nullptr, *sideBox_ = nullptr;
  QLabel *sourceText_ = nullptr, *policyText_ = nullptr, *policyProblem_ = nullptr, *planProblem_ = nullptr;
  HashLine* hash_ = nullptr;
  QPlainTextEdit* json_ = nullptr;
  QPushButton* copyPlan_ = nullptr;
  ChainStrip* strip_ = nullptr;
};

}  // namespace uada
