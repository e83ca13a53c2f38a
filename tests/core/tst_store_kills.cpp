#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include "core/store/Project.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/OlderProject.h"
#include "tests/core/StoreTools.h"

#ifndef STORE_KILLS
#define STORE_KILLS 40
#endif

using namespace uada;

namespace {

constexpr int kKills = STORE_KILLS;

StepReport step(int number) { return FakeNumbers{{}, fakeConfig()}.step(number); }

}  // namespace

/// Writers of one project that are killed, one after the other, at any moment.
class TestStoreKills : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;

 private Q_SLOTS:
  void killingLosesNoAcknowledgedRow() {
    const std::filesystem::path project = folder_.filePath("killed.uada").toStdString();
    const quint32 seed = QRandomGenerator::global()->generate();
    QRandomGenerator random(seed);
    qInfo("%d kills, seed %u", kKills, seed);
    for (int kill = 0; kill < kKills; ++kill) {
      const auto process = std::make_unique<Child>(
          std::vector<std::string>{PROGRAM_DIR "/store_helper", "write", project.string(), "1000000"});
      const std::string hello = process->line();
      QVERIFY2(hello.starts_with("run "), hello.c_str());
      const std::string key = hello.substr(4);
      std::int64_t acknowledged = 0;
      const auto hear = [&](const std::string& line) {
        if (line.starts_with("ack ")) acknowledged = std::stoll(line.substr(4));
        return !line.empty();
      };
      for (int lines = random.bounded(12); lines > 0; --lines) QVERIFY(hear(process->line()));
      process->kill();
      while (hear(process->line())) continue;
      QCOMPARE(process->wait(), -1);
      const ProjectReader reader(project);
      const RunSummary run = reader.findRun(key);
      QCOMPARE(run.state, RunState::interrupted);  // seen without writing
      const auto steps = reader.steps(run.id);
      QVERIFY2(static_cast<std::int64_t>(steps.size()) >= acknowledged, key.c_str());
      for (std::size_t i = 0; i < steps.size(); ++i)
        QCOMPARE(text(steps[i]), text(step(static_cast<int>(i) + 1)));
      QVERIFY(reader.policy(run.id).size() + 1 >= steps.size());
    }
    QCOMPARE(sqlite(project, "PRAGMA integrity_check; SELECT count(*) FROM runs"),
             "ok\n" + std::to_string(kKills));
    {
      ProjectWriter writer(project);
    }
    QCOMPARE(sqlite(project, "SELECT state, count(*) FROM attempts GROUP BY state"),
             "interrupted|" + std::to_string(kKills));
  }

  /// Projects of earlier versions, by turns, whose programs are killed while they bring them up to date: the
  /// first one, the last one and others of SQLite's instructions for it. What is left is the old project.
  void aMigrationIsWholeOrNot() {
    namespace fs = std::filesystem;
    const auto file = [&](const std::string& name) {
      return fs::path(folder_.filePath(QString::fromStdString(name)).toStdString());
    };
    const auto open = [](const fs::path& project, std::int64_t at) {
      return std::make_unique<Child>(std::vector<std::string>{PROGRAM_DIR "/store_helper", "migrate",
                                                              project.string(), std::to_string(at)});
    };
    fillProject(file("now.uada"));
    constexpr int kTurns = kKills / 4;
    for (int turn = 0; turn < kTurns; ++turn) {
      const int version = 1 + turn % (kSchemaVersion - 1);
      const fs::path old = file("old.uada"), whole = file("whole.uada"), cut = file("cut.uada");
      fs::copy_file(file("now.uada"), old, fs::copy_options::overwrite_existing);
      makeOlder(old, version);
      const auto rows = columnsOf(old);
      for (const fs::path& copy : {whole, cut})
        fs::copy_file(old, copy, fs::copy_options::overwrite_existing);
      const std::string said = open(whole, 0)->line();
      QVERIFY2(said.starts_with("instructions "), said.c_str());
      const std::int64_t all = std::stoll(said.substr(13));
      QVERIFY(all > 50);
      QCOMPARE(open(cut, 1 + (all - 1) * turn / std::max(1, kTurns - 1))->wait(), -1);
      QCOMPARE(sqlite(cut, "PRAGMA user_version; PRAGMA integrity_check"), std::to_string(version) + "\nok");
      QCOMPARE(differing(rows, columnsOf(cut)), "");
      QCOMPARE(ProjectReader(cut).runs().size(), std::size_t{2});
      ProjectWriter(cut).flush();
      QCOMPARE(differing(columnsOf(whole), columnsOf(cut)), "");
      for (const char* beside : {"-wal", "-shm"}) {
        fs::remove(cut.string() + beside);
        fs::remove(whole.string() + beside);
        fs::remove(old.string() + beside);
      }
    }
  }
};

QTEST_GUILESS_MAIN(TestStoreKills)
#include "tst_store_kills.moc"
