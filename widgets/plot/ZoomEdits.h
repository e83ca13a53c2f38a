#pragma once

namespace uada {

class Plot;
class Session;

/// From now on a person's zooms of the plot can be undone: see Session::edits().
void keepZooms(Plot& plot, Session& session);

}  // namespace uada
