#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/Console.h"
#include "core/augment/Renderer.h"
#include "core/augment/Space.h"
#include "core/data/LabelPicture.h"
#include "core/engine/DecisionLine.h"

namespace uada::cli {

/// Of `uada sample`.
struct SampleOptions {
  static constexpr int kUsualCount = 8, kUsualEpochs = 200;
  std::string dataset, out;       ///< data set, or an image file
  std::string policy, method;     ///< at most one; neither: what is usual for the images' targets
  std::vector<std::string> sets;  ///< of the policy's settings
  std::string plan;               ///< Json or a file of it, in place of a policy
  std::string project;            ///< whose policies are known, too; empty: none
  std::string folder;
  int count = 0;       ///< rows; 0: not stated, then kUsualCount
  int index = -1;      ///< this training image alone; -1: the first of each class
  int subpolicy = -1;  ///< this one alone; -1: drawn
  std::int64_t seed = 1;
  int epoch = 1;   ///< of the plans, from 1
  int epochs = 0;  ///< that a schedule is stretched to; 0: not stated, then kUsualEpochs
  int input = 0;   ///< side of the network's input; 0: the images' own
  int side = 128;  ///< of a picture, pixels
  bool json = false;
};

/// Where plans come from: one that is given, or a policy's space.
struct PlanSource {
  std::optional<PlanLine> line;
  Choice policy;
  std::shared_ptr<const PolicyFile> file;  ///< of a policy that is one
  std::string text;                        ///< for people
};

/// What is drawn from, and for each row of the sheet which image it shows and which stream its plan comes
/// from.
struct Subject {
  struct Row {
    std::uint32_t image = 0, stream = 0;
    std::string title;
  };
  std::shared_ptr<const Dataset> data;
  RenderSettings settings;
  std::string title;
  std::string dataset;               ///< name in the catalogue; empty: a picture that belongs to none
  std::vector<ClassColour> colours;  ///< of the classes, for label maps and boxes
  int trainLimit = 0;                ///< the rows' images count in those that it leaves
  std::vector<Row> rows;
};

/// Throws UsageError for what is unknown, before anything is read.
PlanSource planSource(const SampleOptions& options);
std::unique_ptr<Space> spaceOf(const PlanSource& source, const SampleOptions& options, const Input& input,
                               ImageSize image);
/// Throws UsageError where the plans fit only images of the input's size, and the subject's have others.
void requireFitting(const Space& space, const PlanSource& source, const Subject& subject);
/// Refuses options that would be passed over; reads the data set or the picture.
Subject subjectOf(const SampleOptions& options, const PlanSource& source, const Console& console);
/// Whether a given line says which image of the subject it is of, as far as it can be told.
bool namesImage(const PlanLine& line, std::string_view dataset);

}  // namespace uada::cli
