#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>

#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "app/cli/DataLoading.h"
#include "app/cli/Files.h"
#include "app/cli/Pictures.h"
#include "app/cli/RunText.h"
#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/engine/Decisions.h"
#include "core/store/Project.h"
#include "core/store/RunReplay.h"

namespace uada::cli {
namespace {

struct Options {
  std::string run, out;
  std::string project = kDefaultProject;
  std::string folder;        ///< where the data set lies now; empty: as the run's configuration says
  std::int64_t step = -1;    ///< decisions of this step alone; -1: of all
  std::int64_t sample = -1;  ///< of this training image alone; -1: of all
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  verb.argument("RUN", options.run, "Run whose decisions are replayed").required();
  verb.number("--step", options.step, 1, std::numeric_limits<std::int64_t>::max(),
              "Only the decisions of this step");
  verb.number("--sample", options.sample, 0, std::numeric_limits<std::int32_t>::max(),
              "Only those of this training image, counted as the run counts, from 0");
  verb.text("--out", "DIR", options.out, "Folder to write the pictures to; made if it is not there")
      .required();
  verb.text("--data", "DIR", options.folder,
            "Where the data set lies now; default: where the run had it, else searched for");
  verb.project(options.project);
}

constexpr std::size_t kShownDigits = 12;

/// The decisions that are asked for, oldest first. Throws Error if there is none.
std::vector<DecisionPlace> wantedPlaces(const ProjectReader& project, const RunSummary& run,
                                        const Options& options) {
  auto places = project.decisionPlaces(run.id);
  if (places.empty())
    throw Error(
        fmt::format("{} ({}) has no decisions to replay: no sample was pictured (runtime.pictured, "
                    "runtime.picture_every)",
                    run.key, run.title));
  const std::string all =
      fmt::format("its {} are of steps {} to {} ('uada export {} --what decisions' lists them)",
                  plural(std::ssize(places), "decision"), places.front().step, places.back().step, run.key);
  std::erase_if(places, [&](const DecisionPlace& place) {
    return (options.step >= 0 && place.step != options.step) ||
           (options.sample >= 0 && place.sample != options.sample);
  });
  if (!places.empty()) return places;
  const std::string sample = options.sample < 0 ? "" : fmt::format(" of sample {}", options.sample);
  const std::string step = options.step < 0 ? "" : fmt::format(" at step {}", options.step);
  throw Error(fmt::format("{} ({}) has no decision{}{}: {}", run.key, run.title, sample, step, all));
}

/// What came of one decision.
struct Replayed {
  std::string winner, stored, replayed;
  std::optional<bool> picturesEqual;  ///< none: the project keeps none of them
  std::vector<std::string> files;
  std::string problem;  ///< why it could not be replayed, or its pictures not be compared; empty: it was
  bool isEqual() const { return !replayed.empty() && replayed == stored; }
  bool isSound() const { return isEqual() && problem.empty() && picturesEqual.value_or(true); }
};

/// A run whose decisions are replayed.
struct Replay {
  const ProjectReader& project;
  const RunReplay& run;
  const std::string& folder;

  void draw(const DecisionPlace& place, Replayed& result) const {
    const std::int64_t id = run.run().summary.id;
    const Decision stored = project.decision(id, place, false);
    result.stored = stored.pixelHash;
    result.winner = nameOf(stored, stored.winner);
    const Decision drawn = run.drawn(stored, place.attempt);
    result.replayed = run.trainedHash(drawn);
    result.files = writePictures(drawn, folder);
    result.picturesEqual = arePicturesEqual(project.decision(id, place, true), drawn);
  }

