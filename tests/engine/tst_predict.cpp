#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/Error.h"
#include "core/data/LabelCounts.h"
#include "core/engine/PredictionSink.h"
#include "core/engine/RunImages.h"
#include "core/engine/tasks/Labels.h"
#include "core/engine/train/Examine.h"
#include "core/predictions/PredictionReader.h"
#include "tests/core/ErrorOf.h"
#include "tests/engine/Attempt.h"
#include "tests/engine/ObjectTools.h"
#include "tests/engine/SceneTools.h"

namespace uada {
namespace {

/// A run that was trained, and what its network says.
class TrainedRun {
 public:
  explicit TrainedRun(RunConfig config) : config_(std::move(config)) {
    const Attempt attempt(config_, folder());
    state = attempt.state;
    last = attempt.sink.epochs.back();
  }
  std::filesystem::path folder() const { return dir_.path().toStdString(); }
  const RunConfig& config() const { return config_; }

  RunState predict(Sink& sink, Split split = Split::test, std::int64_t limit = 0,
                   std::optional<Command> command = std::nullopt) const {
    Control control({});
    if (command) control.send(*command);
    return uada::predict(prepare(config_, {}, folder()), {config_, folder(), split, limit}, sink, control,
                         [&](const StateReport& report) { sink.take(report); });
  }
  std::shared_ptr<const Dataset> images(Split split = Split::test) const {
    const std::string folder = config_.recipe.dataset.as<DataSettings>().folder;
    return runImages(config_.recipe.dataset, split, folder);
  }

  RunState state = RunState::preparing;
  EpochReport last;

