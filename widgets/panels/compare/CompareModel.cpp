#include "widgets/panels/compare/CompareModel.h"

#include <QColor>
#include <QFont>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/base/Text.h"
#include "core/config/FlatConfig.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/tables/Cost.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"

namespace uada {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double meanOf(const std::vector<double>& values) { return Cell{values, {}, {}}.mean().value_or(kNone); }

/// Sample standard deviation; NaN below two values.
double spreadOf(const std::vector<double>& values) { return Cell{values, {}, {}}.spread().value_or(kNone); }

CompareRow groupRow(const RunGroup& group) {
  CompareRow row;
  row.label = q(group.label);
  row.recipe = recipeAndData(group.runs.front());
  for (const RunSummary& run : group.runs) row.runs.push_back(run.id);
  row.metric = group.metric;
  row.last = group.last;
  row.best = group.best;
  row.diverged = static_cast<int>(group.diverged);
  row.seconds = group.seconds;
  row.timeRatio = group.timeRatio;
  row.forwardRatio = group.forwardRatio;
  row.chainRatio = group.chainRatio;
  row.reference = group.reference;
  row.toReference = group.toReference;
  return row;
}

QString differenceText(const std::optional<Difference>& difference) {
  if (!difference) return orDash({});
  const QString mean = signedText(difference->mean, 2);
  if (!difference->interval) return QObject::tr("%1, no interval").arg(mean);
  return QStringLiteral("%1  [%2, %3]")
      .arg(mean, signedText(difference->interval->low, 2), signedText(difference->interval->high, 2));
}

QString pText(double p) {
  if (std::isnan(p)) return orDash({});
  return p < 0.001 ? QStringLiteral("< 0.001") : QString::number(p, 'f', 3);
}

/// Empty: there is one, or no difference.
QString whyNoInterval(const std::optional<Difference>& difference) {
  if (!difference || difference->interval) return {};
  return QObject::tr("No interval: %1").arg(q(difference->why));
}

}  // namespace

/// "Batch" of "training.batch", "Data set" of "dataset.name", "Policy" of "method.policy.name".
static QString settingHead(const std::string& key) {
  const QStringList path = q(key).split('.');
  const bool isName = path.size() > 1 && path.back() == "name";
  QString head = isName ? path[path.size() - 2] : path.back();
  if (head == "dataset") head = QObject::tr("Data set");
  return head.left(1).toUpper() + head.mid(1).replace('_', ' ');
}

std::map<std::string, QString> flatSettings(const RunConfig& config) {
  std::map<std::string, QString> settings;
  Json json = Json::object();
  const Json recipe = recipeIdentity(config.recipe);
  for (const auto& [key, value] : recipe.asObject())
    if (value.isObject()) json[key] = value;
  json["method"] = choiceToJson(config.method);
  for (const auto& [path, value] : flattened(json))
    if (!value.isObject()) settings[path] = q(value.isString() ? value.asString() : value.dump());
  settings.erase("dataset.folder");  // where the files lie is not part of the result
  return settings;
}

std::vector<CompareRow> compareRows(const std::vector<RunGroup>& groups, bool bySeed,
                                    const std::function<RunConfig(qint64)>& configOf,
                                    const std::function<QString(qint64)>& nameOf) {
  std::vector<CompareRow> rows;
  const std::vector<bool> best = bestGroups(groups);
  for (std::size_t place = 0; place < groups.size(); ++place) {
    const RunGroup& group = groups[place];
    std::map<std::string, QString> settings = flatSettings(configOf(group.runs.front().id));
    settings["images"] = q(shortDataHash(group.dataHash));
    for (const RunGroup& one : bySeed ? runsAsGroups({group}) : std::vector{group}) {
      rows.push_back(groupRow(one));
      if (bySeed) rows.back().label = nameOf(one.runs.front().id);
      rows.back().settings = settings;
      rows.back().isBest = !bySeed && best[place];
    }
  }
  return rows;
}

int CompareModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int CompareModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(columns_.size());
}

QVariant CompareModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const CompareRow& row = rows_[index.row()];
  const Column& column = columns_[index.column()];
  if (role == Qt::DisplayRole) return column.text(row);
  if (role == Qt::UserRole) return column.number ? QVariant(column.number(row)) : QVariant(column.text(row));
  if (role == Qt::ToolTipRole) {
    const QString why = column.why ? column.why(row) : QString();
    return why.isEmpty() ? column.help : column.help + QStringLiteral("\n") + why;
  }
  if (role == Qt::FontRole && column.isJudged && row.isBest) {
    QFont bold;
    bold.setBold(true);
    return bold;
  }
  if (role == Qt::TextAlignmentRole)
    return QVariant::fromValue(Qt::AlignVCenter | (column.number ? Qt::AlignRight : Qt::AlignLeft));
  const bool hasColour = index.column() == 0 && index.row() < static_cast<int>(colours_.size());
  if (role == Qt::DecorationRole && hasColour) return colours_[index.row()];
  return {};
}

QVariant CompareModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation == Qt::Vertical || section >= columnCount()) return {};
  if (role == Qt::DisplayRole) return columns_[section].title;
  if (role == Qt::ToolTipRole) return columns_[section].help;
  if (role == Qt::TextAlignmentRole)
    return QVariant::fromValue(Qt::AlignVCenter |
                               (columns_[section].number ? Qt::AlignRight : Qt::AlignLeft));
  return {};
}

void CompareModel::setRows(std::vector<CompareRow> rows, std::vector<QColor> colours, bool onlyDiffering) {
  beginResetModel();
  rows_ = std::move(rows);
  colours_ = std::move(colours);
  columns_.clear();
  columns_.push_back({QObject::tr("Group"),
                      QObject::tr("All but the seed"),
                      [](const CompareRow& r) { return r.label; },
                      {}});
  addSettings(onlyDiffering);
  addNumbers();
  endResetModel();
}

