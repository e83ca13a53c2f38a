#include "widgets/session/State.h"

namespace uada {

QString stateWord(SessionState state) {
  switch (state) {
    case SessionState::idle: return QStringLiteral("idle");
    case SessionState::preparing: return QStringLiteral("preparing");
    case SessionState::running: return QStringLiteral("running");
    case SessionState::paused: return QStringLiteral("paused");
    case SessionState::stopping: return QStringLiteral("stopping");
    case SessionState::finished: return QStringLiteral("finished");
    case SessionState::stopped: return QStringLiteral("stopped");
    case SessionState::failed: return QStringLiteral("failed");
    case SessionState::interrupted: return QStringLiteral("interrupted");
  }
  return {};
}

SessionState sessionState(RunState state) {
  switch (state) {
    case RunState::preparing: return SessionState::preparing;
    case RunState::running: return SessionState::running;
    case RunState::paused: return SessionState::paused;
    case RunState::stopping: return SessionState::stopping;
    case RunState::finished: return SessionState::finished;
    case RunState::stopped: return SessionState::stopped;
    case RunState::failed: return SessionState::failed;
    case RunState::interrupted: return SessionState::interrupted;
  }
  return SessionState::idle;
}

QString stateWord(RunState state) { return stateWord(sessionState(state)); }
QString stateIcon(RunState state) { return stateWord(state); }

QString stateColour(SessionState state) {
  switch (state) {
    case SessionState::finished: return QStringLiteral("good");
    case SessionState::failed: return QStringLiteral("bad");
    case SessionState::paused:
    case SessionState::stopping:
    case SessionState::interrupted: return QStringLiteral("warning");
    case SessionState::preparing:
    case SessionState::running: return QStringLiteral("accent");
    case SessionState::idle:
    case SessionState::stopped: break;
  }
  return QStringLiteral("muted");
}
QString stateColour(RunState state) { return stateColour(sessionState(state)); }

Controls controls(SessionState state, bool canStart) {
  switch (state) {
    case SessionState::preparing: return {.stop = true};
    case SessionState::running: return {.pause = true, .stop = true, .checkpoint = true};
    case SessionState::paused: return {.resume = true, .stop = true, .checkpoint = true};
    case SessionState::stopping: return {.stop = true};  // stop now, after "stop after this epoch"
    case SessionState::idle:
    case SessionState::finished:
    case SessionState::stopped:
    case SessionState::failed:
    case SessionState::interrupted: break;
  }
  return {.start = canStart};
}

}  // namespace uada
