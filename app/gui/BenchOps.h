#pragma once

namespace uada {

struct Workbench;

/// Prints as a JSON line how long a change of the slider takes for an image of 512 x 512 pixels until the
/// whole op explorer is painted: "window.op_change.512", the median of the slowest op.
void benchOps(const Workbench& workbench);

}  // namespace uada
