#include <fcntl.h>

#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>

#include "core/base/Files.h"
#include "core/store/Project.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/OlderProject.h"
#include "tests/core/PowerLoss.h"
#include "tests/core/StoreTools.h"

#ifndef POWER_LOSSES
#define POWER_LOSSES 80
#endif

using namespace uada;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLosses = POWER_LOSSES;

/// What a project's files may be after a power loss, and what had been promised by then.
struct PowerCut {
  PowerLoss::Image files;
  int runs = 0, steps = 0;  ///< acknowledged
};

/// A file's save, call by call. Of the names in a folder what was not synced may be lost as well, each change
/// by itself.
class UnsyncedSave : public FileCalls {
 public:
  UnsyncedSave(fs::path file, std::string old, std::function<void(std::optional<std::string>)> lost)
      : file_(std::move(file)), lost_(std::move(lost)) {
    names_[file_] = std::make_shared<UnsyncedFile>(UnsyncedFile{std::move(old), true, {}});
  }
  int open(const char* path, int flags, unsigned mode) override {
    lose();
    const int fd = FileCalls::open(path, flags, mode);
    if (fd < 0) return fd;
    open_[fd] = flags & O_CREAT ? std::make_shared<UnsyncedFile>(UnsyncedFile{{}, true, {}}) : nullptr;
    if (open_[fd]) pending_.push_back({"", path, open_[fd]});
    return fd;
  }
  ssize_t write(int fd, const void* data, std::size_t size) override {
    lose();
    const ssize_t written = FileCalls::write(fd, data, std::min<std::size_t>(size, 700));
    const std::string bytes(static_cast<const char*>(data), static_cast<std::size_t>(written));
    open_[fd]->changes.push_back({UnsyncedFile::Change::write, at_, bytes});
    at_ += bytes.size();
    return written;
  }
  int fsync(int fd) override {
    lose();
    if (open_[fd]) {
      open_[fd]->sync();
    } else {
      for (const Name& change : pending_) apply(change, names_);
      pending_.clear();
    }
    return FileCalls::fsync(fd);
  }
  int close(int fd) override {
    lose();
    return FileCalls::close(fd);
  }
  int rename(const char* from, const char* to) override {
    lose();
    pending_.push_back({from, to, inodeOf(from)});
    return FileCalls::rename(from, to);
  }
  /// Many times, with all that may be left.
  void lose() {
    for (int i = 0; i < 20; ++i) {
      Names names = names_;
      for (const Name& change : pending_)
        if (random_() % 2) apply(change, names);
      const auto found = names.find(file_);
      lost_(found == names.end() ? std::nullopt : found->second->afterPowerLoss(random_));
    }
  }

 private:
  using Inode = std::shared_ptr<UnsyncedFile>;
  using Names = std::map<fs::path, Inode>;
  struct Name {
    fs::path from, to;  ///< from "": made there
    Inode inode;
  };
  static void apply(const Name& change, Names& names) {
    names.erase(change.from);
    names[change.to] = change.inode;
  }
  Inode inodeOf(const fs::path& path) const {
    Names names = names_;
    for (const Name& change : pending_) apply(change, names);
    return names.at(path);
  }

  const fs::path file_;
  const std::function<void(std::optional<std::string>)> lost_;
  Names names_;
  std::vector<Name> pending_;
  std::map<int, Inode> open_;  ///< null: the folder
  std::size_t at_ = 0;
  std::mt19937 random_{1};
};

StepReport step(int number) { return FakeNumbers{{}, fakeConfig()}.step(number); }

}  // namespace

