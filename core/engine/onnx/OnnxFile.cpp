#include "core/engine/onnx/OnnxFile.h"

#include <onnx/onnx_pb.h>

#include <limits>

#include "core/base/Error.h"
#include "core/base/Text.h"

namespace uada {
namespace {

constexpr int kFormat = 7;  // of the file: that which came with kOnnxOperators

void write(const OnnxPort& port, onnx::ValueInfoProto& to) {
  to.set_name(port.name);
  auto& type = *to.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  auto& shape = *type.mutable_shape();
  shape.add_dim()->set_dim_param("batch");
  for (const std::int64_t size : port.sizes) shape.add_dim()->set_dim_value(size);
}

void write(const std::string& name, const OnnxValue& value, onnx::AttributeProto& to) {
  to.set_name(name);
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    to.set_type(onnx::AttributeProto::INT);
    to.set_i(*number);
  } else if (const auto* real = std::get_if<double>(&value)) {
    to.set_type(onnx::AttributeProto::FLOAT);
    to.set_f(static_cast<float>(*real));
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    to.set_type(onnx::AttributeProto::STRING);
    to.set_s(*text);
  } else {
    to.set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t each : std::get<std::vector<std::int64_t>>(value)) to.add_ints(each);
  }
}

void write(const OnnxNode& node, onnx::NodeProto& to) {
  to.set_op_type(node.op);
  to.set_name(node.output);
  for (const std::string& input : node.inputs) to.add_input(input);
  to.add_output(node.output);
  for (const auto& [name, value] : node.settings) write(name, value, *to.add_attribute());
}

void write(const WrittenTensor& tensor, onnx::TensorProto& to) {
  to.set_name(tensor.name);
  to.set_data_type(tensor.element == NumberType::i64 ? onnx::TensorProto::INT64 : onnx::TensorProto::FLOAT);
  for (const std::int64_t size : tensor.sizes) to.add_dims(size);
  to.set_raw_data(tensor.numbers.data(), tensor.numbers.size());
}

}  // namespace

std::string onnxFile(const OnnxNetwork& network, const std::string& program, const std::string& version) {
  onnx::ModelProto model;
  model.set_ir_version(kFormat);
  model.set_producer_name(program);
  model.set_producer_version(version);
  model.add_opset_import()->set_version(kOnnxOperators);
  for (const auto& [key, text] : network.texts) {
    auto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(text);
  }
  auto& graph = *model.mutable_graph();
  graph.set_name(network.name);
  write(network.input, *graph.add_input());
  write(network.output, *graph.add_output());
  for (const OnnxNode& node : network.nodes) write(node, *graph.add_node());
  for (const WrittenTensor& tensor : network.tensors) write(tensor, *graph.add_initializer());
  const std::size_t bytes = model.ByteSizeLong();
  if (bytes > std::numeric_limits<std::int32_t>::max())
    throw Error("the network would be a file of " + bytesText(static_cast<double>(bytes)) +
                ", and one of ONNX has at most 2 GB; export its weights as safetensors");
  return model.SerializeAsString();
}

}  // namespace uada
