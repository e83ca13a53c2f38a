#include "widgets/panels/ops/ChainView.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QEvent>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRandomGenerator>
#include <QScrollArea>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>
#include <algorithm>
#include <limits>

#include "core/base/Error.h"
#include "widgets/forms/FlowLayout.h"
#include "widgets/forms/FormStyle.h"
#include "widgets/forms/SettingsForm.h"
#include "widgets/models/Words.h"
#include "widgets/panels/ops/ChainStrip.h"
#include "widgets/panels/ops/HashLine.h"
#include "widgets/panels/ops/OpControls.h"
#include "widgets/session/Theme.h"

namespace uada {
ChainView::ChainView(const Workbench& workbench, QWidget* parent) : QWidget(parent), workbench_(workbench) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(kGrid, kGrid, kGrid, kGrid);
  column->setSpacing(kGrid);
  column->addWidget(makePolicyRow());
  column->addWidget(sourceText_ = hintLine({}, workbench.theme, this));
  sourceText_->setObjectName("chain_source_text");
  form_ = new SettingsForm(workbench.theme, 3, this);
  settingsArea_ = new QScrollArea(this);
  settingsArea_->setWidget(form_);
  settingsArea_->setWidgetResizable(true);
  settingsArea_->setMaximumHeight(22 * kGrid);
  settingsArea_->hide();
  column->addWidget(settingsArea_);
  column->addWidget(makeDrawRow());
  policyText_ = hintLine({}, workbench.theme, this);
  policyText_->setObjectName("chain_policy_text");
  column->addWidget(policyText_);
  policyProblem_ = problemLabel(workbench.theme, this);
  policyProblem_->setObjectName("chain_policy_problem");
  column->addWidget(policyProblem_);
  strip_ = new ChainStrip(workbench.theme, this);
  stripArea_ = new QScrollArea(this);
  stripArea_->setWidget(strip_);
  stripArea_->setWidgetResizable(true);
  stripArea_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  stripArea_->installEventFilter(this);
  column->addWidget(stripArea_, 1);
  column->addWidget(hash_ = new HashLine(workbench.theme, this));
  column->addWidget(makePlanRow());
  connect(form_, &SettingsForm::edited, this, &ChainView::changeSettings);
  connect(strip_, &ChainStrip::opWanted, this, &ChainView::openStage);
  connect(strip_, &ChainStrip::saveFailed, this, &ChainView::failed);
  connect(strip_, &ChainStrip::chosen, this, [this](int draw) {
    const QSignalBlocker quiet(sheet_);
    sheet_->setChecked(false);
    draw == 0 ? redraw() : seed_->setValue(seed_->value() + draw);
  });
  choosePolicy();
}

/// Policies may be imported while the window is open. The chosen one stays chosen.
void ChainView::fillPolicies() {
  std::vector<PolicyChoice> choices = policyChoices();
  if (choices == choices_) return;
  const QSignalBlocker quiet(policy_);
  const std::string chosen = choices_.empty() ? "" : choice().title;
  choices_ = std::move(choices);
  policy_->clear();
  for (std::size_t i = 0; i < choices_.size(); ++i) {
    if (i > 0 && choices_[i].file.empty() != choices_[i - 1].file.empty())
      policy_->insertSeparator(policy_->count());
    policy_->addItem(q(choices_[i].title), static_cast<int>(i));
    const std::string& tip = choices_[i].problem.empty() ? choices_[i].tip : choices_[i].problem;
    policy_->setItemData(policy_->count() - 1, q(tip), Qt::ToolTipRole);
  }
  policy_->setCurrentIndex(std::max(0, policy_->findText(q(chosen))));
}

void ChainView::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  const PolicyChoice before = choice();
  fillPolicies();
  if (choice() != before) choosePolicy();
}

const PolicyChoice& ChainView::choice() const {
  return choices_[static_cast<std::size_t>(std::max(0, policy_->currentData().toInt()))];
}

ChainDraw ChainView::drawOf() const {
  ChainDraw draw{seed_->value(), epoch_->value(), epochs_->value(), {}, fire_->isChecked()};
  const auto& written = chosen_->written();
  if (written && written->hasSubpolicies() && sub_->value() > 0)
    draw.subpolicy = static_cast<std::size_t>(sub_->value() - 1);
  return draw;
}

void ChainView::setPicture(const OpsPicture& picture) {
  picture_ = picture;
  planInput_.reset();
  sideBox_->setVisible(!picture.data);
  sourceText_->setVisible(!picture.data);
  if (picture.image.empty()) return;
  source_ = chainSource(picture, side_->currentData().toInt());
  given_ ? readPlan() : redraw();
}

void ChainView::choosePolicy() {
  chosen_ = std::make_unique<ChainPolicy>(choice());
  form_->setFields(fieldsOf(choice()));
  settingsButton_->setEnabled(!form_->isEmpty());
  policy_->setToolTip(q(choice().tip));
  const QSignalBlocker quiet(sub_), quiet2(epochs_);
  sub_->setValue(0);
  readWritten();
  if (const auto& written = chosen_->written(); written && written->epochs > 0)
    epochs_->setValue(written->epochs);
  epoch_->setMaximum(epochs_->value());
  redraw();
}

void ChainView::changeSettings() {
  readWritten();
  redraw();
}

