#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <limits>
#include <random>

#include "core/store/RunSession.h"
#include "tests/core/FakeEngine.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/Histories.h"
#include "widgets/session/ProjectView.h"
#include "widgets/session/Pyramid.h"

using namespace uada;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Values with gaps, infinities and a few far extremes; steps with holes.
std::vector<Pyramid::Value> randomValues(unsigned seed, std::size_t count) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<Pyramid::Value> values;
  std::int64_t step = 0;
  for (std::size_t i = 0; i < count; ++i) {
    step += 1 + static_cast<std::int64_t>(random() % 3);
    double y = normal(random);
    switch (random() % 50) {
      case 0: y = kNone; break;
      case 1: y = kInfinity; break;
      case 2: y = -kInfinity; break;
      case 3: y *= 1000; break;
      default: break;
    }
    values.push_back({step, y});
  }
  return values;
}

Pyramid pyramidOf(const std::vector<Pyramid::Value>& values) {
  Pyramid pyramid;
  for (const auto& [step, y] : values) pyramid.append(step, y);
  return pyramid;
}

/// The extremes of the numbers from one step to another.
std::pair<double, double> extremes(const std::vector<Pyramid::Value>& values, std::int64_t from,
                                   std::int64_t to) {
  double low = kInfinity, high = -kInfinity;
  for (const auto& [step, y] : values) {
    if (step < from || step > to || !std::isfinite(y)) continue;
    low = std::min(low, y);
    high = std::max(high, y);
  }
  return {low, high};
}

StepReport report(std::int64_t step, double loss) {
  StepReport report;
  report.step = step;
  report.epoch = 1;
  report.loss = loss;
  report.gain = report.unperturbedLoss = kNone;
  report.count = 1;
  report.timings.render = 0.25;
  return report;
}

}  // namespace

