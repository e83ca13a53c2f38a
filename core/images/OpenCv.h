#pragma once

namespace uada {

/// Keeps OpenCV on the thread that calls it: its own threads would compete with the training. To be called
/// before anything else of OpenCV; once is enough.
void keepOpenCvSerial();

}  // namespace uada
