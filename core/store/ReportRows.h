#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/Text.h"
#include "core/engine/Reports.h"
#include "core/store/Database.h"

/// How reports become rows and rows reports: by the names that their `visit` gives (Reports.h). Metrics are
/// rows of their own.
namespace uada::store {

/// `group` is a word of SQL.
inline std::string columnName(std::string_view name) { return name == "group" ? "grp" : std::string(name); }
inline std::string phaseColumn(std::string_view phase) { return std::string(phase) + "_seconds"; }

/// Of the phases that a project file of this version knows.
inline std::vector<std::string> phaseColumns(int version) {
  std::vector<std::string> columns;
  for (const StepPhase& phase : phases())
    if (phase.version <= version) columns.push_back(phaseColumn(phase.name));
  return columns;
}

namespace visitors {

/// version  of the project file: an older one has no columns for later phases
class ColumnLister {
 public:
  explicit ColumnLister(int version) : version_(version) {}
  std::vector<std::string> names;
  template <class T>
  void key(const char* name, const T&) {
    names.push_back(columnName(name));
  }
  template <class T>
  void field(const char* name, const T&) {
    names.push_back(columnName(name));
  }
  void added(const char* name, double, int since) {
    if (since <= version_) names.push_back(columnName(name));
  }
  void passes(const char* name, double) { names.push_back(columnName(name)); }
  void phase(const char* name, double) {
    for (const StepPhase& known : phases())
      if (known.name == name && known.version <= version_) names.push_back(phaseColumn(name));
  }
  void metrics(const char*, const Metrics&) {}
  void total(double) {}

 private:
  int version_;
};

class Binder {
 public:
  Binder(SQLite::Statement& statement, int place) : statement_(statement), place_(place) {}
  template <class T>
  void key(const char*, const T& value) {
    bindOne(statement_, ++place_, value);
  }
  template <class T>
  void field(const char*, const T& value) {
    bindOne(statement_, ++place_, value);
  }
  void added(const char*, double value, int) { bindOne(statement_, ++place_, value); }
  void passes(const char*, double value) { bindOne(statement_, ++place_, value); }
  void phase(const char*, double seconds) { bindOne(statement_, ++place_, seconds); }
  void metrics(const char*, const Metrics&) {}
  void total(double) {}

 private:
  SQLite::Statement& statement_;
  int place_;
};

class Filler {
 public:
  Filler(Row& row, int version) : row_(row), version_(version) {}
  void key(const char*, int& value) { value = row_.small(1); }
  void key(const char*, std::int64_t& value) { value = row_.integer(1); }
  void field(const char*, int& value) { value = row_.small(); }
  void field(const char*, std::int64_t& value) { value = row_.integer(); }
  void field(const char*, double& value) { value = row_.real(); }
  void field(const char*, std::string& value) { value = row_.text(); }
  void added(const char*, double& value, int since) {
    if (since <= version_) value = row_.real();
  }
  void passes(const char*, double& value) { value = row_.amount(); }
  void phase(const char* name, double& seconds) {
    for (const StepPhase& known : phases())
      if (known.name == name && known.version <= version_) seconds = row_.real();
  }
  void metrics(const char*, const Metrics&) {}
  void total(double) {}

 private:
  Row& row_;
  int version_;
};

}  // namespace visitors

/// version  of the project file
template <class R>
std::vector<std::string> columnsOf(int version) {
  visitors::ColumnLister lister(version);
  const R report;
  R::visit(report, lister);
  return std::move(lister.names);
}

/// "INSERT OR REPLACE INTO steps (run, attempt, step, ...) VALUES (?, ?, ?, ...)": a report that comes again
/// replaces the first.
/// first  columns before those of the report
template <class R>
std::string insertInto(const char* table, std::vector<std::string> first, int version) {
  for (std::string& name : columnsOf<R>(version)) first.push_back(std::move(name));
  std::string places = "?";
  for (std::size_t i = 1; i < first.size(); ++i) places += ", ?";
  return std::string("INSERT OR REPLACE INTO ") + table + " (" + joined(first, ", ") + ") VALUES (" + places +
         ")";
}

/// first  values of the columns before those of the report
template <class R, class... T>
void insertReport(SQLite::Statement& statement, const R& report, const T&... first) {
  statement.tryReset();
  int place = 0;
  (bindOne(statement, ++place, first), ...);
  visitors::Binder binder(statement, place);
  R::visit(report, binder);
  statement.exec();
}

/// Of a row whose next columns are columnsOf<R>(version).
template <class R>
R reportFrom(Row& row, int version) {
  R report;
  visitors::Filler filler(row, version);
  R::visit(report, filler);
  return report;
}

}  // namespace uada::store
