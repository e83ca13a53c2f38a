#pragma once

#include <QString>

#include "core/engine/Reports.h"

namespace uada {

/// What the window is doing. `idle`: nothing was started since the project was opened.
enum class SessionState {
  idle,
  preparing,
  running,
  paused,
  stopping,
  finished,
  stopped,
  failed,
  interrupted
};
QString stateWord(SessionState state);  ///< "running": always shown with an icon and a colour
QString stateWord(RunState state);
QString stateIcon(RunState state);    ///< name for Theme::icon
QString stateColour(RunState state);  ///< name for Theme::colour
QString stateColour(SessionState state);
SessionState sessionState(RunState state);

/// Which controls may be used: the one source for every button, menu entry and key.
struct Controls {
  bool start = false, pause = false, resume = false, stop = false, checkpoint = false;
  friend bool operator==(const Controls&, const Controls&) = default;
};
/// canStart  a project is open and can be written
Controls controls(SessionState state, bool canStart);

}  // namespace uada