/// The settings say which written policy it is.
void ChainView::readWritten() {
  problem_.clear();
  try {
    if (form_->problems() > 0) throw UsageError("a setting is wrong: open Settings to see which");
    chosen_->setFields(form_->values());
  } catch (const Error& error) {
    problem_ = QString::fromUtf8(error.what());
  }
  const auto& written = chosen_->written();
  const bool lists = written && written->hasSubpolicies();
  subBox_->setVisible(lists);
  epochBox_->setVisible(written && followsEpochs(*written));
  fire_->setEnabled(hasGates(choice(), written));
  fire_->setToolTip(fire_->isEnabled() ? tr("Opens the gates that an op's probability has left shut")
                                       : tr("Of this policy, every op of a plan fires always"));
  const QSignalBlocker quiet(sub_);
  sub_->setMaximum(lists ? static_cast<int>(written->count()) : 0);
  sub_->setSuffix(lists ? tr(" of %1").arg(written->count()) : QString());
}

/// From "as drawn" on, round and round.
void ChainView::step(int by) {
  const int count = sub_->maximum() + 1;
  sub_->setValue((sub_->value() + by + count) % count);
}

void ChainView::reroll() {
  const auto most = static_cast<quint32>(seed_->maximum());
  const int drawn = static_cast<int>(QRandomGenerator::global()->bounded(1U, most));
  given_ = false;
  seed_->value() == drawn ? redraw() : seed_->setValue(drawn);
}

/// Draws from the policy.
void ChainView::redraw() {
  given_ = false;
  planNote_.clear();
  planInput_.reset();
  showWritten();
  if (!problem_.isEmpty()) return refuse(policyProblem_, problem_);
  if (!source_.square) return;
  try {
    const Plan plan = chosen_->draw(drawOf(), source_);
    const QSignalBlocker quiet(json_);
    json_->setPlainText(q(toJson(plan).dump()));
    showProblem(policyProblem_, {});
    replay(plan);
    if (sheet_->isChecked()) drawSheet();
  } catch (const Error& error) {
    refuse(policyProblem_, QString::fromUtf8(error.what()));
  }
}

/// What of the policy is in use, in words.
void ChainView::showWritten() {
  QString text;
  const ChainDraw draw = drawOf();
  const auto& written = chosen_->written();
  if (written && draw.subpolicy)
    text = q(subpolicyText(*written, *draw.subpolicy));
  else if (written && followsEpochs(*written))
    text = q(epochText(*written, draw.epoch, draw.epochs));
  if (given_)
    text = planNote_.isEmpty() ? tr("Replays the plan below, not drawn from the policy") : planNote_;
  policyText_->setText(text);
  policyText_->setToolTip(text);
  policyText_->setVisible(!text.isEmpty());
}

/// Replays what is typed or pasted.
void ChainView::readPlan() {
  given_ = true;
  line_ = {};
  showProblem(policyProblem_, {});
  showWritten();
  if (!source_.square) return;
  try {
    line_ = planLineFromText(json_->toPlainText().toStdString(), "the plan");
    if (line_.kind != PlanLine::Kind::plan) {
      planNote_ = q(lineNote(line_, picture_));
      hash_->setExpected(q(line_.pixelHash));
      showWritten();
    }
    replay(line_.plan);
  } catch (const Error& error) {
    refuse(planProblem_, QString::fromUtf8(error.what()));
  }
}

/// A line brings its own image with it, if there is a data set of the name.
void ChainView::readText() {
  planNote_.clear();
  planInput_.reset();
  readPlan();
  const auto isNamed = [this](const DatasetEntry& entry) { return entry.name == line_.dataset; };
  if (line_.index && std::ranges::any_of(datasets(), isNamed) && !isPictureOf(line_, picture_))
    Q_EMIT imageWanted(line_);
}

void ChainView::showPlan(const Plan& plan, const QString& hash, const QString& note,
                         std::optional<Input> input) {
  planNote_ = note;
  planInput_ = input;
  const QSignalBlocker quiet(json_);
  json_->setPlainText(q(toJson(plan).dump()));
  hash_->setExpected(hash);
  readPlan();
}

void ChainView::replay(const Plan& plan) {
  ChainSource source = source_;
  if (planInput_) source.render.input = *planInput_;
  std::vector<Stage> stages = stagesOf(source, plan);
  plan_ = plan;
  hash_->setHash(q(pixelHash(stages.back().image.view())));
  strip_->setStages(std::move(stages), source_.colours);
  sourceText_->setText(q(sourceText(source_, plan)));
  sourceText_->setToolTip(sourceText_->text());
  showProblem(planProblem_, {});
  copyPlan_->setEnabled(true);
}

/// What is seen is no longer what is asked for: it pales, has no hash, and replays no plan.
void ChainView::refuse(QLabel* label, const QString& why) {
  plan_.reset();
  if (given_) policyText_->hide();
  showProblem(label, why);
  hash_->setHash({});
  strip_->setStale(true);
  copyPlan_->setEnabled(false);
}

QString ChainView::hash() const { return hash_->hash(); }

void ChainView::openStage(int stage) {
  if (!plan_) return;
  const Stage& before = strip_->stages()[static_cast<std::size_t>(stage) - 1];
  const Stage& at = strip_->stages()[static_cast<std::size_t>(stage)];
  OpsPicture picture;
  picture.image = before.image;
  picture.data = renderedFrom(source_, *plan_);
  Q_EMIT opWanted(picture, openedStage(source_, *plan_, at), tr("Before %1").arg(q(at.title).toLower()));
}

bool ChainView::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() == QEvent::Resize) strip_->setRoom(stripArea_->contentsRect().size());
  return QWidget::eventFilter(watched, event);
}

}  // namespace uada
