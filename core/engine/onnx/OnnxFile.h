#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/weights/WeightsFile.h"

namespace uada {

/// Of the operator set that our files name: the newest that OpenCV 4.6 reads whole.
constexpr int kOnnxOperators = 13;

/// A setting of a node: what ONNX calls an attribute.
using OnnxValue = std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>>;

/// An operation of a network.
struct OnnxNode {
  std::string op;  ///< "Conv"
  std::vector<std::string> inputs;
  std::string output;  ///< also the node's name
  std::vector<std::pair<std::string, OnnxValue>> settings = {};
};

/// What goes in, or comes out: float32, any number of images.
struct OnnxPort {
  std::string name;
  std::vector<std::int64_t> sizes;  ///< of one image: [C, H, W], [classes]
};

/// A network as ONNX has it.
struct OnnxNetwork {
  std::string name;
  OnnxPort input, output;
  std::vector<OnnxNode> nodes;         ///< in the order in which they run
  std::vector<WrittenTensor> tensors;  ///< float32 or int64, that nodes take by their names
  std::vector<std::pair<std::string, std::string>> texts;  ///< for people and programs: the file's metadata
};

/// The file's bytes. The numbers of the tensors are copied.
/// program, version  that write it
/// throws            Error above 2 GB, the most that a file of ONNX can be
std::string onnxFile(const OnnxNetwork& network, const std::string& program, const std::string& version);

}  // namespace uada
