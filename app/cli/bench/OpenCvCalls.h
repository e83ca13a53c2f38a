#pragma once

#include <functional>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "app/cli/bench/OpCases.h"

namespace uada::cli {

/// What people write with OpenCV for one of our operations.
struct OpenCvCall {
  std::string name;  ///< "warpAffine"
  /// 8-bit RGB. `other`: the partner of ops that have one. `out` is there already; what else the call needs,
  /// it makes once.
  std::function<void(const cv::Mat& in, const cv::Mat& other, cv::Mat& out)> run;
};

/// Every way that may be the fastest on some machine: the same interpolation, border and values, not the same
/// last bits. Empty: OpenCV has nothing for the op.
std::vector<OpenCvCall> openCvCalls(const OpCase& c, int side);

}  // namespace uada::cli
