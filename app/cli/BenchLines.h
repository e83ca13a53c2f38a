#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/cli/Console.h"
#include "core/engine/Engine.h"

namespace uada::cli {

/// Results of `uada bench`, printed as they come with --json and as a table at the end otherwise.
class BenchLines {
 public:
  explicit BenchLines(const Console& console);
  void add(const BenchResult& result);
  void finish() const;

 private:
  const Console& console_;
  std::string cpu_;
  TextTable table_;
};

/// Seconds of one call: the least of several spans, each long enough for the clock. The least, since all that
/// can disturb makes it longer.
double secondsOf(const std::function<void()>& call);

/// "op.NAME.32", "op.NAME.224", "render.uada9.32", "render.ra.32", "render.ra.224": microseconds a sample,
/// one thread.
void benchRender(BenchLines& lines);
/// "store.rows_per_second" into a project in the current folder, which is removed again.
void benchStore(BenchLines& lines);
/// "start.first_paint": what uada-workbench says of itself.
void benchStart(BenchLines& lines);

}  // namespace uada::cli
