#include "core/store/TableViews.h"

#include <fmt/core.h>

#include <set>
#include <string>
#include <vector>

#include "core/base/Text.h"
#include "core/config/Paper.h"
#include "core/data/Dataset.h"
#include "core/engine/tasks/Task.h"
#include "core/store/Database.h"
#include "core/store/Runs.h"
#include "core/store/SqlText.h"

namespace uada::store {
namespace {

constexpr int kTables = 9;
/// Digits of a hash that a view names.
constexpr std::size_t kDigits = 16;

/// {shares}: metrics that lie in 0..1, as names of SQL; {scale}: what a metric is shown times.
constexpr const char* kRepeats = R"sql(
  SELECT r.id AS run, r.key, r.title, r.dataset, r.model, r.recipe, r.method, r.policy,
         CASE WHEN json_valid(r.config)
              THEN json_remove(json_extract(r.config, '$.method'), '$.name', '$.policy') END AS settings,
         r.seed, r.config_hash, r.recipe_hash, r.method_hash, a.data_hash, a.data_published, a.steps_per_epoch,
         a.host, a.device, a.threads, x.metric, {scale} * x.best AS best, {scale} * l.value AS last, x.seconds,
         x.best IS NULL OR l.value IS NULL OR EXISTS (
           SELECT 1 FROM result_metrics m WHERE m.run = x.run AND m.attempt = x.attempt AND m.name = 'loss'
           AND (m.value IS NULL OR abs(m.value) = 9e999)) AS diverged,
         x.forwards_no_grad + x.forwards_train + 2 * x.backwards AS forward_equivalents, x.chains,
         x.attempt, x.best_epoch,
         row_number() OVER (PARTITION BY r.config_hash, a.data_hash, r.seed ORDER BY r.id DESC) AS nth
  FROM runs r
  JOIN attempts a ON a.run = r.id AND a.attempt = (SELECT max(attempt) FROM attempts WHERE run = r.id)
  JOIN results x ON x.run = a.run AND x.attempt = a.attempt
  LEFT JOIN result_metrics l ON l.run = x.run AND l.attempt = x.attempt AND l.name = x.metric
  WHERE a.state = 'finished' AND r.forked_from = '' AND NOT EXISTS (SELECT 1 FROM edits WHERE run = r.id)
    AND                          -- damaged rows count nowhere
    (x.best IS NULL OR typeof(x.best) IN ('real', 'integer')
                       AND (x.metric NOT IN ({shares}) OR x.best BETWEEN 0 AND 1))
    AND (l.value IS NULL OR typeof(l.value) IN ('real', 'integer')
                            AND (x.metric NOT IN ({shares}) OR l.value BETWEEN 0 AND 1))
    AND typeof(x.seconds) IN ('real', 'integer') AND x.seconds >= 0)sql";

/// {repeats}: repeatsQuery()
constexpr const char* kFinishedRuns = R"sql(
CREATE VIEW finished_runs AS     -- the newest run of each configuration, data and seed that was trained with it
                                 -- from beginning to end, not forked or edited: its task's main metric,
WITH done AS (                   -- shares in percent, at the best and the last epoch, and what it cost{repeats})
SELECT * FROM done WHERE nth = 1)sql";

/// {others}: main metrics, each with another one that a table has, as rows of SQL.
constexpr const char* kFinishedMetrics = R"sql(
CREATE VIEW finished_metrics AS  -- finished runs with every metric that a table shows, in percent: after the epoch with
WITH others(main, name) AS (VALUES {others}) -- the best main metric, and after the last one
SELECT run, key, dataset, model, recipe, method, policy, settings, seed, config_hash, recipe_hash, method_hash,
       data_hash, data_published, steps_per_epoch, metric, best, last, diverged
FROM finished_runs
UNION ALL
SELECT f.run, f.key, f.dataset, f.model, f.recipe, f.method, f.policy, f.settings, f.seed, f.config_hash, f.recipe_hash,
       f.method_hash, f.data_hash, f.data_published, f.steps_per_epoch, o.name, 100 * m.value, 100 * l.value,
       f.diverged OR m.value IS NULL OR l.value IS NULL
FROM finished_runs f
JOIN others o ON o.main = f.metric
LEFT JOIN epochs e ON e.run = f.run AND e.epoch = f.best_epoch
  AND e.attempt = (SELECT max(attempt) FROM epochs WHERE run = f.run AND epoch = f.best_epoch)
LEFT JOIN metrics m ON m.run = e.run AND m.attempt = e.attempt AND m.step = e.step AND m.part = 'test' AND m.name = o.name
LEFT JOIN result_metrics l ON l.run = f.run AND l.attempt = f.attempt AND l.name = o.name)sql";

