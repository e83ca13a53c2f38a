#include <QTemporaryDir>
#include <QTest>
#include <atomic>
#include <cmath>
#include <mutex>

#include "core/engine/ReportJson.h"
#include "core/machine/MachineReading.h"
#include "core/store/MachineRecord.h"
#include "core/store/RunSession.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/OlderProject.h"
#include "tests/core/StoreTools.h"

using namespace uada;
using namespace std::chrono_literals;

namespace {

GpuLoad gpu(double percent, double used, double watts, double celsius, const char* throttle) {
  return {"G", percent, used, 100, watts, celsius, throttle};
}

MachineRow row(int number, std::int64_t step, double percent) {
  MachineRow made{number, "2026-11-30T12:00:00Z", step, {}};
  made.reading.seconds = 1;
  made.reading.programPercent = percent;
  return made;
}

std::string text(const std::vector<MachineRow>& rows) {
  std::string all;
  for (const MachineRow& each : rows) {
    all += reportToJson(each).dump();
    for (const GpuLoad& one : each.reading.gpus) all += ' ' + reportToJson(one).dump();
    all += '\n';
  }
  return all;
}

std::string steps(const std::vector<MachineRow>& rows) {
  std::string all;
  for (const MachineRow& each : rows) all += fmt::format("{}:{} ", each.step, each.reading.programPercent);
  return all;
}

}  // namespace

