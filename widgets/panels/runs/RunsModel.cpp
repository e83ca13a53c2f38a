#include "widgets/panels/runs/RunsModel.h"

#include <QIcon>
#include <QPainter>
#include <QPixmap>
#include <algorithm>

#include "core/base/Text.h"
#include "widgets/panels/runs/RunNames.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

namespace uada {

QPixmap colourSquare(const QColor& colour, bool filled) {
  QPixmap picture(32, 32);  // an icon of 16 pixels, so that views do not stretch it
  picture.setDevicePixelRatio(2);
  picture.fill(Qt::transparent);
  QPainter painter(&picture);
  painter.setPen(QPen(colour, 1.5));
  if (filled) painter.setBrush(colour);
  painter.drawRect(QRectF(3, 3, 10, 10));
  return picture;
}

static QString stateText(const RunSummary& run) {
  return run.damage.empty() ? stateWord(run.state) : QObject::tr("%1, damaged").arg(stateWord(run.state));
}

RunsModel::RunsModel(Session& session, const Theme& theme, QObject* parent)
    : QAbstractTableModel(parent), session_(session), theme_(theme), list_(session.list()) {
  connect(&session, &Session::runsChanged, this, &RunsModel::update);
  connect(&session, &Session::projectChanged, this, &RunsModel::update);
  connect(&session.selection(), &Selection::checkedChanged, this, [this] {
    if (rowCount() > 0)
      Q_EMIT dataChanged(index(0, square), index(rowCount() - 1, square), {Qt::DecorationRole});
  });
}

void RunsModel::update() {
  const std::shared_ptr<const RunList> before = list_;
  if (!std::ranges::equal(before->runs, session_.runs(), {}, &RunSummary::id, &RunSummary::id)) {
    beginResetModel();
    list_ = session_.list();
    endResetModel();
    return;
  }
  list_ = session_.list();
  if (rowCount() > 0) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columns - 1));
}

QModelIndex RunsModel::indexOf(qint64 run, int column) const {
  const RunSummary* summary = list_->find(run);
  return summary ? index(static_cast<int>(summary - list_->runs.data()), column) : QModelIndex();
}

int RunsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(list_->runs.size());
}
int RunsModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : columns; }

QVariant RunsModel::display(const RunSummary& run, int column) const {
  switch (column) {
    case title: return list_->nameOf(run.id, list_->commonPart());
    case epoch: return QStringLiteral("%1/%2").arg(run.epoch).arg(run.epochs);
    case score:
      return run.lastMain() ? QString::fromStdString(mainMetric(run).text(*run.lastMain())) : QString();
    default: return {};
  }
}

QVariant RunsModel::data(const QModelIndex& index, int role) const {
  const RunSummary& run = list_->runs.at(index.row());
  const int column = index.column();
  switch (role) {
    case Qt::DisplayRole: return display(run, column);
    case Qt::DecorationRole:
      if (column == square) {  // a selected row must not tint it
        QIcon icon;
        const QPixmap picture = colourSquare(session_.colour(run.id), session_.selection().isChecked(run.id));
        for (const auto mode : {QIcon::Normal, QIcon::Selected}) icon.addPixmap(picture, mode);
        return icon;
      }
      if (column == state && !run.damage.empty()) return theme_.icon("failed", theme_.colour("bad"));
      if (column == state) return theme_.icon(stateIcon(run.state), theme_.colour(stateColour(run.state)));
      return {};
    case Qt::ToolTipRole:
      if (column == square) return tr("Click to compare this run or take it out of the comparison");
      return QStringLiteral("%1 (%2)\n%3\n%4\n%5")
          .arg(QString::fromStdString(run.title), QString::fromStdString(run.key), stateText(run),
               QString::fromStdString(run.problem), QString::fromStdString(run.damage))
          .trimmed();
    case Qt::TextAlignmentRole:
      return QVariant(column >= epoch ? Qt::AlignRight | Qt::AlignVCenter : Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::AccessibleTextRole: return column == state ? stateText(run) : display(run, column);
    case kFrontRole: return display(run, title).toString().size() - list_->nameOf(run.id).size();
    case kRunRole: return QVariant::fromValue<qint64>(run.id);
    case kTextRole:
      return QString::fromStdString(run.title + " " + run.key + " " + run.dataset + " " + run.model + " " +
                                    run.method + " " + run.tags + " " + run.notes + " " +
                                    stateWord(run.state).toStdString());
    default: return {};
  }
}

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  static const QStringList names{"", tr("Run"), "", tr("Epoch"), tr("Test")};
  return names.value(section);
}

}  // namespace uada
