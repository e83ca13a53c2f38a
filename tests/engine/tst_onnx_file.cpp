#include <onnx/onnx_pb.h>

#include <QTest>

#include "core/engine/onnx/OnnxFile.h"

using namespace uada;

/// Files of ONNX, read back with its own classes.
class TestOnnxFile : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void writesWhatItIsGiven() {
    const float weights[6] = {1, -2, 3, 0.5, 0, 7};
    const std::int64_t axes[2] = {2, 3};
    const OnnxNetwork network{
        .name = "net",
        .input = {"image", {3, 4, 5}},
        .output = {"logits", {2}},
        .nodes =
            {{"Conv", {"image", "w"}, "conv_1", {{"pads", std::vector<std::int64_t>{1, 0}}, {"group", 4}}},
             {"Resize", {"conv_1", "", "a"}, "logits", {{"mode", "linear"}, {"epsilon", 0.25}}}},
        .tensors = {{"w", NumberType::f32, {2, 3}, std::as_bytes(std::span(weights))},
                    {"a", NumberType::i64, {2}, std::as_bytes(std::span(axes))}},
        .texts = {{"mean", "[0.5]"}}};
    onnx::ModelProto model;
    QVERIFY(model.ParseFromString(onnxFile(network, "uada", "1.2")));
    QCOMPARE(model.ir_version(), std::int64_t{7});
    QCOMPARE(model.opset_import(0).version(), std::int64_t{13});
    QCOMPARE(model.producer_name() + model.producer_version(), std::string("uada1.2"));
    QCOMPARE(model.metadata_props(0).key() + model.metadata_props(0).value(), std::string("mean[0.5]"));
    hasItsPorts(model.graph());
    hasItsNodes(model.graph());
    QCOMPARE(model.graph().initializer_size(), 2);
    const auto &w = model.graph().initializer(0), &a = model.graph().initializer(1);
    QCOMPARE(w.data_type(), static_cast<int>(onnx::TensorProto::FLOAT));
    QCOMPARE(a.data_type(), static_cast<int>(onnx::TensorProto::INT64));
    QVERIFY(w.dims(0) == 2 && w.dims(1) == 3 && a.dims(0) == 2);
    QVERIFY(w.raw_data() == std::string_view(reinterpret_cast<const char*>(weights), sizeof weights));
    QVERIFY(a.raw_data() == std::string_view(reinterpret_cast<const char*>(axes), sizeof axes));
  }

 private:
  static void hasItsPorts(const onnx::GraphProto& graph) {
    QCOMPARE(graph.name(), std::string("net"));
    const auto& type = graph.input(0).type().tensor_type();
    QCOMPARE(graph.input(0).name(), std::string("image"));
    QCOMPARE(type.elem_type(), static_cast<int>(onnx::TensorProto::FLOAT));
    QCOMPARE(type.shape().dim_size(), 4);
    QCOMPARE(type.shape().dim(0).dim_param(), std::string("batch"));  // any number of images
    QCOMPARE(type.shape().dim(3).dim_value(), std::int64_t{5});
    QCOMPARE(graph.output(0).name(), std::string("logits"));
    QCOMPARE(graph.output(0).type().tensor_type().shape().dim(1).dim_value(), std::int64_t{2});
  }
  static void hasItsNodes(const onnx::GraphProto& graph) {
    QCOMPARE(graph.node_size(), 2);
    const auto &conv = graph.node(0), &resize = graph.node(1);
    QCOMPARE(
        conv.op_type() + ' ' + conv.name() + ' ' + conv.input(0) + ' ' + conv.input(1) + ' ' + conv.output(0),
        std::string("Conv conv_1 image w conv_1"));
    QCOMPARE(conv.attribute(0).type(), onnx::AttributeProto::INTS);
    QVERIFY(conv.attribute(0).ints(0) == 1 && conv.attribute(0).ints(1) == 0);
    QCOMPARE(conv.attribute(1).i(), std::int64_t{4});
    QCOMPARE(resize.input(1), std::string());  // one that is left out
    QCOMPARE(resize.attribute(0).s(), std::string("linear"));
    QCOMPARE(resize.attribute(1).f(), 0.25F);
  }
};

QTEST_GUILESS_MAIN(TestOnnxFile)
#include "tst_onnx_file.moc"