/// The power goes at any moment: what was written and not synced is lost, or a part of it.
class TestPowerLoss : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  int count_ = 0;

  fs::path fresh() { return folder_.filePath(QString("p%1.uada").arg(++count_)).toStdString(); }

  /// The files as they were left, in another folder.
  fs::path laid(const PowerCut& moment, const fs::path& project) {
    const fs::path other = fresh();
    for (const auto& [path, content] : moment.files)
      writeFileAtomically(other.string() + path.substr(project.string().size()), content);
    return other;
  }
  void removeProject(const fs::path& project) {
    for (const char* ending : {"", "-wal", "-shm", "-journal"}) fs::remove(project.string() + ending);
  }
  /// It opens, is whole, and has what was promised: steps from the first one on without a gap.
  void check(const PowerCut& moment, const fs::path& project, int appended) {
    const fs::path left = laid(moment, project);
    const std::string refused = errorOf([&] { const ProjectWriter repaired(left); });
    QCOMPARE(refused, "");
    QCOMPARE(sqlite(left, "PRAGMA integrity_check"), "ok");
    const ProjectReader reader(left);
    const auto runs = reader.runs();
    QVERIFY(static_cast<int>(runs.size()) >= moment.runs);
    const auto steps = runs.empty() ? std::vector<StepReport>() : reader.steps(runs.front().id);
    const int found = static_cast<int>(steps.size());
    QVERIFY2(found >= moment.steps && found <= appended,
             qPrintable(QString("%1 %2").arg(found).arg(moment.steps)));
    for (int i = 0; i < found; ++i) QCOMPARE(text(steps[i]), text(step(i + 1)));
    removeProject(left);
  }

 private Q_SLOTS:
  /// Nothing that was acknowledged is lost, from the making of the project on, over checkpoints of its log.
  void projectsKeepWhatWasAcknowledged() {
    unsigned seed = QRandomGenerator::global()->generate();
    std::size_t losses = 0;
    for (; losses < kLosses; ++seed) {
      qInfo("seed %u", seed);
      const fs::path project = fresh();
      std::vector<PowerCut> moments;
      std::atomic<int> runs = 0, steps = 0;
      std::mutex mutex;
      int appended = 0;
      {
        const PowerLoss loss(seed, 20, [&](PowerLoss::Image files) {
          const std::lock_guard lock(mutex);
          moments.push_back({std::move(files), runs, steps});
        });
        std::mt19937 random(seed);
        std::int64_t run = 0;
        for (int start = 0; start < 3; ++start) {
          ProjectWriter writer(project);
          if (start == 0) run = beginRun(writer, fakeConfig());
          runs = 1;
          for (int batch = 0; batch < 10; ++batch) {
            for (auto more = 1 + random() % 40; more > 0; --more) writer.append(run, 1, step(++appended));
            if (random() % 4 == 0)  // the log is moved into the project then
              writer.append(run, 1, CheckpointReport{appended, 1, "c" + std::to_string(appended), "h"});
            writer.flush();
            steps = appended;
          }
        }
      }
      QVERIFY(!moments.empty());
      for (const PowerCut& moment : moments) {
        if (losses++ == kLosses) break;
        check(moment, project, appended);
        if (QTest::currentTestFailed()) return;
      }
    }
  }

  /// A project of an older version is as it was, or up to date.
  void migrationsAreWhole() {
    unsigned seed = QRandomGenerator::global()->generate();
    std::size_t losses = 0;
    for (; losses < kLosses / 3; ++seed) {
      qInfo("seed %u", seed);
      const fs::path project = fresh();
      {
        ProjectWriter writer(project);
        const auto run = beginRun(writer, fakeConfig());
        for (int i = 1; i <= 30; ++i) writer.append(run, 1, step(i));
      }
      makeOlder(project, 5);
      std::vector<PowerCut> moments;
      {
        const PowerLoss loss(seed, 10,
                             [&](PowerLoss::Image files) { moments.push_back({std::move(files), 1, 30}); });
        const ProjectWriter writer(project);
      }
      QVERIFY(!moments.empty());
      for (const PowerCut& moment : moments) {
        if (losses++ == kLosses / 3) break;
        const fs::path left = laid(moment, project);
        const std::string version = sqlite(left, "PRAGMA user_version");
        QVERIFY2(version == "5" || version == std::to_string(kSchemaVersion), version.c_str());
        const ProjectWriter repaired(left);
        const ProjectReader reader(left);
        QCOMPARE(reader.steps(reader.runs().at(0).id).size(), std::size_t{30});
        removeProject(left);
      }
    }
  }

  /// The old file or the new one; once it was said to be written, the new one.
  void filesAreOldOrNew() {
    const fs::path file = folder_.filePath("settings.json").toStdString();
    const std::string old(3000, 'o'), made(5000, 'n');
    writeFileAtomically(file, old);
    bool isWritten = false, wasOld = false, wasNew = false;
    UnsyncedSave calls(file, old, [&](const std::optional<std::string>& left) {
      QVERIFY(left && (*left == made || (*left == old && !isWritten)));
      (*left == old ? wasOld : wasNew) = true;
    });
    writeFileAtomically(file, made, calls);
    QVERIFY(wasOld && wasNew);
    isWritten = true;
    calls.lose();
  }
};

QTEST_GUILESS_MAIN(TestPowerLoss)
#include "tst_power_loss.moc"