constexpr const char* kPublished = R"sql(
CREATE VIEW published(number, "row", "column", metric, value, source) AS -- what the paper's tables say; source: where it
VALUES {values})sql";  // cites a row from

/// {number}; {rows}: names of rows by hash of the method, and in Table 1 by data set and metric; {columns}:
/// names of columns by hash of the recipe, with the steps that an epoch of all images has where nobody
/// published their sums; {metrics}, {where}: which runs have a place.
constexpr const char* kAccuracyTable = R"sql(
CREATE VIEW table{number} AS     -- Table {number} in percent: a row for each cell with n seeds that did not diverge; sd: sample
WITH paper_rows(dataset, metric, method_hash, name) AS (VALUES {rows}), -- standard deviation, NULL for n = 1; paper:
paper_columns(metric, recipe_hash, steps, name) AS (VALUES {columns}),  -- what the paper says there. row and column have
told AS (                        -- names where they are the paper's
  SELECT *, min(data_published) OVER (PARTITION BY recipe_hash, data_hash) AS verdict
  FROM finished_metrics WHERE metric IN ({metrics}){where}),
placed AS (
  SELECT f.*, r.name AS "row", c.name AS "column", coalesce(r.name, f.method_hash || f.config_hash) AS row_key,
         coalesce(c.name, f.recipe_hash || f.data_hash) AS column_key
  FROM told f
  {join} JOIN paper_rows r ON r.method_hash = substr(f.method_hash, 1, {digits})
                          AND r.dataset IN ('', f.dataset) AND r.metric IN ('', f.metric)
  LEFT JOIN paper_columns c ON c.recipe_hash = substr(f.recipe_hash, 1, {digits}) AND c.metric = f.metric
                           AND CASE WHEN c.steps IS NULL THEN f.verdict = 1 ELSE f.steps_per_epoch = c.steps END),
kept AS MATERIALIZED (           -- of one seed the newest
  SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY row_key, column_key, metric, seed ORDER BY run DESC) AS place
                 FROM placed) WHERE place = 1),
groups AS (
  SELECT row_key, column_key, metric, sum(NOT diverged) AS n, sum(diverged) AS diverged,
         avg(CASE WHEN NOT diverged THEN best END) AS best_mean, avg(CASE WHEN NOT diverged THEN last END) AS last_mean
  FROM kept GROUP BY row_key, column_key, metric)
SELECT f."row", f."column", p.value AS paper, min(f.dataset) AS dataset, min(f.model) AS model, min(f.recipe) AS recipe,
       min(f.method) AS method, max(f.policy) AS policy, min(f.settings) AS settings, min(f.config_hash) AS config_hash,
       min(f.data_hash) AS data_hash, min(f.data_published) AS data_published, g.metric, g.n, g.diverged, g.best_mean,
       CASE WHEN g.n > 1 THEN sqrt(sum(CASE WHEN NOT f.diverged THEN (f.best - g.best_mean) * (f.best - g.best_mean) END)
                                   / (g.n - 1)) END AS best_sd,
       g.last_mean,
       CASE WHEN g.n > 1 THEN sqrt(sum(CASE WHEN NOT f.diverged THEN (f.last - g.last_mean) * (f.last - g.last_mean) END)
                                   / (g.n - 1)) END AS last_sd,
       group_concat(f.key, ' ') AS runs
FROM kept f JOIN groups g ON g.row_key = f.row_key AND g.column_key = f.column_key AND g.metric = f.metric
LEFT JOIN published p ON p.number = {number} AND p."row" = f."row" AND p."column" = f."column"
GROUP BY g.row_key, g.column_key, g.metric
ORDER BY dataset, model, recipe, method, policy, settings, data_hash, g.metric)sql";

constexpr const char* kCostTable = R"sql(
CREATE VIEW table3 AS            -- mean cost of a run, and its ratio to ra-uc with the same recipe and data; time only
WITH paper_rows(method_hash, name) AS (VALUES {rows}), -- against ra-uc on the same host, device and number of threads
reference AS (
  SELECT recipe_hash, data_hash, avg(forward_equivalents) AS forward_equivalents, avg(chains) AS chains
  FROM finished_runs WHERE method = 'ra-uc' GROUP BY recipe_hash, data_hash),
timed AS (
  SELECT recipe_hash, data_hash, host, device, threads, avg(seconds) AS seconds
  FROM finished_runs WHERE method = 'ra-uc' GROUP BY recipe_hash, data_hash, host, device, threads),
