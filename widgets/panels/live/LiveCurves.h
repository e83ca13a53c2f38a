#pragma once

#include <QColor>
#include <QString>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "widgets/plot/Plot.h"
#include "widgets/plot/SeedCurve.h"
#include "widgets/session/AroundSteps.h"
#include "widgets/session/StepScalars.h"

namespace uada {

/// What is drawn of runs: a number of every step, or of every epoch.
struct LiveScalar {
  std::string name;  ///< "loss", "gain", one of stepScalars(), "test/top1", "epoch/top1"
  QString title, unit;
  double scale = 1;  ///< shown is the value times this
  bool isEpoch = false;
  const Metric* metric = nullptr;  ///< of an epoch's test: which value is the best
  bool isMain = false;             ///< the main metric of one of the runs
};

/// How runs are drawn.
struct LiveSettings {
  enum X { step, epoch, time, samples };
  X x = step;
  double smoothing = 0.9;    ///< the weight of the past
  bool log = false;          ///< what is never negative
  bool clip = false;         ///< without outliers
  bool groups = true;        ///< seeds as mean and band
  std::set<QString> hidden;  ///< keys of lines
  QString pointed;           ///< the key of the line that stands out; empty: none
  QString minus;  ///< the key of the line that is taken off the others, seed by seed; empty: none is
};

/// One line of the legend, and in each plot one curve: a run, or all seeds of a group that are shown.
struct LiveLine {
  QString key, name, help;
  QString section, label;  ///< the name in two: what is not common of the recipe, and the rest
  QColor colour;
  std::vector<qint64> runs;
};

/// What a line has at one place.
struct LiveValues {
  double x = 0;                ///< the place: that of the nearest step, or epoch
  double smooth = 0, raw = 0;  ///< means over the seeds, as shown; NaN: there is none
  double deviation = 0;        ///< of the raw values; NaN below two seeds
  int count = 0;               ///< seeds
  bool isReading = false;      ///< the raw value is not there yet
};

/// A run that a fork began with, up to where it was forked.
struct LiveParent {
  qint64 run = 0;
  std::int64_t lastStep = 0;
};

/// Of an epoch: "test/top1", "epoch/loss". None: it does not have this number. Not scaled.
std::optional<double> epochScalarOf(const EpochReport& epoch, const std::string& name);

struct LiveNumbers;
struct NumbersLine;

/// Makes the figures of the Live view out of what is known of runs. GUI thread.
class LiveCurves {
 public:
  /// greyed  of curves before a fork
  LiveCurves(Session& session, StepScalars& scalars, AroundSteps& around, const QColor& greyed)
      : session_(session), scalars_(scalars), around_(around), greyed_(greyed) {}

  /// All that has been recorded of these runs, and the main metric's test first among the metrics.
  std::vector<LiveScalar> recorded(const std::vector<qint64>& runs) const;
  std::vector<LiveLine> lines(const std::vector<qint64>& runs, const LiveSettings& settings) const;
  /// seen  the part of the x axis that is drawn; none: all
  Figure figure(const LiveScalar& scalar, const std::vector<LiveLine>& lines, const LiveSettings& settings,
                std::optional<std::pair<double, double>> seen);
  /// What the figure shows, to be written out whole (LiveNumbers.h).
  LiveNumbers numbers(const LiveScalar& scalar, const std::vector<LiveLine>& lines,
                      const LiveSettings& settings) const;
  /// At a place; none: the last one.
  LiveValues valuesAt(const LiveScalar& scalar, const LiveLine& line, const LiveSettings& settings,
                      std::optional<double> x);
  /// The mean of a line minus another one at a place, of the seeds that both have there. NaN: none.
  LiveValues differenceAt(const LiveScalar& scalar, const LiveLine& line, const LiveLine& minus,
                          const LiveSettings& settings, std::optional<double> x);
  /// Asks for exact values around a place that only the project has.
  void readAround(const LiveScalar& scalar, const std::vector<LiveLine>& lines, const LiveSettings& settings,
                  double x);

  /// Position of a step on the x axis, and the step at a position.
  double placeOf(qint64 run, std::int64_t step, LiveSettings::X x);
  std::int64_t stepAt(qint64 run, double place, LiveSettings::X x);
  /// Whether its steps have positions.
  bool hasPlace(qint64 run, LiveSettings::X x);
  double stepsPerEpoch(qint64 run) const;  ///< 0: not known
  static Axis axis(LiveSettings::X x);

 private:
  const History& history(qint64 run) { return session_.histories().of(run); }
  const Pyramid& raw(const LiveScalar& scalar, qint64 run);
  const Pyramid& smooth(const LiveScalar& scalar, qint64 run, double weight);
  SeedValues seedValues(const LiveScalar& scalar, const Pyramid& values, qint64 run, LiveSettings::X x,
                        std::optional<std::pair<double, double>> seen, std::size_t most);
  SeedValues epochValues(const LiveScalar& scalar, qint64 run, LiveSettings::X x);
  void addSteps(Figure& figure, const LiveScalar& scalar, const LiveLine& line, const LiveSettings& settings,
                std::optional<std::pair<double, double>> seen, std::size_t most);
  void addEpochs(Figure& figure, const LiveScalar& scalar, const LiveLine& line, const LiveSettings& settings,
                 bool marksBest);
  /// Of the seeds that both lines have: the mean of the line minus the other one, with its 95 % interval.
  void addDifference(Figure& figure, const LiveScalar& scalar, const LiveLine& line, const LiveLine& minus,
                     const LiveSettings& settings, std::optional<std::pair<double, double>> seen,
                     std::size_t most);
  /// A run of each line for each seed that both have; of a seed that was repeated the newest.
  std::vector<std::pair<qint64, qint64>> pairsOf(const LiveLine& line, const LiveLine& minus) const;
  /// Whether it has no value at that place any more.
  bool hasEnded(const LiveScalar& scalar, qint64 run, LiveSettings::X x, double place);
  SeedValues shownValues(const LiveScalar& scalar, qint64 run, const LiveSettings& settings,
                         std::optional<std::pair<double, double>> seen, std::size_t most);
  NumbersLine numbersLine(const LiveLine& line, LiveSettings::X x) const;
  /// The runs that the forks of a line began with, the newest first. Time and samples begin anew with a fork,
  /// so that its parents have no place on such an axis.
  std::vector<LiveParent> parentsOf(const LiveLine& line, LiveSettings::X x) const;
  QString parentName(const LiveParent& parent) const;
  /// Their curves, grey.
  void addParents(Figure& figure, const LiveScalar& scalar, const LiveLine& line,
                  const LiveSettings& settings, std::optional<std::pair<double, double>> seen,
                  std::size_t most);
  /// A marker for each setting that was changed while a run of the line trained, and for each fork.
  void addMarkers(Figure& figure, const LiveLine& line, const LiveSettings& settings);
  static void addGroup(Figure& figure, Curve curve, const std::vector<SeedValues>& raw,
                       const std::vector<SeedValues>& smooth);
  /// The nearest step and its value; none: being read.
  std::optional<std::pair<std::int64_t, double>> exactAt(const LiveScalar& scalar, qint64 run,
                                                         std::int64_t step);
  LiveValues epochValuesAt(const LiveScalar& scalar, const LiveLine& line, LiveSettings::X x,
                           std::optional<double> place);

  Session& session_;
  StepScalars& scalars_;
  AroundSteps& around_;
  const QColor greyed_;
};

}  // namespace uada
