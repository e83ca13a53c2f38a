#pragma once

class QSettings;

namespace uada {

class Theme;

/// What the live view costs the training beside it. One run of UADA on Fashion-MNIST is trained in a window;
/// 15 pairs of blocks of 4 seconds, in one of which the window shows the live view, and in the other its
/// thread sleeps, on off, off on. Of each step the processor time of all threads but the window's counts,
/// which is what the training takes; the first steps after a change do not. Prints as a JSON line
/// "window.live_view": the medians, the median of the ratios of the pairs and their quartiles. Throws Error.
void benchLive(Theme& theme, QSettings& settings);

}  // namespace uada
