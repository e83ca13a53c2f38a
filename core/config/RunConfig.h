#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/augment/Input.h"
#include "core/augment/PolicyFile.h"
#include "core/base/Json.h"
#include "core/data/DataSettings.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/optimisers/Optimiser.h"
#include "core/engine/schedules/Schedule.h"
#include "core/settings/Choice.h"
#include "core/settings/Settings.h"

namespace uada {

class Space;
struct DatasetEntry;
struct Task;

/// How long the network is trained, whatever the method (defaults are those of the UADA authors' code for
/// CIFAR).
struct Training {
  int epochs = 300;
  int batch = 128;
  int warmupEpochs = 0;
  double gradientClip = 0;
  double averaging = 0;
  std::string decayed = "all";
  std::string precision = "float32";
  int normDevices = 1;
  int patience = 0;

  void visit(SettingsVisitor& v) {
    v.field({.name = "epochs",
             .title = "Epochs",
             .help = "Passes over the training images",
             .min = 1,
             .max = 100000},
            epochs);
    v.field({.name = "batch",
             .title = "Batch",
             .help = "Images per step; the last, smaller batch is kept",
             .min = 2,
             .max = 65536},
            batch);
    v.field(
        {.name = "warmup_epochs",
         .title = "Warm-up",
         .help = "Epochs at the start in which the learning rate rises, step by step, from nothing to its "
                 "first value; the schedule has the others",
         .min = 0,
         .max = 1000,
         .advanced = true,
         .later = true},
        warmupEpochs);
    v.field({.name = "gradient_clip",
             .title = "Gradient clip",
             .help = "Most that the norm of all gradients together may be: larger ones are scaled down; 0: "
                     "any",
             .min = 0,
             .max = 1e6,
             .advanced = true,
             .later = true,
             .live = true},
            gradientClip);
    v.field(
        {.name = "averaging",
         .title = "Averaged weights",
         .help = "Share of the running average of the weights that is kept at a step, as 0.999; tests and "
                 "exports take the average; 0: none",
         .min = 0,
         .max = 0.999999,
         .advanced = true,
         .later = true},
        averaging);
    v.field({.name = "decayed",
             .title = "Weight decay of",
             .help = "All parameters, or only those with two dimensions or more: not biases and batch "
                     "normalisation",
             .choices = {"all", "weights"},
             .advanced = true,
             .later = true},
            decayed);
    v.field({.name = "precision",
             .title = "Precision",
             .help = "Of convolutions and products while training: float32; tf32, its faster form on a GPU; "
                     "or bf16, bfloat16. Tests are never in bf16",
             .choices = {"float32", "tf32", "bf16"},
             .advanced = true,
             .later = true},
            precision);
    v.field(
        {.name = "norm_devices",
         .title = "Synchronised normalisation",
         .help = "Devices over which batch normalisation takes its statistics together, which the run must "
                 "then be trained on; 0: all that it is trained on; 1: plain, each over its own part of the "
                 "batch, which on one device is the whole batch",
         .min = 0,
         .max = 1024,
         .advanced = true,
         .later = true},
        normDevices);
    v.field({.name = "patience",
             .title = "Patience",
             .help = "Epochs without a better test than before after which training ends; the learning rates "
                     "are those of all epochs; 0: it never ends early",
             .shownAtNone = "all epochs",
             .min = 0,
             .max = 100000,
             .advanced = true,
             .later = true},
            patience);
  }
};

/// The input as a recipe states it.
struct InputSettings {
  int height = 0, width = 0;
  int pad = 4;

  void visit(SettingsVisitor& v) {
    v.field({.name = "height",
             .title = "Input height",
             .help = "Of what the network sees, pixels; 0: as the data set's images",
             .shownAtNone = "as the images",
             .min = 0,
             .max = kMostSide,
             .advanced = true,
             .later = true},
            height);
    v.field({.name = "width",
             .title = "Input width",
             .help = "Of what the network sees, pixels; 0: as the data set's images",
             .shownAtNone = "as the images",
             .min = 0,
             .max = kMostSide,
             .advanced = true,
             .later = true},
            width);
    v.field({.name = "pad",
             .title = "Padding",
             .help = "Around the image, of which a padded crop is a window; pixels",
             .min = 0,
             .max = kMostPad,
             .advanced = true,
             .later = true},
            pad);
  }
  static constexpr int kMostSide = 4096, kMostPad = 128;
};

/// What does not change the result's meaning, but (threads, device, what is done where memory is short) its
/// bits.
struct Runtime {
  int threads = 0;
  std::string device = "auto";
  int pictured = 8;
  int pictureEvery = 25;
  int checkpointMinutes = 5;
  std::string onOutOfMemory = "stop";
  int keptImagesMb = 0;
  std::string pruning = "off";
  int pruningAfter = 1;
  std::string step = "eager";