ratios AS MATERIALIZED (
  SELECT f.*, w.name AS "row", f.seconds / t.seconds AS time, f.forward_equivalents * 1.0 / r.forward_equivalents AS forwards,
         f.chains * 1.0 / r.chains AS chained
  FROM finished_runs f
  LEFT JOIN reference r ON r.recipe_hash = f.recipe_hash AND r.data_hash = f.data_hash
  LEFT JOIN timed t ON t.recipe_hash = f.recipe_hash AND t.data_hash = f.data_hash AND t.host = f.host
                   AND t.device = f.device AND t.threads = f.threads
  LEFT JOIN paper_rows w ON w.method_hash = substr(f.method_hash, 1, {digits})),
means AS (
  SELECT config_hash, data_hash, count(*) AS n, count(time) AS time_n, avg(time) AS time, avg(forwards) AS forwards,
         avg(chained) AS chained FROM ratios GROUP BY config_hash, data_hash)
SELECT f."row", p.value AS paper, min(f.dataset) AS dataset, min(f.model) AS model, min(f.recipe) AS recipe,
       min(f.method) AS method, max(f.policy) AS policy, min(f.settings) AS settings,
       f.config_hash, f.data_hash, m.n, avg(f.seconds) AS seconds,
       avg(f.forward_equivalents) AS forward_equivalents, avg(f.chains) AS chains, m.time AS time_ratio,
       m.forwards AS forward_ratio, m.chained AS chain_ratio, m.time_n,
       CASE WHEN m.time_n > 1 THEN sqrt(sum((f.time - m.time) * (f.time - m.time)) / (m.time_n - 1)) END AS time_sd,
       CASE WHEN m.n > 1 THEN sqrt(sum((f.forwards - m.forwards) * (f.forwards - m.forwards)) / (m.n - 1)) END AS forward_sd,
       CASE WHEN m.n > 1 THEN sqrt(sum((f.chained - m.chained) * (f.chained - m.chained)) / (m.n - 1)) END AS chain_sd
FROM ratios f JOIN means m ON m.config_hash = f.config_hash AND m.data_hash = f.data_hash
LEFT JOIN published p ON p.number = 3 AND p."row" = f."row"
GROUP BY f.config_hash, f.data_hash
ORDER BY dataset, model, recipe, method, policy, settings, f.data_hash)sql";

/// "(a, b), (c, d)"; of nothing a row that fits nothing.
std::string valuesOf(const std::vector<std::string>& rows, std::size_t columns) {
  if (!rows.empty()) return joined(rows, ", ");
  std::vector<std::string> none(columns, "NULL");
  return '(' + joined(none, ", ") + ')';
}

std::string finishedRunsText() {
  return fmt::format(fmt::runtime(kFinishedRuns), fmt::arg("repeats", repeatsQuery()));
}

const PaperTable& paperOf(int number) { return paperTable(fmt::format("table{}", number)); }

/// Metrics of the paper's columns that are no task's main one, each with that of its task.
std::string finishedMetricsText() {
  std::set<std::string> others;
  for (int number = 1; number <= kTables; ++number)
    for (const auto& column : paperOf(number).columns)
      for (const Task& task : tasks()) {
        const std::string& main = task.testMetrics.front().name;
        const auto has = [&](const Metric& metric) { return metric.name == column.metric; };
        if (column.metric != main && std::ranges::any_of(task.testMetrics, has))
          others.insert(fmt::format("({}, {})", sqlText(main), sqlText(column.metric)));
      }
  return fmt::format(fmt::runtime(kFinishedMetrics),
                     fmt::arg("others", valuesOf({others.begin(), others.end()}, 2)));
}

std::string publishedText() {
  std::vector<std::string> values;
  for (int number = 1; number <= kTables; ++number) {
    const PaperTable& paper = paperOf(number);
    for (const auto& row : paper.rows)
      for (std::size_t i = 0; i < row.values.size(); ++i)
        if (row.values[i])
          values.push_back(fmt::format("({}, {}, {}, {}, {}, {})", number, sqlText(row.name),
                                       sqlText(paper.columns[i].name), sqlText(paper.columns[i].metric),
                                       *row.values[i], sqlText(row.source)));
  }
  return fmt::format(fmt::runtime(kPublished), fmt::arg("values", valuesOf(values, 6)));
}

std::string startOf(const std::string& hash) { return sqlText(hash.substr(0, kDigits)); }

/// ('', '', 'method', 'row')
std::string rowValue(const std::string& dataset, const std::string& metric, const Choice& method,
                     const std::string& name) {
  return fmt::format("({}, {}, {}, {})", sqlText(dataset), sqlText(metric), startOf(methodHash(method)),
                     sqlText(name));
}

/// Of Table 1, whose rows mean other settings for each data set.
std::vector<std::string> summaryRows() {
  std::vector<std::string> rows;
  for (const Task& task : tasks())
    for (const DatasetEntry& data : datasets()) {
      const std::string& metric = task.testMetrics.front().name;
      const PaperTable* const source = summarySource(metric, data.name);
      if (!source) continue;
      for (const auto& row : paperOf(1).rows)
        for (const auto& theirs : source->rows)
          for (const Choice& method : theirs.methods)
            if (theirs.name == row.name) rows.push_back(rowValue(data.name, metric, method, row.name));
    }
  return rows;
}

