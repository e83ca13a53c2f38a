#include <QTemporaryDir>
#include <QTest>

#include "core/store/Repetition.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/StoreTools.h"

using namespace uada;

/// Reports of steps that are done again, beside those that were recorded.
class TestRepetition : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  std::unique_ptr<ProjectReader> project_;
  FakeNumbers numbers_{FakeSettings{}, fakeConfig("uada")};
  std::int64_t run_ = 0;

  Repetition repetition(std::int64_t after, std::int64_t count) const {
    return {*project_, project_->detail(run_), after, count};
  }
  /// As a job reports its steps.
  void repeat(Repetition& to, std::int64_t first, std::int64_t last) const {
    for (std::int64_t step = first; step <= last; ++step) {
      StepReport report = numbers_.step(step);
      report.timings.train += 1;  // another moment
      to.take(report);
      to.take(numbers_.policy(step));
      to.take(numbers_.decision(step, 3));
      if (step % numbers_.settings.stepsPerEpoch == 0)
        to.take(numbers_.epoch(static_cast<int>(step / numbers_.settings.stepsPerEpoch)));
    }
  }

 private Q_SLOTS:
  void initTestCase() {
    const std::string file = folder_.filePath("p.uada").toStdString();
    ProjectWriter writer(file);
    run_ = beginRun(writer, numbers_.config);
    for (std::int64_t step = 1; step <= 2 * numbers_.settings.stepsPerEpoch; ++step) {
      writer.append(run_, 1, numbers_.step(step));
      writer.append(run_, 1, numbers_.policy(step));
      writer.append(run_, 1, numbers_.decision(step, 3));
    }
    writer.append(run_, 1, numbers_.epoch(1));
    writer.append(run_, 1, numbers_.epoch(2));
    writer.flush();
    project_ = std::make_unique<ProjectReader>(file);
  }

  void equalReports() {
    const int end = numbers_.settings.stepsPerEpoch;
    Repetition same = repetition(end - 3, 5);
    QCOMPARE(same.firstStep(), std::int64_t{end - 2});
    QCOMPARE(same.lastStep(), std::int64_t{end + 2});
    repeat(same, end - 2, end + 1);
    QVERIFY(!same.isDone());
    QVERIFY(!same.isWhole());  // one is missing
    repeat(same, end + 2, end + 2);
    QVERIFY(same.isDone() && same.isWhole());
    QCOMPARE(same.difference(), std::string());
    const auto [steps, policies, decisions, tests] = same.compared();
    QCOMPARE(steps, 5);
    QCOMPARE(policies, 5);
    QCOMPARE(decisions, 5);
    QCOMPARE(tests, 1);
  }

  /// A row from before norms were recorded says nothing of them; another norm is a difference.
  void gradientNormsAreComparedWhereTheyAreKnown() {
    Repetition older = repetition(0, 1);
    StepReport report = numbers_.step(1);
    report.gradientNorm = 0.5;
    older.take(report);
    QCOMPARE(older.difference(), std::string());
    const std::string file = folder_.filePath("norms.uada").toStdString();
    ProjectWriter writer(file);
    const std::int64_t run = beginRun(writer, numbers_.config);
    writer.append(run, 1, report);
    writer.flush();
    const ProjectReader reader(file);
    Repetition recorded(reader, reader.detail(run), 0, 1);
    report.gradientNorm = 0.25;
    recorded.take(report);
    QCOMPARE(recorded.difference(), std::string("step 1: gradient_norm is 0.5 in the record and 0.25 now"));
  }

  /// Where a test follows the last step it is waited for.
  void testAfterTheLastStep() {
    const int end = numbers_.settings.stepsPerEpoch;
    Repetition same = repetition(end - 1, 1);
    same.take(numbers_.step(end));
    QVERIFY(!same.isDone());
    same.take(numbers_.epoch(1));
    QVERIFY(same.isDone());
    QCOMPARE(same.compared().tests, 1);
  }

  void eachDifferenceIsFound() {
    const auto differenceOf = [&](const Report& report) {
      Repetition other = repetition(4, 3);
      other.take(report);
      if (other.isDone() == other.difference().empty()) qFatal("a difference ends the repetition");
      return other.difference();
    };
    StepReport step = numbers_.step(5);
    QCOMPARE(differenceOf(step), std::string());
    step.loss = std::nextafter(step.loss, 1);
    QVERIFY(contains(differenceOf(step), "step 5: loss is "));
    step = numbers_.step(5), step.metrics[0].value = 0.5;
    QVERIFY(contains(differenceOf(step), "step 5: top1 is "));
    step = numbers_.step(5), step.gain = std::numeric_limits<double>::quiet_NaN();
    QVERIFY(contains(differenceOf(step), "step 5: gain is 0.05 in the record and null now"));
    PolicyReport policy = numbers_.policy(6);
    policy.ops[1].meanGain = 7;
    QVERIFY(contains(differenceOf(policy), "the policy at step 6: ops[1].mean_gain is "));
    Decision decision = numbers_.decision(7, 3);
    decision.pixelHash = std::string(64, '0');
    QVERIFY(contains(differenceOf(decision), "the decision at step 7, sample 3: "));
    step = numbers_.step(4), step.loss = 9;  // is not asked about
    QCOMPARE(differenceOf(step), std::string());
  }

  void nothingRecorded() {
    QVERIFY(contains(errorOf([&] { repetition(2 * numbers_.settings.stepsPerEpoch, 5); }),
                     "recorded no step after"));
  }
};

QTEST_GUILESS_MAIN(TestRepetition)
#include "tst_repetition.moc"
