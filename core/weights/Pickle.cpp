#include "core/weights/Pickle.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <map>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/weights/WeightsFile.h"

namespace uada {
namespace {

using Kind = PickleNode::Kind;
using Ref = PickleNode::Ref;

constexpr std::size_t kMaxNodes = 1'000'000, kMaxCopied = 4'000'000, kMaxText = 1 << 20, kMaxName = 1'000;

/// Of the functions whose calls are kept, and of those that give their argument.
constexpr std::string_view kKept[] = {"torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_tensor",
                                      "torch._utils._rebuild_parameter"};
constexpr std::string_view kArgument[] = {
    "torch.Size", "torch.jit._pickle.build_intlist", "torch.jit._pickle.build_doublelist",
    "torch.jit._pickle.build_boollist", "torch.jit._pickle.build_tensorlist"};
constexpr std::string_view kOrdered = "collections.OrderedDict", kScript = "__torch__.";

/// "torch.FloatStorage", in old files "torch.cuda.FloatStorage".
bool isStorage(std::string_view name) {
  for (const std::string_view module : {"torch.cuda.", "torch."}) {
    if (!name.starts_with(module)) continue;
    return std::ranges::find(elements(), name.substr(module.size()), &ElementInfo::storage) !=
           elements().end();
  }
  return false;
}

bool isKnown(std::string_view name) {
  return name == kOrdered || name.starts_with(kScript) || isStorage(name) ||
         std::ranges::find(kKept, name) != std::end(kKept) ||
         std::ranges::find(kArgument, name) != std::end(kArgument);
}

/// The stack machine of pickletools' documentation, without what imports and calls.
class Machine {
 public:
  Machine(std::span<const std::byte> bytes, std::size_t at, const std::string& where)
      : bytes_(bytes), at_(at), where_(where) {}

  void run() {
    for (bool isDone = false; !isDone;) {
      const int op = number<std::uint8_t>();
      if (op == '.')
        isDone = true;
      else if (!constant(op) && !container(op) && !remembered(op) && !made(op))
        refuse(fmt::format("the instruction 0x{:02x} found, which no file of weights needs", op));
    }
    result.root = pop();
  }

  Pickle result;
  std::size_t at() const { return at_; }

 private:
  [[noreturn]] void refuse(std::string_view why) const {
    throw Error(
        fmt::format("'{}' cannot be read as weights: {} (byte {} of its pickle); save it as a state "
                    "dictionary of tensors, or as safetensors",
                    where_, why, at_));
  }

  std::string_view take(std::size_t size) {
    if (size > bytes_.size() - at_) refuse("it is cut short");
    at_ += size;
    return {reinterpret_cast<const char*>(bytes_.data()) + at_ - size, size};
  }
  /// Little-endian, as the instruction set has it.
  template <class T>
  T number() {
    const std::string_view taken = take(sizeof(T));
    std::uint64_t value = 0;
    for (std::size_t i = sizeof(T); i-- > 0;) value = value << 8 | static_cast<unsigned char>(taken[i]);
    return static_cast<T>(value);
  }
  std::string_view line() {
    const std::size_t begin = at_;
    while (number<char>() != '\n')
      if (at_ - begin > kMaxName) refuse("a name of more than 1,000 bytes found");
    return {reinterpret_cast<const char*>(bytes_.data()) + begin, at_ - begin - 1};
  }

