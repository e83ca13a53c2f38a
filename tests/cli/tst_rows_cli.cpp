#include <signal.h>

#include <cmath>
#include <cstring>

#include "tests/cli/TinyTraining.h"

using namespace uada::test;

/// Rows of docs/features.md, by their numbers, as the command line shows them.
class TestRowsCli : public QObject {
  Q_OBJECT
 private:
  QString runFolder(const Program& program) const {
    const QDir files(program.path("uada.files"));
    return files.filePath(files.entryList(QDir::Dirs | QDir::NoDotAndDotDot).value(0));
  }
  QStringList filesOf(const Program& program, const char* pattern) const {
    return QDir(runFolder(program)).entryList({pattern}, QDir::Files, QDir::Name);
  }
  int newestCheckpoint(const Program& program) const {
    const QStringList names = filesOf(program, "checkpoint-*.safetensors");
    return names.isEmpty() ? 0 : names.back().mid(11, 10).toInt();
  }

 private Q_SLOTS:
  // ---- 5: checkpoints are whole or not there

  /// Killed at each of the first twenty calls that write a checkpoint or the best weights: the run goes on
  /// from a checkpoint that is sound and not older than the last one that was there, and what was half
  /// written is gone.
  void row05_aKillAtTwentyPointsOfTheWriteLeavesACheckpoint() {
    Program program;
    writeTinyExperiment(program);
    {
      const auto process = program.start(tinyExperiment(program, 500, R"(["uada"])") + QStringList{"--json"});
      QByteArray seen;
      QVERIFY(waitForSteps(*process, 7, seen));
      ::kill(static_cast<pid_t>(process->processId()), SIGTERM);
      COMPARE_CODE(Program::finish(*process), 143);
    }
    int newest = newestCheckpoint(program), halves = 0, trained = 0;
    QVERIFY(newest >= 7);
    program.set("LD_PRELOAD", KILL_AT);
    for (int point = 1; point <= 20; ++point) {
      program.set("UADA_TEST_KILL_AT", QString::number(point));
      const auto process = program.start({"resume", "1", "--json"});
      QByteArray seen;
      // What was missing of the best weights is written before the first step: then that is killed.
      if (waitForSteps(*process, 1, seen)) {
        ++trained;
        // The run may be writing its next file: only what an earlier one left must be gone.
        const QString own = QString(".%1-").arg(process->processId());
        QStringList left = filesOf(program, "*.part");
        left.removeIf([&](const QString& name) { return name.contains(own); });
        QVERIFY2(left.isEmpty(), qPrintable(QString("%1: %2").arg(point).arg(left.join(' '))));
      }
      QVERIFY(process->state() == QProcess::NotRunning || process->waitForFinished(kTimeout));
      QVERIFY2(process->exitStatus() == QProcess::CrashExit, qPrintable(QString::number(point)));
      seen += process->readAllStandardOutput();
      const auto steps = ofKind(objects(QString::fromUtf8(seen.left(seen.lastIndexOf('\n') + 1))), "step");
      // The best weights are a checkpoint, too, which may be newer.
      if (!steps.isEmpty()) QVERIFY(steps.front()["step"].toInt() > newest);
      QVERIFY(newestCheckpoint(program) >= newest);
      newest = newestCheckpoint(program);
      halves += filesOf(program, "*.part").isEmpty() ? 0 : 1;
    }
    QVERIFY2(trained >= 10, qPrintable(QString::number(trained)));
    QVERIFY2(halves >= 5, qPrintable(QString::number(halves)));  // it was really in the middle
    program.unset("LD_PRELOAD");
    const auto process = program.start({"resume", "1", "--json"});
    QByteArray seen;
    QVERIFY(waitForSteps(*process, 12, seen));
    ::kill(static_cast<pid_t>(process->processId()), SIGTERM);
    COMPARE_CODE(Program::finish(*process), 143);
    QVERIFY(filesOf(program, "*.part").isEmpty());
    QVERIFY(filesOf(program, "checkpoint-*.safetensors").size() <= 3 &&
            filesOf(program, "best.safetensors").size() == 1);
    COMPARE_CODE(program.run({"export", "1", "--what", "weights", "--out", "w.safetensors"}), 0);
  }

  // ---- 8: a number that is none

  /// Weights that grow without end. The step is not taken; the checkpoint is that of the step before with
  /// finite weights, from which the same step fails with the same words.
  void row08_aNumberThatIsNoneIsNamedAndNotTaken() {
    const Program program;
    writeTinyExperiment(program);
    const QStringList grow{"--set", "recipe.training.learning_rate=100", "--set",
                           "recipe.training.weight_decay=1"};
    const Result result =
        program.run(tinyExperiment(program, 40, R"(["uada"])") + grow + QStringList{"--json", "--quiet"});
    COMPARE_CODE(result, 1);
    static const QRegularExpression kReport(
        "step (\\d+) \\(epoch \\d+, learning rate [\\d.]+\\) was not taken: .* is not a finite number"
        "[^;]*; the weights are those before it");
    const auto report = kReport.match(result.err);
    QVERIFY2(report.hasMatch(), qPrintable(result.err));
    const int failed = report.captured(1).toInt();
    QCOMPARE(newestCheckpoint(program), failed - 1);
    COMPARE_CODE(program.run({"export", "1", "--what", "weights", "--out", "w.safetensors"}), 0);
    QVERIFY(finiteNumbersIn(program.read("w.safetensors")) > 100);
    const Result again = program.run({"resume", "1", "--json", "--quiet"});
    COMPARE_CODE(again, 1);
    QCOMPARE(kReport.match(again.err).captured(), report.captured());
  }

