#include "core/tables/OwnView.h"

#include <fmt/core.h>

#include <vector>

#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/engine/tasks/Task.h"
#include "core/store/SqlText.h"
#include "core/tables/OwnValues.h"
#include "core/tables/RunSql.h"

namespace uada {
namespace {

/// {repeats}; {keys}: expressions k0, k1, ...; {where}; {references}; {values}: one query a value, of `kept`;
/// {names}, {all}: the keys, by their names and as they are.
constexpr const char* kQuery = R"sql(
WITH repeats AS MATERIALIZED ({repeats}),
wanted AS (                      -- the runs that the table is of
  SELECT f.*{keys}
  FROM repeats f JOIN runs r ON r.id = f.run
  JOIN attempts a ON a.run = f.run AND a.attempt = f.attempt
  JOIN results x ON x.run = f.run AND x.attempt = f.attempt
  WHERE json_valid(r.config) AND {where}),
kept AS MATERIALIZED (           -- of equal configuration, data and seed the newest
  SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY config_hash, data_hash, seed ORDER BY run DESC) AS place
                 FROM wanted) WHERE place = 1),{references}
measured(value_place, value, config_hash, data_hash, "key"{all}, diverged, best, last) AS MATERIALIZED ({values}),
placed AS (
  SELECT *, avg(CASE WHEN NOT diverged THEN best END) OVER cell AS best_mean,
         avg(CASE WHEN NOT diverged THEN last END) OVER cell AS last_mean
  FROM measured WINDOW cell AS (PARTITION BY value_place{all}))
SELECT {names}value, sum(NOT diverged) AS n, sum(diverged) AS diverged, {best}, {last},
       count(DISTINCT config_hash || ' ' || data_hash) AS configurations, group_concat("key", ' ') AS runs
FROM placed GROUP BY {all_first}value_place
ORDER BY {all_first}value_place)sql";

/// Of the runs that costs are divided by: ra-uc, else plain where one configuration of it was trained.
constexpr const char* kReferences = R"sql(
referring AS MATERIALIZED (
  SELECT * FROM repeats WHERE nth = 1 AND method IN ('ra-uc', 'plain')),
chosen AS MATERIALIZED (
  SELECT recipe_hash, data_hash, CASE WHEN sum(method = 'ra-uc') > 0 THEN 'ra-uc'
                                      WHEN count(DISTINCT config_hash) = 1 THEN 'plain' END AS method
  FROM referring GROUP BY recipe_hash, data_hash),
costs AS MATERIALIZED (
  SELECT recipe_hash, data_hash, nullif(avg(forward_equivalents), 0) AS forwards, nullif(avg(chains), 0) AS chains
  FROM referring JOIN chosen USING (recipe_hash, data_hash, method) GROUP BY recipe_hash, data_hash),
times AS MATERIALIZED (
  SELECT recipe_hash, data_hash, host, device, threads, nullif(avg(seconds), 0) AS seconds
  FROM referring JOIN chosen USING (recipe_hash, data_hash, method)
  GROUP BY recipe_hash, data_hash, host, device, threads),)sql";

/// The method with its settings: what tables name by those that differ.
constexpr const char* kVariant =
    "r.method || CASE WHEN r.policy = '' THEN '' ELSE ' ' || r.policy END || ' ' || coalesce(f.settings, '')";
/// All but method and seed, and the images, which tables name by what differs.
constexpr const char* kRecipe =
    "r.model || ' ' || r.dataset || ' ' || substr(f.recipe_hash, 1, 8) || ' ' || substr(f.data_hash, 1, 8)";

std::string keyExpression(const std::string& key, const Listing& listing) {
  if (key == "variant") return kVariant;
  if (key == "recipe") return kRecipe;
  const RunColumn* const column = listing.columns().find(key);
  if (column) return keySql(*column);
  if (key.find('.') == std::string::npos)
    throw NotInSql(fmt::format("no run has a setting '{}' yet, so that it is not known which is meant", key));
  return keySql({.name = key, .title = key, .help = ""});  // of the first run to come
}

/// The main metrics of the tasks that have a metric, as texts of SQL.
std::string mainsWith(const std::string& metric, double& scale) {
  std::vector<std::string> mains;
  for (const Task& task : tasks())
    for (const Metric& known : task.testMetrics)
      if (known.name == metric || metric == "loss") {
        if (known.name == metric) scale = known.scale;
        mains.push_back(store::sqlText(task.testMetrics.front().name));
        break;
      }
  return joined(mains, ", ");
}

/// What comes after the keys in a row of `measured`, and where it is from: expressions on k, a row of kept.
struct ValueSql {
  std::string diverged, best, last, from = "kept k";
};