  void push(PickleNode node) {
    if (result.nodes.size() == kMaxNodes) refuse("more than 1,000,000 values found");
    result.nodes.push_back(std::move(node));
    stack_.push_back(static_cast<Ref>(result.nodes.size() - 1));
  }
  void push(Kind kind) {
    PickleNode node;
    node.kind = kind;
    push(std::move(node));
  }
  void pushInteger(std::int64_t value, Kind kind = Kind::integer) {
    PickleNode node;
    node.kind = kind;
    node.integer = value;
    push(std::move(node));
  }
  void pushText(std::uint64_t size) {
    if (size > kMaxText) refuse("a text of more than 1 MiB found");
    PickleNode node;
    node.kind = Kind::text;
    node.text = take(static_cast<std::size_t>(size));
    push(std::move(node));
  }
  void pushGlobal(std::string name) {
    if (!isKnown(name)) refuse(fmt::format("it wants to run {}, which is not done", quotable(name)));
    PickleNode node;
    node.kind = Kind::global;
    node.text = std::move(name);
    push(std::move(node));
  }
  /// Before values are copied that a small file could ask for again and again.
  void countCopied(std::size_t items) {
    copied_ += items;
    if (copied_ > kMaxCopied) refuse("more than 4,000,000 values found");
  }
  Ref pop() {
    const std::size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() <= floor) refuse("a value is missing");
    const Ref ref = stack_.back();
    stack_.pop_back();
    return ref;
  }
  /// The node that the next instruction changes; it stays on the stack.
  PickleNode& top() {
    const std::size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() <= floor) refuse("a value is missing");
    return result.nodes[stack_.back()];
  }
  std::vector<Ref> popToMark() {
    if (marks_.empty()) refuse("a mark is missing");
    std::vector<Ref> items(stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back()), stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }
  std::vector<Ref> popped(std::size_t count) {
    std::vector<Ref> items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop();
    return items;
  }
  void pushList(std::vector<Ref> items) {
    PickleNode node;
    node.kind = Kind::list;
    node.items = std::move(items);
    push(std::move(node));
  }

  void longInteger(std::size_t size) {
    const std::string_view digits = take(size);
    PickleNode node;
    node.kind = Kind::integer;
    if (size > sizeof(std::int64_t)) node.text = digits;
    std::uint64_t value = size > 0 && (digits.back() & 0x80) ? ~std::uint64_t{0} : 0;
    for (std::size_t i = std::min(size, sizeof value); i-- > 0;)
      value = value << 8 | static_cast<unsigned char>(digits[i]);
    node.integer = static_cast<std::int64_t>(value);
    push(std::move(node));
  }
  void pushDouble() {
    PickleNode node;
    node.kind = Kind::number;
    std::uint64_t bits = 0;
    for (const char byte : take(8)) bits = bits << 8 | static_cast<unsigned char>(byte);  // big-endian
    node.number = std::bit_cast<double>(bits);
    push(std::move(node));
  }

  bool constant(int op) {
    switch (op) {
      case 0x80:  // PROTO
        if (const int protocol = number<std::uint8_t>(); protocol < 2 || protocol > 5)
          refuse(fmt::format("protocol {} found, 2 to 5 expected", protocol));
        return true;
      case 0x95: take(8); return true;  // FRAME
      case 'N': push(Kind::none); return true;
      case 0x88: pushInteger(1, Kind::boolean); return true;
      case 0x89: pushInteger(0, Kind::boolean); return true;
      case 'K': pushInteger(number<std::uint8_t>()); return true;
      case 'M': pushInteger(number<std::uint16_t>()); return true;
      case 'J': pushInteger(number<std::int32_t>()); return true;
      case 0x8a: longInteger(number<std::uint8_t>()); return true;
      case 'G': pushDouble(); return true;
      case 'X':
      case 'T': pushText(number<std::uint32_t>()); return true;  // 'T', 'U': text of Python 2
      case 0x8c:
      case 'U': pushText(number<std::uint8_t>()); return true;
      case 0x8d: pushText(number<std::uint64_t>()); return true;
      default: return false;
    }
  }

  bool container(int op) {
    switch (op) {
      case '(': marks_.push_back(stack_.size()); return true;
      case '}': push(Kind::dictionary); return true;
      case ']':
      case ')': push(Kind::list); return true;
      case 't': pushList(popToMark()); return true;
      case 0x85: pushList(popped(1)); return true;
      case 0x86: pushList(popped(2)); return true;
      case 0x87: pushList(popped(3)); return true;
      case 'a': append(popped(1)); return true;
      case 'e': append(popToMark()); return true;
      case 's': setItems(popped(2)); return true;
      case 'u': setItems(popToMark()); return true;
      default: return false;
    }
  }
  void append(const std::vector<Ref>& items) {
    PickleNode& list = top();
    if (list.kind != Kind::list) refuse("values are added to what is no list");
    list.items.insert(list.items.end(), items.begin(), items.end());
  }
  void setItems(const std::vector<Ref>& items) {
    PickleNode& dictionary = top();
    if (dictionary.kind != Kind::dictionary || items.size() % 2 != 0)
      refuse("entries are added to what is no dictionary");
    dictionary.items.insert(dictionary.items.end(), items.begin(), items.end());
  }

