#include <signal.h>

#include <map>

#include "tests/cli/TinyTraining.h"

using namespace uada::test;

/// A sweep as an array of jobs, by a stand-in for the scheduler.
class TestCliSlurm : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aSweepAsAnArrayGivesTheSameTable();
  void scratchNeverLosesAProject();
};

namespace {

constexpr int kRuns = 12;

/// Gives each task to the script as Slurm does, two at a time.
class Scheduler {
 public:
  Scheduler(const Program& program, QString folder) : program_(program), folder_(std::move(folder)) {
    // What the script asks the scheduler for is written down.
    program.write("scontrol", "#!/bin/sh\necho \"$@\" >> \"$REQUEUED\"\n");
    QFile(program.path("scontrol")).setPermissions(QFile::ReadOwner | QFile::ExeOwner);
  }
  /// with  more of the environment
  std::unique_ptr<QProcess> start(int task, const QString& scratch = "",
                                  const std::map<QString, QString>& with = {}) const {
    auto process = std::make_unique<QProcess>();
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("SLURM_ARRAY_JOB_ID", "77");
    environment.insert("SLURM_ARRAY_TASK_ID", QString::number(task));
    environment.insert("PATH", program_.path("") + ":" + environment.value("PATH"));
    environment.insert("REQUEUED", program_.path("requeued"));
    if (!scratch.isEmpty()) environment.insert("UADA_SCRATCH", scratch);
    for (const auto& [name, value] : with) environment.insert(name, value);
    process->setProcessEnvironment(environment);
    process->setWorkingDirectory(program_.path(folder_));
    process->start("bash", {"array.sh", "--json"});
    return process;
  }

 private:
  const Program& program_;
  const QString folder_;
};

}  // namespace

void TestCliSlurm::aSweepAsAnArrayGivesTheSameTable() {
  const Program program;
  writeTinyExperiment(program);
  QStringList experiment = tinyExperiment(program, 6, R"(["ra-uc","uada"])").mid(1);
  experiment << "--set" << "seeds=[1,2,3,4,5,6]";
  COMPARE_CODE(program.run(QStringList{"queue", "add"} + experiment), 0);
  const QString folder = "a sweep's folder";
  COMPARE_CODE(program.run({"queue", "export", "--slurm", folder, "--take"}), 0);
  QVERIFY(QDir().mkpath(program.path("scratch")));

  const Scheduler scheduler(program, folder);
  const std::map<int, int> preempted{{2, SIGUSR1}, {3, SIGTERM}, {8, SIGUSR1}, {9, SIGTERM}};
  std::map<int, int> codes;
  for (int first = 1; first <= kRuns; first += 2) {
    std::map<int, std::unique_ptr<QProcess>> running;
    for (const int task : {first, first + 1})
      running[task] = scheduler.start(task, task > 6 ? program.path("scratch") : "");
    for (auto& [task, process] : running)
      if (const auto signal = preempted.find(task); signal != preempted.end()) {
        QByteArray seen;
        QVERIFY2(waitForSteps(*process, 1, seen), (seen + process->readAllStandardError()).constData());
        ::kill(static_cast<pid_t>(process->processId()), signal->second);
      }
    for (auto& [task, process] : running) {
      const Result result = Program::finish(*process);
      codes[task] = result.code;
      const bool mayEnd = preempted.contains(task);  // on a busy machine it may have ended before
      QVERIFY2(result.code == 0 || (mayEnd && result.code == 143),
               qPrintable(QString("%1: %2 %3").arg(task).arg(result.code).arg(result.err)));
    }
  }
  int interrupted = 0;
  for (const auto& [task, code] : codes) {
    interrupted += code == 143;
    const bool isRequeued = program.read("requeued").contains(QString("requeue 77_%1\n").arg(task).toUtf8());
    QCOMPARE(isRequeued, code == 143 && preempted.at(task) == SIGUSR1);
  }
  QVERIFY(interrupted > 0);

  // What is left is submitted again; what is finished ends at once.
  for (const auto& [task, code] : codes) {
    if (code == 0 && task != 1) continue;
    const auto process = scheduler.start(task, task > 6 ? program.path("scratch") : "");
    const Result result = Program::finish(*process);
    COMPARE_CODE(result, 0);
    QCOMPARE(ofKind(objects(result.out), "step").isEmpty(), task == 1);
  }
  QCOMPARE(QDir(program.path("scratch")).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList());

  QProcess merge;
  merge.setWorkingDirectory(program.path(""));
  merge.start("bash", {folder + "/merge.sh", "merged.uada"});
  const Result merged = Program::finish(merge);
  COMPARE_CODE(merged, 0);
  QVERIFY2(merged.out.contains("merged.uada: 12 added from 12 projects; it has 12 runs now"),
           qPrintable(merged.out));

  COMPARE_CODE(program.run(QStringList{"run"} + experiment + QStringList{"--project", "one.uada", "--quiet"}),
               0);
  const auto results = [&](const QString& project) {
    std::map<QString, QString> all;
    for (const QJsonObject& run :
         ofKind(objects(program.run({"runs", "--json", "--project", project}).out), "run"))
      for (const char* number : {"loss", "last_loss", "last_top1", "best_top1", "best_epoch"})
        all[run["title"].toString()] += QString::number(run[number].toDouble(-1), 'g', 17) + ' ';
    return all;
  };
  QCOMPARE(results("merged.uada").size(), std::size_t{kRuns});
  QVERIFY(results("merged.uada") == results("one.uada"));  // to the last bit, also of what was interrupted
  for (const QStringList& table : {QStringList{"table", "2", "--format", "csv"},
                                   QStringList{"table", "seeds", "--rows", "variant", "--format", "csv"}}) {
    const Result one = program.run(table + QStringList{"--project", "one.uada"});
    const Result many = program.run(table + QStringList{"--project", "merged.uada"});
    COMPARE_CODE(one, 0);
    QCOMPARE(many.out, one.out);
    if (table.size() > 4) QVERIFY2(one.out.contains(",6,"), qPrintable(one.out));  // seeds
  }
}