void CompareModel::addSettings(bool onlyDiffering) {
  std::map<std::string, std::set<QString>> values;
  for (const CompareRow& row : rows_) {
    for (const auto& [key, value] : row.settings) values[key].insert(value);
  }
  for (const auto& [key, seen] : values) {
    if (onlyDiffering && seen.size() == 1) continue;             // also what only one method has
    if (key == "method.name") continue;                          // stands in the label
    if (onlyDiffering && key == "method.policy.name") continue;  // there, too
    columns_.push_back({settingHead(key),
                        q(key),
                        [key = key](const CompareRow& row) {
                          const auto found = row.settings.find(key);
                          return found == row.settings.end() ? orDash({}) : found->second;
                        },
                        {}});
    columns_.back().setting = key;
  }
}

std::vector<ComparedSetting> CompareModel::settings(const std::vector<int>& rows) const {
  std::vector<ComparedSetting> settings;
  for (const Column& column : columns_) {
    if (column.setting.empty()) continue;
    ComparedSetting& setting = settings.emplace_back(column.setting, column.title.toStdString());
    for (const int row : rows)
      setting.values.push_back(column.text(rows_[static_cast<std::size_t>(row)]).toStdString());
  }
  return settings;
}

/// "ra-uc", "plain", or both where recipes differ in it.
static QString referenceOf(const std::vector<CompareRow>& rows) {
  QStringList names;
  for (const CompareRow& row : rows)
    if (!row.reference.empty() && !names.contains(q(row.reference))) names << q(row.reference);
  return names.isEmpty() ? q(referenceMethod().name) : names.join(QObject::tr(" or "));
}

void CompareModel::addNumber(const QString& title, const QString& help,
                             std::function<double(const CompareRow&)> number, QString (*text)(double)) {
  columns_.push_back(
      {title, help, [number, text](const CompareRow& row) { return text(number(row)); }, number});
}

void CompareModel::addNumbers() {
  const bool arePercent =
      std::ranges::all_of(rows_, [](const CompareRow& row) { return row.metric.unit == "%"; });
  const QString unit = arePercent ? QStringLiteral(" %") : QString();
  const QString reference = referenceOf(rows_);
  addResults(unit);
  addDifference(reference, arePercent);
  addNumber(
      QObject::tr("Best epoch") + unit,
      QObject::tr("The same of each run's best epoch, chosen on the test set; mean over seeds"),
      [](const CompareRow& r) { return meanOf(r.best); }, plainPercentText);
  addCosts(reference);
}

void CompareModel::addResults(const QString& unit) {
  const auto whole = [](double n) { return QString::number(n); };
  addNumber(
      QObject::tr("n"), QObject::tr("Finished runs whose numbers count"),
      [](const CompareRow& r) { return double(r.last.size()); }, whole);
  if (std::ranges::any_of(rows_, [](const CompareRow& row) { return row.diverged > 0; }))
    addNumber(
        QObject::tr("Diverged"), QObject::tr("Finished runs whose test loss is no number: not counted"),
        [](const CompareRow& r) { return double(r.diverged); }, whole);
  addNumber(
      QObject::tr("Last epoch") + unit,
      QObject::tr(
          "Main test metric of the last epoch, mean over seeds. Bold: better than every other row of its "
          "recipe with p < 0.05 (Holm)"),
      [](const CompareRow& r) { return meanOf(r.last); }, plainPercentText);
  columns_.back().isJudged = true;
  addNumber(
      QObject::tr("± spread"), QObject::tr("Sample standard deviation over seeds, in the unit of the metric"),
      [](const CompareRow& r) { return spreadOf(r.last); }, plainPercentText);
}

void CompareModel::addDifference(const QString& reference, bool arePercent) {
  columns_.push_back(
      {arePercent ? QObject::tr("− %1, points").arg(reference) : QObject::tr("− %1").arg(reference),
       QObject::tr("Last epoch minus that of %1 with the same recipe on the same images, with "
                   "its 95 % interval (paired by seed where both have the same ones, else Welch)")
           .arg(reference),
       [](const CompareRow& r) { return differenceText(r.toReference); },
       [](const CompareRow& r) { return r.toReference ? r.toReference->mean : kNone; },
       [](const CompareRow& r) { return whyNoInterval(r.toReference); }});
  addNumber(
      QObject::tr("p"),
      QObject::tr(
          "Of the difference to %1 (paired by seed where both have the same ones, else Welch's test); "
          "none for one seed or without spread")
          .arg(reference),
      [](const CompareRow& r) { return r.toReference ? r.toReference->p.value_or(kNone) : kNone; }, pText);
}

void CompareModel::addCosts(const QString& reference) {
  const auto times = [](double value) { return std::isfinite(value) ? ratioText(value) : orDash({}); };
  addNumber(
      QObject::tr("Time"), QObject::tr("Training time of a run, mean"),
      [](const CompareRow& r) { return r.seconds; }, [](double seconds) { return q(durationText(seconds)); });
  addNumber(
      QObject::tr("Time ×"), QObject::tr("Time relative to %1 of the same recipe").arg(reference),
      [](const CompareRow& r) { return r.timeRatio.value_or(kNone); }, times);
  addNumber(
      QObject::tr("Forwards ×"), QObject::tr("Forward-equivalents relative to %1").arg(reference),
      [](const CompareRow& r) { return r.forwardRatio.value_or(kNone); }, times);
  addNumber(
      QObject::tr("Chains ×"), QObject::tr("Augmentation chains relative to %1").arg(reference),
      [](const CompareRow& r) { return r.chainRatio.value_or(kNone); }, times);
}

}  // namespace uada
