#pragma once

namespace uada {

class Theme;

/// Zooms and moves plots of 100 curves of 10,000 values, each with its smoothed line, and of one of 10
/// million, and prints as JSON lines how long a frame takes from the change to the end of the painting,
/// "plot.frame.100x10k" and "plot.frame.10m": milliseconds, the median, and the longest; with the CPU time
/// of a frame.
void benchPlots(const Theme& theme);

}  // namespace uada
