#include "widgets/panels/ops/OpControls.h"

#include <QAbstractItemView>
#include <QColorDialog>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPainter>
#include <QPoint>
#include <QSpinBox>
#include <QStandardItemModel>
#include <vector>

#include "core/augment/Stages.h"
#include "widgets/models/Words.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

void addHeading(QComboBox& combo, const QString& text, const QColor& colour) {
  combo.addItem(text, -1);
  auto* item = static_cast<QStandardItemModel*>(combo.model())->item(combo.count() - 1);
  item->setFlags(Qt::NoItemFlags);
  item->setForeground(colour);
  QFont font = item->font();
  font.setBold(true);
  item->setFont(font);
}

}  // namespace

void fillOpCombo(QComboBox& combo, const Theme& theme) {
  std::vector<std::string_view> groups;
  for (const Op& op : ops())
    if (std::find(groups.begin(), groups.end(), opGroup(op)) == groups.end()) groups.push_back(opGroup(op));
  for (const std::string_view group : groups) {
    addHeading(combo, q(group), theme.colour("muted"));
    for (std::size_t i = 0; i < ops().size(); ++i) {
      if (opGroup(ops()[i]) != group) continue;
      combo.addItem(q(ops()[i].title), static_cast<int>(i));
      combo.setItemData(combo.count() - 1, q(opTip(ops()[i])), Qt::ToolTipRole);
    }
  }
  combo.setMaxVisibleItems(combo.count());
  combo.setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  combo.setMinimumContentsLength(16);
  combo.view()->setMinimumWidth(28 * kGrid);
}

void fillGridCombo(QComboBox& combo) {
  combo.addItem(QObject::tr("No grid: raw value"), -1);
  combo.setItemData(0, QObject::tr("The slider covers the op's sensible raw values"), Qt::ToolTipRole);
  for (const GridInfo& info : grids()) {
    combo.addItem(q(info.title), static_cast<int>(info.grid));
    combo.setItemData(combo.count() - 1, q(info.name), Qt::ToolTipRole);
  }
  combo.setMaxVisibleItems(combo.count());
  combo.setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  combo.setMinimumContentsLength(24);
  combo.setToolTip(QObject::tr("What a level means: the grid of one published code"));
}

PlainSpin::PlainSpin(QWidget* parent) : QDoubleSpinBox(parent) {
  setDecimals(4);
  setRange(-100'000, 100'000);
  setSpecialValueText(QObject::tr("none"));
  setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("-128.1234 threshold")) + 5 * kGrid);
}

QString PlainSpin::textFromValue(double value) const {
  QString text = QString::number(value, rounded_ ? 'g' : 'f', rounded_ ? 4 : decimals());
  while (text.contains('.') && text.endsWith('0')) text.chop(1);
  if (text.endsWith('.')) text.chop(1);
  return text == QStringLiteral("-0") ? QStringLiteral("0") : text;
}

/// What is shown and was not edited means the value itself, not the rounded one.
double PlainSpin::valueFromText(const QString& text) const {
  if (rounded_ && text == prefix() + textFromValue(value()) + suffix()) return value();
  return QDoubleSpinBox::valueFromText(text);
}

void PlainSpin::stepBy(int steps) { value() <= minimum() ? setValue(0) : QDoubleSpinBox::stepBy(steps); }

void showUnit(QDoubleSpinBox& spin, const Op& op) {
  const bool counted = unitFollows(op);
  const QString unit = op.hasValue ? q(op.unit) : QString();
  spin.setPrefix(unit.isEmpty() || counted ? QString() : unit + QStringLiteral(" "));
  spin.setSuffix(counted ? QStringLiteral(" ") + unit : QString());
}

QDoubleSpinBox* shareSpin(const char* name, QWidget* parent) {
  auto* spin = new QDoubleSpinBox(parent);
  spin->setObjectName(name);
  spin->setRange(0, 0.999);
  spin->setDecimals(3);
  spin->setSingleStep(0.05);
  spin->setValue(0.5);
  return spin;
}

