#include <fstream>
#include <random>

#include "tests/cli/Program.h"
#include "tests/core/MergeTools.h"
#include "tests/core/OlderProject.h"

using namespace uada;
using namespace uada::test;
namespace fs = std::filesystem;

/// `uada merge` and `uada import` as somebody types them.
class TestCliMerge : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void tenProjectsInterruptedAnywhere();
  void saysWhatItDid();
  void importsAFolderOfFolders();
  void exportsForSlurmSafely();

 private:
  fs::path path(const Program& program, const QString& name) const {
    return program.path(name).toStdString();
  }
};

/// Ended by SIGKILL again and again, at any moment; then run to its end, and once more.
void TestCliMerge::tenProjectsInterruptedAnywhere() {
  const Program program;
  FakeEngine engine;
  QStringList names;
  for (int number = 0; number < 10; ++number) {
    names << QString("node%1.uada").arg(number);
    const fs::path project = path(program, names.back());
    if (number == 3) {
      fillProject(project);
      endAll(project);
      makeOlder(project, 6);
    } else {
      const std::string key = trained(project, engine, fakeConfig("uada", number));
      std::ofstream(runFolder(project, key) / "best.safetensors") << std::string(300'000, 'w');
    }
  }
  COMPARE_CODE(program.run(QStringList{"merge"} + names + QStringList{"--project", "whole.uada"}), 0);
  const QStringList command = QStringList{"merge"} + names + QStringList{"--project", "killed.uada"};
  std::mt19937 random(7);
  for (int kill = 0; kill < 25; ++kill) {
    const auto process = program.start(command);
    QVERIFY(process->waitForStarted());
    // Longer each time, so that the later ones come further.
    process->waitForFinished(static_cast<int>(5 + random() % (10 + 12 * kill)));
    process->kill();
    process->waitForFinished();
  }
  COMPARE_CODE(program.run(command), 0);
  const std::string whole = contentOf(path(program, "whole.uada"));
  QCOMPARE(contentOf(path(program, "killed.uada")), whole);
  QVERIFY(filesOf(path(program, "killed.uada")) == filesOf(path(program, "whole.uada")));
  const Result again = program.run(command);
  COMPARE_CODE(again, 0);
  QVERIFY2(again.out.contains("killed.uada: 11 there before from 10 projects; it has 11 runs now"),
           qPrintable(again.out));
  QCOMPARE(contentOf(path(program, "killed.uada")), whole);
  QVERIFY(!QFile::exists(program.path("killed.uada-merge")));
}

void TestCliMerge::saysWhatItDid() {
  const Program program;
  FakeEngine engine;
  fillProject(path(program, "full.uada"));
  endAll(path(program, "full.uada"));
  trained(path(program, "small.uada"), engine, fakeConfig("ra-uc", 8));
  const Result merged = program.run({"merge", "full.uada", "small.uada", "--project", "all.uada"});
  COMPARE_CODE(merged, 0);
  QVERIFY2(merged.out.contains("full.uada: 2 added; 1 own table added; 2 runs in its queue stay there\n"
                               "small.uada: 1 added\n"
                               "all.uada: 3 added from 2 projects; it has 3 runs now\n"),
           qPrintable(merged.out));
  const auto lines = objects(program.run({"merge", "small.uada", "--project", "all.uada", "--json"}).out);
  QCOMPARE(ofKind(lines, "merged")[0]["known"].toInt(), 1);
  QCOMPARE(ofKind(lines, "total")[0]["added"].toInt(), 0);
  // Another table under a name that is taken stays where it is, and that is said.
  sqlite(path(program, "full.uada"),
         "UPDATE settings SET value = '{\"where\":\"seed=1\"}' WHERE name = 'table:mine'");
  const Result other = program.run({"merge", "full.uada", "--project", "all.uada"});
  COMPARE_CODE(other, 1);
  QVERIFY2(other.err.contains("own table 'mine': left out"), qPrintable(other.err));
  // A name that is mistyped makes nothing.
  COMPARE_CODE(program.run({"merge", "nosuch.uada", "--project", "new.uada"}), 1);
  QVERIFY(!QFile::exists(program.path("new.uada")));
  COMPARE_CODE(program.run({"merge"}), 2);
  // One that is unfinished or damaged does not keep the others back.
  program.write("empty.uada", "");
  program.write("damaged.uada", "no project");
  const Result rest =
      program.run({"merge", "empty.uada", "damaged.uada", "small.uada", "--project", "rest.uada"});
  COMPARE_CODE(rest, 1);
  QVERIFY2(rest.out.contains("rest.uada: 1 added from 3 projects"), qPrintable(rest.out));
  QVERIFY2(rest.err.contains("empty.uada") && rest.err.contains("damaged.uada"), qPrintable(rest.err));
}

void TestCliMerge::importsAFolderOfFolders() {
  const Program program;
  FakeEngine engine;
  const fs::path project = path(program, "lost.uada");
  for (int seed = 1; seed <= 3; ++seed) trained(project, engine, fakeConfig("uada", seed));
  const Result before = program.run({"table", "2", "--format", "csv", "--project", "lost.uada"});
  const Result compared = program.run({"compare", "--project", "lost.uada"});
  for (const char* ending : {"", "-wal", "-shm"}) fs::remove(project.string() + ending);
  const Result imported = program.run({"import", "lost.files", "--project", "lost.uada"});
  COMPARE_CODE(imported, 0);
  QVERIFY2(imported.out.contains("lost.uada: 3 added from 3 folders"), qPrintable(imported.out));
  QVERIFY2(imported.err.contains("not in its folder"), qPrintable(imported.err));
  QCOMPARE(program.run({"table", "2", "--format", "csv", "--project", "lost.uada"}).out, before.out);
  QCOMPARE(program.run({"compare", "--project", "lost.uada"}).out, compared.out);
  const Result again = program.run({"import", "lost.files", "--project", "lost.uada"});
  QVERIFY2(again.out.contains("3 there before from 3 folders"), qPrintable(again.out));
  // A name that is mistyped, or is no run's, makes nothing.
  QVERIFY(QDir().mkpath(program.path("bare")));
  for (const char* name : {"nowhere", "bare"}) {
    COMPARE_CODE(program.run({"import", name, "--project", "new.uada"}), 1);
    QVERIFY(!QFile::exists(program.path("new.uada")) && !QFile::exists(program.path("new.files")));
  }
}

/// Names with everything that a shell takes for its own; what is written is read by bash.
void TestCliMerge::exportsForSlurmSafely() {
  const Program program;
  program.write("plain.json",
                R"json({"name": "it's \"$(touch pwned)\" `x`", "methods": ["ra-uc"], "seeds": [1, 2],
    "recipe": {"name": "$(touch pwned)", "dataset": {"name": "cifar10"}, "model": {"name": "resnet"}
}
})json");
  COMPARE_CODE(program.run({"queue", "add", "plain.json"}), 0);
  const QString folder = "a 'b' \"$(touch pwned)\"\n;c";
  COMPARE_CODE(program.run({"queue", "export", "--slurm", folder}), 0);
  QCOMPARE(program.run({"queue", "list", "--json"}).out.count("queued"), 2);
  COMPARE_CODE(program.run({"queue", "export", "--slurm", folder}), 2);  // it is there
  COMPARE_CODE(program.run({"queue", "export", "--slurm", "second", "--take"}), 0);
  QCOMPARE(program.run({"queue", "list", "--json"}).out.count("queued"), 0);
  COMPARE_CODE(program.run({"queue", "export", "--slurm", "third"}), 2);  // nothing waits
  // Another program takes the second run in that moment: it is in no array.
  COMPARE_CODE(program.run({"queue", "add", "plain.json"}), 0);
  Child other({"sqlite3", path(program, "uada.uada").string(), "BEGIN IMMEDIATE", ".shell echo locked",
               ".shell while [ ! -f '" + path(program, "fewer/array.sh").string() + "' ]; do sleep 0.1; done",
               "DELETE FROM queue WHERE id = (SELECT max(id) FROM queue)", "COMMIT"});
  QCOMPARE(other.line(), std::string("locked"));
  const Result fewer = program.run({"queue", "export", "--slurm", "fewer", "--take"});
  COMPARE_CODE(fewer, 0);
  QVERIFY2(fewer.out.contains("1 run as a job array"), qPrintable(fewer.out));
  QVERIFY2(fewer.err.contains("-s2: left out: it waits no more"), qPrintable(fewer.err));
  QCOMPARE(QDir(program.path("fewer/runs")).entryList({"*.json"}), QStringList{"1.json"});
  QVERIFY(program.read("fewer/array.sh").contains("--array=1-1\n"));
  for (const char* script : {"array.sh", "merge.sh"}) {
    QProcess bash;
    bash.start("bash", {"-n", program.path(folder + "/" + script)});
    COMPARE_CODE(Program::finish(bash), 0);
  }
  // The program itself may have such a name.
  QProcess bash;
  bash.setWorkingDirectory(program.path(folder));
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  environment.insert("SLURM_ARRAY_TASK_ID", "1");
  environment.insert("UADA", program.path("say 'it' $(touch pwned)"));
  bash.setProcessEnvironment(environment);
  program.write("say 'it' $(touch pwned)", "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
  QFile(program.path("say 'it' $(touch pwned)")).setPermissions(QFile::ReadOwner | QFile::ExeOwner);
  bash.start("bash", {"array.sh", "--set", "a b='c'"});
  const Result said = Program::finish(bash);
  COMPARE_CODE(said, 0);
  QCOMPARE(said.out, QString("run\nruns/1.json\n--project\nruns/1.uada\n--set\na b='c'\n"));
  QVERIFY(!QFile::exists(program.path("pwned")) && !QFile::exists(program.path(folder + "/pwned")));
}

QTEST_GUILESS_MAIN(TestCliMerge)
#include "tst_cli_merge.moc"
