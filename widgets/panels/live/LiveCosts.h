#pragma once

#include <vector>

#include "widgets/panels/live/LiveCurves.h"
#include "widgets/plot/CostBars.h"
#include "widgets/session/Session.h"

namespace uada {

/// What a step of each line's runs takes, and beside that of the reference, if there is any to compare with:
/// the ratio of Table 3 for runs that need not have finished. A row is the runs of one line that were trained
/// on one machine (host, device and threads): times of others are no repeats of them.
std::vector<CostBars::Row> liveCosts(Session& session, const std::vector<LiveLine>& lines);

}  // namespace uada
