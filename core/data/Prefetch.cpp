#include "core/data/Prefetch.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

namespace uada {
namespace {

bool isInside(const PixelBox& inner, const PixelBox& outer) {
  return inner.left >= outer.left && inner.top >= outer.top && inner.right <= outer.right &&
         inner.bottom <= outer.bottom;
}

PixelBox wholeOf(ImageSize size) { return {0, 0, size.width, size.height}; }

}  // namespace

struct Prefetch::Ahead {
  /// A sample of the order. Of one that is being decoded only that thread touches the rest.
  struct Item {
    enum class State { waiting, decoding, ready, released } state = State::waiting;
    PixelBox part;  ///< that was decoded
    std::optional<Held<ImageView>> image;
    std::optional<Held<TargetView>> target;  ///< none: it lies in memory
    std::exception_ptr problem;
  };

  const Dataset& base;
  const std::size_t mostBytes;
  std::mutex mutex;
  std::condition_variable changed;
  // Guarded by the mutex.
  std::vector<std::uint32_t> order;
  std::vector<Item> items;  ///< of the order
  std::unordered_map<std::uint32_t, std::size_t> places;
  PartOf partOf;
  std::size_t next = 0, released = 0;  ///< of the order
  std::size_t bytes = 0;               ///< of the samples that are ready or being decoded
  int decoding = 0;                    ///< items that a thread is at
  bool stop = false;
  std::vector<std::thread> threads;

  Ahead(const Dataset& data, std::size_t most) : base(data), mostBytes(most) {}

  std::size_t bytesOf(std::size_t place) const {
    const auto [width, height] = base.imageSize(order[place]);
    const std::size_t pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    return pixels * (3 + targetBytes());
  }

  /// Of a pixel. What is decoded as images are; labels and boxes lie in memory.
  std::size_t targetBytes() const {
    const TargetKind kind = base.targetKind();
    return kind == TargetKind::labelMap ? 1 : kind == TargetKind::picture ? 3 : 0;
  }

  /// Whether the next sample may be begun; passes over those that were asked for before their turn.
  bool mayBegin() {
    while (next < order.size() && items[next].state != Item::State::waiting) ++next;
    return next < order.size() && (bytes == 0 || bytes + bytesOf(next) <= mostBytes);
  }

  /// Decodes the sample at a place that nobody has begun. The lock is held before and after.
  void decode(std::size_t place, std::unique_lock<std::mutex>& lock) {
    Item& item = items[place];  // stays where it is: expect() waits until no thread decodes
    item.state = Item::State::decoding;
    bytes += bytesOf(place);
    ++decoding;
    const std::uint32_t index = order[place];
    lock.unlock();
    std::optional<Held<ImageView>> image;
    std::optional<Held<TargetView>> target;
    std::exception_ptr problem;
    PixelBox part;
    try {
      part = partOf ? partOf(index) : wholeOf(base.imageSize(index));
      image = base.image(index, &part);
      if (targetBytes() > 0) target = base.target(index);
    } catch (...) {
      problem = std::current_exception();
    }
    lock.lock();
    --decoding;
    item.part = part;
    item.image = std::move(image);
    item.target = std::move(target);
    item.problem = problem;
    item.state = Item::State::ready;
    if (place < released) free(place);
    changed.notify_all();
  }

  void free(std::size_t place) {
    Item& item = items[place];
    if (item.state == Item::State::ready) bytes -= bytesOf(place);
    if (item.state != Item::State::decoding) {
      item.state = Item::State::released;
      item.image.reset();
      item.target.reset();
      item.problem = nullptr;
    }
  }

  /// The sample, decoded by now or by another thread in a moment; null: it was not expected.
  /// throws  what its decoding threw
  const Item* decoded(std::uint32_t index, std::unique_lock<std::mutex>& lock) {
    const auto known = places.find(index);
    if (known == places.end()) return nullptr;
    const Item& item = items[known->second];
    if (item.state == Item::State::waiting) decode(known->second, lock);
    changed.wait(lock, [&] { return item.state != Item::State::decoding; });
    if (item.problem) std::rethrow_exception(item.problem);
    return &item;
  }

  void work() {
    std::unique_lock lock(mutex);
    for (;;) {
      changed.wait(lock, [&] { return stop || mayBegin(); });
      if (stop) return;
      decode(next++, lock);
    }
  }
};

Prefetch::Prefetch(std::shared_ptr<const Dataset> base, int threads, std::size_t bytes)
    : ForwardingDataset(std::move(base)), ahead_(std::make_unique<Ahead>(this->base(), bytes)) {
  for (int i = 0; i < threads; ++i) ahead_->threads.emplace_back([ahead = ahead_.get()] { ahead->work(); });
}

Prefetch::~Prefetch() {
  {
    std::lock_guard lock(ahead_->mutex);
    ahead_->stop = true;
  }
  ahead_->changed.notify_all();
  for (std::thread& thread : ahead_->threads) thread.join();
}

void Prefetch::expect(std::vector<std::uint32_t> order, PartOf partOf) {
  Ahead& ahead = *ahead_;
  std::unique_lock lock(ahead.mutex);
  ahead.next = ahead.order.size();  // nothing new is begun
  ahead.changed.wait(lock, [&] { return ahead.decoding == 0; });
  ahead.order = std::move(order);
  ahead.items = std::vector<Ahead::Item>(ahead.order.size());
  ahead.partOf = std::move(partOf);
  ahead.places.clear();
  for (std::size_t place = 0; place < ahead.order.size(); ++place)
    ahead.places.emplace(ahead.order[place], place);
  ahead.next = ahead.released = ahead.bytes = 0;
  ahead.changed.notify_all();
}

void Prefetch::release(std::size_t count) {
  Ahead& ahead = *ahead_;
  std::lock_guard lock(ahead.mutex);
  const std::size_t end = std::min(count, ahead.order.size());
  for (std::size_t place = std::exchange(ahead.released, std::max(end, ahead.released)); place < end; ++place)
    ahead.free(place);
  ahead.changed.notify_all();
}

Held<ImageView> Prefetch::image(std::uint32_t index, const PixelBox* part) const {
  const PixelBox wanted = part ? *part : wholeOf(base().imageSize(index));
  {
    std::unique_lock lock(ahead_->mutex);
    const Ahead::Item* item = ahead_->decoded(index, lock);
    if (item && item->image && isInside(wanted, item->part)) return *item->image;
  }
  return base().image(index, part);
}

Held<TargetView> Prefetch::target(std::uint32_t index) const {
  if (ahead_->targetBytes() > 0) {
    std::unique_lock lock(ahead_->mutex);
    const Ahead::Item* item = ahead_->decoded(index, lock);
    if (item && item->target) return *item->target;
  }
  return base().target(index);
}

}  // namespace uada
