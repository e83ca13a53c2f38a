#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/Error.h"
#include "core/tables/RunColumns.h"

namespace uada {

/// What is wrong with a query, and where.
class QueryFault : public UsageError {
 public:
  QueryFault(const std::string& what, std::size_t place) : UsageError(what), place(place) {}
  std::size_t place;  ///< bytes from the start of the query
};

/// Which runs of a list are wanted: "method=uada & dataset~cifar & acc>0.9".
///
///   query  = both { "|" both }          either of them
///   both   = one { ["&"] one }          all of them
///   one    = "(" query ")" | key op value | word
///   op     = "=" "!=" "~" "!~" "<" "<=" ">" ">="
///
/// A key is a column's name, alias or setting; "~" asks whether the value stands in it, whatever the case of
/// its letters, "=" whether it is all of it; a word asks whether it stands in the run's name, title, key,
/// data set, network, method, state, tags or notes. Words and values with blanks or signs stand in quotes.
/// Numbers are compared as numbers: "0.9" and "90%" are one share, "2h", "30min" and "15s" are times. What a
/// run does not have is not equal to anything, and neither smaller nor larger.
class RunQuery {
 public:
  /// All runs.
  RunQuery() = default;
  /// throws  QueryFault
  RunQuery(std::string_view text, const RunColumns& columns);

  bool matches(const ListedRun& run) const;
  struct Node;
  const Node* root() const { return root_.get(); }  ///< null: all

 private:
  std::shared_ptr<const Node> root_;
};

struct RunQuery::Node {
  enum class Kind { all, any, word, comparison } kind = Kind::all;
  std::vector<Node> parts = {};  ///< of all, any
  std::string text = {};         ///< of a word or a comparison with text, in small letters
  RunColumn column = {};         ///< of a comparison
  std::string op = {};
  double value = 0;    ///< of a comparison of numbers
  bool isText = true;  ///< of a comparison
};

}  // namespace uada