  void visit(SettingsVisitor& v) {
    v.field(
        {.name = "threads",
         .title = "Threads",
         .help =
             "CPU threads, beside one that renders ahead; 0: OMP_NUM_THREADS, else all cores; stored, and "
             "restored on resume, since it changes bits",
         .min = 0,
         .max = 1024,
         .advanced = true},
        threads);
    v.field({.name = "device", .title = "Device", .help = "auto, cpu, cuda or cuda:N"}, device);
    v.field({.name = "pictured",
             .title = "Pictured samples",
             .help = "Samples whose images and decisions are kept",
             .min = 0,
             .max = 64,
             .advanced = true},
            pictured);
    v.field({.name = "picture_every",
             .title = "Picture every",
             .help = "Steps between pictures of a sample batch",
             .min = 1,
             .max = 1000000,
             .advanced = true,
             .unless = {{"pictured", 0}}},
            pictureEvery);
    v.field({.name = "checkpoint_minutes",
             .title = "Checkpoint every",
             .help = "Minutes between checkpoints within an epoch; one is written after every epoch",
             .min = 1,
             .max = 1440,
             .advanced = true},
            checkpointMinutes);
    v.field(
        {.name = "on_out_of_memory",
         .title = "Where memory is short",
         .help = "stop: the run stops before the step; halve: half as many rows at a time are trained on "
                 "from there on, and their gradients are added up, with batch normalisation's statistics of "
                 "each part",
         .choices = {"stop", "halve"},
         .advanced = true,
         .later = true},
        onOutOfMemory);
    v.field(
        {.name = "kept_images_mb",
         .title = "Kept images",
         .help = "Memory for images of files that stay decoded from epoch to epoch, with their label maps; "
                 "MB; those that do not fit are decoded each time; 0: none is kept",
         .shownAtNone = "none",
         .min = 0,
         .max = 16777216,
         .advanced = true,
         .later = true},
        keptImagesMb);
    v.field(
        {.name = "pruning",
         .title = "Pruning",
         .help =
             "median: the run stops after an epoch whose main metric is worse than the median of what the "
             "finished and running runs of its experiment on that data set had after as many epochs, "
             "where there are two or more; it can be resumed",
         .choices = {"off", "median"},
         .advanced = true,
         .later = true},
        pruning);
    v.field({.name = "pruning_after",
             .title = "Pruning after",
             .help = "Epochs that are trained in any case",
             .min = 1,
             .max = 100000,
             .advanced = true,
             .later = true,
             .unless = {{"pruning", "off"}}},
            pruningAfter);
    v.field(
        {.name = "step",
         .title = "Steps as",
         .help = "eager: each operation of a step is handed to the device by itself; graph: the forwards of a "
                 "whole batch, and its backward pass, are handed over together, so that a GPU does not wait "
                 "for the processor",
         .choices = {"eager", "graph"},
         .advanced = true,
         .later = true},
        step);
  }
};

/// The settings with another value for one that a run under way can take: those that neither define its
/// result nor its bits, by their place, such as "runtime.picture_every". Throws UsageError for another key,
/// and for a value that is not allowed.
Runtime changedRuntime(const Runtime& runtime, const std::string& key, const Json& value);

/// What is trained, on what and how: everything but method and seed.
struct Recipe {
  std::string name;  ///< short, for titles: "r18-c10"; one line
  Choice dataset;    ///< settings: DataSettings
  InputSettings input;
  Choice model;
  Choice task;  ///< the model's
  Choice optimiser = usualOptimiser();
  Choice schedule = usualSchedule();
  Training training;
  /// Settings of the schedule `step` that an older version recorded with another schedule, where they had no
  /// effect: they are part of the recipe's hash. Else empty.
  Json idle = Json::object();
};

/// One recipe, one method, one seed.
struct RunConfig {
  std::string experiment;  ///< name of the experiment it came from
  Recipe recipe;
  Choice method;
  std::int64_t seed = 1;
  Runtime runtime;
  /// What the method's policy is made of where it is a file. Its hash stands in the method's settings; the
  /// text is not part of the Json. None: no file, or not at hand, so that it is looked for by name.
  std::shared_ptr<const PolicyFile> policyFile = {};
};

/// Also what older versions wrote, which had optimiser and schedule among the settings of `training`.
Recipe recipeFromJson(const Json& json, const std::string& where);
Json recipeToJson(const Recipe& recipe);
/// Epochs, batch, and the settings of optimiser and schedule in one object, as they were recorded before
/// these were choices: what hashes are made from, and what tells trainings apart.
Json trainingJson(const Recipe& recipe);
/// What defines the recipe: its name and the data's folder are null.
Json recipeIdentity(const Recipe& recipe);
/// What the model learns.
const Task& taskOf(const Recipe& recipe);
/// Throws UsageError if batch normalisation is to be synchronised over another number of devices than the
/// ranks that train the run.
void requireNormDevices(const Recipe& recipe, int ranks);
/// Throws UsageError if what belongs to the images is not what the model learns from.
void requireTargets(const Recipe& recipe, const DatasetEntry& data, const std::string& where);
/// What the network sees.
/// images  size of the data set's; empty: they have no size in common
/// throws  UsageError if the recipe leaves the size to images that have none in common, or if it is no square
Input inputOf(const Recipe& recipe, ImageSize images, const std::string& where = "recipe");
/// The learning rate of a step. epoch, stepInEpoch: from 0
double learningRate(const Recipe& recipe, int epoch, std::int64_t stepInEpoch, std::int64_t stepsPerEpoch);
/// Recipes, methods and policies as newly given, which is stricter than what is stored: a setting that
/// another one leaves without effect is refused where it is not the default, and what is said in several ways
/// comes out in one, so that trainings that do the same are recorded as the same.
Recipe newRecipeFromJson(const Json& json, const std::string& where);
Choice newMethodFromJson(const Json& json, const std::string& where);
Choice newPolicyFromJson(const Json& json, const std::string& where);
/// "autoaugment table=svhn": the policy and its settings that differ from their defaults. A policy of the
/// library goes by its name, a file as "mine@1a2b3c4d" by its own name and the beginning of its hash.
std::string policyLabel(const Choice& policy);
/// The space that the run's plans are drawn from. Throws Error if its policy's file is not there or another.
/// images  size of the data set's; empty: as the input
std::unique_ptr<Space> makeSpace(const RunConfig& config, const Input& input, ImageSize images = {});
/// SHA-256 of what defines a recipe: its name, the data's folder and the paths of the model's files do not.
std::string recipeHash(const Recipe& recipe);

/// "r18-c10-uada-s1"; settings that differ from their defaults stand behind the method's name.
std::string runTitle(const RunConfig& config);
Json toJson(const RunConfig& config);
/// Strict; names no catalogue has are refused. where: for messages.
RunConfig runConfigFromJson(const Json& json, const std::string& where);
/// What defines a method, as text: a policy file by its hash, not by its path.
std::string methodIdentity(const Choice& method);
/// SHA-256 of what defines the result: all but seed, runtime, experiment name, the data's folder and the path
/// of a policy file. Runs with equal hashes are repeats of one another.
std::string configHash(const RunConfig& config);
/// The same with the path of a policy file in it, as project files before version 5 and their checkpoints
/// have it.
std::string configHashWithPath(const RunConfig& config);
/// Whether a checkpoint with this hash was made by the configuration; of either kind.
bool isHashOf(const std::string& hash, const RunConfig& config);

constexpr std::size_t kMaxRuns = 10'000;       ///< of an experiment
constexpr std::size_t kMaxNameBytes = 100;     ///< of experiment and recipe: file names are made from them
constexpr std::size_t kMaxTitleBytes = 1'000;  ///< of an experiment

/// A JSON file: recipes x methods x seeds (docs/formats.md, "Experiment"). Keys: name, title, recipe or
/// recipes (each an object, or the path of a file that holds one), methods, seeds, runtime, tables.
struct Experiment {
  std::string name, title;
  std::vector<Recipe> recipes;
  std::vector<Choice> methods;
  std::vector<std::int64_t> seeds;
  Runtime runtime;
  std::vector<int> tables;  ///< paper tables it feeds, shown at the end
  std::vector<std::shared_ptr<const PolicyFile>>
      policyFiles;  ///< of each method; null: its policy is no file
};

/// overrides  "recipe.training.epochs=2", "runtime.threads=1", "seeds=[1,2]": a dotted path and a JSON
///            value (or a bare string); applied before the strict reading, so an unknown key is an error
///            that names it
/// kept       policies that the project of the runs has used: see choosePolicyFile(). The hash of each
///            policy file is stored in the method's settings
Experiment readExperiment(const std::string& file, const std::vector<std::string>& overrides = {},
                          const std::vector<PolicyFile>& kept = {});
Experiment experimentFromJson(const Json& json, const std::string& where,
                              const std::vector<PolicyFile>& kept = {});
Json toJson(const Experiment& experiment);
/// Recipe by recipe, seed by seed, method by method.
std::vector<RunConfig> expand(const Experiment& experiment);

/// Forward-equivalents and what else a run will take, before it starts.
struct CostEstimate {
  std::int64_t steps = 0;
  double forwardEquivalents = 0;  ///< of one batch, over the run; backward counts 2
  double relativeToRaUc = 1;      ///< docs/methods.md, "Cost"
  std::int64_t parameters = 0;    ///< trainable; 0: not known
};
CostEstimate estimateCost(const RunConfig& config);

}  // namespace uada
