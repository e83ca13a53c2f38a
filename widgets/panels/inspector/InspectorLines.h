#pragma once

#include <QString>
#include <utility>
#include <vector>

#include "core/store/Records.h"

namespace uada {

class Session;

/// What the inspector says of a run: a name and a value each.
using InspectorLine = std::pair<QString, QString>;
std::vector<InspectorLine> resultLines(const RunSummary& run);
std::vector<InspectorLine> originLines(const Session& session, const RunSummary& run);
std::vector<InspectorLine> costLines(const RunSummary& run);
std::vector<InspectorLine> machineLines(const RunDetail& detail);
/// "Table 2", "Tables 1, 2, 6"
QString tablesText(const std::vector<int>& numbers);

}  // namespace uada
