#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QSettings>
#include <QSlider>
#include <QToolButton>
#include <algorithm>

#include "widgets/forms/FlowLayout.h"
#include "widgets/panels/live/LiveDiverged.h"
#include "widgets/panels/live/LivePanel.h"
#include "widgets/session/Theme.h"

// The tool bar of the Live view.
namespace uada {

void LivePanel::keepSettings() {
  settings_.x = static_cast<LiveSettings::X>(x_->currentIndex());
  settings_.log = log_->isChecked();
  settings_.clip = clip_->isChecked();
  settings_.groups = groups_->isChecked();
  settings_.smoothing = smoothing_->value() / 100.0;
  weight_->setText(QString::number(settings_.smoothing, 'f', 2));
  QSettings& stored = workbench_.settings;
  stored.setValue("live/x", x_->currentIndex());
  stored.setValue("live/log", settings_.log);
  stored.setValue("live/clip", settings_.clip);
  stored.setValue("live/groups", settings_.groups);
  stored.setValue("live/smoothing", smoothing_->value());
  QStringList names;
  for (const std::string& name : chosen_) names << QString::fromStdString(name);
  stored.setValue("live/scalars", names);
  schedule();
}

/// What belongs together, in one widget of the tool bar.
static QWidget* together(std::initializer_list<QWidget*> widgets) {
  auto* box = new QWidget;
  auto* layout = new QHBoxLayout(box);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(kGrid / 2);
  for (QWidget* widget : widgets) layout->addWidget(widget);
  return box;
}

static QLabel* muted(const QString& text) {
  auto* label = new QLabel(text);
  label->setObjectName("muted");
  return label;
}

QWidget* LivePanel::makeTools() {
  auto* bar = new QWidget;
  auto* layout = new FlowLayout(bar, kGrid);
  layout->setContentsMargins(kGrid, kGrid / 2, kGrid, kGrid / 2);
  note_ = muted({});
  for (QWidget* part : {makeX(), makeMinus(), makeSmoothing()}) layout->addWidget(part);
  for (QWidget* part : makeSwitches()) layout->addWidget(part);
  for (QWidget* part : {makeChoices(), makeDiverged(), static_cast<QWidget*>(note_)}) layout->addWidget(part);
  const QStringList names =
      workbench_.settings.value("live/scalars", QStringList{"loss", "gain", kMainTest}).toStringList();
  for (const QString& name : names) chosen_.insert(name.toStdString());
  keepSettings();
  connect(x_, &QComboBox::currentIndexChanged, this, [this] {
    keepSettings();
    for (const auto& [name, plot] : plots_) plot->fit();
  });
  connect(smoothing_, &QSlider::valueChanged, this, &LivePanel::keepSettings);
  for (const QCheckBox* box : {groups_, log_, clip_})
    connect(box, &QCheckBox::toggled, this, &LivePanel::keepSettings);
  return bar;
}

QWidget* LivePanel::makeX() {
  x_ = new QComboBox;
  x_->setObjectName("x");
  x_->addItems({tr("step"), tr("epoch"), tr("time"), tr("samples")});
  x_->setCurrentIndex(std::clamp(workbench_.settings.value("live/x", 0).toInt(), 0, 3));
  return together({muted(tr("x")), x_});
}

QWidget* LivePanel::makeMinus() {
  minus_ = new QComboBox;
  minus_->setObjectName("minus");
  minus_->setAccessibleName(tr("Minus"));
  minus_->setToolTip(
      tr("Draws the others minus this line: the mean difference over the seeds that both have, and a band "
         "for its 95 % interval where there are two or more. Runs of one seed are shown the same images in "
         "the same order"));
  minus_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  minus_->setMinimumContentsLength(10);
  connect(minus_, &QComboBox::activated, this, [this] {
    settings_.minus = minus_->currentData().toString();
    schedule();
  });
  return together({muted(tr("minus")), minus_});
}

QWidget* LivePanel::makeSmoothing() {
  smoothing_ = new QSlider(Qt::Horizontal);
  smoothing_->setObjectName("smoothing");
  smoothing_->setRange(0, 99);
  smoothing_->setValue(workbench_.settings.value("live/smoothing", 90).toInt());
  smoothing_->setFixedWidth(12 * kGrid);
  smoothing_->setToolTip(
      tr("Weight of the past in the bold line; the thin one has the raw values; 0: these alone"));
  weight_ = new QLabel;
  weight_->setObjectName("smoothingWeight");
  weight_->setFixedWidth(fontMetrics().horizontalAdvance("0.00") + 2);
  return together({muted(tr("smoothing")), smoothing_, weight_});
}

std::vector<QWidget*> LivePanel::makeSwitches() {
  const auto check = [this](const char* name, const QString& text, const QString& help, bool isOn) {
    auto* box = new QCheckBox(text);
    box->setObjectName(name);
    box->setToolTip(help);
    box->setChecked(workbench_.settings.value(QStringLiteral("live/%1").arg(name), isOn).toBool());
    return box;
  };
  groups_ =
      check("groups", tr("group seeds"),
            tr("Runs that differ in nothing but the seed as one curve: their mean, and a band of one sample "
               "standard deviation to each side. A seed that ends earlier no longer counts from there on"),
            true);
  log_ = check("log", tr("log"),
               tr("A logarithmic axis for what is never negative: loss, gradient norm, learning rate, "
                  "throughput; not for shares and decibels"),
               false);
  clip_ = check("clip", tr("clip outliers"),
                tr("Fit the axes to all but the lowest and the highest hundredth of the values"), false);
  return {groups_, log_, clip_};
}

QWidget* LivePanel::makeDiverged() {
  diverged_ = new QToolButton;
  diverged_->setObjectName("diverged");
  diverged_->setCheckable(true);
  diverged_->setAutoRaise(true);
  diverged_->setToolTip(
      tr("The y axis of losses and gradient norms ends at the highest value of the curves that have not "
         "diverged. A curve has if its last value is no number, or more than %1 times the median of the last "
         "values of all. Click to show all of them")
          .arg(kDivergedTimes));
  diverged_->hide();
  connect(diverged_, &QToolButton::toggled, this, &LivePanel::schedule);
  return diverged_;
}

/// The lines of now; one that is no longer drawn is no longer taken off.
void LivePanel::offerMinus() {
  QStringList keys{QString()}, names{tr("nothing")};
  for (const LiveLine& line : lines_) {
    keys << line.key;
    names << line.name;
  }
  if (!keys.contains(settings_.minus)) settings_.minus.clear();
  bool isSame = minus_->count() == keys.size();
  for (int i = 0; isSame && i < minus_->count(); ++i)
    isSame = minus_->itemData(i).toString() == keys[i] && minus_->itemText(i) == names[i];
  if (isSame) return;
  minus_->clear();
  for (int i = 0; i < keys.size(); ++i) minus_->addItem(names[i], keys[i]);
  minus_->setCurrentIndex(static_cast<int>(keys.indexOf(settings_.minus)));
}

/// What is drawn, and the button that fits it.
QWidget* LivePanel::makeChoices() {
  auto* choose = new QToolButton;
  choose->setObjectName("scalars");
  choose->setText(tr("Plots"));
  choose->setToolTip(tr("Which of the recorded numbers are drawn"));
  choose->setToolButtonStyle(Qt::ToolButtonTextOnly);
  choose->setPopupMode(QToolButton::InstantPopup);
  choose->setAutoRaise(true);
  choose->setMenu(menu_ = new QMenu(choose));
  connect(menu_, &QMenu::aboutToShow, this, &LivePanel::fillMenu);
  auto* fit = new QToolButton;
  fit->setAutoRaise(true);
  fit->setIcon(workbench_.theme.icon("fit"));
  fit->setToolTip(tr("Fit all plots (or double click in one)"));
  fit->setAccessibleName(tr("Fit all plots"));
  connect(fit, &QToolButton::clicked, this, [this] {
    for (const auto& [name, plot] : plots_) plot->fit();
    schedule();
  });
  return together({choose, fit});
}

void LivePanel::fillMenu() {
  menu_->clear();
  for (const LiveScalar& scalar : recorded_) {
    if (scalar.name == "gain" && !isShown(scalar)) continue;
    const std::string name = scalar.isMain ? kMainTest : scalar.name;
    QAction* action = menu_->addAction(scalar.title);
    action->setCheckable(true);
    action->setChecked(chosen_.contains(name));
    connect(action, &QAction::toggled, this, [this, name](bool on) {
      on ? (void)chosen_.insert(name) : (void)chosen_.erase(name);
      keepSettings();
    });
  }
}

}  // namespace uada
