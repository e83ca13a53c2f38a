#pragma once

#include <string>
#include <vector>

#include "core/engine/Reports.h"
#include "core/store/Database.h"

namespace uada::store {

/// The columns of the table decisions that readDecision() takes, in order.
extern const char* const kDecisionColumns;
/// A stored decision without its pictures, checked: its plans can be rendered, its winner is one of its
/// groups, and after a move there are as many coordinates as before. Otherwise the row has a problem().
Decision readDecision(Row& row);

}  // namespace uada::store
