#include <fmt/core.h>
#include <signal.h>
#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>

#include "core/store/Project.h"
#include "core/store/RunSession.h"
#include "tests/core/FakeEngine.h"

using namespace uada;

namespace {

std::atomic<bool> stopped{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void say(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

/// Appends steps and says how many are acknowledged, until it is killed or has written `count`; then how long
/// each commit took, in milliseconds.
void write(const std::string& project, std::int64_t count) {
  ProjectWriter writer(project);
  const RunConfig config = fakeConfig();
  const FakeNumbers numbers{{}, config};
  const RunSummary run = writer.createRun(config);
  Manifest manifest = currentManifest();
  const int attempt = writer.beginAttempt(run.id, manifest, "");
  writer.append(run.id, attempt, StateReport{RunState::running, "", "cpu", 1, ""});
  say("run " + run.key);
  std::string took = "took";
  for (std::int64_t step = 1; step <= count; ++step) {
    writer.append(run.id, attempt, numbers.step(step));
    writer.append(run.id, attempt, numbers.policy(step));
    if (step % 3) continue;
    const auto begin = std::chrono::steady_clock::now();
    writer.flush();
    const std::chrono::duration<double, std::milli> waited = std::chrono::steady_clock::now() - begin;
    took += fmt::format(" {:.1f}", waited.count());
    say(fmt::format("ack {}", step));
  }
  writer.append(run.id, attempt, StateReport{RunState::stopped, "", "cpu", 1, ""});
  writer.flush();
  say(took);
}

/// A run as the command line has it: SIGTERM stops it with a checkpoint.
void serve(RunSession& session) {
  say("run " + session.run().key);
  while (!session.job().isDone()) {
    if (stopped.exchange(false)) session.job().send(command::Stop{});
    ::usleep(1000);
  }
  say(stateName(session.job().state()));
}

/// key  of the run that goes on; empty: a new one
void session(const std::string& project, int epochs, const std::string& key) {
  ::signal(SIGTERM, [](int) { stopped = true; });
  ProjectWriter writer(project);
  FakeEngine engine;
  engine.settings.stepDelay = std::chrono::milliseconds(2);
  if (key.empty()) {
    RunSession session(writer, engine, fakeConfig("uada", 1, epochs), nullptr);
    writer.flush();
    serve(session);
  } else {
    const ProjectReader reader(project);
    RunSession session(writer, engine, reader.detail(reader.findRun(key).id), nullptr);
    serve(session);
  }
}

std::atomic<std::int64_t> instructions = 0;
std::int64_t lastOne = 0;

/// SQLite asks before each instruction of a database; those count that change the project.
int countInstruction(void* database) {
  if (sqlite3_txn_state(static_cast<sqlite3*>(database), "main") != SQLITE_TXN_WRITE) return 0;
  if (!*sqlite3_db_filename(static_cast<sqlite3*>(database), "main")) return 0;  // in memory
  if (++instructions == lastOne) ::kill(::getpid(), SIGKILL);
  return 0;
}

int watchDatabase(sqlite3* database, char**, const sqlite3_api_routines*) {
  sqlite3_progress_handler(database, 1, countInstruction, database);
  return SQLITE_OK;
}

/// Opens a project for writing, which brings an older one up to date; killed at an instruction of that. 0:
/// not at all; says how many there were.
void migrate(const std::string& project, std::int64_t last) {
  lastOne = last;
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(watchDatabase));
  const ProjectWriter writer(project);
  say(fmt::format("instructions {}", instructions.load()));
}

}  // namespace

/// store_helper write|session|migrate PROJECT COUNT, or: resume PROJECT KEY
int main(int argc, char** argv) {
  if (argc != 4) return 2;
  try {
    const std::string what = argv[1];
    if (what == "write") write(argv[2], std::stoll(argv[3]));
    if (what == "session") session(argv[2], std::stoi(argv[3]), "");
    if (what == "migrate") migrate(argv[2], std::stoll(argv[3]));
    if (what == "resume") session(argv[2], 0, argv[3]);
    return 0;
  } catch (const std::exception& e) {
    say(std::string("error ") + e.what());
    return 1;
  }
}
