#include <signal.h>

#include <fstream>

#include "core/base/Error.h"
#include "tests/cli/TinyTraining.h"
#include "tests/core/SmallDisk.h"
#include "tests/core/StoreTools.h"

using namespace uada::test;
using uada::SmallDisk;
using uada::WriteLock;

/// Runs that are ended while their project is locked, their checkpoints damaged, their disk full: nothing
/// that was trained is trained again.
class TestCliLost : public QObject {
  Q_OBJECT
 private:
  std::unique_ptr<Program> program_;

  QString runFolder(const QString& project = "uada") const {
    const QDir files(program_->path(project + ".files"));
    return files.filePath(files.entryList(QDir::Dirs | QDir::NoDotAndDotDot).value(0));
  }
  QStringList checkpoints() const {
    return QDir(runFolder()).entryList({"checkpoint-*.safetensors"}, QDir::Files, QDir::Name);
  }
  int newestStep() const {
    const QStringList names = checkpoints();
    return names.isEmpty() ? 0 : names.back().mid(11, 10).toInt();
  }
  /// Ends a process by a signal, and waits for it.
  static void end(QProcess& process, int signal) {
    ::kill(static_cast<pid_t>(process.processId()), signal);
    QVERIFY(process.waitForFinished(kTimeout));
  }
  /// Resumes the run, and gives the first step that it trains.
  std::unique_ptr<QProcess> resume(int& first) const {
    auto process = program_->start({"resume", "1", "--json"});
    QByteArray seen;
    first = -1;
    if (waitForSteps(*process, 12, seen))  // two epochs
      first = ofKind(objects(QString::fromUtf8(seen.left(seen.lastIndexOf('\n')))), "step")
                  .front()["step"]
                  .toInt();
    return process;
  }

 private Q_SLOTS:
  void init() {
    program_ = std::make_unique<Program>();
    writeTinyExperiment(*program_);
  }

  void aLockedProjectCostsNoCheckpoint_data() {
    QTest::addColumn<int>("signal");
    QTest::newRow("SIGKILL") << SIGKILL;
    QTest::newRow("SIGTERM") << SIGTERM;
  }
  void aLockedProjectCostsNoCheckpoint() {
    QFETCH(int, signal);
    auto process = startLongTraining(*program_);
    QByteArray seen;
    QVERIFY(waitForSteps(*process, 12, seen));
    for (int round = 0; round < 2; ++round) {
      {
        const WriteLock lock(program_->path("uada.uada").toStdString());
        QVERIFY(lock.isHeld());
        const int before = newestStep();
        QTRY_VERIFY_WITH_TIMEOUT(newestStep() >= before + 25, kTimeout);  // five epochs without a row
        end(*process, signal);
      }
      const int newest = newestStep();
      int first = 0;
      process = resume(first);
      QCOMPARE(first, newest + 1);
    }
    end(*process, SIGKILL);
  }

  void newCheckpointsStayBelowTheOldStep() {
    auto process = startLongTraining(*program_);
    QByteArray seen;
    QVERIFY(waitForSteps(*process, 300, seen));
    end(*process, SIGKILL);
    const int old = newestStep();
    QVERIFY(old >= 280);
    // The best, two of the run, and one more if the end came between a file and the removal of the oldest.
    const QStringList damaged = QDir(runFolder()).entryList({"*.safetensors"}, QDir::Files);
    QVERIFY2(damaged.size() >= 2 && damaged.size() <= 4, qPrintable(damaged.join(' ')));
    for (const QString& name : damaged)
      std::filesystem::resize_file((runFolder() + '/' + name).toStdString(), 1000);
    int expected = 1;
    for (const int signal : {SIGKILL, SIGTERM, SIGKILL}) {
      int first = 0;
      process = resume(first);
      QCOMPARE(first, expected);
      end(*process, signal);
      expected = newestStep() + 1;
      QVERIFY2(expected > first && expected < old, qPrintable(QString::number(expected)));
    }
    QCOMPARE(QDir(runFolder()).entryList({"*.aside"}, QDir::Files).size(), damaged.size());
  }

  void aFullDiskIsWaitedFor() {
    SmallDisk disk(program_->path("small"), "size=12m");
    if (!disk.mounted()) QSKIP("not run: mounting a small file system needs root");
    const auto process = startLongTraining(*program_, {"--project", "small/p.uada"});
    QByteArray seen;
    QVERIFY(waitForSteps(*process, 12, seen));
    const auto ballast = disk.file("ballast");
    {
      std::ofstream out(ballast, std::ios::binary);
      const std::string block(4096, 'x');
      while (out.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) continue;
    }
    QVERIFY(waitForText(*process, "a checkpoint needs", 1, seen));
    QVERIFY2(seen.contains(R"("state":"paused")"), seen.right(2000));
    const auto steps = seen.count(R"({"kind":"step")");
    std::filesystem::remove(ballast);
    QVERIFY(waitForSteps(*process, static_cast<int>(steps) + 10, seen));
    ::kill(static_cast<pid_t>(process->processId()), SIGTERM);
    const Result result = Program::finish(*process);
    COMPARE_CODE(result, 143);
    QVERIFY2(result.err.contains("training waits, and goes on by itself"), qPrintable(result.err));
    QVERIFY2(result.err.contains("there is room for the checkpoint again"), qPrintable(result.err));
  }
};

QTEST_GUILESS_MAIN(TestCliLost)
#include "tst_cli_lost.moc"
