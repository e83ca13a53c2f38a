// The controls of the view of a policy's plans.
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QToolButton>
#include <limits>

#include "widgets/forms/FlowLayout.h"
#include "widgets/forms/FormStyle.h"
#include "widgets/forms/SettingsForm.h"
#include "widgets/models/Words.h"
#include "widgets/panels/ops/ChainView.h"
#include "widgets/panels/ops/HashLine.h"
#include "widgets/panels/ops/OpControls.h"
#include "widgets/session/Theme.h"

namespace uada {

QWidget* ChainView::makePolicyRow() {
  auto* row = new QWidget(this);
  auto* flow = new FlowLayout(row, kGrid);
  policy_ = new QComboBox(row);
  policy_->setObjectName("chain_policy");
  policy_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  policy_->setMinimumContentsLength(28);
  policy_->setMaxVisibleItems(24);
  fillPolicies();
  settingsButton_ = new QToolButton(row);
  settingsButton_->setObjectName("chain_settings");
  settingsButton_->setText(tr("Settings"));
  settingsButton_->setAutoRaise(true);
  settingsButton_->setCheckable(true);
  settingsButton_->setArrowType(Qt::RightArrow);
  settingsButton_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  side_ = new QComboBox(row);
  side_->setObjectName("chain_side");
  side_->addItem(tr("its own size"), 0);
  for (const int side : {32, 64, 96, 128, 224}) side_->addItem(tr("%1 × %1 px").arg(side), side);
  side_->setToolTip(
      tr("Of the square that a policy works on: the middle of the file's picture, or a resized crop of it"));
  sideBox_ = labelled(tr("Size"), side_);
  for (QWidget* widget :
       std::initializer_list<QWidget*>{labelled(tr("Policy"), policy_), settingsButton_, sideBox_})
    flow->addWidget(widget);
  connect(policy_, &QComboBox::currentIndexChanged, this, &ChainView::choosePolicy);
  connect(settingsButton_, &QToolButton::toggled, this, [this](bool open) {
    settingsButton_->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
    settingsArea_->setVisible(open);
  });
  connect(side_, &QComboBox::currentIndexChanged, this, [this] { setPicture(picture_); });
  return row;
}

QWidget* ChainView::makeSubBox(QWidget* row) {
  sub_ = numberSpin("chain_sub", 0, 1, 0, row);
  sub_->setSpecialValueText(tr("as drawn"));
  sub_->setToolTip(tr("One sub-policy of the policy alone; first: the one that the seed draws"));
  previous_ = new QToolButton(row);
  next_ = new QToolButton(row);
  for (const auto& [button, icon, tip, by] :
       {std::tuple{previous_, "previous", tr("Previous sub-policy (Alt+Up)"), -1},
        {next_, "next", tr("Next sub-policy (Alt+Down)"), 1}}) {
    button->setObjectName(QStringLiteral("chain_") + icon);
    button->setAutoRaise(true);
    button->setIcon(workbench_.theme.icon(icon));
    button->setToolTip(tip);
    button->setShortcut(QKeySequence(by < 0 ? "Alt+Up" : "Alt+Down"));
    connect(button, &QToolButton::clicked, this, [this, by = by] { step(by); });
  }
  return together({labelled(tr("Sub-policy"), sub_), previous_, next_});
}

QPushButton* ChainView::makeReroll(QWidget* row) {
  auto* reroll = new QPushButton(tr("Reroll"), row);
  reroll->setObjectName("chain_reroll");
  reroll->setToolTip(tr("Draw again, with another seed (Ctrl+R)"));
  reroll->setShortcut(QKeySequence("Ctrl+R"));
  connect(reroll, &QPushButton::clicked, this, &ChainView::reroll);
  return reroll;
}

QWidget* ChainView::makeDrawRow() {
  auto* row = new QWidget(this);
  auto* flow = new FlowLayout(row, kGrid);
  subBox_ = makeSubBox(row);
  seed_ = numberSpin("chain_seed", 1, std::numeric_limits<int>::max(), 1, row);
  seed_->setMaximumWidth(12 * kGrid);
  seed_->setToolTip(tr("Of a run: with the same epoch and training sample it draws this plan"));
  epoch_ = numberSpin("chain_epoch", 1, 200, 1, row);
  epoch_->setToolTip(tr("Every epoch draws another plan; a schedule's policy changes with it, too"));
  epochs_ = numberSpin("chain_epochs", 1, 100'000, 200, row);
  epochs_->setToolTip(tr("Epochs of the whole training: a schedule is stretched to it"));
  epochBox_ = labelled(tr("of"), epochs_);
  fire_ = new QCheckBox(tr("Every op fires"), row);
  fire_->setObjectName("chain_fire");
  sheet_ = new QCheckBox(tr("16 draws"), row);
  sheet_->setObjectName("chain_sheet");
  sheet_->setToolTip(
      tr("What this policy makes of the picture with this seed and the 15 after it, side by side; double "
         "click one to see its stages"));
  for (QWidget* widget :
       std::initializer_list<QWidget*>{subBox_, labelled(tr("Seed"), seed_), makeReroll(row),
                                       labelled(tr("Epoch"), epoch_), epochBox_, fire_, sheet_})
    flow->addWidget(widget);
  connect(epochs_, &QSpinBox::valueChanged, this, [this](int most) { epoch_->setMaximum(most); });
  for (QSpinBox* spin : {sub_, seed_, epoch_, epochs_})
    connect(spin, &QSpinBox::valueChanged, this, &ChainView::redraw);
  for (QCheckBox* box : {fire_, sheet_}) connect(box, &QCheckBox::toggled, this, &ChainView::redraw);
  return row;
}

QWidget* ChainView::makePlanRow() {
  auto* box = new QWidget(this);
  auto* column = new QVBoxLayout(box);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(kGrid / 2);
  auto* line = new QHBoxLayout;
  line->setSpacing(kGrid);
  json_ = new QPlainTextEdit(box);
  json_->setObjectName("chain_plan");
  json_->setAccessibleName(tr("Plan as JSON"));
  json_->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  json_->setFixedHeight(3 * json_->fontMetrics().lineSpacing() + 2 * kGrid);
  json_->setTabChangesFocus(true);
  json_->setToolTip(tr("The plan; paste or edit one, or a line of exported decisions, to replay it"));
  auto* buttons = new QVBoxLayout;
  copyPlan_ = new QPushButton(workbench_.theme.icon("copy"), tr("Copy plan"), box);
  copyPlan_->setObjectName("chain_copy_plan");
  auto* paste = new QPushButton(tr("Paste plan"), box);
  paste->setObjectName("chain_paste_plan");
  for (QPushButton* button : {copyPlan_, paste}) buttons->addWidget(button);
  buttons->addStretch();
  line->addWidget(json_, 1);
  line->addLayout(buttons);
  column->addLayout(line);
  planProblem_ = problemLabel(workbench_.theme, box);
  planProblem_->setObjectName("chain_plan_problem");
  column->addWidget(planProblem_);
  connect(copyPlan_, &QPushButton::clicked, this,
          [this] { QApplication::clipboard()->setText(json_->toPlainText()); });
  connect(paste, &QPushButton::clicked, this,
          [this] { json_->setPlainText(QApplication::clipboard()->text()); });
  connect(json_, &QPlainTextEdit::textChanged, this, &ChainView::readText);
  return box;
}

}  // namespace uada
