#include <QTemporaryDir>
#include <QTest>

#include "core/base/Error.h"
#include "core/engine/train/Examine.h"
#include "tests/engine/Attempt.h"

namespace uada {
namespace {

bool says(const std::string& text, const char* words) { return text.find(words) != text.npos; }

/// The message of the Error that it must throw.
std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was refused";
}

}  // namespace

/// A trained run, its network tested again and looked at over the levels of ops.
class TestExamine : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() {
    config_ = tinyConfig(images_.folder(), "uada", 2, 8);
    const Attempt attempt(config_, folder());
    QCOMPARE(attempt.state, RunState::finished);
    trained_ = attempt.sink;
  }

  void testsAsTheRunDid() {
    RecordingSink sink;
    QCOMPARE(evaluated(sink), RunState::finished);
    QCOMPARE(sink.evaluations.size(), std::size_t{1});
    const EvaluationReport& report = sink.evaluations[0];
    const EpochReport& last = trained_.epochs.back();
    QCOMPARE(report.step, last.step);
    QCOMPARE(report.epoch, 2);
    QCOMPARE(report.images, std::int64_t{16});
    QVERIFY(!report.test.empty());
    QVERIFY(report.test == last.test);
  }

  /// An op that does nothing at level 0 leaves the same images there as any other such op; posterize does not
  /// change between levels 0 and 1, nor 2 and 3.
  void sharesWhatIsTheSameImage() {
    const auto rotate = landscape({"rotate"}), color = landscape({"color"}), bits = landscape({"posterize"});
    QCOMPARE(rotate.size(), std::size_t{10});
    QCOMPARE(rotate[0].loss, color[0].loss);
    QVERIFY(rotate[9].loss != color[9].loss);
    QCOMPARE(bits[0].loss, rotate[0].loss);
    QCOMPARE(bits[0].probeUp, 0.0);
    QVERIFY(bits[1].probeUp != 0);
    QCOMPARE(bits[2].probeUp, 0.0);
  }

  /// Probes look as far as the run's do: 3 levels to each side, a third of the difference a level.
  void probesOfTheRunsDelta() {
    RunConfig config = config_;
    config.method.set("delta", 3);
    const QTemporaryDir dir;
    const std::filesystem::path run = dir.path().toStdString();
    QCOMPARE(Attempt(config, run).state, RunState::finished);
    RecordingSink sink;
    Control control({});
    drawLandscape(prepare(config, {}, run), {config, run, {"rotate"}, 12}, sink, control,
                  [&](const StateReport& report) { sink.take(report); });
    const std::vector<LandscapeReport>& far = sink.landscape;
    QVERIFY(far.size() > 6);
    for (std::size_t l = 0; l < far.size(); ++l) {
      QCOMPARE(std::isnan(far[l].probeUp), l + 3 >= far.size());
      QCOMPARE(std::isnan(far[l].probeDown), l < 3);
      QCOMPARE(std::isnan(far[l].agreement), l < 3 || l + 3 >= far.size());
      if (l + 3 < far.size()) QVERIFY(std::abs(far[l].probeUp - (far[l + 3].loss - far[l].loss) / 3) < 1e-9);
    }
  }

  void derivesSlopesFromTheLosses() {
    const auto curve = landscape({"rotate"});
    for (std::size_t l = 0; l < curve.size(); ++l) {
      QCOMPARE(curve[l].level, static_cast<int>(l));
      QCOMPARE(curve[l].samples, 12);
      QVERIFY(curve[l].spread > 0);
      QCOMPARE(std::isnan(curve[l].probeDown), l == 0);
      QCOMPARE(std::isnan(curve[l].probeUp), l + 1 == curve.size());
      const bool isInside = l > 0 && l + 1 < curve.size();
      QCOMPARE(std::isnan(curve[l].slope), !isInside);
      QCOMPARE(std::isnan(curve[l].agreement), !isInside);
      if (!isInside) continue;
      QVERIFY(std::abs(curve[l].probeUp - (curve[l + 1].loss - curve[l].loss)) < 1e-9);
      QVERIFY(std::abs(curve[l].probeDown - (curve[l].loss - curve[l - 1].loss)) < 1e-9);
      QVERIFY(std::abs(curve[l].slope - (curve[l].probeUp + curve[l].probeDown) / 2) < 1e-9);
      // Of two probes about a slope at least one has its sign: its sign is that of the larger.
      QVERIFY(curve[l].agreement >= 0.5 && curve[l].agreement <= 1);
    }
  }

  void drawsAMap() {
    const auto map = landscape({"rotate", "color"}), curve = landscape({"rotate"});
    QCOMPARE(map.size(), std::size_t{100});
    for (const LandscapeReport& place : map) {
      QVERIFY(std::isnan(place.slope) && std::isnan(place.agreement));
      if (place.otherLevel == 0)  // the second op does nothing
        QCOMPARE(place.loss, curve[static_cast<std::size_t>(place.level)].loss);
    }
    QCOMPARE(map[37].level, 3);
    QCOMPARE(map[37].otherLevel, 7);
    QCOMPARE(map[37].other, std::string("color"));
  }

  /// Neither weights nor running statistics may move.
  void leavesTheNetworkAsItIs() {
    const auto before = landscape({"shear_x"});
    QVERIFY(landscape({"shear_x"})[9].loss == before[9].loss);
    RecordingSink sink;
    QCOMPARE(evaluated(sink), RunState::finished);
    QVERIFY(sink.evaluations[0].test == trained_.epochs.back().test);
  }

  void refusesWhatHasNoLandscape() {
    const auto problem = [&](std::vector<std::string> ops, int samples) {
      return refusal([&] { requireOps({config_, folder(), std::move(ops), samples}); });
    };
    QVERIFY(says(problem({"equalize"}, 8), "equalize takes no level"));
    QVERIFY(says(problem({"rotate", "color", "shear_x"}, 8), "one op or of two, not of 3"));
    QVERIFY(says(problem({}, 8), "one op or of two"));
    QVERIFY(says(problem({"twirl"}, 8), "twirl"));
    QVERIFY(says(problem({"rotate"}, 1), "at least 2 samples"));
    RunConfig other = config_;
    other.recipe.training.batch = 4;
    QVERIFY(says(refusal([&] { prepare(other, {}, folder()); }), "another configuration"));
  }

  void stopsBetweenLevels() {
    RecordingSink sink;
    Control control({});
    control.send(command::Stop{});
    const RunState state = drawLandscape(prepare(config_, {}, folder()), {config_, folder(), {"rotate"}, 12},
                                         sink, control, [&](const StateReport& r) { sink.take(r); });
    QCOMPARE(state, RunState::stopped);
    QCOMPARE(sink.states.back().state, RunState::stopped);
    QVERIFY(sink.landscape.empty());
  }

 private:
  std::filesystem::path folder() const { return dir_.path().toStdString(); }
  RunState evaluated(RecordingSink& sink) {
    Control control({});
    return evaluate(prepare(config_, {}, folder()), sink, control,
                    [&](const StateReport& report) { sink.take(report); });
  }
  std::vector<LandscapeReport> landscape(const std::vector<std::string>& ops) {
    RecordingSink sink;
    Control control({});
    drawLandscape(prepare(config_, {}, folder()), {config_, folder(), ops, 12}, sink, control,
                  [&](const StateReport& report) { sink.take(report); });
    return sink.landscape;
  }

  StripedImages images_{32, 16};
  QTemporaryDir dir_;
  RunConfig config_;
  RecordingSink trained_;
};

}  // namespace uada

QTEST_GUILESS_MAIN(uada::TestExamine)
#include "tst_examine.moc"
