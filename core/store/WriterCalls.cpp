// What other threads ask of the storage thread.
#include <fmt/core.h>

#include "core/store/OwnTables.h"
#include "core/store/Queue.h"
#include "core/store/Runs.h"
#include "core/store/WriterImpl.h"

namespace uada {

using namespace store;

ProjectWriter::ProjectWriter(const std::filesystem::path& file) : impl_(std::make_unique<Impl>(file)) {}
ProjectWriter::~ProjectWriter() = default;
const std::filesystem::path& ProjectWriter::file() const { return impl_->file; }

RunSummary ProjectWriter::createRun(const RunConfig& config, std::int64_t queued, const Lineage& lineage) {
  RunSummary summary = newRun(file(), config);
  summary.lineage = lineage;
  impl_->call([&](Inserter& to) {
    if (queued > 0) takeQueued(to.database(), queued);
    summary.id = addRun(to.database(), config, summary);
  });
  return summary;
}

std::vector<std::int64_t> ProjectWriter::queue(const std::vector<RunConfig>& runs) {
  std::vector<std::int64_t> queued;
  impl_->call([&](Inserter& to) {
    queued.clear();
    for (const RunConfig& run : runs) queued.push_back(addQueued(to.database(), run));
  });
  return queued;
}

void ProjectWriter::unqueue(std::int64_t queued) {
  impl_->call([&](Inserter& to) {
    takeQueued(to.database(), queued);
    dropUnusedPolicies(to.database());
  });
}

std::vector<TakenOut> ProjectWriter::unqueue(const std::vector<std::int64_t>& queued) {
  std::vector<TakenOut> taken;
  impl_->call([&](Inserter& to) {
    taken = takeAllQueued(to.database(), queued);
    dropUnusedPolicies(to.database());
  });
  return taken;
}

void ProjectWriter::requeue(const std::vector<TakenOut>& runs) {
  impl_->call([&](Inserter& to) { putBackQueued(to.database(), runs); });
}

void ProjectWriter::moveQueued(const std::vector<std::int64_t>& queued, std::int64_t before) {
  impl_->call([&](Inserter& to) { store::moveQueued(to.database(), queued, before); });
}

void ProjectWriter::setQueueRules(const QueueRules& rules) {
  impl_->call([&](Inserter& to) { keepQueueRules(to.database(), rules); });
}

void ProjectWriter::keepTable(const StoredTable& table, const std::string& before) {
  impl_->call([&](Inserter& to) { store::keepTable(to.database(), table, before); });
}

void ProjectWriter::removeTable(const std::string& name) {
  impl_->call([&](Inserter& to) { store::dropTable(to.database(), name); });
}

int ProjectWriter::beginAttempt(std::int64_t run, const Manifest& manifest,
                                const std::string& fromCheckpoint) {
  int attempt = 0;
  impl_->call([&](Inserter& to) { attempt = addAttempt(to.database(), run, manifest, fromCheckpoint); });
  return attempt;
}

void ProjectWriter::setNotes(std::int64_t run, const std::string& notes, const std::string& tags) {
  impl_->call([&](Inserter& to) { noteRun(to.database(), run, notes, tags); });
}

void ProjectWriter::setConfig(std::int64_t run, const RunConfig& config) {
  impl_->call([&](Inserter& to) { replaceConfig(to.database(), run, config); });
}

void ProjectWriter::renameRun(std::int64_t run, const std::string& title) {
  impl_->call([&](Inserter& to) { store::renameRun(to.database(), run, title); });
}

void ProjectWriter::removeRun(std::int64_t run, std::optional<int> attempts) {
  std::string key;
  impl_->call([&](Inserter& to) {
    key = takeRun(to.database(), file(), run, attempts);
    impl_->moveLogDue = true;
  });
  if (key.empty()) return;
  const auto folder = runFolder(file(), key);
  std::error_code code;
  std::filesystem::remove_all(folder, code);
  if (code) throw Error(fmt::format("cannot remove '{}': {}", folder.string(), code.message()));
}

void ProjectWriter::change(const std::function<void(SQLite::Database&)>& body) {
  impl_->call([&](Inserter& to) { body(to.database()); });
}

void ProjectWriter::flush() {
  impl_->call([this](Inserter&) {
    if (const std::string why = std::exchange(impl_->lost, ""); !why.empty()) throw Error(why);
  });
}

bool ProjectWriter::settle(std::chrono::milliseconds patience) {
  if (impl_->failing || impl_->late) return false;
  auto waiter = std::make_shared<Waiter>();
  auto done = waiter->done.get_future();
  impl_->channel.push({[](Inserter&) {}, std::move(waiter)});
  impl_->late = done.wait_for(patience) != std::future_status::ready;
  if (impl_->late) return false;
  try {
    done.get();
    return true;
  } catch (const Error&) {  // problem() says why
    return false;
  }
}

void ProjectWriter::append(std::int64_t run, int attempt, Report report) {
  const std::size_t pictureBytes = impl_->pictures.take(run, attempt, report);
  if (auto remark = impl_->pictures.remark(run, attempt, report)) append(run, attempt, *std::move(remark));
  const bool isCheckpoint = std::holds_alternative<CheckpointReport>(report);
  auto add = [run, attempt, isCheckpoint, report = std::move(report), this](Inserter& to) {
    to.add(run, attempt, report);
    if (isCheckpoint) impl_->moveLogDue = true;
  };
  impl_->append({.apply = std::move(add), .pictureBytes = pictureBytes});
}

void ProjectWriter::append(std::int64_t run, int attempt, MachineRow row) {
  if (!impl_->slots.try_acquire()) return;
  impl_->channel.push(
      {.apply = [run, attempt, row = std::move(row)](Inserter& to) { to.add(run, attempt, row); }});
}

std::string ProjectWriter::problem() const {
  std::lock_guard lock(impl_->mutex);
  return impl_->problem;
}

}  // namespace uada
