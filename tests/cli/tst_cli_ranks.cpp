#include <signal.h>

#include <cmath>

#include "tests/cli/TinyTraining.h"

using namespace uada::test;

namespace {

/// The tiny experiment on a network without batch normalisation: 7 batches an epoch, six of 16 images and one
/// of 4.
void writeRanksExperiment(const Program& program) {
  program.writeCifar(20);
  program.write("ranks.json", R"({
    "name": "ranks",
    "recipe": {
      "dataset": {"name": "cifar10", "folder": ")" +
                                  program.path("cifar").toUtf8() + R"("},
      "model": {"name": "torchscript", "file": ")" PROJECT_DIR R"(/tests/golden/torchscript/without_norm.pt"},
      "optimiser": {"name": "sgd", "learning_rate": 0.1}, "training": {"epochs": 2, "batch": 16}
    },
    "methods": ["ra-uc"], "seeds": [1],
    "runtime": {"threads": 1, "device": "cpu", "pictured": 2, "picture_every": 2}
  })");
}

QStringList ranked(const QString& method, const QStringList& more = {}) {
  return QStringList{"run", "ranks.json", "--set", "methods=[" + method + ']'} + more;
}

QStringList ranks(int count) { return {"--ranks", QString::number(count)}; }

double apart(double a, double b) { return std::abs(a - b) / std::max({1e-3, std::abs(a), std::abs(b)}); }

/// The weights of a checkpoint, one after another.
std::vector<float> weightsOf(const Program& program, const QString& project) {
  const QString file = project + ".safetensors";
  const Result result =
      program.run({"export", "1", "--what", "weights", "--out", file, "--project", project});
  const QByteArray bytes = program.read(file);
  if (result.code != 0 || bytes.size() < 8) return {};
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.constData(), sizeof header);
  std::vector<float> values((static_cast<std::size_t>(bytes.size()) - 8 - header) / sizeof(float));
  std::memcpy(values.data(), bytes.constData() + 8 + header, values.size() * sizeof(float));
  return values;
}

/// The largest difference of two runs' step losses and weights, of each relative to its size; 1: they cannot
/// be compared.
double worstDifference(const Program& program, const QString& one, const QString& other) {
  const QStringList a = lossesIn(program, one), b = lossesIn(program, other);
  const std::vector<float> v = weightsOf(program, one), w = weightsOf(program, other);
  if (a.isEmpty() || a.size() != b.size() || v.empty() || v.size() != w.size()) return 1;
  double worst = 0;
  for (qsizetype i = 0; i < a.size(); ++i) worst = std::max(worst, apart(a[i].toDouble(), b[i].toDouble()));
  for (std::size_t i = 0; i < v.size(); ++i) worst = std::max(worst, std::abs(double{v[i]} - double{w[i]}));
  return worst;
}

/// Of a process: those that it has started.
QList<pid_t> childrenOf(qint64 process) {
  QFile file(QString("/proc/%1/task/%1/children").arg(process));
  QList<pid_t> children;
  if (!file.open(QIODevice::ReadOnly)) return children;
  for (const QByteArray& number : file.readAll().simplified().split(' '))
    if (!number.isEmpty()) children << number.toInt();
  return children;
}

/// Not one that has ended, and is still in the table of processes.
bool isRunning(pid_t process) {
  QFile file(QString("/proc/%1/stat").arg(process));
  if (!file.open(QIODevice::ReadOnly)) return false;
  const QByteArray text = file.readAll();
  return text.mid(text.lastIndexOf(')') + 2, 1) != "Z";
}

/// Objects of a run's rows of one kind, without what is another each time.
QStringList rowsOf(const Program& program, const QString& project, const QString& what) {
  program.run(
      {"export", "1", "--what", what, "--format", "jsonl", "--out", "rows.jsonl", "--project", project});
  QStringList rows;
  for (const QByteArray& line : program.read("rows.jsonl").trimmed().split('\n'))
    rows << QString::fromUtf8(line);
  return rows;
}

/// The first row of what was learned of ops and groups that is another one in the other run; empty: none is.
QString unlikePolicy(const Program& program, const QString& one, const QString& other) {
  const QStringList a = rowsOf(program, one, "policy"), b = rowsOf(program, other, "policy");
  if (a.size() < 14 || a.size() != b.size()) return QString("%1 and %2 rows").arg(a.size()).arg(b.size());
  for (qsizetype i = 0; i < a.size(); ++i) {
    const QJsonObject x = QJsonDocument::fromJson(a[i].toUtf8()).object();
    const QJsonObject y = QJsonDocument::fromJson(b[i].toUtf8()).object();
    for (const QString& key : x.keys())
      if (x[key].isDouble() ? std::abs(x[key].toDouble() - y[key].toDouble()) > 1e-5 : x[key] != y[key])
        return key + " of " + a[i] + " and " + b[i];
  }
  return {};
}

}  // namespace