 private:
  const RunConfig config_;
  QTemporaryDir dir_;
};

/// Whether the reports are of all images of a set, in order and once, and the metrics those of the run.
QString unlikeTheTest(const RecordingSink& sink, const TrainedRun& run, TargetKind kind) {
  if (sink.headers.size() != 1 || sink.evaluations.size() != 1) return "not one header and one evaluation";
  const PredictionHeader& header = sink.headers[0];
  const auto data = run.images();
  if (header.samples != sampleNames(*data, data->size())) return "other names";
  if (header.sizes.size() != data->size() || header.dataHash != data->identity()) return "other images";
  if (header.kind != kind || header.classCount != data->classes()) return "another kind";
  if (header.step != run.last.step || header.epoch != run.last.epoch) return "another checkpoint";
  if (header.configHash != configHash(run.config()) || !header.metrics.empty()) return "another run";
  if (sink.predictions.size() != data->size()) return "too few or too many predictions";
  for (std::uint32_t i = 0; i < data->size(); ++i)
    if (sink.predictions[i].sample != i || kindOf(sink.predictions[i].prediction) != kind)
      return "another order or kind";
  return sink.evaluations[0].test == run.last.test ? QString() : "other metrics";
}

}  // namespace

/// What networks of checkpoints say of single images; it is what their tests counted.
class TestPredict : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    run_ = std::make_unique<TrainedRun>(tinyConfig(images_.folder(), "ra-uc", 2, 8));
    QCOMPARE(run_->state, RunState::finished);
  }

  void likeliestClasses() {
    // The chances are those of 2, 1, 0 and twice -1: 1, 1/e, 1/e^2 and 1/e^3 in shares.
    const float none = std::numeric_limits<float>::quiet_NaN();
    const at::Tensor logits = at::tensor({0.F, 2.F, -1.F, 1.F, -1.F, -9.F,  //
                                          none, none, none, none, none, none})
                                  .view({2, 6});
    const auto chances = chancesOf(logits, at::tensor({3, 0}, at::kLong));
    QCOMPARE(chances.size(), std::size_t{2});
    std::vector<int> order;
    for (const ClassChance& one : chances[0].best) order.push_back(one.label);
    QCOMPARE(order, (std::vector<int>{1, 3, 0, 2, 4}));
    double sum = 0;
    for (const double logit : {0., 2., -1., 1., -1., -9.}) sum += std::exp(logit);
    QVERIFY(std::abs(chances[0].best[0].chance - std::exp(2) / sum) < 1e-12);
    QVERIFY(std::abs(chances[0].best[4].chance - std::exp(-1) / sum) < 1e-12);
    QVERIFY(std::abs(chances[0].loss - (std::log(sum) - 1)) < 1e-6);
    QCOMPARE(chances[0].truth, 3);
    QCOMPARE(chances[0].predicted(), 1);
    QCOMPARE(chances[1].predicted(), -1);
  }

  void classesAreThoseOfTheTest() {
    RecordingSink sink;
    QCOMPARE(run_->predict(sink), RunState::finished);
    QCOMPARE(unlikeTheTest(sink, *run_, TargetKind::label), QString());
    QCOMPARE(sink.headers[0].classes.size(), std::size_t{10});
    QCOMPARE(sink.headers[0].samples[3], std::string("03"));
    const auto data = run_->images();
    int right = 0;
    double loss = 0;
    for (const PredictionReport& report : sink.predictions) {
      const auto& chances = std::get<ClassChances>(report.prediction);
      QCOMPARE(chances.truth, data->label(report.sample));
      QCOMPARE(chances.best.size(), std::size_t{5});
      right += chances.predicted() == chances.truth;
      loss += chances.loss;
    }
    QCOMPARE(right / 16.0, metricOf(run_->last.test, "top1"));
    QVERIFY(std::abs(loss / 16 - metricOf(run_->last.test, "loss")) < 1e-6);
  }

  void theFirstOfASplit() {
    RecordingSink sink;
    QCOMPARE(run_->predict(sink, Split::train, 5), RunState::finished);
    QCOMPARE(sink.headers[0].samples, (std::vector<std::string>{"00", "01", "02", "03", "04"}));
    QVERIFY(sink.headers[0].split == Split::train);
    QCOMPARE(sink.predictions.size(), std::size_t{5});
    QCOMPARE(sink.evaluations[0].images, std::int64_t{5});
    const auto data = run_->images(Split::train);
    QCOMPARE(sink.headers[0].dataHash, data->identity());
    int right = 0;
    for (const PredictionReport& report : sink.predictions) {
      const auto& chances = std::get<ClassChances>(report.prediction);
      QCOMPARE(chances.truth, data->label(report.sample));
      right += chances.predicted() == chances.truth;
    }
    QCOMPARE(metricOf(sink.evaluations[0].test, "top1"), right / 5.0);
    // More than there are are all.
    RecordingSink all;
    QCOMPARE(run_->predict(all, Split::test, 99), RunState::finished);
    QCOMPARE(all.predictions.size(), std::size_t{16});
  }

  void aStopEndsIt() {
    RecordingSink sink;
    QCOMPARE(run_->predict(sink, Split::test, 0, command::Stop{}), RunState::stopped);
    QVERIFY(sink.predictions.empty() && sink.evaluations.empty());
    QCOMPARE(sink.states.back().state, RunState::stopped);
  }

  void fewerThanNoneAreRefused() {
    const work::Predict wanted{run_->config(), run_->folder(), Split::test, -1};
    QVERIFY(test::errorOf([&] { requireLimit(wanted); }).contains("-1 images"));
  }

  void labelMapsAreThoseOfTheTest() {
    const MadeScenes scenes(6, 3);
    const TrainedRun run(sceneConfig(scenes.dir().string(), "plain", 1, 3));
    QCOMPARE(run.state, RunState::finished);
    RecordingSink sink;
    QCOMPARE(run.predict(sink), RunState::finished);
    QCOMPARE(unlikeTheTest(sink, run, TargetKind::labelMap), QString());
    QCOMPARE(sink.headers[0].samples[0], std::string("g_leftImg8bit"));
    const auto data = run.images();
    LabelCounts counts(19);
    for (const PredictionReport& report : sink.predictions) {
      const Held<TargetView> truth = data->target(report.sample);
      counts.add(std::get<LabelMap>(report.prediction).view(), std::get<LabelMapView>(*truth));
    }
    QCOMPARE(counts.meanIouOccurring(), metricOf(run.last.test, "miou_occurring"));
    QCOMPARE(counts.overallAccuracy(), metricOf(run.last.test, "all_acc"));
  }

  void boxesAreThoseOfTheTest() {
    const ObjectFolder images(16, 18);  // more than are taken at once
    RunConfig config = objectConfig("plain", 4, images.dir().string());
    config.method.set("policy", "detection");
    config.recipe.optimiser.set("learning_rate", 0.001);
    const TrainedRun run(config);
    QCOMPARE(run.state, RunState::finished);
    RecordingSink sink;
    QCOMPARE(run.predict(sink), RunState::finished);
    QCOMPARE(unlikeTheTest(sink, run, TargetKind::boxes), QString());
    QVERIFY(sink.headers[0].classes == (std::vector<std::string>{"bar", "square"}));
    const auto data = run.images();
    AveragePrecision counts(2);
    for (const PredictionReport& report : sink.predictions)
      counts.add(std::get<FoundBoxes>(report.prediction), boxesOf(*data, report.sample));
    QVERIFY(counts.found(0) + counts.found(1) > 0);
    QCOMPARE(counts.mean(ApRule::voc07Ssd), metricOf(run.last.test, "map_voc07"));
    QCOMPARE(counts.mean(ApRule::voc12Area), metricOf(run.last.test, "map_voc12"));
  }

  /// The folder that a program writes.
  void theSinkWritesAFolder() {
    const QTemporaryDir dir;
    const std::filesystem::path folder = dir.path().toStdString() + "/a/b";
    RecordingSink others;
    PredictionSink sink(folder, "3fa2c1d0", others);
    QCOMPARE(run_->predict(sink), RunState::finished);
    QCOMPARE(sink.problem(), std::string());
    QCOMPARE(sink.samples(), std::size_t{16});
    QCOMPARE(sink.written(), std::size_t{16});
    QVERIFY(others.predictions.empty());
    QCOMPARE(others.evaluations.size(), std::size_t{1});
    RecordingSink again;
    QCOMPARE(run_->predict(again), RunState::finished);
    const PredictionReader reader(folder);
    QCOMPARE(reader.header().run, std::string("3fa2c1d0"));
    QVERIFY(reader.header().metrics == run_->last.test);
    for (std::uint32_t i = 0; i < reader.size(); ++i)
      QVERIFY(reader.prediction(i) == again.predictions[i].prediction);
    // A folder that is taken: nothing is lost, and it is told.
    PredictionSink second(folder, "3fa2c1d0", others);
    QCOMPARE(run_->predict(second, Split::test, 1), RunState::finished);
    QVERIFY(second.problem().find("holds predictions already") != std::string::npos);
    QCOMPARE(PredictionReader(folder).size(), std::size_t{16});
  }

 private:
  StripedImages images_{32, 16};
  std::unique_ptr<TrainedRun> run_;
};

}  // namespace uada

QTEST_GUILESS_MAIN(uada::TestPredict)
#include "tst_predict.moc"
