#pragma once

#include <string>

#include "core/settings/Settings.h"

namespace uada {

/// Two settings of a model that belong together: a file, and the SHA-256 of what it holds.
struct FileSetting {
  const char* file;
  const char* hash;
  bool isNeeded = false;  ///< the file is the model
};

/// What every model has beside its own settings: a file that training starts from.
struct StartSettings {
  std::string weights, sha256;
  static constexpr FileSetting kFile{"weights", "weights_sha256"};

  void visit(SettingsVisitor& v) {
    v.field({.name = kFile.file,
             .title = "Initial weights",
             .help = "File that training starts from: safetensors, .pth of a state dictionary, or a "
                     "checkpoint; empty: drawn from the seed",
             .advanced = true,
             .later = true},
            weights);
    v.field({.name = kFile.hash,
             .title = "Hash of the weights",
             .help = "SHA-256 of that file: another is refused; empty: that of the file is recorded",
             .advanced = true,
             .role = Field::Role::proof,
             .later = true},
            sha256);
  }
};

}  // namespace uada
