#include "core/weights/PyTorchReader.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/weights/Pickle.h"
#include "core/weights/Zip.h"

namespace uada {
namespace {

using Kind = PickleNode::Kind;
using Ref = PickleNode::Ref;

constexpr std::size_t kMaxPickle = 64u << 20, kMaxDimensions = 16, kMaxDepth = 32, kMaxEntries = 1'000'000,
                      kMaxName = 2'000;

[[noreturn]] void refuse(const std::string& where, std::string_view why) {
  throw Error(fmt::format("'{}' cannot be read as weights: {}", where, why));
}

/// What a pickle says of a storage.
struct NamedStorage {
  std::string key;
  NumberType element = NumberType::f32;
  std::int64_t numbers = 0;
};

/// Makes tensors and values of a pickle. Where the numbers lie, the caller says afterwards.
class Contents {
 public:
  Contents(const Pickle& pickle, WeightsFile& file) : pickle_(pickle), file_(file) {}

  void take() { take(pickle_.root, "", 0); }
  std::vector<NamedStorage> storages;  ///< as WeightsFile::storages

 private:
  [[noreturn]] void refuse(std::string_view why) const { uada::refuse(file_.where, why); }

  /// A value and what is in it.
  void take(Ref ref, const std::string& name, std::size_t depth) {
    const PickleNode& node = pickle_[ref];
    if (depth > kMaxDepth)
      refuse(fmt::format("more than {} levels found at '{}'", kMaxDepth, quotable(name)));
    if (name.size() > kMaxName) refuse(fmt::format("a name of more than {} bytes found", kMaxName));
    if (++taken_ > kMaxEntries) refuse(fmt::format("more than {} entries found", kMaxEntries));
    switch (node.kind) {
      case Kind::dictionary: return takeEntries(node, name, '/', depth);
      case Kind::object: return takeEntries(node, name, '.', depth);
      case Kind::list: return takeItems(node, name, depth);
      case Kind::call: return addTensor(ref, name);
      case Kind::none: return addValue(name, {});
      case Kind::boolean: return addValue(name, node.integer != 0);
      case Kind::integer: return addValue(name, node.integer);
      case Kind::number: return addValue(name, node.number);
      case Kind::text: return addValue(name, node.text);
      case Kind::global: return addValue(name, node.text);
      case Kind::persistent: refuse(fmt::format("'{}' is a storage without a tensor", quotable(name)));
    }
  }
  void takeEntries(const PickleNode& node, const std::string& name, char separator, std::size_t depth) {
    for (std::size_t i = 0; i + 1 < node.items.size(); i += 2) {
      const PickleNode& key = pickle_[node.items[i]];
      if (key.kind != Kind::text && key.kind != Kind::integer)
        refuse(fmt::format("a key in '{}' is neither a text nor a number", quotable(name)));
      const std::string own = key.kind == Kind::text ? key.text : std::to_string(key.integer);
      take(node.items[i + 1], name.empty() ? own : name + separator + own, depth + 1);
    }
  }
  void takeItems(const PickleNode& node, const std::string& name, std::size_t depth) {
    for (std::size_t i = 0; i < node.items.size(); ++i)
      take(node.items[i], fmt::format("{}{}{}", name, name.empty() ? "" : "/", i), depth + 1);
  }
  void addName(const std::string& name) {
    if (!names_.insert(name).second) refuse(fmt::format("'{}' stands there twice", quotable(name)));
  }
  void addValue(const std::string& name, Json value) {
    addName(name);
    file_.values.emplace_back(name, std::move(value));
  }

