#pragma once

#include <cstddef>

namespace uada {

/// While one lives, large memory of tensors on the CPU that is let go is kept for the next ones, in the whole
/// process: a step of training takes and lets go the same again and again, and the kernel takes long to hand
/// out pages, which it has to clear. What lies side by side is one piece, of which a part can be taken. With
/// what is kept there is at most one huge page more than the most that was in use at a time. With the last of
/// these objects all of it goes back.
class KeptMemory {
 public:
  KeptMemory();
  ~KeptMemory();
  KeptMemory(const KeptMemory&) = delete;
  KeptMemory& operator=(const KeptMemory&) = delete;
};

/// In bytes, of blocks that are large enough.
struct MemoryUse {
  std::size_t used = 0, kept = 0;
  std::size_t mostUsed = 0;  ///< at a time, since the first KeptMemory of those that are there
};
MemoryUse keptMemoryUse();

}  // namespace uada
