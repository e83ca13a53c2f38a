#include <fmt/core.h>

#include "core/base/Printable.h"
#include "core/store/Database.h"

namespace uada::store {

double Row::real() {
  const SQLite::Column column = statement_.getColumn(next_++);
  if (column.isFloat() || column.isInteger()) return column.getDouble();
  if (!column.isNull()) refuse(column, "a number");
  return std::numeric_limits<double>::quiet_NaN();
}

double Row::amount() {
  const SQLite::Column column = statement_.getColumn(next_);
  const double value = real();
  if (std::isfinite(value) && value >= 0) return value;
  refuse(column, "a number from 0");
  return 0;
}

double Row::share() {
  const SQLite::Column column = statement_.getColumn(next_);
  const double value = real();
  if (std::isnan(value) || (value >= 0 && value <= 1)) return value;
  refuse(column, "0 to 1");
  return std::numeric_limits<double>::quiet_NaN();
}

std::int64_t Row::integer(std::int64_t least, std::int64_t most) {
  const SQLite::Column column = statement_.getColumn(next_++);
  const bool isWhole = column.isInteger();
  if (isWhole && least <= column.getInt64() && column.getInt64() <= most) return column.getInt64();
  refuse(column, isWhole ? fmt::format("{} to {}", least, most) : "a whole number");
  return 0;
}

std::optional<bool> Row::flag() {
  if (isNull()) {
    skip();
    return std::nullopt;
  }
  return integer(0, 1) != 0;
}

std::string Row::text() {
  const SQLite::Column column = statement_.getColumn(next_++);
  if (column.isText()) return column.getString();
  refuse(column, "text");
  return "";
}

void Row::refuse(const SQLite::Column& column, const std::string& expected) {
  const std::string found = column.isNull()   ? "nothing"
                            : column.isBlob() ? fmt::format("{} bytes", column.getBytes())
                            : column.isText() ? fmt::format("'{}'", quotable(column.getString()))
                                              : column.getString();
  complain(fmt::format("{}: {} expected, {} found", column.getName(), expected, found));
}

}  // namespace uada::store
