#include "widgets/session/CheckpointChoice.h"

#include <string>

#include "core/base/Error.h"
#include "core/base/Text.h"

namespace uada {

static std::string wordsFor(const CheckpointChoice& choice) {
  if (choice.isBest) return "checkpoint of its best test";
  return choice.step > 0 ? "checkpoint after step " + groupedText(choice.step) : "checkpoint";
}

FoundCheckpoint chosenCheckpoint(Engine& engine, const std::filesystem::path& folder,
                                 const CheckpointChoice& choice) {
  std::string problem;
  const auto isMeant = [&](const FoundCheckpoint& found) {
    return choice.isBest ? found.isBest : choice.step == 0 || found.step == choice.step;
  };
  if (std::filesystem::is_directory(folder))
    for (FoundCheckpoint& found : engine.checkpoints(folder)) {  // newest first
      if (found.problem.empty() && isMeant(found)) return std::move(found);
      if (problem.empty()) problem = found.problem;
    }
  if (!problem.empty()) throw Error(problem);
  throw Error("the run has no " + wordsFor(choice) + " in '" + folder.string() +
              "': one is written after every epoch, and of old ones the newest two and the best stay");
}

}  // namespace uada
