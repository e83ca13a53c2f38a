#pragma once

#include <vector>

#include "core/base/Json.h"

namespace uada {

/// The states that a form has been in, for undo and redo. Letters typed into one field one after the other
/// are one edit.
class FormHistory {
 public:
  /// Begins anew with the state.
  void begin(Json state);
  /// After an edit. What was undone can then not be done again.
  void take(Json state);
  bool canUndo() const { return at_ > 0; }
  bool canRedo() const { return at_ + 1 < states_.size(); }
  /// Before the last edit. Only where canUndo().
  const Json& undo();
  /// After the edit that was undone last. Only where canRedo().
  const Json& redo();

 private:
  std::vector<Json> states_;
  std::size_t at_ = 0;     ///< the present one
  std::string typedInto_;  ///< place of the field that the present one came from by typing; "": none
};

}  // namespace uada
