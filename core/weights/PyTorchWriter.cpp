#include <fmt/core.h>

#include <string>

#include "core/base/Error.h"
#include "core/weights/WeightsFile.h"
#include "core/weights/Zip.h"

namespace uada {
namespace {

/// Writes the few instructions of pickle, protocol 2, that a dictionary of tensors needs.
class PickleWriter {
 public:
  std::string text = "\x80\x02";

  void op(char code) { text += code; }
  void global(std::string_view module, std::string_view name) {
    text += fmt::format("c{}\n{}\n", module, name);
  }
  void emptyOrdered() {
    global("collections", "OrderedDict");
    text += ")R";
  }
  void string(std::string_view value) {
    op('X');
    number(value.size(), 4);
    text += value;
  }
  void integer(std::int64_t value) {
    if (value >= 0 && value <= INT32_MAX) {
      op('J');
      number(static_cast<std::uint64_t>(value), 4);
    } else {
      text += "\x8a\x08";
      number(static_cast<std::uint64_t>(value), 8);
    }
  }
  void integers(const std::vector<std::int64_t>& values) {
    op('(');
    for (const std::int64_t value : values) integer(value);
    op('t');
  }

 private:
  void number(std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) text += static_cast<char>(value >> 8 * i & 0xff);
  }
};

std::vector<std::int64_t> rowByRow(const std::vector<std::int64_t>& sizes) {
  std::vector<std::int64_t> strides(sizes.size(), 1);
  for (std::size_t i = sizes.size(); i-- > 1;)
    strides[i - 1] = strides[i] * std::max<std::int64_t>(sizes[i], 1);
  return strides;
}

/// A call of _rebuild_tensor_v2(storage, offset, sizes, strides, requires_grad, hooks).
void putTensor(PickleWriter& to, const WrittenTensor& tensor, const std::string& key) {
  const ElementInfo& info = elementInfo(tensor.element);
  to.global("torch._utils", "_rebuild_tensor_v2");
  to.op('(');
  to.op('(');
  to.string("storage");
  to.global("torch", info.storage);
  to.string(key);
  to.string("cpu");
  to.integer(static_cast<std::int64_t>(tensor.numbers.size() / info.bytes));
  to.op('t');
  to.op('Q');
  to.integer(0);
  to.integers(tensor.sizes);
  to.integers(rowByRow(tensor.sizes));
  to.op('\x89');
  to.emptyOrdered();
  to.op('t');
  to.op('R');
}

}  // namespace

std::vector<std::byte> pyTorchFile(const std::vector<WrittenTensor>& tensors) {
  PickleWriter pickle;
  pickle.emptyOrdered();
  pickle.op('(');
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    pickle.string(tensors[i].name);
    putTensor(pickle, tensors[i], std::to_string(i));
  }
  pickle.op('u');
  pickle.op('.');
  ZipWriter archive;
  archive.add("archive/data.pkl", pickle.text);
  archive.add("archive/byteorder", "little");
  for (std::size_t i = 0; i < tensors.size(); ++i)
    archive.add(fmt::format("archive/data/{}", i), tensors[i].numbers);
  archive.add("archive/version", "3\n");
  return archive.finish();
}

}  // namespace uada
