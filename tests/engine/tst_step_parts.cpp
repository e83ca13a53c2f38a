#include <QTest>
#include <cmath>
#include <map>

#include "core/engine/methods/MethodEntry.h"
#include "core/engine/optimisers/Sgd.h"
#include "tests/engine/FaultTools.h"

using namespace uada;

namespace {

/// Counts the forwards of this thread's networks that end in one linear layer.
class Forwards {
 public:
  Forwards() {
    count() = 0;
    handle_ =
        at::addThreadLocalCallback(at::RecordFunctionCallback(&begun).scopes({at::RecordScope::FUNCTION}));
  }
  ~Forwards() { at::removeCallback(handle_); }
  int seen() const { return count(); }

 private:
  static int& count() {
    static int all = 0;
    return all;
  }
  static std::unique_ptr<at::ObserverContext> begun(const at::RecordFunction& function) {
    if (std::string_view(function.name()) == "aten::linear") ++count();
    return nullptr;
  }
  at::CallbackHandle handle_;
};

}  // namespace

/// Steps whose rows go through the network in parts, which takes less memory.
class TestStepParts : public QObject {
  Q_OBJECT
 private:
  const StripedImages images_{26, 12};
  ThreadPool pool_{1};

  ResidentDataset data() const { return trainingImages(images_.folder()); }

 private Q_SLOTS:
  void initTestCase() { at::set_num_threads(1); }

