#include "core/images/OpenCv.h"

#include <mutex>
#include <opencv2/core.hpp>

namespace uada {

void keepOpenCvSerial() {
  static std::once_flag once;
  std::call_once(once, [] { cv::setNumThreads(0); });
}

}  // namespace uada
