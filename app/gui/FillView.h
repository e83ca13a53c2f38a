#pragma once

#include <functional>

namespace uada {

class PanelWidget;

/// Has a view show what it shows without anybody's choice, and waits until that is read and drawn, for a
/// minute at most. Throws Error.
/// isCancelled  asked again and again meanwhile
/// returns      whether all is read: false after a minute, or where it was cancelled
bool fillView(PanelWidget& view, const std::function<bool()>& isCancelled = {});

}  // namespace uada
