#pragma once

namespace uada {

struct Workbench;

/// Prints as a JSON line how long a change takes for an image of 512 x 512 pixels until the whole op explorer
/// is painted: "window.op_change.512", the median of the slowest of all ops, and which it was. Geometric ops
/// with a value count with each filter. Throws Error if a second goes by without painting.
void benchOps(const Workbench& workbench);

}  // namespace uada
