#pragma once

#include <filesystem>

namespace uada::store {

/// Brings a run's folder to where a project looks for it: whole or not at all. Files are first laid into a
/// folder beside it, synced, then renamed. Weights, which no program writes to again, are linked where the
/// file system can; locks and requests to stop stay where they are. Files that only the other place has are
/// kept. from     unchanged; may be `to`, then nothing is done scratch  on the file system of `to`; what is
/// left in it of another time may be removed throws   Error naming the file; NoSpace on a full disk
void bringRunFolder(const std::filesystem::path& from, const std::filesystem::path& to,
                    const std::filesystem::path& scratch);

}  // namespace uada::store
