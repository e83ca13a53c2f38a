#include <QTest>

#include "core/engine/Decisions.h"
#include "core/store/Project.h"
#include "core/store/RunReplay.h"
#include "tests/cli/Program.h"
#include "tests/core/ErrorOf.h"

using namespace uada;
using namespace uada::test;

/// What can be known again of runs that have been trained: any sample at any step, probes, and what a frozen
/// network says of what was trained on.
class TestCliAgain : public QObject {
  Q_OBJECT
 private:
  Program program_;
  std::unique_ptr<ProjectReader> project_;

  /// Each stored decision of a run with its place.
  template <class Body>
  void each(std::int64_t run, Body body) const {
    for (const DecisionPlace& place : project_->decisionPlaces(run))
      body(place, project_->decision(run, place, true));
  }

 private Q_SLOTS:
  void initTestCase() {
    program_.writeCifar(20);
    program_.write("tiny.json", R"({"name": "tiny", "recipe": {"dataset": {"name": "cifar10"},
        "model": {"name": "resnet", "depth": "10", "width": 2},
        "training": {"epochs": 2, "batch": 30, "learning_rate": 0.05, "schedule": "constant"}},
      "seeds": [3], "runtime": {"threads": 1, "device": "cpu", "pictured": 3, "picture_every": 1},
      "methods": ["ra-uc", "uada", {"name": "uada", "estimator": "central"},
                  {"name": "uada", "policy": {"name": "uada-cifar", "coordinatewise": true}},
                  {"name": "uada", "estimator": "joint"}, {"name": "uada", "update": "random"}, "ent-augment"]})");
    const Result trained = program_.run(
        {"run", "tiny.json", "--quiet", "--set", "recipe.dataset.folder=" + program_.path("cifar")});
    QVERIFY2(trained.code == 0, qPrintable(trained.err));
    project_ = std::make_unique<ProjectReader>(program_.path("uada.uada").toStdString());
  }

  /// Row 23, (b) 3: the plan that a key gives is the one that was stored, at the step that saw the sample.
  void keysGiveTheStoredPlans() {
    for (const std::int64_t id : {1, 2}) {
      const RunReplay run(project_->detail(id));
      int decisions = 0;
      each(id, [&](const DecisionPlace& place, const Decision& stored) {
        ++decisions;
        const RunReplay::Keyed keyed = run.keyed(place.step, stored.index);
        QCOMPARE(keyed.decision.step, stored.step);
        QCOMPARE(keyed.decision.epoch, stored.epoch);
        QCOMPARE(keyed.decision.label, stored.label);
        QVERIFY(keyed.decision.plan == stored.plan);
        QVERIFY(keyed.decision.unperturbed == stored.unperturbed);
        QCOMPARE(keyed.isWhole, id == 1);
        if (id == 1) QCOMPARE(run.trainedHash(keyed.decision), stored.pixelHash);
      });
      QVERIFY(decisions >= 18);
    }
  }

  /// A sample that the step did not see was seen by another one of its epoch.
  void anotherStepOfTheEpochIsNamed() {
    const RunReplay run(project_->detail(1));
    std::set<std::uint32_t> first;
    each(1, [&](const DecisionPlace& place, const Decision& stored) {
      if (place.step == 1) first.insert(stored.index);
    });
    const RunReplay::Keyed keyed = run.keyed(2, *first.begin());
    QCOMPARE(keyed.askedStep, std::int64_t{2});
    QCOMPARE(keyed.decision.step, std::int64_t{1});
    QVERIFY(errorOf([&] { run.keyed(2, 5000); }).startsWith("there is no sample 5000"));
    QVERIFY(errorOf([&] { run.keyed(100, 0); }).startsWith("there is no step 100"));
    RunDetail fork = project_->detail(1);  // what came before the fork another run trained
    fork.summary.lineage = {"89abcdef", 2, "a configuration"};
    QVERIFY(errorOf([&] { RunReplay(fork).keyed(2, *first.begin()); }).contains("a fork after step 2: replay"));
    const RunReplay learned(project_->detail(7));
    QVERIFY(errorOf([&] { learned.keyed(2, 0); }).contains("depend on what it had learned"));
  }

  /// With epsilon = delta a candidate whose probe was harder is that probe: their pixels are equal.
  void probesAreThoseThatWereShown() {
    for (const std::int64_t id : {2, 3, 4}) {
      const RunReplay run(project_->detail(id));
      int equal = 0;
      each(id, [&](const DecisionPlace& place, const Decision& stored) {
        const Decision drawn = run.drawn(stored, place.attempt);
        QCOMPARE(run.trainedHash(drawn), stored.pixelHash);
        QCOMPARE(arePicturesEqual(stored, drawn), std::optional(true));
        for (int g = 0; g < static_cast<int>(drawn.groups.size()); ++g) {
          const GroupDecision& group = drawn.groups[static_cast<std::size_t>(g)];
          const auto probes = run.probes(drawn, g);
          QCOMPARE(probes.size(), group.probeLoss.size());
          const bool isToggle = toggles(group.group);
          if (id == 3) QCOMPARE(probes.size(), isToggle ? std::size_t{1} : std::size_t{2});
          if (id == 4) QCOMPARE(probes.size(), std::max<std::size_t>(1, group.delta.size()));
          // Coordinatewise only a group of one coordinate has a candidate that is a probe.
          if (probes.empty() || group.inert || (id == 4 && group.delta.size() > 1)) continue;
          const bool isOpposite = id == 3 && !isToggle && group.dL[0] < 0;
          if (group.dL[0] <= 0 && !isOpposite) continue;
          const RunReplay::Probe& probe = probes[isOpposite ? 1 : 0];
          QCOMPARE(probe.isOpposite, isOpposite);
          QVERIFY(probe.picture == group.picture);
          ++equal;
        }
      });
      QVERIFY2(equal > 5, qPrintable(QString::number(equal)));
    }
    const RunReplay joint(project_->detail(5)), random(project_->detail(6));
    each(5, [&](const DecisionPlace&, const Decision& stored) {
      const auto first = joint.probes(stored, 0), last = joint.probes(stored, 2);
      QVERIFY(first.size() == 1 && first[0].isJoint && first[0].picture == last[0].picture);
    });
    each(6, [&](const DecisionPlace&, const Decision& stored) { QVERIFY(random.probes(stored, 0).empty()); });
  }

  /// (b) 11: `uada damage`, whose numbers can be recomputed from its rows.
  void damageIsCounted() {
    const Result said = program_.run({"damage", "2", "--json", "--out", "damage.csv", "--decisions", "15"});
    QVERIFY2(said.code == 0, qPrintable(said.err));
    const auto rows = ofKind(objects(said.out), "judged"), sums = ofKind(objects(said.out), "damage");
    QCOMPARE(rows.size(), 15);
    QCOMPARE(program_.read("damage.csv").count('\n'), 16);
    int lost = 0, recognised = 0;
    double added = 0;
    for (const QJsonObject& row : rows) {
      const bool isKnown = row["original_predicted"] == row["label"];
      const bool isLost = isKnown && row["trained_predicted"] != row["label"];
      QCOMPARE(row["lost"].toBool(), isLost);
      lost += isLost;
      recognised += isKnown;
      added += row["trained_loss"].toDouble() - row["original_loss"].toDouble();
      if (row["winner"].toString() == "unperturbed") QCOMPARE(row["added_by_adapting"].toDouble(), 0.0);
    }
    QCOMPARE(sums[0]["by"].toString(), QString("all"));
    QCOMPARE(sums[0]["lost"].toInt(), lost);
    QCOMPARE(sums[0]["recognised"].toInt(), recognised);
    QVERIFY(std::abs(sums[0]["added"].toDouble() - added / 15) < 1e-9);
    // What it says of originals is what it predicts of them.
    QCOMPARE(program_.run({"predict", "2", "--split", "train", "--out", "train"}).code, 0);
    const QList<QByteArray> predicted = program_.read("train/predictions.csv").trimmed().split('\n');
    for (const QJsonObject& row : rows) {
      const QList<QByteArray> line = predicted[row["sample"].toInt() + 1].split(',');
      QCOMPARE(line[3].toInt(), row["original_predicted"].toInt());
      QVERIFY(std::abs(line[4].toDouble() - row["original_loss"].toDouble()) < 1e-5);
    }
    const Result text = program_.run({"damage", "2", "--best"});
    QVERIFY2(text.out.contains("no longer recognised") && text.out.contains("Rotate"), qPrintable(text.out));
  }
};

QTEST_GUILESS_MAIN(TestCliAgain)
#include "tst_cli_again.moc"
