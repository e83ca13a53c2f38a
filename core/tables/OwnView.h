#pragma once

#include <string>

#include "core/tables/Listing.h"
#include "core/tables/OwnTable.h"

namespace uada {

/// The query of the view that gives the numbers of an own table to people who read a project with other
/// programs: a row for each cell that was measured, best and last epoch side by side. Of a table that SQL
/// cannot say, a query of one row that says why.
/// listing  of the project's runs: what short names of settings mean is by these
std::string ownViewQuery(const OwnTable& table, const Listing& listing);

}  // namespace uada
