#include "core/tables/RunSql.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/Text.h"
#include "core/store/SqlText.h"

namespace uada {
namespace {

using Node = RunQuery::Node;

std::string minuteSql(const char* column) {
  return fmt::format("replace(substr({}, 1, 16), 'T', ' ')", column);
}

/// Columns of a list of runs that are texts in the project, or numbers that are no measured ones.
const std::map<std::string, std::string>& plainColumns() {
  static const std::map<std::string, std::string> known{
      {"name", "r.title"},
      {"title", "r.title"},
      {"key", "r.key"},
      {"state", "a.state"},
      {"method", "r.method"},
      {"dataset", "r.dataset"},
      {"network", "r.model"},
      {"seed", "r.seed"},
      {"device", "a.device"},
      {"host", "a.host"},
      {"threads", "nullif(a.threads, 0)"},
      {"tags", "nullif(r.tags, '')"},
      {"notes", "nullif(r.notes, '')"},
      {"experiment", "nullif(r.experiment, '')"},
      {"problem", "nullif(a.problem, '')"},
      {"created", minuteSql("r.created")},
      {"ended", minuteSql("a.ended")},
      {"forked_from", "NULL"},
      {"edits", "NULL"},  // none of these runs is
  };
  return known;
}

/// Measured numbers as they are stored: shares in 0..1.
std::string measuredSql(const std::string& name) {
  if (name == "best") return "x.best";
  if (name == "last")
    return "(SELECT value FROM result_metrics m WHERE m.run = x.run AND m.attempt = x.attempt AND m.name = "
           "x.metric)";
  if (name == "seconds") return "x.seconds";
  if (name.starts_with("test."))
    return fmt::format(
        "(SELECT value FROM result_metrics m WHERE m.run = x.run AND m.attempt = x.attempt AND m.name = {})",
        store::sqlText(name.substr(5)));
  return {};
}

/// Where a setting stands in a configuration: flattened settings leave out "recipe".
std::string pathOf(const std::string& setting) {
  std::string path = setting.starts_with("method.") ? "$" : "$.recipe";
  for (std::size_t start = 0; start <= setting.size();) {
    const std::size_t end = std::min(setting.find('.', start), setting.size());
    path += ".\"" + setting.substr(start, end - start) + '"';
    start = end + 1;
  }
  return store::sqlText(path);
}

/// As settingText() has it, but numbers as numbers.
std::string settingSql(const std::string& setting) {
  const std::string path = pathOf(setting);
  return fmt::format(
      "CASE json_type(r.config, {0}) WHEN 'true' THEN 'on' WHEN 'false' THEN 'off' WHEN 'null' THEN 'none' "
      "ELSE "
      "json_extract(r.config, {0}) END",
      path);
}

bool isSetting(const RunColumn& column) { return column.name.find('.') != std::string::npos; }

std::string valueSql(const RunColumn& column) {
  const auto known = plainColumns().find(column.name);
  if (known != plainColumns().end()) return known->second;
  if (column.isMeasured()) {
    if (std::string sql = measuredSql(column.name); !sql.empty()) return sql;
  } else if (isSetting(column)) {
    return settingSql(column.name);
  }
  throw NotInSql(fmt::format("'{}' is made by the program, not stored", column.name));
}

std::string conditionSql(const Node& node);

/// The parts, joined; of none what holds for all.
std::string joinedSql(const Node& node, const char* between) {
  std::vector<std::string> parts;
  for (const Node& part : node.parts) parts.push_back(conditionSql(part));
  return parts.empty() ? "1" : '(' + joined(parts, between) + ')';
}

/// As the list of runs finds a word.
std::string wordSql(const std::string& word) {
  return fmt::format(
      "instr(lower(r.title || char(10) || r.key || char(10) || r.dataset || char(10) || r.model || char(10) "
      "|| "
      "r.method || char(10) || r.tags || char(10) || r.notes || char(10) || a.state), {}) > 0",
      store::sqlText(word));
}

/// What a run does not have is equal to nothing, and neither smaller nor larger.
std::string numberSql(const Node& node) {
  if (!std::isfinite(node.value))
    throw NotInSql(fmt::format("'{}' is compared with what is no number", node.column.name));
  return fmt::format("coalesce({} {} {}, {})", valueSql(node.column), node.op, node.value,
                     node.op == "!=" ? 1 : 0);
}

std::string textSql(const Node& node) {
  if (node.column.isNumber())
    throw NotInSql(fmt::format("'{}{}' asks how the program writes a number", node.column.name, node.op));
  const std::string text = fmt::format("lower(coalesce({}, ''))", valueSql(node.column)),
                    wanted = store::sqlText(node.text);
  if (node.op == "~") return fmt::format("instr({}, {}) > 0", text, wanted);
  if (node.op == "!~") return fmt::format("instr({}, {}) = 0", text, wanted);
  const bool isEquality = node.op == "=" || node.op == "!=";
  if (node.column.kind == RunColumn::Kind::words && isEquality)
    return fmt::format(
        "({0} = {1} OR instr(' ' || replace(replace(replace({0}, ',', ' '), char(9), ' '), char(10), ' ') || "
        "' ', "
        "' ' || {1} || ' ') > 0) = {2}",
        text, wanted, node.op == "=" ? 1 : 0);
  if (isEquality) return fmt::format("{} {} {}", text, node.op, wanted);
  return fmt::format("({0} <> '' AND {0} {1} {2})", text, node.op, wanted);
}

std::string conditionSql(const Node& node) {
  switch (node.kind) {
    case Node::Kind::all: return joinedSql(node, " AND ");
    case Node::Kind::any: return joinedSql(node, " OR ");
    case Node::Kind::word: return wordSql(node.text);
    case Node::Kind::comparison: break;
  }
  return node.isText ? textSql(node) : numberSql(node);
}

}  // namespace

std::string keySql(const RunColumn& column) { return valueSql(column); }

std::string querySql(const RunQuery& query) { return query.root() ? conditionSql(*query.root()) : "1"; }

}  // namespace uada
