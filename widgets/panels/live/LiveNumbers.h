#pragma once

#include <QByteArray>
#include <QString>
#include <cstdint>
#include <optional>
#include <vector>

#include "widgets/panels/live/LiveCurves.h"

namespace uada {

class ProjectReader;

/// A run whose numbers are written out.
struct NumbersRun {
  qint64 run = 0;
  QString seed;                           ///< "seed 3 (5f0c2a)": it, and the run's key
  std::int64_t number = 0;                ///< the seed's
  double stepsPerEpoch = 0;               ///< 0: not known
  std::int64_t lastStep = INT64_MAX - 1;  ///< later ones are left out: a fork went on from there
};

/// A curve: a run, or all seeds of a group.
struct NumbersLine {
  QString name;
  std::vector<NumbersRun> runs;
};

/// What a plot of Live shows, as it is written out.
struct LiveNumbers {
  LiveScalar scalar;
  LiveSettings::X x = LiveSettings::step;
  std::vector<NumbersLine> lines;
  std::optional<NumbersLine> minus;  ///< is taken off the others, seed by seed
};

/// CSV of every value as the project has it, however long the runs are: the window need not have them all in
/// memory. Not smoothed. A curve of one run is called as in the legend; one of several seeds has rows of
/// "NAME mean", "NAME low", "NAME high" and of each "NAME seed 3 (5f0c2a)". With `minus` they are those of
/// the differences "NAME minus OTHER". Runs without the number have no rows. Throws Error.
QByteArray csvOf(const ProjectReader& project, const LiveNumbers& numbers);
/// The same from the open project, with what has just been reported; waits for it without input of the user.
/// GUI thread. Throws Error.
QByteArray readNumbers(Session& session, LiveNumbers numbers);

}  // namespace uada
