#include "core/weights/WeightsFile.h"
#include "tests/cli/TinyTraining.h"

using namespace uada::test;

static QString networkFrom(const QString& file) {
  return QStringLiteral("{\"name\":\"torchscript\",\"file\":\"%1\"}").arg(file);
}

/// Networks and weights from files, with the program itself.
class TestCliWeights : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() {
    program_ = std::make_unique<Program>();
    writeTinyExperiment(*program_);
  }

  /// Two steps of a network that a script of PyTorch wrote (docs/examples/export_torchscript.py).
  void trainsANetworkFromElsewhere() {
    const QString net = PROJECT_DIR "/tests/golden/torchscript/net.pt";
    const Result run =
        program_->run(tinyExperiment(*program_, 1, "[\"uada\"]") +
                      QStringList{"--set", "recipe.dataset.train_limit=40", "--set",
                                  "recipe.model=" + networkFrom(net), "--json", "--project", "net.uada"});
    COMPARE_CODE(run, 0);
    QCOMPARE(ofKind(objects(run.out), "step").size(), 2);
    const QJsonObject model =
        ofKind(objects(run.out), "run").first()["config"].toObject()["recipe"].toObject()["model"].toObject();
    QCOMPARE(model["sha256"].toString().toStdString(), uada::fileHash(net.toStdString()));
    QCOMPARE(ofKind(objects(run.out), "result").first()["parameters"].toInt(), 510);
  }

  /// Weights go out as PyTorch reads them, and a run starts from them; what was taken stands in its log.
  void startsFromExportedWeights() {
    COMPARE_CODE(program_->run(tinyExperiment(*program_, 1, "[\"ra-uc\"]") +
                               QStringList{"--quiet", "--project", "first.uada"}),
                 0);
    const Result written =
        program_->run({"export", "1", "--what", "weights", "--out", "w.pth", "--project", "first.uada"});
    COMPARE_CODE(written, 0);
    COMPARE_CODE(
        program_->run({"export", "1", "--what", "onnx", "--out", "net.onnx", "--project", "first.uada"}), 0);
    QVERIFY(program_->read("net.onnx").contains("logits") && program_->read("net.onnx").contains("airplane"));
    // The ending of the file is that of its form, and one without an ending is of the form that was asked
    // for.
    COMPARE_CODE(
        program_->run({"export", "1", "--what", "onnx", "--out", "net.pth", "--project", "first.uada"}), 2);
    COMPARE_CODE(program_->run({"export", "1", "--what", "weights", "--format", "pth", "--out", "bare",
                                "--project", "first.uada"}),
                 0);
    QCOMPARE(program_->read("bare"), program_->read("w.pth"));
    const Result run = program_->run(
        tinyExperiment(*program_, 1, "[\"ra-uc\"]") +
        QStringList{"--set", "recipe.model.weights=w.pth", "--json", "--project", "second.uada"});
    COMPARE_CODE(run, 0);
    QVERIFY2((run.out + run.err).contains("tensors of") && (run.out + run.err).contains("w.pth"),
             qPrintable(run.out.left(2000)));
    QVERIFY(lossesIn(*program_, "second.uada") != lossesIn(*program_, "first.uada"));
    program_->write("bad.pth", "no weights");
    const Result bad =
        program_->run(tinyExperiment(*program_, 1, "[\"ra-uc\"]") +
                      QStringList{"--set", "recipe.model.weights=bad.pth", "--project", "third.uada"});
    QVERIFY(bad.code != 0);
    QVERIFY2(bad.err.contains("is no file of weights"), qPrintable(bad.err));
  }

 private:
  std::unique_ptr<Program> program_;
};

QTEST_GUILESS_MAIN(TestCliWeights)
#include "tst_cli_weights.moc"