  /// Rows that are trained on in two parts: the gradient is the mean of those of the parts alone. Without
  /// momentum a step in two parts ends in the middle between the ends of two steps.
  void partsAddUp() {
    RunConfig config = tinyConfig(images_.folder(), "ra-uc", 1, 8);
    config.recipe.optimiser = {"sgd", Sgd{.learningRate = 0.05, .momentum = 0, .weightDecay = 0}};
    const ResidentDataset images = data();
    const auto weightsAfter = [&](const std::vector<std::uint32_t>& indices, int rows) {
      Stepper stepper(config, images, at::kCPU, pool_);
      stepper.setRowsAtOnce(rows);
      stepper.step({3, 1, 1, indices}, 0.05, 0);
      std::vector<at::Tensor> weights;
      for (const at::Tensor& one : stepper.network().parameters())
        weights.push_back(one.detach().to(at::kDouble));
      return weights;
    };
    const auto parts = weightsAfter({0, 1, 2, 3, 4, 5}, 3), whole = weightsAfter({0, 1, 2, 3, 4, 5}, 0);
    const auto first = weightsAfter({0, 1, 2}, 0), second = weightsAfter({3, 4, 5}, 0);
    bool isOther = false;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      QVERIFY(at::allclose(parts[i], (first[i] + second[i]) / 2, 1e-5, 1e-6));
      isOther = isOther || !at::allclose(parts[i], whole[i], 1e-5, 1e-6);
    }
    QVERIFY(isOther);  // batch normalisation has other statistics
  }

  /// Each row has its own noise, whatever part it is in: of four rows that are the same, two parts have other
  /// losses under dropout, and the same without.
  void partsKeepTheNoise() {
    const ResidentDataset images = data();
    for (const double rate : {0.0, 0.5}) {
      RunConfig config = tinyConfig(images_.folder(), "baseline", 1, 8);
      config.recipe.model = modelFromJson(Json("wrn"), "test");
      config.recipe.model.set("depth", 10);
      config.recipe.model.set("width_factor", 1);
      config.recipe.model.set("dropout", rate);
      const auto lossOf = [&](const std::vector<std::uint32_t>& indices) {
        Stepper stepper(config, images, at::kCPU, pool_);
        stepper.setRowsAtOnce(2);
        return stepper.step({3, 1, 1, indices}, 0.05, 0).report.loss;
      };
      QCOMPARE(lossOf({0, 0, 0, 0}) == lossOf({0, 0}), rate == 0);
    }
  }

  void trainsEveryMethodInParts_data() {
    QTest::addColumn<QString>("method");
    for (const MethodEntry& method : methods())
      QTest::newRow(method.name.c_str()) << QString::fromStdString(method.name);
  }
  void trainsEveryMethodInParts() {
    QFETCH(QString, method);
    RunConfig config = busyConfig(images_.folder(), method.toStdString());
    const ResidentDataset images = data();
    Stepper stepper(config, images, at::kCPU, pool_);
    stepper.setRowsAtOnce(3);
    stepper.beginEpoch(1);
    for (std::int64_t step = 1; step <= 2; ++step) {
      Batch batch = firstBatch(8);
      batch.step = step;
      const StepReports reports = stepper.step(batch, 0.05, 0);
      QVERIFY(std::isfinite(reports.report.loss));
      QCOMPARE(reports.report.count, 8);
    }
  }

  /// Forwards without gradient go in parts, too, where a row's loss depends on nothing but itself; dropout
  /// and all else meets a row as when all go together.
  void halvesForwardsWithoutGradient_data() {
    QTest::addColumn<QString>("norm");
    QTest::addColumn<bool>("isInParts");
    for (const auto& [norm, isInParts] : {std::pair{"base", true},
                                          {"running", true},
                                          {"eval", true},
                                          {"train", false},
                                          {"probe", false},
                                          {"record", false}})
      QTest::newRow(norm) << norm << isInParts;
  }
  void halvesForwardsWithoutGradient() {
    QFETCH(QString, norm);
    QFETCH(bool, isInParts);
    const std::map<QString, NormMode> modes{{"base", NormMode::base},   {"running", NormMode::running},
                                            {"eval", NormMode::eval},   {"train", NormMode::train},
                                            {"probe", NormMode::probe}, {"record", NormMode::record}};
    RunConfig config = tinyConfig(images_.folder(), "uada", 1, 8);
    config.recipe.model =
        modelFromJson(parseJson(R"({"name": "wrn", "depth": 10, "width_factor": 1})", "test"), "test");
    const ResidentDataset images = data();
    std::vector<Shown> shown;  // of eight samples, so that places are told from rows
    for (int row = 0; row < 7; ++row) shown.push_back({7 - row, {}});
    for (const bool isCommon : {false, true}) {
      const Mode mode{.norm = modes.at(norm), .commonNoise = isCommon};
      std::vector<at::Tensor> losses, logits;
      for (const int most : {0, 3}) {
        Stepper stepper(config, images, at::kCPU, pool_);
        stepper.setRowsAtOnce(most);
        stepper.ask(firstBatch(8), [&](StepContext& context) {
          const Rows rows = context.render(shown);
          context.losses(rows, {.norm = NormMode::record, .commonNoise = true});
          const Forwards forwards;
          losses.push_back(context.losses(rows, mode));
          logits.push_back(context.outputs(rows, mode).main);
          QCOMPARE(forwards.seen(), isInParts && most > 0 ? 6 : 2);
        });
      }
      QVERIFY(losses[1].sizes() == at::IntArrayRef({7}));
      QVERIFY2(losses[1].allclose(losses[0], 1e-5, 1e-5), qPrintable(norm));
      QVERIFY2(logits[1].allclose(logits[0], 1e-5, 1e-5), qPrintable(norm));
    }
  }

  /// Rows that do not depend on each other, more than go together and no whole number of batches, so that
  /// some are filled up: each has the loss, the logits and the dropout that it has in parts of two.
  void rowsGoInPartsOfOneSize() {
    constexpr int kRows = 72 + 19;
    RunConfig config = tinyConfig(images_.folder(), "uada", 1, 72);
    config.recipe.model = modelFromJson(
        parseJson(R"({"name": "wrn", "depth": 10, "width_factor": 1, "dropout": 0.5})", "test"), "test");
    const ResidentDataset images = data();
    Batch batch = firstBatch(72);
    for (std::size_t place = 0; place < batch.indices.size(); ++place)
      batch.indices[place] = static_cast<std::uint32_t>(place % 26);
    std::vector<Shown> shown;
    for (int row = 0; row < kRows; ++row) shown.push_back({(row * 5) % 72, {}});
    for (const bool isCommon : {false, true}) {
      std::vector<at::Tensor> losses, logits;
      for (const int most : {0, 2}) {
        Stepper stepper(config, images, at::kCPU, pool_);
        stepper.setRowsAtOnce(most);
        stepper.ask(batch, [&](StepContext& context) {
          const Rows rows = context.render(shown);
          context.losses({0, 72}, {.norm = NormMode::record, .commonNoise = true});
          const Forwards forwards;
          const Mode mode{.norm = NormMode::base, .commonNoise = isCommon};
          losses.push_back(context.losses(rows, mode));
          logits.push_back(context.outputs(rows, mode).main);
          QCOMPARE(forwards.seen(), most == 0 ? 6 : 2 * (kRows / 2));  // of 32, 32 and 27; of two or three
        });
      }
      QVERIFY(losses[0].sizes() == at::IntArrayRef({kRows}));
      QVERIFY(losses[0].allclose(losses[1], 1e-5, 1e-5));
      QVERIFY(logits[0].allclose(logits[1], 1e-5, 1e-5));
    }
  }
};

QTEST_GUILESS_MAIN(TestStepParts)
#include "tst_step_parts.moc"
