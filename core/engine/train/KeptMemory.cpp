#include "core/engine/train/KeptMemory.h"

#include <c10/core/CPUAllocator.h>
#include <malloc.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <new>
#include <unordered_map>

namespace uada {
namespace {

constexpr std::size_t kLeast = std::size_t{1}
                               << 17;  // smaller ones come from the heap, which keeps them itself
constexpr int kLeastLists = 400'000, kMostUnused = 1'000'000;  // of the heap: a step's lists of plans
constexpr std::size_t kPage = std::size_t{1} << 12, kHugePage = std::size_t{1} << 21;

std::size_t roundedUp(std::size_t size, std::size_t to) { return (size + to - 1) / to * to; }

/// Memory from the kernel that begins where a huge page may. null: there is none
void* map(std::size_t size) {
  const std::size_t room = size + kHugePage;
  void* got = ::mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (got == MAP_FAILED) return nullptr;
  auto* first = static_cast<char*>(got);
  const auto at = reinterpret_cast<std::uintptr_t>(first);
  const std::size_t before = roundedUp(at, kHugePage) - at, behind = room - size - before;
  if (before > 0) ::munmap(first, before);
  if (behind > 0) ::munmap(first + before + size, behind);
  ::madvise(first + before, size, MADV_HUGEPAGE);  // where the kernel has none, pages stay small
  return first + before;
}

/// What LibTorch asks for memory on the CPU from the first KeptMemory on.
class Blocks : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    void* block = bytes < kLeast ? nullptr : take(bytes);
    if (!block) block = c10::GetDefaultCPUAllocator()->raw_allocate(bytes);  // says it if memory is short
    return {block, block, &letGo, c10::Device(c10::kCPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &letGo; }  // oneDNN's memory comes this way
  void copy_data(void* to, const void* from, std::size_t count) const override {
    default_copy_data(to, from, count);
  }

  void enter() {
    const std::lock_guard lock(mutex_);
    if (keepers_++ == 0) use_.mostUsed = use_.used;
    if (isSet_) return;
    // The heap would otherwise keep as much for itself as the largest that was ever let go.
    ::mallopt(M_MMAP_THRESHOLD, kLeastLists);
    ::mallopt(M_TRIM_THRESHOLD, kMostUnused);
    c10::SetCPUAllocator(this);  // unless one with a priority is there
    isSet_ = true;
  }
  void leave() {
    const std::lock_guard lock(mutex_);
    if (--keepers_ == 0) shrink(0);
  }
  MemoryUse use() const {
    const std::lock_guard lock(mutex_);
    return use_;
  }
  static Blocks& blocks() {
    static auto* all = new Blocks;  // tensors may outlive what is destroyed when the program ends
    return *all;
  }

 private:
  void* take(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    if (keepers_ == 0) return nullptr;
    const std::size_t size = roundedUp(bytes, kPage);
    const auto found = free_.lower_bound(size);
    void* block = nullptr;
    if (found != free_.end() && found->first <= size + size / 8) {
      block = found->second;
      use_.kept -= found->first;
      use_.used += found->first;
      free_.erase(found);
    } else {
      const std::size_t most = std::max(use_.mostUsed, use_.used + size);
      const std::size_t allowed = most + most / 8 - use_.used;
      shrink(allowed > size ? allowed - size : 0);
      block = map(size);
      if (!block) {
        shrink(0);
        block = map(size);
      }
      if (!block) return nullptr;
      sizes_[block] = size;
      use_.used += size;
    }
    use_.mostUsed = std::max(use_.mostUsed, use_.used);
    return block;
  }

  static void letGo(void* block) {
    const bool mayBeOurs = reinterpret_cast<std::uintptr_t>(block) % kHugePage == 0 && block;
    if (!mayBeOurs || !blocks().give(block)) c10::GetDefaultCPUAllocator()->raw_deallocate(block);
  }

  /// returns  false: it is none of ours
  bool give(void* block) {
    const std::lock_guard lock(mutex_);
    const auto found = sizes_.find(block);
    if (found == sizes_.end()) return false;
    const std::size_t size = found->second;
    use_.used -= size;
    try {
      free_.emplace(size, block);
      use_.kept += size;
    } catch (const std::bad_alloc&) {  // where memory is short tensors are let go by destructors
      sizes_.erase(found);
      ::munmap(block, size);
    }
    if (keepers_ == 0) shrink(0);
    return true;
  }

  /// Gives back the smallest until no more is kept than that.
  void shrink(std::size_t most) {
    while (use_.kept > most) {
      const auto [size, block] = *free_.begin();
      free_.erase(free_.begin());
      sizes_.erase(block);
      use_.kept -= size;
      ::munmap(block, size);
    }
  }

  mutable std::mutex mutex_;
  int keepers_ = 0;
  bool isSet_ = false;
  MemoryUse use_;
  std::multimap<std::size_t, void*> free_;
  std::unordered_map<void*, std::size_t> sizes_;
};

}  // namespace

KeptMemory::KeptMemory() { Blocks::blocks().enter(); }
KeptMemory::~KeptMemory() { Blocks::blocks().leave(); }
MemoryUse keptMemoryUse() { return Blocks::blocks().use(); }

}  // namespace uada
