#include <sys/stat.h>

#include <QTemporaryDir>
#include <QTest>
#include <sstream>

#include "tests/core/MergeTools.h"

using namespace uada;
namespace fs = std::filesystem;

/// Runs of which there is a folder alone, taken over into a project.
class TestImport : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { engine_.settings = {}; }

  void foldersGiveTheSameRows();
  void aFolderBringsWhatTheProjectLost();
  void olderFoldersAreRead();
  void damagedFoldersAreNamed();

 private:
  fs::path fresh() { return folder_.filePath(QString("p%1.uada").arg(++count_)).toStdString(); }
  static TakenRun import(const fs::path& into, const fs::path& folder) {
    ProjectWriter writer(into);
    return Takeover(writer).folder(folder);
  }
  std::string stoppedIn(const fs::path& project, std::int64_t step) {
    ProjectWriter writer(project);
    return stoppedAt(step, fakeConfig(), writer, engine_);
  }

  QTemporaryDir folder_;
  int count_ = 0;
  FakeEngine engine_;
};

void TestImport::foldersGiveTheSameRows() {
  const fs::path there = fresh(), here = fresh();
  const std::string key = stoppedIn(there, 12);
  resumed(there, engine_, key);
  const TakenRun taken = import(here, runFolder(there, key));
  QVERIFY(taken.what == Taken::added);
  QVERIFY(contains(taken.text, "not in its folder: policy statistics, decisions and pictures"));
  const ProjectReader original(there), rebuilt(here);
  const RunSummary run = rebuilt.findRun(key), wanted = original.findRun(key);
  QCOMPARE(text(rebuilt.steps(run.id)), text(original.steps(wanted.id)));
  QCOMPARE(text(rebuilt.epochs(run.id)), text(original.epochs(wanted.id)));
  for (const char* table : {"epochs", "metrics", "results", "result_metrics", "steps", "edits"}) {
    const std::string all = std::string("SELECT * FROM ") + table;
    QCOMPARE(sqlite(here, all), sqlite(there, all));
  }
  for (const char* columns :
       {"attempt, step, epoch, file, hash FROM checkpoints", "attempt, kind, text FROM events",
        "attempt, state, problem, host, user, pid, process_start, program, git, libtorch, compiler, cpu, "
        "device, "
        "threads, data_hash, data_published, steps_per_epoch, from_checkpoint FROM attempts",
        "key, title, config_hash, recipe_hash, method_hash, config, created, seed FROM runs",
        "metric, best, last, forwards_no_grad, chains FROM finished_runs"})
    QCOMPARE(sqlite(here, std::string("SELECT ") + columns), sqlite(there, std::string("SELECT ") + columns));
  auto files = filesOf(here);
  QVERIFY(files == filesOf(there));
  QVERIFY(import(here, runFolder(there, key)).what == Taken::known);
  QVERIFY(import(here, runFolder(here, key)).what == Taken::known);
  // Of a project that has more than the folder nothing is taken away.
  const std::string before = contentOf(there);
  QVERIFY(import(there, runFolder(there, key)).what == Taken::known);
  QCOMPARE(contentOf(there), before);
}

void TestImport::aFolderBringsWhatTheProjectLost() {
  const fs::path project = fresh();
  const std::string key = stoppedIn(project, 12);
  fs::path copy = fresh();
  fs::copy_file(project, copy);
  resumed(project, engine_, key);
  fs::remove(project);
  fs::rename(copy, project);  // a backup of before
  QVERIFY(import(project, runFolder(project, key)).what == Taken::continued);
  const ProjectReader reader(project);
  const RunSummary run = reader.findRun(key);
  QVERIFY(run.state == RunState::finished);
  QCOMPARE(reader.steps(run.id).size(), std::size_t{30});
  QVERIFY(sqlite(project, "SELECT count(*) FROM decisions WHERE attempt = 1") != "0");
}

/// Their log says neither what began them nor the images; a renamed folder does not say the key.
void TestImport::olderFoldersAreRead() {
  const fs::path there = fresh(), here = fresh();
  const std::string key = trained(there, engine_, fakeConfig());
  const fs::path folder = runFolder(there, key);
  fs::remove(folder / "steps.jsonl");
  std::string old;
  std::istringstream lines(readTextFile(folder / "log.jsonl", 1 << 20));
  for (std::string line; std::getline(lines, line);) {
    const Json json = parseJson(line, "line");
    if (json.at("kind").asString() == "attempt") continue;
    Json::Object kept;
    for (const auto& [name, value] : json.asObject())
      if (name != "device" && name != "threads" && name != "data_hash" && name != "data_published" &&
          name != "steps_per_epoch")
        kept.emplace_back(name, value);
    old += Json(kept).dump() + '\n';
  }
  writeFileAtomically(folder / "log.jsonl", old + "{\"half a li");
  const TakenRun taken = import(here, folder);
  QVERIFY(taken.what == Taken::added);
  QVERIFY(contains(taken.text, "the numbers of single steps; 1 damaged line left out"));
  const RunSummary run = ProjectReader(here).findRun(key);
  QVERIFY(run.state == RunState::finished);
  QCOMPARE(run.best, ProjectReader(there).findRun(key).best);
  const fs::path renamed = folder.parent_path() / "moved";
  fs::rename(folder, renamed);
  QVERIFY(contains(errorOf([&] { import(here, renamed); }), "does not say the key of its run"));
}

void TestImport::damagedFoldersAreNamed() {
  const fs::path there = fresh(), here = fresh();
  const std::string key = trained(there, engine_, fakeConfig());
  const fs::path folder = runFolder(there, key);
  QVERIFY(contains(errorOf([&] { import(here, folder / "nothing"); }), "is not the folder of a run"));
  writeFileAtomically(folder / "steps.jsonl", "[1,2]\n{\"attempt\":9,\"columns\":[\"step\"]}\n[1]\nx\n");
  QVERIFY(contains(import(here, folder).text, "damaged lines left out"));
  fs::remove(folder / "steps.jsonl");
  QCOMPARE(::mkfifo((folder / "steps.jsonl").c_str(), 0600), 0);  // is not waited for
  QVERIFY(import(fresh(), folder).what == Taken::added);
  writeFileAtomically(folder / "log.jsonl", "");
  QVERIFY(contains(errorOf([&] { import(fresh(), folder); }), "no line that can be read"));
  writeFileAtomically(folder / "config.json", "{");
  QVERIFY(contains(errorOf([&] { import(fresh(), folder); }), "config.json"));
}

QTEST_GUILESS_MAIN(TestImport)
#include "tst_import.moc"