std::vector<std::string> rowValues(int number) {
  if (number == 1) return summaryRows();
  std::vector<std::string> rows;
  for (const auto& row : paperOf(number).rows)
    for (const Choice& method : row.methods) rows.push_back(rowValue("", "", method, row.name));
  return rows;
}

/// The hashes of a recipe that takes all images, whether it says so or counts them.
std::set<std::string> recipeHashes(const Recipe& recipe, const DatasetEntry& data) {
  std::set<std::string> hashes;
  for (const int train : {0, data.trainImages})
    for (const int test : {0, data.testImages}) {
      Recipe counted = recipe;
      counted.dataset.set("train_limit", train);
      counted.dataset.set("test_limit", test);
      hashes.insert(recipeHash(counted));
    }
  return hashes;
}

std::vector<std::string> columnValues(int number) {
  std::vector<std::string> columns;
  for (const auto& column : paperOf(number).columns) {
    if (!column.recipe) continue;
    const DatasetEntry& data = findDataset(column.recipe->dataset.name);
    const int batch = column.recipe->training.batch;
    const std::string steps =
        data.published.empty() ? std::to_string((data.trainImages + batch - 1) / batch) : "NULL";
    for (const std::string& hash : recipeHashes(*column.recipe, data))
      columns.push_back(fmt::format("({}, {}, {}, {})", sqlText(column.metric), startOf(hash), steps,
                                    sqlText(column.name)));
  }
  return columns;
}

std::string accuracyTableText(int number) {
  const PaperTable& paper = paperOf(number);
  std::set<std::string> metrics, sets;
  for (const auto& column : paper.columns) metrics.insert(sqlText(column.metric));
  for (const std::string& name : paper.datasets) sets.insert(sqlText(name));
  const std::string where =
      sets.empty() ? "" : " AND dataset IN (" + joined({sets.begin(), sets.end()}, ", ") + ')';
  return fmt::format(fmt::runtime(kAccuracyTable), fmt::arg("number", number),
                     fmt::arg("rows", valuesOf(rowValues(number), 4)),
                     fmt::arg("columns", valuesOf(columnValues(number), 4)),
                     fmt::arg("metrics", joined({metrics.begin(), metrics.end()}, ", ")),
                     fmt::arg("where", where), fmt::arg("join", paper.isClosed ? "" : "LEFT"),
                     fmt::arg("digits", kDigits));
}

std::string costTableText() {
  std::vector<std::string> rows;
  for (const auto& row : paperOf(3).rows)
    for (const Choice& method : row.methods)
      rows.push_back(fmt::format("({}, {})", startOf(methodHash(method)), sqlText(row.name)));
  return fmt::format(fmt::runtime(kCostTable), fmt::arg("rows", valuesOf(rows, 2)),
                     fmt::arg("digits", kDigits));
}

}  // namespace

std::string objectType(SQLite::Database& database, const std::string& name) {
  SQLite::Statement query(database, "SELECT type FROM sqlite_master WHERE name = ? COLLATE NOCASE");
  return bindAll(query, name).executeStep() ? query.getColumn(0).getString() : "";
}

std::string sqlText(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "''" : std::string(1, c);
  return quoted + '\'';
}

std::string sqlName(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

std::string repeatsQuery() {
  std::string shares, scale = "CASE x.metric";
  std::set<std::string> seen;
  for (const Task& task : tasks()) {
    const Metric& main = task.testMetrics.front();
    if (!seen.insert(main.name).second) continue;
    scale += fmt::format(" WHEN '{}' THEN {}", main.name, main.scale);
    if (main.scale == 100) shares += (shares.empty() ? "'" : ", '") + main.name + '\'';
  }
  return fmt::format(fmt::runtime(kRepeats), fmt::arg("shares", shares),
                     fmt::arg("scale", scale + " ELSE 1 END"));
}

void makeViews(SQLite::Database& database) {
  std::vector<std::pair<std::string, std::string>> views{{"finished_runs", finishedRunsText()},
                                                         {"finished_metrics", finishedMetricsText()},
                                                         {"published", publishedText()}};
  for (int number = 1; number <= kTables; ++number)
    views.emplace_back(fmt::format("table{}", number),
                       number == 3 ? costTableText() : accuracyTableText(number));
  for (auto view = views.rbegin(); view != views.rend(); ++view)
    if (objectType(database, view->first) == "view") database.exec("DROP VIEW " + view->first);
  for (const auto& [name, text] : views)
    if (objectType(database, name).empty()) database.exec(text);
}

}  // namespace uada::store
