#pragma once

#include <string>

namespace uada {

/// A found policy as a run uses it and as a project keeps it, so that another machine has it, too.
struct PolicyFile {
  std::string name;    ///< it was asked for by: of 'uada policies list', or a path
  std::string sha256;  ///< of the text
  std::string text;    ///< the file's bytes
  /// What somebody found who has looked already, so that the file is not looked at again. No hash: it is not
  /// there.
  bool isLookedUp = false;
};

}  // namespace uada
