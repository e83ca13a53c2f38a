#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cassert>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace uada::store {

/// The absolute path of a project. Throws Error if no file can have that name.
std::filesystem::path projectFile(const std::filesystem::path& name);
/// Opens or creates a project for writing: identity checked before anything is written, schema made, WAL on.
/// Throws Error: see ProjectWriter.
SQLite::Database openForWriting(const std::filesystem::path& file);
/// Opens an existing project; nothing can be written through it.
SQLite::Database openForReading(const std::filesystem::path& file);

/// Whether it is the key of a run: 8 hexadecimal digits, so that it leads to no other folder.
bool isKey(std::string_view text);

/// Whether the file was moved or deleted since it was opened, so that what is written to it is lost.
bool isGone(SQLite::Database& database);

/// In words, with what to do: "the disk is full: ...".
std::string explain(const SQLite::Exception& problem, const std::filesystem::path& file);
/// Whether the same statement may succeed later (disk full or gone, database busy).
bool mayPass(const SQLite::Exception& problem);

/// Where SQLite, the folder of runs and the locks lie.
std::filesystem::path checkpointLockFile(const std::filesystem::path& project);
std::filesystem::path runLockFile(const std::filesystem::path& project, const std::string& key);

/// A double: NaN is NULL, since SQLite would store NaN as NULL anyway.
inline void bindOne(SQLite::Statement& statement, int place, double value) {
  std::isnan(value) ? statement.bind(place) : statement.bind(place, value);
}
template <std::integral T>
void bindOne(SQLite::Statement& statement, int place, T value) {
  statement.bind(place, static_cast<std::int64_t>(value));
}
inline void bindOne(SQLite::Statement& statement, int place, const std::string& value) {
  statement.bind(place, value);
}
inline void bindOne(SQLite::Statement& statement, int place, std::span<const std::byte> value) {
  statement.bind(place, static_cast<const void*>(value.data()), static_cast<int>(value.size()));
}

/// Binds all parameters, in order.
template <class... T>
SQLite::Statement& bindAll(SQLite::Statement& statement, const T&... values) {
  statement.tryReset();
  int place = 0;
  (bindOne(statement, ++place, values), ...);
  assert(place == statement.getBindParameterCount());
  return statement;
}

/// Reads the columns of a row from left to right and checks them: what is of another type or out of range is
/// given as NaN, 0 or "", and problem() says so.
class Row {
 public:
  explicit Row(SQLite::Statement& statement) : statement_(statement) {}
  /// Any number; NULL: NaN.
  double real();
  std::int64_t integer(std::int64_t least = 0, std::int64_t most = std::numeric_limits<std::int64_t>::max());
  int small(int least = 0) { return static_cast<int>(integer(least, std::numeric_limits<int>::max())); }
  /// A whole number or a part of one, at least 0.
  double amount();
  /// From 0 to 1; NULL: NaN.
  double share();
  /// 0 or 1; none: NULL.
  std::optional<bool> flag();
  /// As it is: whoever shows it makes it printable.
  std::string text();
  bool isNull() const { return statement_.getColumn(next_).isNull(); }
  void skip(int columns = 1) { next_ += columns; }
  /// Of the first column that was not as expected: "winner: a whole number expected, 'x' found"; "": none.
  const std::string& problem() const { return problem_; }
  void complain(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

 private:
  void refuse(const SQLite::Column& column, const std::string& expected);
  SQLite::Statement& statement_;
  int next_ = 0;
  std::string problem_;
};

}  // namespace uada::store
