#include "widgets/plot/ZoomEdits.h"

#include "widgets/plot/Plot.h"
#include "widgets/session/Session.h"

namespace uada {

void keepZooms(Plot& plot, Session& session) {
  QObject::connect(&plot, &Plot::zoomChosen, &session,
                   [&plot, &session](const std::optional<PlotZoom>& before, bool goesOn) {
                     const auto setTo = [&plot](const std::optional<PlotZoom>& zoom) {
                       return [&plot, zoom] { plot.setZoom(zoom); };
                     };
                     const std::optional<PlotZoom> now = plot.zoom();
                     const QString what = now ? QObject::tr("Zoomed %1") : QObject::tr("Showed all of %1");
                     session.edits().did({what.arg(plot.name()), setTo(before), setTo(now),
                                          goesOn ? QStringLiteral("zoom") : QString()},
                                         &plot);
                   });
}

}  // namespace uada
