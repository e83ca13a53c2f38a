#pragma once

#include "core/tables/Table.h"

namespace uada {

/// The same table of two epochs in one: a measured column becomes two, named by their epochs, the published
/// values stand in that of the best one. Comparisons stay those of each table by itself. Columns of whole
/// runs stay one; a table of such alone stays as it is.
Table sideBySide(const Table& best, const Table& last);

}  // namespace uada
