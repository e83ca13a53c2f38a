#pragma once

#include <QString>
#include <vector>

#include "core/machine/MachineReading.h"
#include "core/store/MachineRow.h"
#include "core/store/Records.h"

namespace uada {

class Session;

/// What the inspector says of a run.
struct InspectorLine {
  QString name, value;
  qint64 step = 0;  ///< of the run, that it is about; 0: of none
};
std::vector<InspectorLine> resultLines(const RunSummary& run);
std::vector<InspectorLine> originLines(const Session& session, const RunSummary& run);
std::vector<InspectorLine> costLines(const RunSummary& run);
/// Of one step, and of the machine at that time; null: it is not known.
std::vector<InspectorLine> stepLines(const RunSummary& run, const StepReport& step,
                                     const MachineReading* machine);
/// The name of the line about the source: what it had otherwise than its commit.
QString changesLine();
/// changes  of the source: see changesText()
std::vector<InspectorLine> machineLines(const RunDetail& detail, const std::string& changes);
/// What the machine did while the run trained, in sums; empty: nothing is recorded.
std::vector<InspectorLine> loadLines(const std::vector<MachineRow>& rows);
/// "Table 2", "Tables 1, 2, 6"
QString tablesText(const std::vector<int>& numbers);

}  // namespace uada
