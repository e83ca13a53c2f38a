#pragma once

#include <string>

#include "core/settings/Settings.h"

namespace uada {

/// Which images of a data set are used, and from where.
struct DataSettings {
  std::string folder;  ///< empty: searched for (datasets.def); not part of a run's identity
  int trainLimit = 0;  ///< images per set, balanced over classes; 0: all
  int testLimit = 0;

  void visit(SettingsVisitor& v) {
    v.field({.name = "folder",
             .title = "Folder",
             .help = "Where the files lie; empty: searched for",
             .advanced = true},
            folder);
    v.field({.name = "train_limit",
             .title = "Training images",
             .help = "The first images of each class, balanced; 0: all",
             .min = 0,
             .max = 1e8},
            trainLimit);
    v.field({.name = "test_limit",
             .title = "Test images",
             .help = "The first images of each class, balanced; 0: all",
             .min = 0,
             .max = 1e8},
            testLimit);
  }
};

}  // namespace uada
