#include "core/engine/train/KeptMemory.h"

#include <c10/core/CPUAllocator.h>
#include <malloc.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

namespace uada {
namespace {

constexpr std::size_t kLeast = std::size_t{1}
                               << 17;  // smaller ones come from the heap, which keeps them itself
constexpr int kLeastLists = 400'000, kMostUnused = 1'000'000;  // of the heap: a step's lists of plans
constexpr std::size_t kPage = std::size_t{1} << 12, kHugePage = std::size_t{1} << 21;

constexpr std::size_t roundedUp(std::size_t size, std::size_t to) { return (size + to - 1) / to * to; }

/// Memory from the kernel that begins where a huge page may, as high as there is room: then it lies below
/// what was got before, and both can be one span.
/// size     of whole huge pages
/// returns  null: there is none
char* map(std::size_t size) {
  const std::size_t room = size + kHugePage;
  void* got = ::mmap(nullptr, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (got == MAP_FAILED) return nullptr;
  auto* first = static_cast<char*>(got);
  const std::size_t behind = (reinterpret_cast<std::uintptr_t>(first) + room) % kHugePage;
  const std::size_t before = room - behind - size;
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
  using Spans = std::map<char*, std::size_t>;  ///< sizes by address, in whole pages

  void* take(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    if (keepers_ == 0) return nullptr;
    const std::size_t size = roundedUp(bytes, kPage);
    auto span = smallestFor(size);
    if (span == free_.end()) {
      if (!grow(size)) return nullptr;
      span = smallestFor(size);
    }
    char* block = span->first;
    used_.emplace(block, size);
    Spans::node_type rest = free_.extract(span);
    rest.key() += size;
    rest.mapped() -= size;
    if (rest.mapped() > 0) free_.insert(std::move(rest));
    use_.kept -= size;
    use_.used += size;
    use_.mostUsed = std::max(use_.mostUsed, use_.used);
    return block;
  }

  /// Of what is kept: end() if none is large enough.
  Spans::iterator smallestFor(std::size_t size) {
    auto best = free_.end();
    for (auto span = free_.begin(); span != free_.end(); ++span)
      if (span->second >= size && (best == free_.end() || span->second < best->second)) best = span;
    return best;
  }

  /// Gets a span of so much from the kernel, and gives others back if that is too much in all.
  /// returns  false: memory is short
  bool grow(std::size_t size) {
    const std::size_t room = roundedUp(size, kHugePage);
    const std::size_t most = std::max(use_.mostUsed, use_.used + size);
    const std::size_t allowed = most + kHugePage - use_.used;
    shrink(allowed > room ? allowed - room : 0);
    char* begin = map(room);
    if (!begin) {
      shrink(0);
      begin = map(room);
    }
    if (!begin) return false;
    Spans one;
    one.emplace(begin, room);
    use_.kept += room;
    keep(one.extract(begin));
    return true;
  }

  static void letGo(void* block) {
    const bool mayBeOurs = reinterpret_cast<std::uintptr_t>(block) % kPage == 0 && block;
    if (!mayBeOurs || !blocks().give(static_cast<char*>(block)))
      c10::GetDefaultCPUAllocator()->raw_deallocate(block);
  }

  /// Needs no memory itself: where it is short tensors are let go by destructors.
  /// returns  false: it is none of ours
  bool give(char* block) {
    const std::lock_guard lock(mutex_);
    const auto found = used_.find(block);
    if (found == used_.end()) return false;
    use_.used -= found->second;
    use_.kept += found->second;
    keep(used_.extract(found));
    if (keepers_ == 0) shrink(0);
    return true;
  }

  /// As one with the spans beside it.
  void keep(Spans::node_type span) {
    const auto behind = free_.find(span.key() + span.mapped());
    if (behind != free_.end()) {
      span.mapped() += behind->second;
      free_.erase(behind);
    }
    auto before = free_.lower_bound(span.key());
    if (before != free_.begin() && (--before)->first + before->second == span.key())
      before->second += span.mapped();
    else
      free_.insert(std::move(span));
  }

  /// Gives back whole huge pages from the end of the largest spans, until no more is kept than that.
  void shrink(std::size_t most) {
    while (use_.kept > most) {
      const auto largest = std::ranges::max_element(free_, {}, &Spans::value_type::second);
      auto& [begin, size] = *largest;
      const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(begin) + size;
      const std::size_t wanted = roundedUp(use_.kept - most, kHugePage) + end % kHugePage;
      const std::size_t given = std::min(size, wanted);
      ::munmap(begin + size - given, given);
      use_.kept -= given;
      size -= given;
      if (size == 0) free_.erase(largest);
    }
  }

  mutable std::mutex mutex_;
  int keepers_ = 0;
  bool isSet_ = false;
  MemoryUse use_;
  Spans free_, used_;
};

}  // namespace

KeptMemory::KeptMemory() { Blocks::blocks().enter(); }
KeptMemory::~KeptMemory() { Blocks::blocks().leave(); }
MemoryUse keptMemoryUse() { return Blocks::blocks().use(); }

}  // namespace uada
