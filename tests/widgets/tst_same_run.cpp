#include <QTest>

#include "core/store/Project.h"
#include "tests/cli/Program.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;

/// The window's session and the command line train the same run to the same numbers, with the real engine.
class TestSameRun : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void windowAndCommandLineGiveEqualLosses() {
    if (!QFile::exists(QStringLiteral(PROGRAM_DIR "/../lib/libuada_engine.so")))
      QSKIP("the engine is not built: nothing can be trained");
    test::Program program;
    program.writeCifar(30);
    program.write("e.json", R"JSON({"name": "same", "seeds": [3], "methods": ["uada"],
      "recipe": {"dataset": {"name": "cifar10"}, "model": {"name": "resnet", "depth": "10", "width": 4},
                 "training": {"epochs": 2, "batch": 25}}})JSON");
    const QString folder = "recipe.dataset.folder=" + program.path("cifar");
    const auto result = program.run({"run", "e.json", "--project", "cli.uada", "--set", folder});
    QVERIFY2(result.code == 0, qPrintable(result.err));

    const Theme theme(Theme::Kind::light);
    Session session(theme, []() -> Engine& { return loadEngine(); }, Answers::atOnce);
    session.openProject(program.path("window.uada"));
    session.start(
        expand(readExperiment(program.path("e.json").toStdString(), {folder.toStdString()})).front());
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), SessionState::finished, 100'000);

    const ProjectReader cli(program.path("cli.uada").toStdString());
    const ProjectReader window(program.path("window.uada").toStdString());
    const auto a = cli.runs().front(), b = window.runs().front();
    const auto left = cli.steps(a.id), right = window.steps(b.id);
    QCOMPARE(left.size(), std::size_t{12});  // 150 images, 6 batches, 2 epochs
    QCOMPARE(right.size(), left.size());
    for (std::size_t i = 0; i < left.size(); ++i) {
      QCOMPARE(right[i].loss, left[i].loss);
      QCOMPARE(right[i].gain, left[i].gain);
    }
    QCOMPARE(*b.lastMain(), *a.lastMain());
  }

  /// Weights that grow without end: at last a gradient or a loss is not finite. The command line ends with a
  /// checkpoint of the step before and an error; the window pauses, says the same in its log, and can try
  /// again or stop.
  void windowPausesWhereCommandLineFails() {
    if (!QFile::exists(QStringLiteral(PROGRAM_DIR "/../lib/libuada_engine.so")))
      QSKIP("the engine is not built: nothing can be trained");
    test::Program program;
    program.writeCifar(30);
    program.write("e.json", R"JSON({"name": "far", "seeds": [3], "methods": ["uada"],
      "recipe": {"dataset": {"name": "cifar10"}, "model": {"name": "resnet", "depth": "10", "width": 4},
                 "optimiser": {"name": "sgd", "learning_rate": 100, "weight_decay": 1},
                 "training": {"epochs": 20, "batch": 25}}, "runtime": {"threads": 1}})JSON");
    const QString folder = "recipe.dataset.folder=" + program.path("cifar");
    const auto result =
        program.run({"run", "e.json", "--project", "cli.uada", "--set", folder, "--json", "--quiet"});
    QCOMPARE(result.code, 1);
    QVERIFY2(result.err.contains(" was not taken: ") && result.err.contains(" is not a finite number"),
             qPrintable(result.err));
    const ProjectReader cli(program.path("cli.uada").toStdString());
    const RunSummary failed = cli.runs().front();
    QCOMPARE(stateName(failed.state), "failed");
    QCOMPARE(cli.detail(failed.id).checkpoints.back().step, failed.step);
    QVERIFY2(result.err.contains(QString("step %1 (epoch").arg(failed.step + 1)), qPrintable(result.err));

    const Theme theme(Theme::Kind::light);
    Session session(theme, []() -> Engine& { return loadEngine(); }, Answers::atOnce);
    session.openProject(program.path("window.uada"));
    QStringList log, problems;
    connect(&session, &Session::logged, this, [&](const LogEntry& line) { log << line.text; });
    connect(&session, &Session::problem, this, [&](const QString& text) { problems << text; });
    session.start(
        expand(readExperiment(program.path("e.json").toStdString(), {folder.toStdString()})).front());
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), SessionState::paused, 100'000);
    const QString said = QString("step %1 (epoch").arg(failed.step + 1);
    QVERIFY2(log.join('\n').contains(said) && log.join('\n').contains("is paused"),
             qPrintable(log.join('\n')));
    QVERIFY(problems.join('\n').contains(said) && session.progress().text.contains(said));
    session.training()->resume();
    QTRY_COMPARE_WITH_TIMEOUT(log.filter("is paused").size(), 2, 100'000);
    session.training()->stopNow();
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), SessionState::stopped, 100'000);
    const ProjectReader window(program.path("window.uada").toStdString());
    QCOMPARE(window.detail(window.runs().front().id).checkpoints.back().step, failed.step);
  }
};

QTEST_MAIN(TestSameRun)
#include "tst_same_run.moc"