/// A stand-in for the program leaves projects as a killed one does, in the ways that the scheduler ends it.
void TestCliSlurm::scratchNeverLosesAProject() {
  const Program program;
  writeTinyExperiment(program);
  COMPARE_CODE(program.run(QStringList{"queue", "add"} + tinyExperiment(program, 1, R"(["ra-uc"])").mid(1)),
               0);
  COMPARE_CODE(program.run({"queue", "export", "--slurm", "array", "--take"}), 0);
  QVERIFY(QDir().mkpath(program.path("scratch")));
  program.write("fake", "#!/bin/sh\neval \"$([ \"$1\" = import ] && echo \"$IMPORT\" || echo \"$RUN\")\"\n");
  QFile(program.path("fake")).setPermissions(QFile::ReadOwner | QFile::ExeOwner);
  const Scheduler scheduler(program, "array");
  const auto task = [&](const QString& run, const QString& import = ":") {
    return Program::finish(*scheduler.start(
        1, program.path("scratch"), {{"UADA", program.path("fake")}, {"RUN", run}, {"IMPORT", import}}));
  };
  const auto left = [&] {
    return QDir(program.path("scratch")).entryList(QDir::AllEntries | QDir::NoDotAndDotDot);
  };
  const auto shared = [&] { return QDir(program.path("array/runs")).entryList({"1.uada*"}); };

  // Ended before there is a project: queued again, and nothing is left.
  COMPARE_CODE(task("kill -USR1 $PPID; sleep 1; exit 140"), 143);
  QVERIFY(program.read("requeued").contains("requeue 77_1\n"));
  QVERIFY(shared().isEmpty() && left().isEmpty());
  // A killed program leaves a -wal: it goes along, there and back, and goes when it was written into the
  // project.
  COMPARE_CODE(task("echo a > \"$4\"; echo b > \"$4-wal\"; exit 137"), 137);
  QCOMPARE(program.read("array/runs/1.uada") + program.read("array/runs/1.uada-wal"), QByteArray("a\nb\n"));
  COMPARE_CODE(task("cat \"$4-wal\" >> \"$4\"; rm \"$4-wal\""), 0);
  QCOMPARE(program.read("array/runs/1.uada"), QByteArray("a\nb\n"));
  QCOMPARE(shared(), QStringList{"1.uada"});
  QVERIFY(left().isEmpty());

  // Rows that cannot be made again end a task only where there is no project.
  QVERIFY(QDir().mkpath(program.path("array/runs/1.files/0123abcd")));
  for (const char* name : {"config.json", "log.jsonl"})
    program.write(QString("array/runs/1.files/0123abcd/") + name, "{}\n");
  const Result warned = task("echo c >> \"$4\"", "false");
  COMPARE_CODE(warned, 0);
  QVERIFY2(warned.err.contains("goes on with runs/1.uada as it is"), qPrintable(warned.err));
  QCOMPARE(program.read("array/runs/1.uada"), QByteArray("a\nb\nc\n"));
  // A signal while that is done: nothing is begun, and the task is queued again.
  QVERIFY(QFile::remove(program.path("requeued")));
  COMPARE_CODE(task("echo d >> \"$4\"", "kill -USR1 $PPID; false"), 143);
  QVERIFY(program.read("requeued").contains("requeue 77_1\n"));
  QCOMPARE(program.read("array/runs/1.uada"), QByteArray("a\nb\nc\n"));
  // What cannot be copied back stays on the node.
  COMPARE_CODE(
      task("echo e >> \"$4\"; rm -rf \"$PWD/runs/1.uada.new\"; mkdir -p \"$PWD/runs/1.uada.new/1.uada\"",
           "false"),
      1);
  QCOMPARE(program.read("array/runs/1.uada"), QByteArray("a\nb\nc\n"));
  QCOMPARE(left().size(), 1);
  QCOMPARE(program.read("scratch/" + left()[0] + "/1.uada"), QByteArray("a\nb\nc\ne\n"));
  QVERIFY(QDir(program.path("array/runs/1.uada.new")).removeRecursively());
  QVERIFY(QFile::remove(program.path("array/runs/1.uada")));
  COMPARE_CODE(task("echo f >> \"$4\"", "false"), 1);
  QVERIFY(shared().isEmpty());
}

QTEST_GUILESS_MAIN(TestCliSlurm)
#include "tst_cli_slurm.moc"