/// Several ranks that train one run, as processes of this machine.
class TestCliRanks : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<Program> program_;

  /// Starts a long run of three ranks, and waits until some steps are done.
  std::unique_ptr<QProcess> startThree(const QString& project, QByteArray& seen,
                                       const QStringList& more = {}) const {
    auto process = program_->start(ranked("\"uada\"", {"--set", "recipe.training.epochs=2000"}) + ranks(3) +
                                   QStringList{"--json", "--project", project} + more);
    if (!waitForSteps(*process, 3, seen)) process->kill();
    return process;
  }
  /// The run went to the end, or to a stop, with a checkpoint of its last step.
  QString unlikeSaved(const QString& project) const {
    const Result shown = program_->run({"show", "1", "--json", "--project", project});
    return shown.out.contains("checkpoint") ? QString() : shown.out + shown.err;
  }

 private Q_SLOTS:
  void initTestCase() {
    program_ = std::make_unique<Program>();
    writeTinyExperiment(*program_);
    writeRanksExperiment(*program_);
  }

  void equalsOneRank_data() {
    QTest::addColumn<QString>("method");
    QTest::addColumn<QStringList>("more");
    QTest::newRow("ra-uc") << "\"ra-uc\"" << QStringList();
    QTest::newRow("uada") << "\"uada\"" << QStringList();
    QTest::newRow("ltda") << "\"ltda\"" << QStringList();
    QTest::newRow("clipped, averaged adam")
        << "\"ra-uc\"" << QStringList{"--set", "recipe.training.gradient_clip=0.5",
                                      "--set", "recipe.training.averaging=0.9",
                                      "--set", R"(recipe.optimiser={"name":"adam","learning_rate":0.01})"};
  }
  /// The same losses, weights, test and statistics, whether the batch is cut or not.
  void equalsOneRank() {
    QFETCH(QString, method);
    QFETCH(QStringList, more);
    const QString name = QString(QTest::currentDataTag()).remove(' ').remove(',');
    if (more.isEmpty()) more = {};
    QStringList projects;
    for (const int count : {1, 2, 3}) {
      projects << QString("%1-%2.uada").arg(name).arg(count);
      COMPARE_CODE(program_->run(ranked(method, more) + ranks(count) +
                                 QStringList{"--quiet", "--project", projects.last()}),
                   0);
    }
    for (const int other : {1, 2}) {
      const double worst = worstDifference(*program_, projects[0], projects[other]);
      QVERIFY2(worst < 1e-6, qPrintable(QString("%1 ranks: %2").arg(other + 1).arg(worst)));
    }
    for (const int other : {1, 2}) QCOMPARE(unlikePolicy(*program_, projects[0], projects[other]), QString());
  }

  /// Plans follow from seed, epoch and sample alone.
  void plansAreTheSame() {
    for (const int count : {1, 3})
      COMPARE_CODE(program_->run(ranked("\"ra-uc\"") + ranks(count) +
                                 QStringList{"--quiet", "--project", QString("plans%1.uada").arg(count)}),
                   0);
    const auto decisions = [&](const QString& project) {
      QList<QJsonObject> all;
      for (const QString& row : rowsOf(*program_, project, "decisions")) {
        all << QJsonDocument::fromJson(row.toUtf8()).object();
        all.last().remove("run");
      }
      return all;
    };
    const QList<QJsonObject> all = decisions("plans1.uada"), some = decisions("plans3.uada");
    QCOMPARE(all.size(), 14);
    QCOMPARE(some.size(), 13);  // of the batch of 4 images rank 0 has one
    for (const QJsonObject& decision : some) QVERIFY(all.contains(decision));
  }

  void repeatsToTheBit() {
    for (const char* project : {"once.uada", "again.uada"})
      COMPARE_CODE(
          program_->run(ranked("\"uada\"") + ranks(3) + QStringList{"--quiet", "--project", project}), 0);
    QCOMPARE(lossesIn(*program_, "again.uada"), lossesIn(*program_, "once.uada"));
    QVERIFY(weightsOf(*program_, "again.uada") == weightsOf(*program_, "once.uada"));
  }

  void normalisesTogether_data() {
    QTest::addColumn<QString>("model");
    QTest::addColumn<QString>("method");
    const QString resnet = R"({"name":"resnet","depth":"10","width":4})";
    QTest::newRow("resnet") << resnet << R"("ra-uc")";
    QTest::newRow("dropout") << R"({"name":"wrn","depth":10,"width_factor":1})" << R"("ra-uc")";
    QTest::newRow("uada") << resnet << R"("uada")";
    QTest::newRow("fast") << resnet << R"({"name":"uada","mode":"fast","precision":"float32"})";
  }
  /// Statistics of all ranks are those of the whole batch, in which each sample meets its own noise; the
  /// record says how many ranks there were.
  void normalisesTogether() {
    QFETCH(QString, model);
    const QStringList arguments =
        tinyExperiment(*program_, 1, R"(["ra-uc"])") +
        QStringList{"--set", "recipe.model=" + model, "--set", "recipe.training.norm_devices=0", "--quiet"};
    const auto project = [](int count) {
      return QString("norms-%1-%2.uada").arg(QTest::currentDataTag()).arg(count);
    };
    for (const int count : {1, 2, 3})
      COMPARE_CODE(program_->run(arguments + ranks(count) + QStringList{"--project", project(count)}), 0);
    const QStringList alone = lossesIn(*program_, project(1));
    QCOMPARE(alone.size(), 5);
    for (const int count : {2, 3}) {
      const QStringList together = lossesIn(*program_, project(count));
      for (int step = 0; step < 3; ++step)  // then what was rounded otherwise grows, as with threads
        QVERIFY2(apart(together[step].toDouble(), alone[step].toDouble()) < 1e-6, qPrintable(project(count)));
    }
    QVERIFY(program_->run({"show", "1", "--project", project(3)}).out.contains("cpu, 3 ranks"));
  }

  /// A stop is for all; the run goes on with another number of ranks.
  void goesOnWithOtherRanks() {
    QByteArray seen;
    const auto process = program_->start(ranked("\"uada\"", {"--set", "recipe.training.epochs=12"}) +
                                         ranks(2) + QStringList{"--json", "--project", "parts.uada"});
    QVERIFY(waitForSteps(*process, 5, seen));
    ::kill(static_cast<pid_t>(process->processId()), SIGTERM);
    const Result stopped = Program::finish(*process);
    COMPARE_CODE(stopped, 143);
    COMPARE_CODE(program_->run(QStringList{"resume", "1", "--project", "parts.uada"} + ranks(3)), 0);
    COMPARE_CODE(program_->run(ranked("\"uada\"", {"--set", "recipe.training.epochs=12"}) +
                               QStringList{"--quiet", "--project", "whole.uada"}),
                 0);
    const double worst = worstDifference(*program_, "whole.uada", "parts.uada");
    QVERIFY2(worst < 1e-4, qPrintable(QString::number(worst)));  // 84 steps: differences grow
  }

  void lostRankIsNamed_data() {
    QTest::addColumn<int>("signal");
    QTest::newRow("killed") << SIGKILL;
    QTest::newRow("halted") << SIGSTOP;
  }
  /// The others notice that a rank is gone, rank 0 writes a checkpoint, and all end. The run goes on from
  /// there.
  void lostRankIsNamed() {
    QFETCH(int, signal);
    const QString project = QString("lost%1.uada").arg(signal);
    QByteArray seen;
    const auto process = startThree(project, seen, {"--rank-timeout", "3"});
    const QList<pid_t> others = childrenOf(process->processId());
    QCOMPARE(others.size(), 2);
    ::kill(others[1], signal);
    const Result result = Program::finish(*process);
    COMPARE_CODE(result, 1);
    QVERIFY2(result.err.contains("rank 2 of 3 is lost"), qPrintable(result.err));
    QVERIFY2(result.err.contains("a checkpoint of step"), qPrintable(result.err));
    for (const pid_t other : others) QVERIFY(!isRunning(other));
    const auto steps = [&] { return lossesIn(*program_, project).size(); };
    const auto before = steps();
    const auto again = program_->start(QStringList{"resume", "1", "--json", "--project", project} + ranks(2));
    seen.clear();
    QVERIFY(waitForSteps(*again, 2, seen));
    ::kill(static_cast<pid_t>(again->processId()), SIGTERM);
    COMPARE_CODE(Program::finish(*again), 143);
    QVERIFY(steps() >= before + 2);
  }

  /// Nobody is left behind, and the run goes on from its last checkpoint.
  void othersEndWithRankZero() {
    QByteArray seen;
    const auto process = startThree("headless.uada", seen);
    const QList<pid_t> others = childrenOf(process->processId());
    QCOMPARE(others.size(), 2);
    process->kill();
    Program::finish(*process);
    for (const pid_t other : others) QTRY_VERIFY_WITH_TIMEOUT(!isRunning(other), kTimeout);
    const auto again =
        program_->start(QStringList{"resume", "1", "--json", "--project", "headless.uada"} + ranks(2));
    seen.clear();
    QVERIFY(waitForSteps(*again, 2, seen));
    ::kill(static_cast<pid_t>(again->processId()), SIGTERM);
    COMPARE_CODE(Program::finish(*again), 143);
  }

  /// As torchrun and srun start them, in processes of their own.
  void startedByOthers_data() {
    QTest::addColumn<QStringList>("names");
    QTest::newRow("torchrun") << QStringList{"RANK", "WORLD_SIZE", "LOCAL_RANK"};
    QTest::newRow("srun") << QStringList{"SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID"};
  }
  void startedByOthers() {
    QFETCH(QStringList, names);
    const QString project = names[0] + ".uada";
    std::vector<std::unique_ptr<QProcess>> processes;
    const QString port = QString::number(21000 + QCoreApplication::applicationPid() % 20000);
    for (const int rank : {1, 0}) {
      Program& program = *program_;
      program.set(names[0], QString::number(rank));
      program.set(names[1], "2");
      program.set(names[2], QString::number(rank));
      program.set("MASTER_ADDR", "127.0.0.1");
      program.set("MASTER_PORT", port);
      if (names[0].startsWith("SLURM")) program.set("SLURM_STEP_ID", "0");
      processes.push_back(program.start(ranked("\"ra-uc\"") + QStringList{"--quiet", "--project", project}));
    }
    for (const QString& name : names + QStringList{"MASTER_ADDR", "MASTER_PORT", "SLURM_STEP_ID"})
      program_->unset(name);
    for (const auto& process : processes) COMPARE_CODE(Program::finish(*process), 0);
    QCOMPARE(runsIn(*program_).size(), 0);  // in a project of its own
    QCOMPARE(lossesIn(*program_, project).size(), 14);
  }

  void refusedInWords_data() {
    QTest::addColumn<QStringList>("more");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("words");
    QTest::newRow("method") << QStringList{R"("adversarial")"} << 1
                            << "the method adversarial learns from, or decides for, a whole batch";
    QTest::newRow("batch decides") << QStringList{R"({"name":"uada","granularity":"batch"})"} << 1
                                   << "train it on one rank";
    QTest::newRow("last batch") << QStringList{R"("ra-uc")", "--set", "recipe.training.batch=49", "--ranks",
                                               "3"}
                                << 1 << "fewer than there are ranks";
    QTest::newRow("norm") << QStringList{R"("ra-uc")", "--set", "recipe.training.norm_devices=8"} << 1
                          << "8 found, but the run has 2 ranks";
    QTest::newRow("device") << QStringList{R"("ra-uc")", "--set", "runtime.device=cuda:0"} << 1 << "cuda";
    QTest::newRow("not finite") << QStringList{R"("ra-uc")", "--set", "recipe.optimiser.learning_rate=100",
                                               "--set", "recipe.optimiser.weight_decay=1"}
                                << 1 << "is not a finite number";
  }
  void refusedInWords() {
    QFETCH(QStringList, more);
    QFETCH(int, code);
    QFETCH(QString, words);
    if (!more.contains("--ranks")) more += ranks(2);
    const Result result = program_->run(
        ranked(more[0]) + more.mid(1) +
        QStringList{"--quiet", "--project", QString("refused-%1.uada").arg(QTest::currentDataTag())});
    COMPARE_CODE(result, code);
    QVERIFY2(result.err.contains(words), qPrintable(result.err));
  }

  void badEnvironmentIsTold() {
    program_->set("RANK", "2");
    program_->set("WORLD_SIZE", "2");
    const Result beyond = program_->run(ranked("\"ra-uc\""));
    program_->unset("WORLD_SIZE");
    const Result half = program_->run(ranked("\"ra-uc\""));
    program_->unset("RANK");
    COMPARE_CODE(beyond, 2);
    QVERIFY2(beyond.err.contains("RANK: 2 found, less than 2 expected"), qPrintable(beyond.err));
    COMPARE_CODE(half, 2);
    QVERIFY2(half.err.contains("RANK is set, but WORLD_SIZE is not"), qPrintable(half.err));
  }
};

QTEST_GUILESS_MAIN(TestCliRanks)
#include "tst_cli_ranks.moc"
