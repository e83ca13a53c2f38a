#pragma once

namespace uada {

class Theme;

/// Moves the opacity of a made-up sample of segmentation of 2048 x 1024 pixels, shown with image, truth,
/// prediction and errors, and prints as a JSON line how long it takes from the change to the end of the
/// painting, "window.overlay.2048": milliseconds, the median, and the longest; with the CPU time that a
/// change takes.
void benchOverlay(const Theme& theme);

}  // namespace uada
