#include <QTemporaryDir>
#include <QTest>

#include "core/store/Pruning.h"
#include "core/store/RunSession.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/StoreTools.h"

using namespace uada;
using namespace uada::store;

/// Row 31: runs that are stopped at an epoch by the median rule.
class TestPruning : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  int count_ = 0;

  std::filesystem::path newProject() {
    return folder_.filePath(QString("p%1.uada").arg(++count_)).toStdString();
  }
  static RunConfig pruned(int after = 1) {
    RunConfig config = fakeConfig();
    config.runtime.pruning = "median";
    config.runtime.pruningAfter = after;
    return config;
  }
  /// A run with these tests after its epochs, 0 .. 1, that ended so, or trains on.
  static void tested(ProjectWriter& writer, RunConfig config, std::vector<double> tests, RunState state) {
    const std::int64_t run = beginRun(writer, config);
    for (std::size_t i = 0; i < tests.size(); ++i) {
      EpochReport report;
      report.epoch = static_cast<int>(i) + 1;
      report.step = 10 * report.epoch;
      report.test = {{"loss", 1.0}, {"top1", tests[i]}};
      writer.append(run, 1, report);
    }
    writer.append(run, 1, StateReport{state, "", "cpu", 2, "fake-data"});
    writer.flush();
  }
  static RunDetail newest(const std::filesystem::path& file) {
    const ProjectReader reader(file);
    return reader.detail(reader.runs().front().id);
  }

 private Q_SLOTS:
  /// Of three the middle one, of four the mean of the two in the middle; of one there is none.
  void medianRule() {
    const Metric& top1 = mainMetric(RunSummary{});
    QVERIFY(top1.isBetter(0.6, 0.5));
    const auto isPruned = [&](double value, std::vector<double> others) {
      return !whyPruned(top1, 3, value, std::move(others)).empty();
    };
    QVERIFY(isPruned(0.49, {0.9, 0.5, 0.1}));
    QVERIFY(!isPruned(0.5, {0.9, 0.5, 0.1}));
    QVERIFY(isPruned(0.59, {0.9, 0.7, 0.5, 0.1}));
    QVERIFY(!isPruned(0.61, {0.9, 0.7, 0.5, 0.1}));
    QVERIFY(!isPruned(0.1, {0.9}));
    QVERIFY(!isPruned(0.1, {}));
    QVERIFY(isPruned(std::nan(""), {0.1, 0.2}));
    QVERIFY(isPruned(0.49, {std::nan(""), 0.9, 0.5}) && !isPruned(0.51, {0.9, std::nan(""), 0.5}));
    QVERIFY(!isPruned(0.1, {std::nan(""), 0.9, std::nan("")}));
    QVERIFY(!isPruned(std::nan(""), {std::nan(""), std::nan("")}));
    QCOMPARE(whyPruned(top1, 3, 0.4, {0.5, 0.6}),
             "pruned after epoch 3: " + top1.title +
                 " is 40.00 %, worse than 55.00 %, the median of 2 other runs of "
                 "the experiment");
  }
  void isOffUnlessAskedFor() {
    QVERIFY(!isJudged(Runtime{}, 10));
    QVERIFY(!isJudged(pruned(3).runtime, 2) && isJudged(pruned(3).runtime, 3));
    QVERIFY(!toJson(fakeConfig()).at("runtime").find("pruning"));  // stored configurations stay as they are
  }

  /// After the right epoch, with the reason among the events, and a checkpoint to go on from.
  void stopsAtTheEpochAndSaysWhy() {
    const auto file = newProject();
    ProjectWriter writer(file);
    tested(writer, fakeConfig("uada", 2), {1, 1, 1}, RunState::finished);
    tested(writer, fakeConfig("uada", 3), {0, 1, 1}, RunState::running);
    tested(writer, fakeConfig("uada", 4), {0, 0, 0}, RunState::failed);  // does not count
    RunConfig other = fakeConfig("uada", 5);
    other.experiment = "another";
    tested(writer, other, {0, 0, 0}, RunState::finished);  // nor does this
    FakeEngine engine;
    const double first = metricOf(engine.numbers(pruned()).epoch(1).test, "top1");
    QVERIFY(first < 1);
    {
      RunSession session(writer, engine, pruned(2), nullptr);
      session.job().wait();
    }
    const RunDetail run = newest(file);
    QCOMPARE(run.summary.state, RunState::stopped);
    QCOMPARE(run.summary.epoch, 2);
    QCOMPARE(std::ranges::count_if(run.events,
                                   [](const std::string& event) {
                                     return event.starts_with("pruned after epoch 2: ") &&
                                            event.ends_with("the median of 2 other runs of the experiment");
                                   }),
             1);
    QCOMPARE(run.checkpoints.back().step, 20);
    QVERIFY(ProjectReader(file).finishedRuns().size() == 2);
  }
  void goesOnWhereItIsNoWorse() {
    const auto file = newProject();
    ProjectWriter writer(file);
    for (const int seed : {2, 3, 4}) tested(writer, fakeConfig("uada", seed), {0, 0, 0}, RunState::finished);
    FakeEngine engine;
    RunSession session(writer, engine, pruned(), nullptr);
    session.job().wait();
    writer.flush();
    QCOMPARE(newest(file).summary.state, RunState::finished);
  }
};

QTEST_GUILESS_MAIN(TestPruning)
#include "tst_pruning.moc"