  void addTensor(Ref ref, const std::string& name) {
    const PickleNode* call = &pickle_[ref];
    WeightTensor tensor;
    bool isParameter = false;
    if (call->text == "torch._utils._rebuild_parameter") {  // (tensor, requires_grad, hooks)
      if (call->items.size() < 2) refuse(fmt::format("the parameter '{}' is incomplete", quotable(name)));
      isParameter = true;
      tensor.isTrained = pickle_[call->items[1]].integer != 0;
      call = &pickle_[call->items[0]];
    }
    // (storage, offset, sizes, strides, requires_grad, hooks, ...); before version 0.4 the first four
    if (call->kind != Kind::call || !call->text.starts_with("torch._utils._rebuild_tensor") ||
        call->items.size() < 4)
      refuse(fmt::format("the tensor '{}' is incomplete", quotable(name)));
    if (!isParameter && call->items.size() > 4) tensor.isTrained = pickle_[call->items[4]].integer != 0;
    tensor.name = name.empty() ? "tensor" : name;
    tensor.storage = storageOf(call->items[0], tensor.name);
    tensor.element = storages[tensor.storage].element;
    tensor.offset = integer(call->items[1], tensor.name);
    tensor.sizes = integers(call->items[2], tensor.name);
    tensor.strides = integers(call->items[3], tensor.name);
    requireWithin(tensor);
    addName(tensor.name);
    file_.tensors.push_back(std::move(tensor));
  }
  std::int64_t integer(Ref ref, const std::string& name) const {
    const PickleNode& node = pickle_[ref];
    if (node.kind != Kind::integer || !node.text.empty())
      refuse(fmt::format("the tensor '{}' has an impossible shape: what should be a number is none",
                         quotable(name)));
    if (node.integer < 0)
      refuse(fmt::format("the tensor '{}' has an impossible shape: {} found, 0 or more expected",
                         quotable(name), node.integer));
    return node.integer;
  }
  std::vector<std::int64_t> integers(Ref ref, const std::string& name) const {
    const PickleNode& node = pickle_[ref];
    if (node.kind != Kind::list || node.items.size() > kMaxDimensions)
      refuse(fmt::format("the tensor '{}' has an impossible shape: {} sizes found, at most {} are read",
                         quotable(name), node.items.size(), kMaxDimensions));
    std::vector<std::int64_t> values;
    for (const Ref item : node.items) values.push_back(integer(item, name));
    return values;
  }
  /// Every number of the tensor lies in its storage.
  void requireWithin(const WeightTensor& tensor) const {
    const std::int64_t numbers = storages[tensor.storage].numbers;
    bool isWithin = tensor.sizes.size() == tensor.strides.size() && tensor.offset <= numbers;
    std::int64_t last = tensor.offset, count = 1;
    for (std::size_t i = 0; isWithin && i < tensor.sizes.size(); ++i) {
      std::int64_t step = 0;
      isWithin =
          !__builtin_mul_overflow(count, tensor.sizes[i], &count) &&
          !__builtin_mul_overflow(std::max<std::int64_t>(tensor.sizes[i] - 1, 0), tensor.strides[i], &step) &&
          !__builtin_add_overflow(last, step, &last);
    }
    // A tensor may have more numbers than its storage only by the thousand: a scalar that was expanded.
    constexpr std::int64_t kMostRepeated = 1 << 16;
    if (!isWithin || (count > 0 && last >= numbers) || count / kMostRepeated > numbers)
      refuse(fmt::format("the tensor '{}' reaches beyond its storage of {} numbers", quotable(tensor.name),
                         numbers));
  }