QSpinBox* numberSpin(const char* name, int least, int most, int value, QWidget* parent) {
  auto* spin = new QSpinBox(parent);
  spin->setObjectName(name);
  spin->setRange(least, most);
  spin->setValue(value);
  spin->setKeyboardTracking(false);
  return spin;
}

QMenu* fillMenu(const Theme& theme, QWidget* parent, const std::function<QColor()>& shown,
                const std::function<void(std::optional<std::array<std::uint8_t, 3>>)>& choose) {
  auto* menu = new QMenu(parent);
  menu->addAction(QObject::tr("As the levels' code"), [choose] { choose(std::nullopt); });
  for (const auto& [name, colour] : {std::pair{QObject::tr("Black"), QColor(0, 0, 0)},
                                     {QObject::tr("Grey 128"), QColor(128, 128, 128)},
                                     {QObject::tr("White"), QColor(255, 255, 255)},
                                     {QObject::tr("Red"), QColor(255, 0, 0)}})
    menu->addAction(colourIcon(theme, colour), name, [choose, colour = colour] { choose(bytesOf(colour)); });
  menu->addAction(QObject::tr("Other..."), [parent, shown, choose] {
    const QColor colour = QColorDialog::getColor(shown(), parent);
    if (colour.isValid()) choose(bytesOf(colour));
  });
  return menu;
}

QWidget* together(std::initializer_list<QWidget*> widgets) {
  auto* box = new QWidget;
  auto* line = new QHBoxLayout(box);
  line->setContentsMargins(0, 0, 0, 0);
  line->setSpacing(kGrid);
  for (QWidget* widget : widgets) line->addWidget(widget);
  return box;
}

QWidget* labelled(const QString& text, QWidget* widget) {
  auto* label = new QLabel(text);
  label->setObjectName("muted");
  label->setBuddy(widget);
  if (widget->accessibleName().isEmpty()) widget->setAccessibleName(text);
  return together({label, widget});
}

QColor colourOf(const std::array<std::uint8_t, 3>& rgb) { return {rgb[0], rgb[1], rgb[2]}; }

std::array<std::uint8_t, 3> bytesOf(const QColor& colour) {
  return {static_cast<std::uint8_t>(colour.red()), static_cast<std::uint8_t>(colour.green()),
          static_cast<std::uint8_t>(colour.blue())};
}

QIcon colourIcon(const Theme& theme, const QColor& colour) {
  QPixmap picture(14, 14);
  picture.fill(colour);
  QPainter painter(&picture);
  painter.setPen(theme.colour("muted"));
  painter.drawRect(0, 0, 13, 13);
  return picture;
}

QString levelText(const OpSetting& setting, bool free) {
  const Op& op = setting.entry();
  if (!op.hasValue) return QObject::tr("no magnitude");
  if (free || setting.typed) return free ? QObject::tr("raw value") : QObject::tr("typed");
  if (!hasLevels(op, setting.grid)) return QObject::tr("none on this grid");
  if (topLevel(setting.grid) == 1) return QObject::tr("share %1").arg(setting.level, 0, 'f', 3);
  return QObject::tr("level %1 of %2").arg(setting.level).arg(topLevel(setting.grid));
}

QString differenceText(const PixelDifference& difference) {
  if (difference.most == 0) return QObject::tr("none");
  return QObject::tr("%1 % of the pixels, by %2 at most")
      .arg(100 * difference.changedShare, 0, 'f', 1)
      .arg(difference.most);
}

QString pixelText(const QPoint& pixel, const Image& before, const Image& after) {
  const auto bytes = [&](const Image& image) {
    const std::uint8_t* rgb = image.view().row(pixel.y()) + 3 * pixel.x();
    return QStringLiteral("%1 %2 %3").arg(rgb[0]).arg(rgb[1]).arg(rgb[2]);
  };
  return QObject::tr("column %1, row %2:  %3  →  %4")
      .arg(pixel.x())
      .arg(pixel.y())
      .arg(bytes(before), bytes(after));
}

}  // namespace uada