  // ---- 31: the end by a rule

  /// A network that does not learn: the second test without a better one ends the run, which says so.
  void row31_patienceEndsARunAndSaysSo() {
    const Program program;
    writeTinyExperiment(program);
    const Result result = program.run(tinyExperiment(program, 30, R"(["ra-uc"])") +
                                      QStringList{"--set", "recipe.training.learning_rate=1e-9", "--set",
                                                  "recipe.training.patience=2", "--json"});
    COMPARE_CODE(result, 0);
    const auto epochs = ofKind(objects(result.out), "epoch");
    QVERIFY2(epochs.size() >= 3 && epochs.size() < 30, qPrintable(QString::number(epochs.size())));
    int best = 0, worse = 0;
    double top = -1;
    for (const QJsonObject& epoch : epochs) {
      const double top1 = epoch["test"].toObject()["top1"].toDouble();
      worse = top1 > top ? 0 : worse + 1;
      if (top1 > top) top = top1, best = epoch["epoch"].toInt();
      QCOMPARE(worse == 2, epoch == epochs.back());
    }
    const QString reason = QString("training ended after epoch %1").arg(best + 2);
    const Result shown = program.run({"show", "1"});
    QVERIFY2(shown.out.contains(reason) && shown.out.contains("the patience is 2 epochs"),
             qPrintable(shown.out));
  }

  // ---- 34: what a run was made with

  void row34_aRunTellsWhatMadeIt() {
    const Program program;
    writeTinyExperiment(program);
    COMPARE_CODE(program.run(tinyExperiment(program, 1, R"(["uada"])") + QStringList{"--quiet"}), 0);
    const Result shown = program.run({"show", "1"});
    COMPARE_CODE(shown, 0);
    const QStringList lines = shown.out.split('\n');
    const auto value = [&](const char* name) {
      for (const QString& line : lines)
        if (line.startsWith(QString(name) + ' ')) return line.mid(static_cast<int>(strlen(name))).trimmed();
      return QString();
    };
    for (const char* name : {"key", "data set", "model", "method", "policy", "seed", "training", "created",
                             "ended", "config", "data"})
      QVERIFY2(!value(name).isEmpty(), name);
    QCOMPARE(value("seed"), QString("1"));
    const QStringList heads = lines.filter(QRegularExpression("^attempt ")).value(0).simplified().split(' ');
    QCOMPARE(heads, (QStringList{"attempt", "host", "device", "threads", "program", "LibTorch", "git",
                                 "changes", "data"}));
    const int row = lines.indexOf(QRegularExpression("^attempt .*")) + 1;
    const QStringList made = lines.value(row).contains("---") ? lines.value(row + 1).simplified().split(' ')
                                                              : lines.value(row).simplified().split(' ');
    QVERIFY2(made.size() >= 9 && made.contains("cpu") && made.contains(QSysInfo::machineHostName()),
             qPrintable(made.join(' ')));
  }

  // ---- 36: TensorBoard's files

  void row36_curvesGoToTensorBoard() {
    const Program program;
    writeTinyExperiment(program);
    COMPARE_CODE(program.run(tinyExperiment(program, 2, R"(["uada"])") + QStringList{"--quiet"}), 0);
    COMPARE_CODE(program.run({"export", "1", "--what", "tfevents", "--out", "logs"}), 0);
    const QStringList files = QDir(program.path("logs")).entryList({"events.out.tfevents.*"}, QDir::Files);
    QCOMPARE(files.size(), 1);
    const QByteArray bytes = program.read("logs/" + files[0]);
    QVERIFY(bytes.contains("brain.Event:2"));
    int events = 0;
    for (qsizetype at = 0; at < bytes.size(); ++events) {  // length, its sum, event, its sum
      quint64 length = 0;
      std::memcpy(&length, bytes.constData() + at, sizeof length);
      QVERIFY(length < 10'000);
      at += 8 + 4 + static_cast<qsizetype>(length) + 4;
      QVERIFY(at <= bytes.size());
    }
    QVERIFY2(events > 2 * 10, qPrintable(QString::number(events)));  // of ten steps
  }

 private:
  /// How many numbers the weights of a file are; 0 if one of them is not finite.
  static int finiteNumbersIn(const QByteArray& file) {
    quint64 head = 0;
    std::memcpy(&head, file.constData(), sizeof head);
    const QJsonObject tensors = QJsonDocument::fromJson(file.mid(8, static_cast<int>(head))).object();
    int count = 0;
    for (auto at = tensors.begin(); at != tensors.end(); ++at) {
      const QJsonValue tensor = at.value();
      if (at.key().contains("running_")) continue;  // statistics of what the weights made
      if (tensor.toObject()["dtype"].toString() != "F32") continue;
      const QJsonArray place = tensor.toObject()["data_offsets"].toArray();
      for (int byte = place[0].toInt(); byte < place[1].toInt(); byte += 4, ++count) {
        float value = 0;
        std::memcpy(&value, file.constData() + 8 + head + byte, sizeof value);
        if (!std::isfinite(value)) return 0;
      }
    }
    return count;
  }
};

QTEST_GUILESS_MAIN(TestRowsCli)
#include "tst_rows_cli.moc"
