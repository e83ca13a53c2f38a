#pragma once

#include <vector>

#include "widgets/plot/CostBars.h"
#include "widgets/session/Session.h"

namespace uada {

/// What a step of each run takes, and beside that of the reference, if there is any to compare with.
std::vector<CostBars::Row> liveCosts(Session& session, const std::vector<qint64>& runs);

}  // namespace uada
