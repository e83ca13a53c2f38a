#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/cli/Console.h"
#include "core/engine/Engine.h"

namespace uada::cli {

/// Of `uada bench`.
struct BenchOptions {
  std::string what;                   ///< render, load, seg, voc, step, memory, store, start, window
  std::vector<std::string> methods;   ///< step, memory: empty: all, or those of UADA
  std::string model;                  ///< step, memory: name or JSON; empty: the usual small one
  int threads = 0;                    ///< step: 0: all cores
  std::string device = "cpu";         ///< step
  std::string precision = "float32";  ///< step, memory: of the training
  std::string step = "eager";         ///< likewise: Runtime::step
  std::string folder;                 ///< load: of JPEG files; empty: made-up ones
  std::string only;                   ///< render, load: lines whose name fits; with * and ?; empty: all
  double seconds = 2;                 ///< render, load, seg, voc: of each line, about
  bool json = false;
};

/// A result and what `uada bench render` knows about it beside; empty or 0: not measured. Quartiles are over
/// blocks. A ratio says how many times longer the reference takes.
struct BenchLine {
  BenchResult result;
  double low = 0, high = 0;            ///< quartiles of the value
  double ratioLow = 0, ratioHigh = 0;  ///< quartiles of the ratio
  double timesMemcpy = 0;              ///< the value in times of a memory copy of the same bytes
  double imagesPerSecond = 0;
  std::string output;  ///< ours beside the reference's: "identical" or how much differs
  bool differs = false;
  std::string target;   ///< "<= 62 us"
  std::string met;      ///< "met", "not met", "too noisy to say", "not judged: ..."
  std::string note;     ///< what each side does
  std::string missing;  ///< why there is no reference, or why it is not timed: something is not installed
  std::string failed;   ///< what went wrong in the reference, which is there
};

/// Results of `uada bench`, printed as they come with --json and as a table at the end otherwise.
class BenchLines {
 public:
  explicit BenchLines(const Console& console);
  void add(BenchLine line);
  void add(const BenchResult& result);
  const std::vector<BenchLine>& all() const { return lines_; }
  /// The table, without the columns that nothing stands in, and the notes below it.
  void finish() const;

 private:
  const Console& console_;
  std::string cpu_;
  std::vector<BenchLine> lines_;
};

/// Operations, chains and scaling (app/cli/bench); each beside Pillow or torchvision where a Python has them.
/// throws  Error at the end if pixels or numbers of ours differ from the reference's, or if that failed
void benchRender(const BenchOptions& options, const Console& console, BenchLines& lines);
/// load.opencv.224, load.albumentations.224: JPEGs of 500 x 375 to numbers behind a resized crop and
/// RandAugment, beside a loader on that library where a Python has it; load.decode and load.part: the decoder
/// alone.
void benchLoad(const BenchOptions& options, const Console& console, BenchLines& lines);
/// "seg.intersection": milliseconds to compare one label map with another.
void benchSeg(const BenchOptions& options, BenchLines& lines);
/// "voc.map": milliseconds for the mean average precision of a test set as large as VOC 2007's.
void benchVoc(const BenchOptions& options, BenchLines& lines);
/// "memory.METHOD": the most that training steps of each method take of the CPU's memory, MB, in a process of
/// its own, beyond what such a process takes that trains nothing.
/// job  its methods and its reference are not read
void benchMemory(const BenchOptions& options, const StepBench& job, BenchLines& lines);
/// "store.rows_per_second" into a project in the current folder, which is removed again.
void benchStore(BenchLines& lines);

}  // namespace uada::cli
