#include <algorithm>

#include "core/base/Text.h"
#include "core/engine/Edits.h"
#include "widgets/panels/live/LiveCurves.h"
#include "widgets/session/QtText.h"
#include "widgets/session/Session.h"

// What the Live view draws of where runs come from: the curve before a fork, and settings that were changed.
namespace uada {
namespace {

/// Without the points behind a place.
void cutBehind(SeedValues& seed, double place) {
  const auto end = std::ranges::upper_bound(seed.x, place);
  seed.y.resize(static_cast<std::size_t>(end - seed.x.begin()));
  seed.x.erase(end, seed.x.end());
}

}  // namespace

std::vector<LiveParent> LiveCurves::parentsOf(const LiveLine& line, LiveSettings::X x) const {
  std::vector<LiveParent> parents;
  if (x == LiveSettings::time || x == LiveSettings::samples) return parents;
  const std::vector<RunSummary>& runs = session_.runs();
  for (const qint64 run : line.runs) {
    const RunSummary* child = session_.find(run);
    while (child && !child->lineage.run.empty()) {
      const auto parent = std::ranges::find(runs, child->lineage.run, &RunSummary::key);
      if (parent == runs.end() || (x == LiveSettings::epoch && stepsPerEpoch(parent->id) <= 0)) break;
      parents.push_back({parent->id, child->lineage.step});
      child = &*parent;
    }
  }
  return parents;
}

QString LiveCurves::parentName(const LiveParent& parent) const {
  return QObject::tr("%1, up to the fork").arg(session_.nameOf(parent.run));
}

void LiveCurves::addParents(Figure& figure, const LiveScalar& scalar, const LiveLine& line,
                            const LiveSettings& settings, std::optional<std::pair<double, double>> seen,
                            std::size_t most) {
  for (const LiveParent& parent : parentsOf(line, settings.x)) {
    SeedValues before = shownValues(scalar, parent.run, settings, seen, most);
    cutBehind(before, placeOf(parent.run, parent.lastStep, settings.x));
    if (before.x.empty()) continue;
    Curve curve;
    curve.name = parentName(parent);
    curve.colour = greyed_;
    curve.x = std::move(before.x);
    curve.y = std::move(before.y);
    curve.points = scalar.isEpoch;
    curve.inLegend = false;
    figure.curves.push_back(std::move(curve));
  }
}

void LiveCurves::addMarkers(Figure& figure, const LiveLine& line, const LiveSettings& settings) {
  for (const qint64 run : line.runs) {
    if (!hasPlace(run, settings.x)) continue;
    const auto mark = [&](std::int64_t step, const QString& what) {
      figure.markers.push_back({placeOf(run, step, settings.x),
                                QStringLiteral("%1: %2").arg(session_.nameOf(run), what), line.colour});
    };
    const RunList& list = *session_.list();
    if (const auto edits = list.edits.find(run); edits != list.edits.end())
      for (const EditReport& edit : edits->second) mark(edit.step, text(editText(edit)));
    if (const RunSummary* summary = session_.find(run); summary && !summary->lineage.run.empty())
      mark(summary->lineage.step,
           QObject::tr("forked from %1 after step %2")
               .arg(text(summary->lineage.run), text(groupedText(summary->lineage.step))));
  }
}

}  // namespace uada
