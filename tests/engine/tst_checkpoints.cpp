#include <signal.h>
#include <sys/resource.h>

#include <QDir>
#include <QTest>
#include <fstream>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Philox.h"
#include "core/engine/train/Trainer.h"
#include "tests/core/SmallDisk.h"
#include "tests/engine/EngineTools.h"

using namespace uada;
namespace fs = std::filesystem;

namespace {

/// An attempt on this thread. stepped: after each step; paused: when it says that it is paused.
struct Watched {
  RecordingSink sink;
  RunState state = RunState::preparing;
  std::string pausedBecause;

  Watched(const RunConfig& config, const fs::path& folder, const fs::path& checkpoint,
          const std::function<void(std::int64_t)>& stepped, const std::function<void(Control&)>& paused) {
    Control control(folder);
    sink.stepped = stepped;
    Trainer trainer(prepare(config, folder, checkpoint), sink, control, [&](const StateReport& report) {
      sink.take(report);
      if (report.state != RunState::paused) return;
      pausedBecause = report.text;
      paused(control);
    });
    state = trainer.run();
  }
};

/// Fills a disk to the last byte.
void fill(const fs::path& file) {
  std::ofstream out(file, std::ios::binary);
  const std::string block(4096, 'x');
  while (out.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) continue;
}

bool says(const std::string& text, const std::string& words) {
  if (text.find(words) != text.npos) return true;
  qWarning("'%s' is not in '%s'", words.c_str(), text.c_str());
  return false;
}

QStringList names(const fs::path& folder) {
  return QDir(QString::fromStdString(folder.string())).entryList(QDir::Files);
}

}  // namespace

/// The files of checkpoints: what stays, what is found, and what happens where there is no room for one.
class TestCheckpoints : public QObject {
  Q_OBJECT
 private:
  const StripedImages images_{26, 12};  // batches of 8, 8, 8, 2
  QTemporaryDir folder_;
  RunConfig config_ = tinyConfig(images_.folder(), "ra-uc", 3, 8);

 private Q_SLOTS:
  void aFullDiskIsWaitedFor() {
    const Watched whole(config_, {}, {}, {}, {});
    SmallDisk disk(folder_.filePath("waits"), "size=2m");
    if (!disk.mounted()) QSKIP("not run: mounting a small file system needs root");
    const fs::path run = disk.file("run"), ballast = disk.file("ballast");
    fs::create_directory(run);
    int pauses = 0;
    const Watched attempt(
        config_, run, {}, [&](std::int64_t step) { step == 5 ? fill(ballast) : void(); },
        [&](Control&) {
          ++pauses;
          QCOMPARE(names(run).filter(".part"), QStringList());
          fs::remove(ballast);
        });
    QCOMPARE(attempt.state, RunState::finished);
    QCOMPARE(pauses, 1);
    QVERIFY(says(attempt.pausedBecause, "No space left on device"));
    QVERIFY(says(attempt.pausedBecause, "a checkpoint needs "));
    QVERIFY(says(attempt.pausedBecause, "in '" + run.string() + "', where "));
    QCOMPARE(attempt.sink.events.size(), std::size_t{1});
    QVERIFY(says(attempt.sink.events[0], "there is room"));
    QVERIFY(attempt.sink.numbers() == whole.sink.numbers());
    const auto& states = attempt.sink.states;  // and it says that it trains again
    const auto pause = std::ranges::find(states, RunState::paused, &StateReport::state);
    QCOMPARE((pause + 1)->state, RunState::running);
  }

  void aStopOnAFullDiskLeavesTheLastCheckpoint() {
    SmallDisk disk(folder_.filePath("stops"), "size=2m");
    if (!disk.mounted()) QSKIP("not run: mounting a small file system needs root");
    const fs::path run = disk.file("run"), ballast = disk.file("ballast");
    fs::create_directory(run);
    const Watched attempt(
        config_, run, {}, [&](std::int64_t step) { step == 5 ? fill(ballast) : void(); },
        [](Control& control) { control.send(command::Stop{}); });
    QCOMPARE(attempt.state, RunState::stopped);
    QVERIFY(says(attempt.sink.states.back().text, "the checkpoint of step 4 stands"));
    QVERIFY(says(attempt.sink.events.back(), "the checkpoint of step 4 stands"));
    QCOMPARE(names(run).filter(".part"), QStringList());
    QCOMPARE(findCheckpoint(run).progress.step, 4);
    fs::remove(ballast);
    const Watched second(config_, run, run, {}, {});
    QCOMPARE(second.sink.steps.front().step, std::int64_t{5});
    QCOMPARE(second.state, RunState::finished);
  }