  /// ("storage", type, key, device, numbers, view): the index of a storage, new or seen before.
  std::size_t storageOf(Ref ref, const std::string& name) {
    const auto wrong = [&] { refuse(fmt::format("the tensor '{}' has no sound storage", quotable(name))); };
    const PickleNode& persistent = pickle_[ref];
    if (persistent.kind != Kind::persistent) wrong();
    const std::vector<Ref>& parts = pickle_[persistent.items[0]].items;
    if (parts.size() < 5 || pickle_[parts[0]].text != "storage" || pickle_[parts[1]].kind != Kind::global ||
        pickle_[parts[2]].kind != Kind::text)
      wrong();
    const std::string& type = pickle_[parts[1]].text;
    const auto known = std::ranges::find(elements(), std::string_view(type).substr(type.rfind('.') + 1),
                                         &ElementInfo::storage);
    if (known == elements().end()) wrong();
    if (parts.size() > 5 && pickle_[parts[5]].kind != Kind::none)
      refuse(fmt::format("the tensor '{}' is a view of PyTorch 0.3; save it with a newer version",
                         quotable(name)));
    const NamedStorage storage{pickle_[parts[2]].text, known->element, integer(parts[4], name)};
    const auto [place, isNew] = places_.emplace(storage.key, storages.size());
    if (isNew) {
      storages.push_back(storage);
    } else if (storages[place->second].element != storage.element ||
               storages[place->second].numbers != storage.numbers) {
      refuse(fmt::format("the storage '{}' is described in two ways", quotable(storage.key)));
    }
    return place->second;
  }

  const Pickle& pickle_;
  WeightsFile& file_;
  std::size_t taken_ = 0;
  std::set<std::string> names_;
  std::map<std::string, std::size_t> places_;  ///< of storages by key
};

std::uint64_t bytesOf(const NamedStorage& storage, const std::string& where) {
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(static_cast<std::uint64_t>(storage.numbers), elementInfo(storage.element).bytes,
                             &bytes))
    refuse(where, fmt::format("the storage '{}' has an impossible size: {} numbers found",
                              quotable(storage.key), storage.numbers));
  return bytes;
}

std::vector<std::byte> contentOf(const RandomBytes& bytes, std::uint64_t at, std::uint64_t size,
                                 const std::string& where) {
  if (size > kMaxPickle)
    refuse(where, fmt::format("a pickle of {} bytes found, at most 64 MiB are read", size));
  std::vector<std::byte> content(static_cast<std::size_t>(size));
  bytes.read(at, content);
  return content;
}

class Archive {
 public:
  Archive(const RandomBytes& bytes, const std::string& where) : bytes_(bytes), where_(where) {
    for (ZipEntry& entry : readZip(bytes, where)) {
      const std::string name = entry.name;
      entries_.emplace(name, std::move(entry));
    }
    for (const auto& [name, entry] : entries_)
      if (name.ends_with(kPickle) && (folder_.empty() || name.size() < folder_.size() + kPickle.size()))
        folder_ = name.substr(0, name.size() - kPickle.size() + 1);
    if (folder_.empty())
      refuse(where, "it is a ZIP archive without data.pkl; a file that torch.save() wrote is expected");
  }
  const ZipEntry& entry(const std::string& name) const {
    const auto found = entries_.find(folder_ + name);
    if (found == entries_.end()) refuse(where_, fmt::format("its archive has no '{}'", quotable(name)));
    if (!found->second.isStored)
      refuse(where_, fmt::format("'{}' in it is packed; write the file with torch.save()", quotable(name)));
    return found->second;
  }
  bool has(const std::string& name) const { return entries_.contains(folder_ + name); }
  std::string text(const std::string& name) const {
    const std::vector<std::byte> content = this->content(name);
    return {reinterpret_cast<const char*>(content.data()), content.size()};
  }
  std::vector<std::byte> content(const std::string& name) const {
    const ZipEntry& entry = this->entry(name);
    std::vector<std::byte> content = contentOf(bytes_, entry.at, entry.size, where_);
    if (crc32Of(content) != entry.crc)
      refuse(where_,
             fmt::format("the checksum of '{}' in it does not hold; get another copy", quotable(name)));
    return content;
  }

