#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace uada {

/// A value of Python's pickle. Values that are used twice are one node, which has its number.
struct PickleNode {
  using Ref = std::uint32_t;
  /// call: of a function, by its name (`text`) with its arguments; persistent: what lies elsewhere, by the
  /// tuple that tells where; object: of a class of TorchScript, its members as in a dictionary
  enum class Kind {
    none,
    boolean,
    integer,
    number,
    text,
    list,
    dictionary,
    object,
    global,
    call,
    persistent
  };

  Kind kind = Kind::none;
  std::int64_t integer = 0;  ///< also of a boolean
  double number = 0;
  std::string text;        ///< also the name of a global or call; of an integer beyond 64 bits its bytes
  std::vector<Ref> items;  ///< of a dictionary and an object key, value, key, value ...
};

/// What a pickle holds. Nothing is imported or called: the names of the few functions and classes that files
/// of weights need are taken as names, any other is refused by its name.
struct Pickle {
  std::vector<PickleNode> nodes;
  PickleNode::Ref root = 0;

  const PickleNode& operator[](PickleNode::Ref ref) const { return nodes[ref]; }
};

/// Reads one pickle of protocol 2 to 5.
/// at  where it begins; afterwards just behind its end
/// throws  Error naming `where` and the place: other names and instructions, more than 1,000,000 values, a
///         text of more than 1 MiB
Pickle readPickle(std::span<const std::byte> bytes, std::size_t& at, const std::string& where);

}  // namespace uada