  void aLimitOnFilesIsWaitedFor() {
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const fs::path run = folder_.filePath("limit").toStdString();
    fs::create_directory(run);
    const auto limit = [&](rlim_t bytes) {
      const rlimit now{bytes, before.rlim_max};
      ::setrlimit(RLIMIT_FSIZE, &now);
    };
    const Watched attempt(
        config_, run, {}, [&](std::int64_t step) { step == 5 ? limit(4096) : void(); },
        [&](Control&) { limit(before.rlim_cur); });
    QCOMPARE(attempt.state, RunState::finished);
    QVERIFY(says(attempt.pausedBecause, "File too large"));
    QVERIFY(says(attempt.pausedBecause, "ulimit -f"));
  }

  void everyFileIsListed() {
    const fs::path run = folder_.filePath("listed").toStdString();
    fs::create_directory(run);
    const Watched attempt(config_, run, {}, {}, {});
    QCOMPARE(names(run),
             (QStringList{"best.safetensors", "checkpoint-0000000004.safetensors",
                          "checkpoint-0000000008.safetensors", "checkpoint-0000000012.safetensors"}));
    fs::resize_file(run / "checkpoint-0000000008.safetensors", 1000);
    std::string found;
    for (const FoundCheckpoint& one : listCheckpoints(run)) {
      found += fmt::format("{} {} {}; ", one.step, one.isBest, one.problem.empty());
      if (!one.problem.empty()) continue;
      QCOMPARE(one.configHash, configHash(config_));
      QCOMPARE(one.seed, config_.seed);
      QCOMPARE(one.run, std::string("listed"));
    }
    const std::int64_t best = readCheckpoint(bestFile(run)).progress.step;
    QVERIFY(says(found, fmt::format("{} false true; {} true true;", best, best)) || best == 8);
    QVERIFY(says(found, "12 false true; "));
    QVERIFY(says(found, "8 false false; "));
    QVERIFY(found.ends_with("4 false true; ") || best == 4);
    std::ofstream(bestFile(run)).close();
    const auto damaged = listCheckpoints(run).front();
    QVERIFY(damaged.isBest && !damaged.problem.empty());
  }

  /// Of a run's checkpoint: 20,000 bits that flip and 2,000 ends that are missing. A file is refused like its
  /// bytes, and the list of a folder, which the programs read first, says so.
  void noDamageGoesUnnoticed() {
    const fs::path run = folder_.filePath("damage").toStdString();
    fs::create_directory(run);
    RunConfig config = config_;
    config.recipe.training.epochs = 1;
    const Watched attempt(config, run, {}, {}, {});
    const fs::path file = attempt.sink.checkpoints.back().file;
    fs::remove(bestFile(run));
    const std::vector<std::byte> sound = readBinaryFile(file, 1 << 24);
    std::vector<std::byte> bytes = sound;
    Random random(1, 0, 0, Purpose::test);
    const auto isRefused = [&](std::span<const std::byte> content) {
      try {
        decode(content, "file");
        return false;
      } catch (const Error&) {
        return true;
      }
    };
    const auto isListedAsDamaged = [&](std::span<const std::byte> content) {
      std::ofstream(file, std::ios::binary)
          .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
      const auto found = listCheckpoints(run);
      return found.size() == 1 && !found[0].problem.empty() && found[0].configHash.empty();
    };
    QVERIFY(!isRefused(sound) && !isListedAsDamaged(sound));
    for (int i = 0; i < 20'000; ++i) {
      const std::uint32_t bit = random.below(static_cast<std::uint32_t>(8 * bytes.size()));
      bytes[bit / 8] ^= std::byte{1} << (bit % 8);
      QVERIFY2(isRefused(bytes), std::to_string(bit).c_str());
      if (i % 200 == 0) QVERIFY2(isListedAsDamaged(bytes), std::to_string(bit).c_str());
      bytes[bit / 8] = sound[bit / 8];
    }
    for (int i = 0; i < 2'000; ++i) {
      const std::size_t size = random.below(static_cast<std::uint32_t>(sound.size()));
      QVERIFY2(isRefused(std::span(sound).first(size)), std::to_string(size).c_str());
      if (i % 20 == 0)
        QVERIFY2(isListedAsDamaged(std::span(sound).first(size)), std::to_string(size).c_str());
    }
  }

  /// The best file is made again from the checkpoint that is the best.
  void theBestIsNeverMissing() {
    const fs::path run = folder_.filePath("best").toStdString();
    fs::create_directory(run);
    const Watched attempt(config_, run, {}, {}, {});
    const Checkpoint best = readCheckpoint(bestFile(run));
    fs::remove(bestFile(run));
    const fs::path file = run / fmt::format("checkpoint-{:010}.safetensors", best.progress.step);
    const Watched second(config_, run, file, {}, {});
    QCOMPARE(readCheckpoint(bestFile(run)).progress.step, best.progress.step);
  }
};

QTEST_GUILESS_MAIN(TestCheckpoints)
#include "tst_checkpoints.moc"