  bool remembered(int op) {
    switch (op) {
      case 'q': memo_[number<std::uint8_t>()] = keep(); return true;
      case 'r': memo_[number<std::uint32_t>()] = keep(); return true;
      case 0x94: memo_[static_cast<std::uint32_t>(memo_.size())] = keep(); return true;
      case 'h': recall(number<std::uint8_t>()); return true;
      case 'j': recall(number<std::uint32_t>()); return true;
      default: return false;
    }
  }
  Ref keep() {
    top();
    return stack_.back();
  }
  void recall(std::uint32_t place) {
    const auto found = memo_.find(place);
    if (found == memo_.end()) refuse("a value that was not there before is asked for");
    stack_.push_back(found->second);
  }

  bool made(int op) {
    switch (op) {
      case 'c': {
        const std::string_view module = line();
        pushGlobal(fmt::format("{}.{}", module, line()));
        return true;
      }
      case 0x93: {
        const std::vector<Ref> names = popped(2);
        pushGlobal(result[names[0]].text + "." + result[names[1]].text);
        return true;
      }
      case 'R': call(); return true;
      case 0x81: makeObject(); return true;
      case 'b': build(); return true;
      case 'Q': {
        PickleNode node;
        node.kind = Kind::persistent;
        node.items = {pop()};
        push(std::move(node));
        return true;
      }
      default: return false;
    }
  }
  void call() {
    const std::vector<Ref> parts = popped(2);
    const PickleNode &callee = result[parts[0]], &arguments = result[parts[1]];
    if (callee.kind != Kind::global || arguments.kind != Kind::list) refuse("a call of what is no function");
    const std::string name = callee.text;
    countCopied(arguments.items.size());
    const std::vector<Ref> items = arguments.items;
    if (name == kOrdered) {
      pushOrdered(items);
    } else if (std::ranges::find(kArgument, std::string_view(name)) != std::end(kArgument)) {
      if (items.size() != 1)
        refuse(fmt::format("{} with {} arguments found, 1 expected", name, items.size()));
      stack_.push_back(items[0]);
    } else if (std::ranges::find(kKept, std::string_view(name)) != std::end(kKept)) {
      PickleNode node;
      node.kind = Kind::call;
      node.text = name;
      node.items = items;
      push(std::move(node));
    } else {
      refuse(fmt::format("it wants to call {}, which is not done", quotable(name)));
    }
  }
  /// Empty, or as Python 2 wrote it: from a list of pairs.
  void pushOrdered(const std::vector<Ref>& arguments) {
    PickleNode node;
    node.kind = Kind::dictionary;
    if (!arguments.empty()) {
      countCopied(2 * result[arguments[0]].items.size());
      for (const Ref pair : result[arguments[0]].items) {
        const PickleNode& entry = result[pair];
        if (entry.kind != Kind::list || entry.items.size() != 2) refuse("an OrderedDict of no pairs found");
        node.items.insert(node.items.end(), entry.items.begin(), entry.items.end());
      }
    }
    push(std::move(node));
  }
  void makeObject() {
    const std::vector<Ref> parts = popped(2);
    const PickleNode& type = result[parts[0]];
    if (type.kind != Kind::global || !type.text.starts_with(kScript))
      refuse(fmt::format("it wants to make a {}, which is not done", quotable(type.text)));
    push(Kind::object);
  }
  /// The members of an object. What a dictionary has beside its entries is of no use here.
  void build() {
    const Ref state = pop();
    PickleNode& object = top();
    if (object.kind == Kind::dictionary) return;
    if (object.kind != Kind::object || result[state].kind != Kind::dictionary)
      refuse("members are given to what is no object");
    countCopied(result[state].items.size());
    object.items = result[state].items;
  }

  std::span<const std::byte> bytes_;
  std::size_t at_;
  const std::string& where_;
  std::vector<Ref> stack_;
  std::vector<std::size_t> marks_;
  std::map<std::uint32_t, Ref> memo_;
  std::size_t copied_ = 0;
};

}  // namespace

Pickle readPickle(std::span<const std::byte> bytes, std::size_t& at, const std::string& where) {
  Machine machine(bytes, at, where);
  machine.run();
  at = machine.at();
  return std::move(machine.result);
}

}  // namespace uada