ValueSql metricSql(const std::string& name) {
  double scale = 1;
  const std::string mains = mainsWith(name, scale);
  const auto value = [&](const char* main, const char* other) {
    return fmt::format("CASE WHEN k.metric = {} THEN k.{} ELSE {} * {} END", store::sqlText(name), main,
                       scale, other);
  };
  return {
      "k.diverged", value("best", "m.value"), value("last", "l.value"),
      fmt::format(
          "kept k LEFT JOIN epochs e ON e.run = k.run AND e.epoch = k.best_epoch AND e.attempt = (SELECT "
          "max(attempt) FROM epochs WHERE run = k.run AND epoch = k.best_epoch)\n"
          "  LEFT JOIN metrics m ON m.run = e.run AND m.attempt = e.attempt AND m.step = e.step AND m.part = "
          "'test' AND m.name = {0}\n"
          "  LEFT JOIN result_metrics l ON l.run = k.run AND l.attempt = k.attempt AND l.name = {0}\n"
          "  WHERE k.metric IN ({1}) AND (k.diverged OR k.metric = {0} OR m.value IS NOT NULL OR l.value IS "
          "NOT "
          "NULL)",
          store::sqlText(name), mains)};
}

ValueSql alike(const std::string& value, std::string from = "kept k") {
  return {"0", value, value, std::move(from)};
}

ValueSql ratioSql(const std::string& name) {
  if (name == "time_ratio")
    return alike(
        "k.seconds / t.seconds",
        "kept k JOIN times t USING (recipe_hash, data_hash, host, device, threads) WHERE t.seconds > 0");
  const std::string cost = name == "forward_ratio" ? "forwards" : "chains";
  return alike(fmt::format("k.{} * 1.0 / c.{}", cost == "chains" ? "chains" : "forward_equivalents", cost),
               fmt::format("kept k JOIN costs c USING (recipe_hash, data_hash) WHERE c.{} > 0", cost));
}

ValueSql valueSql(const OwnValue& value) {
  if (value.name == "metric") return {"k.diverged", "k.best", "k.last"};
  if (value.name == "best" || value.name == "last") {
    const std::string column = "k." + value.name;
    return {"k.diverged", column, column};
  }
  if (value.kind == OwnValue::Kind::result) return metricSql(value.name);
  if (value.name.ends_with("_ratio")) return ratioSql(value.name);
  if (value.name == "seconds") return alike("k.seconds");
  if (value.name == "chains") return alike("k.chains");
  return alike(value.kind == OwnValue::Kind::count ? "1" : "k.forward_equivalents");
}

std::string valuesSql(const OwnTable& table, const std::string& keys) {
  std::string all;
  for (std::size_t place = 0; place < table.values.size(); ++place) {
    const ValueSql sql = valueSql(valueNamed(table.values[place]));
    all += fmt::format("{}\n  SELECT {}, {}, k.config_hash, k.data_hash, k.\"key\"{}, {}, {}, {} FROM {}",
                       place == 0 ? "" : "\n  UNION ALL", place, store::sqlText(table.values[place]), keys,
                       sql.diverged, sql.best, sql.last, sql.from);
  }
  return all;
}

/// Mean and sample standard deviation at one epoch; of counts their number.
std::string meanSql(const std::string& epoch) {
  return fmt::format(
      "CASE value WHEN 'runs' THEN count(*) ELSE min({0}_mean) END AS {0}_mean,\n"
      "       CASE WHEN value <> 'runs' AND count(CASE WHEN NOT diverged THEN {0} END) > 1 THEN "
      "sqrt(sum(CASE WHEN NOT "
      "diverged\n"
      "         THEN ({0} - {0}_mean) * ({0} - {0}_mean) END) / (count(CASE WHEN NOT diverged THEN {0} END) "
      "- 1)) END AS "
      "{0}_sd",
      epoch);
}

std::string queryOf(const OwnTable& table, const Listing& listing) {
  std::vector<std::string> names = table.rows;
  names.insert(names.end(), table.columns.begin(), table.columns.end());
  std::string keys, all, ofKept, named, first;
  for (std::size_t i = 0; i < names.size(); ++i) {
    keys += fmt::format(",\n         {} AS k{}", keyExpression(names[i], listing), i);
    all += fmt::format(", k{}", i);
    ofKept += fmt::format(", k.k{}", i);
    first += fmt::format("k{}, ", i);
    named += fmt::format("k{} AS {}, ", i, store::sqlName(names[i]));
  }
  bool hasRatio = false;
  for (const std::string& value : table.values) hasRatio = hasRatio || value.ends_with("_ratio");
  return fmt::format(fmt::runtime(kQuery), fmt::arg("repeats", store::repeatsQuery()), fmt::arg("keys", keys),
                     fmt::arg("where", querySql(RunQuery(table.where, listing.columns()))),
                     fmt::arg("references", hasRatio ? kReferences : ""), fmt::arg("all", all),
                     fmt::arg("values", valuesSql(table, ofKept)), fmt::arg("names", named),
                     fmt::arg("best", meanSql("best")), fmt::arg("last", meanSql("last")),
                     fmt::arg("all_first", first));
}

}  // namespace

std::string ownViewQuery(const OwnTable& table, const Listing& listing) {
  try {
    return queryOf(table, listing);
  } catch (const NotInSql& error) {
    const std::string why = fmt::format(
        "SQL cannot say this table: {}. 'uada table NAME --project FILE' prints it.", oneLine(error.what()));
    return fmt::format("SELECT {} AS note", store::sqlText(why));
  }
}

}  // namespace uada
