#pragma once

namespace uada {

/// The value that SIGTERM carries (sigqueue) where `uada stop` means the run and not the whole process: a
/// window then stays open. "STOP" in ASCII.
constexpr int kStopRun = 0x53544F50;

}  // namespace uada