  /// A decision that cannot be replayed hides none of the others.
  Replayed operator()(const DecisionPlace& place) const {
    Replayed result;
    try {
      draw(place, result);
    } catch (const Error& why) {
      result.problem = why.what();
    }
    return result;
  }
};

Json replayJson(const DecisionPlace& place, const Replayed& result) {
  const auto text = [](const std::string& hash) { return hash.empty() ? Json() : Json(hash); };
  Json json = Json::Object{{"step", place.step},
                           {"sample", place.sample},
                           {"winner", text(result.winner)},
                           {"stored", text(result.stored)},
                           {"replayed", text(result.replayed)},
                           {"equal", result.isEqual()},
                           {"pictures_equal", result.picturesEqual ? Json(*result.picturesEqual) : Json()},
                           {"files", Json::array()}};
  for (const std::string& file : result.files) json["files"].push(file);
  if (!result.problem.empty()) json["problem"] = result.problem;
  return json;
}

/// Lines of a table whose columns are as wide as the numbers need, so that each can be said at once.
class ReplayTable {
 public:
  explicit ReplayTable(const std::vector<DecisionPlace>& places) {
    std::int64_t sample = 0;
    for (const DecisionPlace& place : places) sample = std::max(sample, place.sample);
    step_ = std::max(step_, groupedText(places.back().step).size());
    sample_ = std::max(sample_, groupedText(sample).size());
  }
  std::string heading() const { return line("step", "sample", "trained on", "stored", "replayed", "equal"); }
  std::string row(const DecisionPlace& place, const Replayed& result) const {
    const auto digits = [](const std::string& hash) {
      return hash.empty() ? "-" : quotable(hash.substr(0, kShownDigits));
    };
    const bool pictures = result.picturesEqual.value_or(true);
    std::string equal = !result.isEqual() ? "NO" : pictures ? "yes" : "yes, but not the kept pictures";
    if (!result.problem.empty()) equal += ": " + result.problem;
    return line(groupedText(place.step), groupedText(place.sample),
                result.winner.empty() ? "-" : quotable(result.winner), digits(result.stored),
                digits(result.replayed), equal);
  }

 private:
  std::string line(const std::string& step, const std::string& sample, const std::string& winner,
                   const std::string& stored, const std::string& replayed, const std::string& equal) const {
    return fmt::format("{:>{}}  {:>{}}  {:<11}  {:<12}  {:<12}  {}", step, step_, sample, sample_, winner,
                       stored, replayed, equal);
  }
  std::size_t step_ = 4, sample_ = 6;  ///< of the headings
};

/// "36 decisions, all equal".
std::string verdict(std::size_t count, std::size_t sound) {
  const std::string decisions = plural(static_cast<long long>(count), "decision");
  if (sound == count) return decisions + (count == 1 ? ", equal" : ", all equal");
  return fmt::format("{}, {} equal, {} not", decisions, groupedText(static_cast<long long>(sound)),
                     groupedText(static_cast<long long>(count - sound)));
}

std::unique_ptr<const RunReplay> imagesOf(const RunDetail& run, const Options& options,
                                          const Console& console) {
  try {
    return std::make_unique<const RunReplay>(run, options.folder, loadingOf(console));
  } catch (const OtherImages& error) {
    throw Error(fmt::format("{}; name their folder with --data", error.what()));
  }
}

int perform(const Options& options) {
  const Console console(options.json);
  requireNotOfProject(options.out, options.project);
  const ProjectReader project(options.project);
  const RunDetail run = project.detail(project.findRun(options.run).id);
  const auto places = wantedPlaces(project, run.summary, options);
  makePictureFolder(options.out);
  const auto opened = imagesOf(run, options, console);
  const RunReplay& images = *opened;
  if (!images.isDataKnown())
    console.note(
        "the run has recorded no hash of its data: only the pixels can tell whether these are its images");
  const Replay replay{project, images, options.out};
  const ReplayTable table(places);
  console.say(table.heading());
  std::size_t sound = 0;
  for (const DecisionPlace& place : places) {
    const Replayed result = replay(place);
    sound += result.isSound();
    console.object("replay", replayJson(place, result));
    console.say(table.row(place, result));
  }
  console.say(fmt::format("{}; pictures in {}", verdict(places.size(), sound), options.out));
  return sound == places.size() ? 0 : 1;
}

}  // namespace

void addReplay(Verbs& verbs) {
  verbs.add({"replay", "Render a run's stored decisions again and compare the pixels",
             "From the stored plans and the run's own data (its files, limits and mean) the original, the\n"
             "unperturbed plan and every candidate are drawn anew; of the one that was trained on, named\n"
             "'-trained', the SHA-256 of the pixels is compared with the stored one. The pictures that the\n"
             "project keeps are compared, too. Needs no LibTorch. Ends with 1 if anything differs.\n"
             "Example: uada replay 3fa2 --step 26 --out replayed"},
            describe, perform);
}

}  // namespace uada::cli