/// What the machine did while a run trained: looked at, put together, stored, read.
class TestMachineRecord : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  std::filesystem::path file(const char* name) { return folder_.filePath(name).toStdString(); }

 private Q_SLOTS:
  void reasonsInWords() {
    QCOMPARE(throttleText(0), "");
    QCOMPARE(throttleText(0x1 | 0x2), "");  // idle, a clock that somebody has set
    QCOMPARE(throttleText(0x4 | 0x20 | 0x80), "power cap, heat, power brake");
    QCOMPARE(throttleText(0x8), "hardware slowdown");
  }

  void aDriverTellsWhyAClockIsHeldDown() {
    const std::vector<GpuLoad> gpus = Nvml(FAKE_NVML).read();
    QCOMPARE(gpus[0].throttle, "power cap, heat (hardware)");
    QVERIFY(gpus[0].isThrottled());
    QCOMPARE(gpus[1].throttle, "unknown");
    QVERIFY(!gpus[1].isThrottled() && std::isnan(gpus[1].percent));
  }

  void readingsAreOne() {
    MachineReading a, b;
    a.seconds = 1, b.seconds = 3;
    a.programPercent = 100, b.programPercent = 200;
    a.written = 8;  // b's is not told
    a.memory = {50, 90, 20}, b.memory = {40, 90, 30};
    a.diskFree = 5, b.diskFree = 7;
    a.gpus = {gpu(0, 60, 100, 80, "power cap")};
    b.gpus = {gpu(100, 50, 300, 70, "power cap, heat"), gpu(1, 1, 1, 1, "")};
    const MachineReading one = together(std::vector{a, b});
    QCOMPARE(one.seconds, 4.0);
    QCOMPARE(one.programPercent, 175.0);
    QVERIFY(std::isnan(one.machinePercent));
    QCOMPARE(one.written, 8.0);
    QCOMPARE(one.memory.used, 50);
    QCOMPARE(one.memory.program, 30);
    QCOMPARE(one.diskFree, 5.0);
    QCOMPARE(one.gpus.size(), std::size_t{2});
    QCOMPARE(one.gpus[0].percent, 75.0);
    QCOMPARE(one.gpus[0].watts, 250.0);
    QCOMPARE(one.gpus[0].used, 60.0);
    QCOMPARE(one.gpus[0].celsius, 80.0);
    QCOMPARE(one.gpus[0].throttle, "power cap, heat");
    QCOMPARE(one.gpus[1].throttle, "");
  }

  /// A row stands for twice as many looks after so many rows; while the run is paused there is none.
  void looksBecomeRows() {
    std::mutex mutex;
    std::vector<MachineRow> rows;
    const auto count = [&] {
      const std::lock_guard lock(mutex);
      return rows.size();
    };
    store::MachineRecord record(
        {.folder = folder_.path().toStdString(), .nvml = FAKE_NVML, .every = 2ms, .rowsAtOneRate = 2}, 5,
        [&](MachineRow each) {
          const std::lock_guard lock(mutex);
          rows.push_back(std::move(each));
        },
        [](const std::string& why) { QFAIL(why.c_str()); });
    QTRY_VERIFY(count() >= 2);
    record.stepDone(9);
    const auto lastStep = [&] {
      const std::lock_guard lock(mutex);
      return rows.back().step;
    };
    QTRY_VERIFY(count() >= 6 && lastStep() == 9);
    record.setActive(false);
    QTest::qWait(60);
    const std::size_t paused = count();
    QTest::qWait(60);
    QCOMPARE(count(), paused);
    QCOMPARE(rows[0].number, 1);
    QCOMPARE(rows[5].number, 6);
    QCOMPARE(rows[0].step, 5);
    QVERIFY(rows[0].reading.seconds >= 0.002 && rows[2].reading.seconds >= 0.004 &&
            rows[4].reading.seconds >= 0.008);
    QVERIFY(rows[0].reading.diskFree > 0 && rows[0].reading.memory.program > 1'000'000);
    QCOMPARE(rows[0].reading.gpus.size(), std::size_t{2});
  }

  /// Those before a pause are a row, although it would take many more of them.
  void looksBeforeAPauseAreKept() {
    std::mutex mutex;
    std::size_t rows = 0;
    const auto count = [&] {
      const std::lock_guard lock(mutex);
      return rows;
    };
    store::MachineRecord record(
        {.folder = folder_.path().toStdString(), .nvml = "", .every = 2ms, .rowsAtOneRate = 1}, 5,
        [&](const MachineRow&) {
          const std::lock_guard lock(mutex);
          ++rows;
        },
        [](const std::string& why) { QFAIL(why.c_str()); });
    QTRY_VERIFY(count() >= 6);  // the next one takes 64 looks, 128 ms
    const auto growsByAPause = [&] {
      record.setActive(true);
      QTest::qWait(20);
      const std::size_t before = count();
      record.setActive(false);
      return count() == before + 1;
    };
    record.setActive(false);
    QTRY_VERIFY(growsByAPause());
  }

  /// No run waits for it for long, and it has no row after the end.
  void aDriverMayNotAnswer() {
    qputenv("FAKE_NVML_HANGS", "1");
    std::atomic<int> rows = 0;
    {
      const store::MachineRecord record(
          {.folder = folder_.path().toStdString(), .nvml = FAKE_NVML, .every = 1ms, .patience = 20ms}, 0,
          [&](const MachineRow&) { ++rows; }, [](const std::string&) {});
      QTest::qWait(30);
    }
    qunsetenv("FAKE_NVML_HANGS");
    QTest::qWait(50);
    QCOMPARE(rows.load(), 0);
  }

  void rowsComeBack() {
    const auto project = file("rows.uada");
    ProjectWriter writer(project);
    const auto run = beginRun(writer, fakeConfig());
    std::vector<MachineRow> rows{row(1, 0, 99.5), row(2, 4, 1.0 / 3)};
    rows[0].reading.memory = {1LL << 40, 1LL << 41, 12};
    rows[0].reading.diskFree = 1e12;
    rows[1].reading.gpus = {gpu(81, 12.4e9, 310, 54, "power cap"), {}};
    for (const MachineRow& each : rows) writer.append(run, 1, each);
    writer.flush();
    QCOMPARE(text(ProjectReader(project).machine(run)), text(rows));
    QCOMPARE(sqlite(project, "SELECT gpu, memory_used, watts, throttle FROM machine_gpus"),
             "0|12400000000|310.0|power cap\n1|||unknown");
    writer.append(run, 1, StateReport{RunState::finished});
    writer.removeRun(run);
    QCOMPARE(sqlite(project, "SELECT count(*) FROM machine; SELECT count(*) FROM machine_gpus"), "0\n0");
  }

  /// Of steps that a resume repeats the later attempt's rows count; a damaged row hides no other.
  void laterAttemptsCount() {
    const auto project = file("later.uada");
    ProjectWriter writer(project);
    const auto run = beginRun(writer, fakeConfig());
    const FakeNumbers numbers{{}, fakeConfig()};
    for (const int step : {1, 2, 3, 4}) {
      writer.append(run, 1, numbers.step(step));
      writer.append(run, 1, row(step, step, 10));
    }
    writer.beginAttempt(run, currentManifest(), "c");
    writer.append(run, 2, row(1, 2, 20));  // before its first step
    writer.flush();
    QCOMPARE(steps(ProjectReader(project).machine(run)), "1:10 2:10 2:20 ");
    writer.append(run, 2, numbers.step(3));
    writer.append(run, 2, row(2, 3, 20));
    writer.flush();
    QCOMPARE(steps(ProjectReader(project).machine(run)), "1:10 2:10 2:20 3:20 ");
    sqlite(project, "UPDATE machine SET memory_used = 'much' WHERE attempt = 2 AND number = 1");
    const ProjectReader reader(project);
    QCOMPARE(steps(reader.machine(run)), "1:10 2:10 3:20 ");
    QVERIFY(contains(reader.takeRemarks().at(0), "machine"));
  }

  /// Of a run that trains what has come since it was read; once a later attempt has rows, all.
  void whatHasComeIsRead() {
    const auto project = file("after.uada");
    ProjectWriter writer(project);
    const auto run = beginRun(writer, fakeConfig());
    const FakeNumbers numbers{{}, fakeConfig()};
    const ProjectReader reader(project);
    const auto append = [&](int attempt, int number, std::int64_t step, double percent) {
      MachineRow one = row(number, step, percent);
      one.reading.gpus = {GpuLoad{"G", 100 + percent}};
      writer.append(run, attempt, numbers.step(step));
      writer.append(run, attempt, one);
      writer.flush();
    };
    const auto percents = [](const MachineRows& found) {
      std::string text = found.isWhole ? "all " : "";
      for (const MachineRow& one : found.rows)
        text += fmt::format("{}/{} ", one.reading.programPercent, one.reading.gpus.at(0).percent);
      return text;
    };
    MachineRows found = reader.machineAfter(run, {});
    QCOMPARE(percents(found), "all ");
    append(1, 1, 1, 10);
    append(1, 2, 2, 20);
    found = reader.machineAfter(run, found.end);
    QCOMPARE(percents(found), "all 10/110 20/120 ");
    append(1, 3, 3, 30);
    found = reader.machineAfter(run, found.end);
    QCOMPARE(percents(found), "30/130 ");
    QCOMPARE(percents(reader.machineAfter(run, found.end)), "");
    writer.beginAttempt(run, currentManifest(), "c");
    append(2, 1, 3, 40);
    found = reader.machineAfter(run, found.end);
    QCOMPARE(percents(found), "all 10/110 20/120 40/140 ");
    append(2, 2, 4, 50);
    QCOMPARE(percents(reader.machineAfter(run, found.end)), "50/150 ");
  }

  void olderProjectsHaveNone() {
    const auto project = file("older.uada");
    fillProject(project);
    QCOMPARE(ProjectReader(project).machine(1).size(), std::size_t{1});
    makeOlder(project, 10);
    QCOMPARE(ProjectReader(project).machine(1).size(), std::size_t{0});
    ProjectWriter(project).append(1, 1, row(1, 30, 5));
    QCOMPARE(steps(ProjectReader(project).machine(1)), "30:5 ");
  }

  /// As any run does, in the window or without one.
  void aRunRecordsItsMachine() {
    const auto project = file("run.uada");
    FakeSettings slow;
    slow.stepDelay = 20ms;
    slow.stepsPerEpoch = 100000;
    FakeEngine engine(slow);
    ProjectWriter writer(project);
    const RunSession session(writer, engine, fakeConfig(), nullptr);
    QTRY_VERIFY_WITH_TIMEOUT(!ProjectReader(project).machine(session.run().id).empty(), 60000);
    const MachineRow first = ProjectReader(project).machine(session.run().id).front();
    QVERIFY(first.step > 0 && first.reading.seconds >= 1 && first.reading.diskFree > 0);
    QVERIFY(first.reading.programPercent >= 0 && first.reading.cores > 0);
  }
};

QTEST_GUILESS_MAIN(TestMachineRecord)
#include "tst_machine_record.moc"
