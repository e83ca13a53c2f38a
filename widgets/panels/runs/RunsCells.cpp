#include <QIcon>
#include <QPainter>
#include <QPixmap>
#include <algorithm>
#include <map>

#include "widgets/models/Words.h"
#include "widgets/panels/runs/RunsModel.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

// What the cells of the list of runs show.

namespace uada {
namespace {

QString stateText(const RunSummary& run) {
  QString text = stateWord(run.state);
  if (!run.lineage.run.empty()) text = QObject::tr("%1, forked").arg(text);
  if (run.edits > 0) text = QObject::tr("%1, edited").arg(text);
  return run.damage.empty() ? text : QObject::tr("%1, damaged").arg(text);
}

/// "2 finished, 1 failed"
QString statesText(const std::vector<ListedRun>& runs) {
  std::map<RunState, int> counts;
  for (const ListedRun& one : runs) ++counts[one.run.state];
  QStringList parts;
  for (const auto& [state, count] : counts) parts << QStringLiteral("%1 %2").arg(count).arg(stateWord(state));
  return parts.join(QStringLiteral(", "));
}

/// A round mark in the corner: steps were trained again.
QIcon withBadge(const QIcon& icon, const QColor& colour) {
  QPixmap picture = icon.pixmap(QSize(16, 16), 2);
  QPainter painter(&picture);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(colour);
  painter.drawEllipse(QRectF(9.5, 9.5, 6, 6));
  painter.end();
  return picture;
}

QIcon stateIconOf(const RunSummary& run, const Theme& theme) {
  if (!run.damage.empty()) return theme.icon("failed", theme.colour("bad"));
  const QIcon icon = theme.icon(stateIcon(run.state), theme.colour(stateColour(run.state)));
  return run.certificate.empty() ? icon : withBadge(icon, theme.colour(run.isRepeatable ? "good" : "bad"));
}

}  // namespace

QPixmap colourSquare(const QColor& colour, Filling filling) {
  QPixmap picture(32, 32);  // an icon of 16 pixels, so that views do not stretch it
  picture.setDevicePixelRatio(2);
  picture.fill(Qt::transparent);
  QPainter painter(&picture);
  painter.setPen(QPen(colour, 1.5));
  if (filling == Filling::full) painter.setBrush(colour);
  painter.drawRect(QRectF(3, 3, 10, 10));
  if (filling == Filling::half) painter.fillRect(QRectF(3, 8, 10, 5), colour);
  return picture;
}

QVariant RunsModel::squareIcon(const std::vector<qint64>& runs) const {
  std::size_t checked = 0;
  for (const qint64 run : runs) checked += session_.selection().isChecked(run);
  const Filling filling = checked == 0             ? Filling::none
                          : checked == runs.size() ? Filling::full
                                                   : Filling::half;
  const qint64 first = runs.front();
  const QColor colour = runs.size() > 1 ? session_.groupColour(first) : session_.colour(first);
  QIcon icon;  // a selected row must not tint it
  for (const auto mode : {QIcon::Normal, QIcon::Selected})
    icon.addPixmap(colourSquare(colour, filling), mode);
  return icon;
}

QString RunsModel::tip(const RunSummary& run) const {
  QStringList twins;
  for (const qint64 twin : list_->twinsOf(run.id)) twins << list_->nameOf(twin, list_->commonPart());
  const QString inStep =
      twins.isEmpty() ? QString() : tr("In lock-step with %1").arg(twins.join(tr(" and ")));
  const QString again = run.certificate.empty() ? QString() : tr("Trained again, %1").arg(q(run.certificate));
  QStringList lines{QStringLiteral("%1 (%2)").arg(q(run.title), q(run.key)),
                    q(listed(run).recipe),
                    stateText(run),
                    inStep,
                    again,
                    q(run.problem),
                    q(run.damage)};
  lines.removeAll(QString());
  return lines.join('\n');
}

QVariant RunsModel::runData(const RunSummary& run, int section, int role) const {
  const RunColumn& column = columns_.all()[section - 1];
  const bool isState = column.name == "state";
  switch (role) {
    case Qt::DisplayRole: return isState ? QString() : q(column.shown(listed(run)));
    case kTwinRole: return section == title && !list_->twinsOf(run.id).empty();
    case Qt::EditRole: return section == title ? q(run.title) : QVariant();
    case Qt::DecorationRole: return isState ? stateIconOf(run, theme_) : QVariant();
    case Qt::AccessibleTextRole: return isState ? stateText(run) : q(column.shown(listed(run)));
    case Qt::ToolTipRole:
      if (section == title || isState) return tip(run);
      return column.title == column.name
                 ? q(column.shown(listed(run)))
                 : QStringLiteral("%1: %2").arg(q(column.title), q(column.shown(listed(run))));
    default: return {};
  }
}

QString RunsModel::groupName(const Row& row) const {
  const qint64 first = row.runs.front();
  if (fold_ == kByGroup) return list_->nameOf(*list_->groupOf(first), list_->commonPart());
  return row.key.empty() ? tr("none") : q(row.key);
}

/// An icon where all runs have one state, else that of one that trains or failed; and all states in words.
QVariant RunsModel::groupState(const Row& row, int role) const {
  if (role == Qt::AccessibleTextRole || role == Qt::ToolTipRole)
    return kept(row, -1, [&] { return statesText(listedAll(row)); });
  if (role != Qt::DecorationRole) return {};
  return kept(row, -2, [&]() -> QVariant {
    const RunSummary* shown = list_->find(row.runs.front());
    for (const qint64 run : row.runs)
      if (const RunSummary* one = list_->find(run); isLive(one->state) || one->state == RunState::failed)
        return stateIconOf(*one, theme_);
      else if (one->state != RunState::finished)
        shown = one;
    return stateIconOf(*shown, theme_);
  });
}

QVariant RunsModel::groupText(const Row& row, const RunColumn& column) const {
  const int section = static_cast<int>(&column - columns_.all().data()) + 1;
  return kept(row, section, [&]() -> QVariant {
    if (section == title) return tr("%1 · n=%2").arg(groupName(row)).arg(row.runs.size());
    const auto runs = listedAll(row);
    if (!isCompact_ || !column.isMeasured()) return q(shownOfAll(column, runs));
    const auto mean = meanOfAll(column, runs);
    return mean ? q(column.shown(*mean, runs.front().run)) : QString();
  });
}

QVariant RunsModel::groupData(const Row& row, int section, int role) const {
  const RunColumn& column = columns_.all()[section - 1];
  if (column.name == "state") return groupState(row, role);
  if (role == Qt::DisplayRole || role == Qt::AccessibleTextRole) return groupText(row, column);
  if (role != Qt::ToolTipRole) return {};
  if (section == title)
    return tr("%1\n%2: %3")
        .arg(groupName(row), q(listed(row.runs.front()).recipe), groupState(row, role).toString());
  if (!column.isMeasured()) return {};
  const auto runs = listedAll(row);
  const auto count =
      std::ranges::count_if(runs, [&](const ListedRun& one) { return column.number(one).has_value(); });
  return tr("%1: %2, mean ± sample standard deviation of %3 runs")
      .arg(q(column.title), q(shownOfAll(column, runs)))
      .arg(count);
}

/// What is said of the recipe, which gives way first where the name has no room.
qsizetype RunsModel::frontOf(qint64 run) const {
  return std::max<qsizetype>(0, list_->nameOf(run, list_->commonPart()).size() - list_->nameOf(run).size());
}

QVariant RunsModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const auto run = runAt(index);
  const Row& row = rowAt(index);
  const int section = index.column();
  if (role == kRunRole) return QVariant::fromValue<qint64>(run.value_or(row.runs.front()));
  if (role == kGroupRole) return !run.has_value();
  if (role == kFrontRole) return run || fold_ == kByGroup ? frontOf(row.runs.front()) : qsizetype{0};
  if (role == kBriefRole) return run || fold_ == kByGroup ? list_->briefRecipe(row.runs.front()) : QString();
  if (section == square) {
    if (role == Qt::DecorationRole) return squareIcon(run ? std::vector{*run} : row.runs);
    if (role != Qt::ToolTipRole) return {};
    return run ? tr("Click to compare this run or take it out of the comparison")
               : tr("Click to compare all of these runs, or none of them");
  }
  if (role == Qt::TextAlignmentRole)
    return QVariant((columns_.all()[section - 1].isNumber() ? Qt::AlignRight : Qt::AlignLeft) |
                    Qt::AlignVCenter);
  return run ? runData(*list_->find(*run), section, role) : groupData(row, section, role);
}

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
  if (section == square)
    return role == Qt::ToolTipRole ? tr("Click to compare all shown runs, or none") : QVariant();
  const RunColumn& column = columns_.all()[section - 1];
  if (role == Qt::DisplayRole) return column.name == "state" ? QString() : q(column.title);
  if (role == Qt::ToolTipRole) return tr("%1\nIn a filter: %2").arg(q(column.help), q(column.name));
  if (role == Qt::TextAlignmentRole)
    return QVariant((column.isNumber() ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
  return {};
}

}  // namespace uada
