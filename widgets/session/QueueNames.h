#pragma once

#include <QString>
#include <map>

#include "core/config/RunConfig.h"
#include "widgets/session/RunList.h"

namespace uada {

/// What waiting runs are called, by their numbers in the queue: as the runs of the list are, by what tells
/// them from these and from one another: "UADA (ε=2) · s3". Any thread.
std::map<qint64, QString> queueNames(const RunList& list, const std::map<qint64, RunConfig>& waiting);

}  // namespace uada
