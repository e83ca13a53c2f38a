#pragma once

#include <string>

#include "core/base/Error.h"
#include "core/tables/RunColumns.h"
#include "core/tables/RunQuery.h"

/// Columns of runs, and queries over them, as SQL over the rows f of repeatsQuery() (core/store/SqlText.h), r
/// of runs, a of the last attempts and x of its results.
namespace uada {

/// That something cannot be said by SQL, and why.
class NotInSql : public Error {
 public:
  using Error::Error;
};

/// An expression for what rows and columns of an own table can be made of: text or number, NULL where the run
/// has none. Throws NotInSql.
std::string keySql(const RunColumn& column);
/// A condition that holds for the runs which match. Throws NotInSql.
std::string querySql(const RunQuery& query);

}  // namespace uada