 private:
  static constexpr std::string_view kPickle = "/data.pkl";
  const RandomBytes& bytes_;
  const std::string& where_;
  std::map<std::string, ZipEntry> entries_;
  std::string folder_;  ///< with its slash
};

/// The integer that the old format begins with: 0x1950a86a20f9469cfc6c.
bool isMagic(const PickleNode& node) {
  return node.text == std::string_view("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
}

/// Reads the pickles with which an old file begins.
class OldPickles {
 public:
  OldPickles(const RandomBytes& bytes, const std::string& where)
      : where_(where),
        start_(contentOf(bytes, 0, std::min<std::uint64_t>(bytes.size(), kMaxPickle), where)) {}
  Pickle next() { return readPickle(start_, at_, where_); }
  std::uint64_t at() const { return at_; }

 private:
  const std::string& where_;
  const std::vector<std::byte> start_;
  std::size_t at_ = 0;
};

/// Behind the pickles: of each storage, in the order of the keys, how many numbers it has, and they.
/// at  where they begin
std::map<std::string, Storage> storagesBehind(std::uint64_t at, const Pickle& keys, const Contents& contents,
                                              const RandomBytes& bytes, const std::string& where) {
  std::map<std::string, Storage> places;
  for (const Ref ref : keys[keys.root].items) {
    const std::string& key = keys[ref].text;
    const auto known = std::ranges::find(contents.storages, key, &NamedStorage::key);
    if (known == contents.storages.end())
      refuse(where, fmt::format("a storage '{}' that no tensor names found", quotable(key)));
    std::byte length[8];
    bytes.read(at, length);
    std::uint64_t numbers = 0;
    for (std::size_t i = sizeof length; i-- > 0;)
      numbers = numbers << 8 | static_cast<std::uint64_t>(length[i]);
    if (numbers != static_cast<std::uint64_t>(known->numbers))
      refuse(where, fmt::format("the storage '{}' has {} numbers, {} expected", quotable(key), numbers,
                                known->numbers));
    at += sizeof length;
    const std::uint64_t size = bytesOf(*known, where);
    if (at > bytes.size() || size > bytes.size() - at) refuse(where, "it is cut short");
    places.emplace(key, Storage{at, size, {}});
    at += size;
  }
  return places;
}

}  // namespace

WeightsFile readPyTorchZip(std::shared_ptr<const RandomBytes> bytes, const std::string& where) {
  WeightsFile file;
  file.where = where;
  file.bytes = bytes;
  const Archive archive(*bytes, where);
  if (archive.has("byteorder") && archive.text("byteorder") != "little")
    refuse(where, "it was written on a machine with the other order of bytes");
  const std::vector<std::byte> content = archive.content("data.pkl");
  std::size_t at = 0;
  const Pickle pickle = readPickle(content, at, where);
  Contents contents(pickle, file);
  contents.take();
  for (const NamedStorage& storage : contents.storages) {
    const ZipEntry& entry = archive.entry("data/" + storage.key);
    if (const std::uint64_t wanted = bytesOf(storage, where); entry.size != wanted)
      refuse(where, fmt::format("the storage '{}' has {} bytes, {} expected", quotable(storage.key),
                                entry.size, wanted));
    file.storages.push_back({entry.at, entry.size, entry.crc});
  }
  return file;
}

WeightsFile readPyTorchPickles(std::shared_ptr<const RandomBytes> bytes, const std::string& where) {
  WeightsFile file;
  file.where = where;
  file.bytes = bytes;
  OldPickles pickles(*bytes, where);
  const Pickle magic = pickles.next();
  if (!isMagic(magic[magic.root]))
    refuse(where, "it is a pickle, but not one that torch.save() wrote; save it as a state dictionary");
  pickles.next();  // the version of the format
  pickles.next();  // sizes of C's types on the machine that wrote it
  const Pickle pickle = pickles.next();
  Contents contents(pickle, file);
  contents.take();
  const Pickle keys = pickles.next();
  const std::map<std::string, Storage> places = storagesBehind(pickles.at(), keys, contents, *bytes, where);
  for (const NamedStorage& storage : contents.storages) {
    const auto place = places.find(storage.key);
    if (place == places.end())
      refuse(where, fmt::format("the numbers of the storage '{}' are missing", quotable(storage.key)));
    file.storages.push_back(place->second);
  }
  return file;
}

}  // namespace uada
