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
};

QTEST_MAIN(TestSameRun)
#include "tst_same_run.moc"
