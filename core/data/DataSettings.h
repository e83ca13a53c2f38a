#pragma once

#include <string>
#include <vector>

#include "core/settings/Choice.h"
#include "core/settings/Settings.h"

namespace uada {

/// Which images of a data set are used, and from where.
struct DataSettings {
  std::string folder;  ///< empty: searched for (datasets.def); not part of a run's identity
  int trainLimit = 0;  ///< images per set, balanced over classes; 0: all
  int testLimit = 0;
  double validation = 0;  ///< share of the training images that is tested on in place of the test images
  int validationSeed = 1;
  std::string damaged = "refuse";
  std::string normalisation = "data_set";

  void visit(SettingsVisitor& v) {
    v.field({.name = "folder",
             .title = "Folder",
             .help = "Where the files lie; empty: searched for",
             .shownAtNone = "searched for",
             .advanced = true},
            folder);
    v.field({.name = "train_limit",
             .title = "Training images",
             .help = "The first images of each class, balanced; of images without a label the first; 0: all",
             .shownAtNone = "all",
             .min = 0,
             .max = 1e8},
            trainLimit);
    v.field({.name = "test_limit",
             .title = "Test images",
             .help = "The first images of each class, balanced; of images without a label the first; 0: all",
             .shownAtNone = "all",
             .min = 0,
             .max = 1e8},
            testLimit);
    v.field({.name = "validation",
             .title = "Validation share",
             .help = "Share of each class's training images that is set aside and tested on in place of the "
                     "test images; 0: none",
             .min = 0,
             .max = 0.9,
             .advanced = true,
             .later = true},
            validation);
    v.field({.name = "validation_seed",
             .title = "Validation seed",
             .help = "Which images are set aside: equal seeds, equal images",
             .min = 0,
             .max = 1e9,
             .advanced = true,
             .later = true,
             .unless = {{"validation", 0.0}}},
            validationSeed);
    v.field({.name = "damaged",
             .title = "Damaged files",
             .help = "Of sets of image files: refuse the set, or skip the files and name them",
             .choices = {"refuse", "skip"},
             .advanced = true,
             .later = true},
            damaged);
    v.field(
        {.name = "normalisation",
         .title = "Normalisation",
         .help = "Mean and deviation: of the data set's training images, the usual ones of ImageNet, a half "
                 "each, or the mean that VGG's weights were trained with and a deviation of one level of 255",
         .choices = {"data_set", "imagenet", "half", "vgg"},
         .advanced = true,
         .later = true},
        normalisation);
  }
};

/// The names of the classes of a chosen set, as the catalogue or its folder has them; empty: neither does.
std::vector<std::string> classNamesOf(const Choice& dataset);

}  // namespace uada