class TestHistories : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// Every block against all values that it stands for.
  void blocksHaveTheExtremes_data() {
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("levels");
    for (const int count : {1, 7, 8, 9, 64, 65, 5000})
      for (const int levels : {0, 1, 3}) QTest::addRow("%d without %d", count, levels) << count << levels;
  }
  void blocksHaveTheExtremes() {
    QFETCH(int, count);
    QFETCH(int, levels);
    const auto values = randomValues(static_cast<unsigned>(count), static_cast<std::size_t>(count));
    Pyramid pyramid = pyramidOf(values);
    for (int i = 0; i < levels; ++i) pyramid.coarsen();
    std::vector<Pyramid::Block> blocks;
    pyramid.eachAfter(-1, [&](const Pyramid::Block& block) { blocks.push_back(block); });
    const std::size_t width = pyramid.width();
    const std::size_t complete = width == 1 ? values.size() : (values.size() - 1) / width;
    QCOMPARE(blocks.size(), complete);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const std::vector<Pyramid::Value> part(values.begin() + i * width, values.begin() + (i + 1) * width);
      const Pyramid::Block& block = blocks[i];
      QCOMPARE(block.first, part.front().step);
      QCOMPARE(block.last, part.back().step);
      const auto [low, high] = extremes(part, 0, INT64_MAX);
      double sum = 0;
      std::uint64_t numbers = 0;
      for (const auto& [step, y] : part)
        if (std::isfinite(y)) sum += y, ++numbers;
      QCOMPARE(block.numbers, numbers);
      if (numbers == 0) {
        QVERIFY(std::isnan(block.low) && std::isnan(block.high));
        continue;
      }
      QCOMPARE(block.low, low);
      QCOMPARE(block.high, high);
      QVERIFY(std::abs(block.mean - sum / static_cast<double>(numbers)) < 1e-9);
      for (const auto& [step, y] : part) {
        if (step == block.lowStep) QCOMPARE(y, low);
        if (step == block.highStep) QCOMPARE(y, high);
      }
    }
  }

  /// In each part of the whole, and of a zoomed range finer.
  void pointsCoverEveryExtreme() {
    for (const bool isExact : {true, false}) {
      const auto values = randomValues(5, 60'000);
      Pyramid pyramid = pyramidOf(values);
      if (!isExact) pyramid.coarsen();
      for (const std::int64_t from : {std::int64_t{0}, values[31'111].step}) {
        const std::int64_t to = from == 0 ? INT64_MAX : values[33'222].step;
        const auto points = pyramid.points(from, to, 1000);
        QVERIFY(points.size() <= 4000);
        QVERIFY(std::ranges::is_sorted(points, {}, &Pyramid::Value::step));
        const auto all = extremes(values, 0, INT64_MAX), drawn = extremes(points, 0, INT64_MAX);
        QCOMPARE(drawn, all);
        if (from != 0) {
          QCOMPARE(extremes(points, from, to), extremes(values, from, to));
          const auto inside = std::ranges::count_if(
              points, [&](const auto& point) { return point.step >= from && point.step <= to; });
          QVERIFY2(inside > 300, qPrintable(QString::number(inside)));  // of 2,112 values; of the whole: 70
        }
        for (const auto& [step, y] : points) {  // and nothing that is not there
          const auto value = std::ranges::lower_bound(values, step, {}, &Pyramid::Value::step);
          QVERIFY(value->step == step && (std::isnan(y) || value->y == y));
        }
      }
    }
  }

  void fewValuesAreAllThere() {
    const auto values = randomValues(6, 700);
    const auto points = pyramidOf(values).points(0, INT64_MAX, 1000);
    QCOMPARE(points.size(), values.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
      QCOMPARE(points[i].step, values[i].step);
      if (std::isfinite(values[i].y))
        QCOMPARE(points[i].y, values[i].y);
      else
        QVERIFY(std::isnan(points[i].y));
    }
  }

  /// 16 bytes a value would be 16 MB.
  void aMillionValuesAreBounded() {
    Pyramid pyramid;
    std::size_t most = 0;
    for (std::int64_t step = 1; step <= 1'000'000; ++step) {
      pyramid.append(step, step == 654'321 ? 99 : std::sin(static_cast<double>(step)));
      if (step % 1000 == 0) most = std::max(most, pyramid.bytes());
    }
    QVERIFY(!pyramid.isExact());
    QCOMPARE(pyramid.size(), std::uint64_t{1'000'000});
    QVERIFY2(most <= 6u << 20, qPrintable(QString::number(most)));
    QCOMPARE(pyramid.high(), 99.0);
    QCOMPARE(extremes(pyramid.points(0, INT64_MAX, 2000), 654'321, 654'321).second, 99.0);
    QCOMPARE(pyramid.before(500'000), std::int64_t{499'999});
    QCOMPARE(pyramid.after(500'000), std::int64_t{500'001});
    QCOMPARE(pyramid.after(1'000'000), std::int64_t{1'000'000});
    QCOMPARE(pyramid.before(1), std::int64_t{1});
  }

  /// As Plot makes it of all values at once.
  void smoothingGrowsAsIfMadeAtOnce() {
    const auto values = randomValues(7, 3000);
    Pyramid raw;
    Smoothing smoothing;
    std::vector<double> y;
    for (const auto& value : values) {
      raw.append(value.step, value.y);
      y.push_back(std::isfinite(value.y) ? value.y : kNone);
      if (y.size() % 97 == 0) smoothing.of(raw, 0.9);
    }
    const std::vector<double> expected = smoothed(y, 0.9);
    const auto points = smoothing.of(raw, 0.9).points(0, INT64_MAX, 5000);
    QCOMPARE(points.size(), expected.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (std::isnan(expected[i]))
        QVERIFY(std::isnan(points[i].y));
      else
        QVERIFY(std::abs(points[i].y - expected[i]) <= 1e-9 * std::max(1.0, std::abs(expected[i])));
    }
  }

  void stepsBesideAnother() {
    Pyramid pyramid;
    for (const std::int64_t step : {1, 5, 9, 20}) pyramid.append(step, 2.0 * static_cast<double>(step));
    QCOMPARE(pyramid.before(9), std::int64_t{5});
    QCOMPARE(pyramid.before(8), std::int64_t{5});
    QCOMPARE(pyramid.before(1), std::int64_t{1});
    QCOMPARE(pyramid.after(5), std::int64_t{9});
    QCOMPARE(pyramid.after(0), std::int64_t{1});
    QCOMPARE(pyramid.after(20), std::int64_t{20});
    QCOMPARE(pyramid.nearest(16)->step, std::int64_t{20});
    QCOMPARE(pyramid.nearest(6)->step, std::int64_t{5});
    QCOMPARE(pyramid.between(9), 18.0);
    QCOMPARE(pyramid.reaches(18), std::int64_t{9});
    QCOMPARE(pyramid.reaches(100), std::int64_t{20});
    QVERIFY(Pyramid().nearest(1) == nullptr);
    QCOMPARE(Pyramid().before(3), std::int64_t{3});
  }

  void historiesAreReadOnceAndAppended();
  void liveStepsReplaceWhatTheyRepeat();
  void memoryIsBounded();
  void anyStepNumberIsRead();
};

/// A project of so many runs whose losses are their steps.
static void makeProject(const std::filesystem::path& file, int runs, std::int64_t steps) {
  ProjectWriter writer(file);
  for (int i = 0; i < runs; ++i) {
    const std::int64_t run = writer.createRun(fakeConfig("uada", i + 1, 1)).id;
    writer.beginAttempt(run, currentManifest(), "");
    for (std::int64_t step = 1; step <= steps; ++step)
      writer.append(run, 1, report(step, static_cast<double>(step)));
  }
  writer.flush();
}

void TestHistories::historiesAreReadOnceAndAppended() {
  QTemporaryDir folder;
  const std::filesystem::path file = folder.filePath("p.uada").toStdString();
  makeProject(file, 1, 50);
  ProjectView view(file, Answers::atOnce);
  Histories histories;
  histories.reset(&view);
  histories.update(view.firstList(), 0);
  int read = 0, changed = 0;
  connect(&histories, &Histories::curvesRead, this, [&] { ++read; });
  connect(&histories, &Histories::changed, this, [&] { ++changed; });
  QCOMPARE(histories.of(1).steps(), std::uint64_t{50});
  QCOMPARE(histories.of(1).loss.nearest(50)->y, 50.0);
  QCOMPARE(histories.of(1).timings.render, 12.5);
  QVERIFY(!histories.of(1).hasGain());
  QCOMPARE(read, 1);
  view.writer().append(1, 1, report(51, -1));
  view.writer().flush();
  view.ask(
      this, [](const OpenProject& project) { return RunList::read(project.reader); },
      [&](std::optional<std::shared_ptr<RunList>> list) { histories.update(*list, 0); });
  QCOMPARE(changed, 1);
  QCOMPARE(histories.of(1).steps(), std::uint64_t{51});
  QCOMPARE(histories.of(1).loss.low(), -1.0);
  QCOMPARE(histories.of(1).timings.render, 12.75);
  QCOMPARE(read, 1);
}

/// A resumed run goes on from a checkpoint.
void TestHistories::liveStepsReplaceWhatTheyRepeat() {
  QTemporaryDir folder;
  const std::filesystem::path file = folder.filePath("p.uada").toStdString();
  makeProject(file, 1, 50);
  ProjectView view(file, Answers::atOnce);
  Histories histories;
  histories.reset(&view);
  histories.update(view.firstList(), 1);
  QCOMPARE(histories.of(1).steps(), std::uint64_t{50});
  histories.beginAt(1, 41);
  QCOMPARE(histories.of(1).steps(), std::uint64_t{40});
  histories.append(1, std::vector{report(41, 7), report(42, 8)});
  QCOMPARE(histories.of(1).steps(), std::uint64_t{42});
  QCOMPARE(histories.of(1).loss.nearest(42)->y, 8.0);
  QCOMPARE(histories.of(1).timings.render, 10.5);
}

/// Runs that are not shown are forgotten first; then shown ones get coarser, with all extremes.
void TestHistories::memoryIsBounded() {
  QTemporaryDir folder;
  const std::filesystem::path file = folder.filePath("p.uada").toStdString();
  makeProject(file, 3, 20'000);
  ProjectView view(file, Answers::atOnce);
  constexpr std::size_t kMost = 3u << 20;
  Histories histories(kMost);
  histories.reset(&view);
  histories.update(view.firstList(), 0);
  histories.isShown = [](qint64 run) { return run > 1; };
  int read = 0;
  connect(&histories, &Histories::curvesRead, this, [&] { ++read; });
  for (const qint64 run : {1, 2, 3}) histories.of(run);
  QVERIFY2(histories.bytes() <= kMost, qPrintable(QString::number(histories.bytes())));
  QCOMPARE(read, 3);
  for (const qint64 run : {2, 3}) {
    QCOMPARE(histories.of(run).steps(), std::uint64_t{20'000});
    QCOMPARE(histories.of(run).loss.high(), 20'000.0);
    QCOMPARE(histories.of(run).timings.render, 5000.0);
  }
  QVERIFY(!histories.of(2).isExact() || !histories.of(3).isExact());
  QCOMPARE(read, 3);
  QCOMPARE(histories.of(1).steps(), std::uint64_t{20'000});  // again: what has just come is not forgotten
  QCOMPARE(read, 4);
  QVERIFY(histories.bytes() <= kMost);
}

/// A damaged file may claim any number of steps: the time follows from the rows that are there.
void TestHistories::anyStepNumberIsRead() {
  QTemporaryDir folder;
  const std::filesystem::path file = folder.filePath("p.uada").toStdString();
  makeProject(file, 1, 50);
  {
    ProjectWriter writer(file);
    writer.append(1, 1, report(std::int64_t{1'000'000'000'000}, 7));
    writer.flush();
  }
  ProjectView view(file, Answers::atOnce);
  Histories histories;
  histories.reset(&view);
  histories.update(view.firstList(), 0);
  QCOMPARE(histories.of(1).steps(), std::uint64_t{51});
  QCOMPARE(histories.of(1).loss.nearest(1'000'000'000'000)->y, 7.0);
}

QTEST_MAIN(TestHistories)
#include "tst_histories.moc"
