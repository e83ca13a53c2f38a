#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Philox.h"
#include "widgets/plot/Plot.h"
#include "widgets/plot/PlotText.h"
#include "widgets/plot/SeedCurve.h"
#include "widgets/session/Theme.h"

using namespace uada;

/// Curves and the colours that they are drawn in.
class TestCurves : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void noColourIsMadeUp() { QVERIFY_THROWS_EXCEPTION(Error, Theme(Theme::Kind::dark).colour("mauve")); }

  void textIsReadableInBothThemes() {
    const auto luminance = [](const QColor& c) {
      const auto linear = [](double v) {
        return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
      };
      return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF());
    };
    for (const auto kind : {Theme::Kind::light, Theme::Kind::dark}) {
      const Theme theme(kind);
      for (const char* ink : {"text", "muted", "accent", "good", "warning", "bad"}) {
        for (const char* ground : {"window", "base", "alternate", "hover"}) {
          const double a = luminance(theme.colour(ink)), b = luminance(theme.colour(ground));
          const double contrast = (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
          QVERIFY2(contrast >= 4.5, qPrintable(QString("%1 on %2: %3").arg(ink, ground).arg(contrast)));
        }
      }
    }
  }

  void smoothingIsTheBiasCorrectedMean() {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> out = smoothed({1, 3, nan, 5}, 0.5);
    QCOMPARE(out[0], 1.0);
    QCOMPARE(out[1], (0.25 * 1 + 0.5 * 3) / 0.75);
    QVERIFY(std::isnan(out[2]));
    QCOMPARE(out[3], (0.125 * 1 + 0.25 * 3 + 0.5 * 5) / 0.875);
    QCOMPARE(smoothed({2, 4}, 0), (std::vector<double>{2, 4}));
  }

  /// 0.5 to 16.5, where ticks would stand every 2.5.
  void stepsHaveWholeTicks() {
    const Theme theme(Theme::Kind::light);
    Plot plot(theme);
    plot.resize(600, 400);
    Figure figure;
    figure.x = {.title = "Step", .unit = {}, .log = false, .min = 0.5, .max = 16.5, .isWhole = true};
    figure.curves = {{.name = "a", .colour = Qt::red, .x = {1, 16}, .y = {1, 2}}};
    plot.show(figure);
    const QStringList whole = plot.xLabels();
    QVERIFY(whole.size() > 2);
    const int step = whole[1].toInt() - whole[0].toInt();
    for (int i = 1; i < whole.size(); ++i) QCOMPARE(whole[i].toInt() - whole[i - 1].toInt(), step);
    figure.x.isWhole = false;  // epochs with parts, or minutes: none is rounded
    plot.show(figure);
    QVERIFY2(plot.xLabels().contains("2.5"), qPrintable(plot.xLabels().join(' ')));
  }

  /// What says that there is nothing to draw is broken into lines that fit; one value is drawn as a point.
  void nothingIsCutOff() {
    const Theme theme(Theme::Kind::light);
    Plot plot(theme);
    plot.resize(300, 200);
    Figure figure;
    figure.empty = "This method has no candidates: every sample is trained on as drawn";
    plot.show(figure);
    const QImage picture = plot.picture({300, 200}).toImage();
    const auto isEmpty = [&](int x) {
      for (int y = 0; y < picture.height(); ++y)
        if (picture.pixelColor(x, y) != theme.colour("base")) return false;
      return true;
    };
    QVERIFY(isEmpty(8) && isEmpty(picture.width() - 9));
    figure.legend = false;
    figure.curves = {{.name = "one", .colour = Qt::red, .x = {1}, .y = {3}}};
    plot.show(figure);
    const QImage one = plot.picture({300, 200}).toImage();
    int red = 0;
    for (int y = 0; y < one.height(); ++y)
      for (int x = 0; x < one.width(); ++x) red += one.pixelColor(x, y) == QColor(Qt::red) ? 1 : 0;
    QVERIFY2(red > 10, qPrintable(QString::number(red)));
  }

  /// A press and release at one place is a click there; with a way between them it is a zoom.
  void aClickIsNoZoom() {
    const Theme theme(Theme::Kind::light);
    Plot plot(theme);
    plot.resize(600, 400);
    Figure figure;
    figure.curves.push_back({"loss", theme.category(0), {0, 10}, {0, 1}});
    plot.show(figure);
    plot.show();
    QVERIFY(QTest::qWaitForWindowExposed(&plot));
    std::vector<double> clicks;
    connect(&plot, &Plot::clicked, this, [&](double x, double) { clicks.push_back(x); });
    auto* inner = plot.findChild<QWidget*>("plot_canvas");
    QVERIFY(inner);
    QTest::mouseClick(inner, Qt::LeftButton, {}, {300, 200});
    QTest::mouseClick(inner, Qt::LeftButton, {}, {400, 200});
    QCOMPARE(clicks.size(), std::size_t{2});
    QVERIFY2(clicks[0] > 3 && clicks[0] < 7 && clicks[1] > clicks[0] + 1, "not where the curve is");
    QVERIFY(!plot.isZoomed());
    QTest::mouseClick(inner, Qt::LeftButton, {}, {300, 398});  // below the axis
    QTest::mousePress(inner, Qt::LeftButton, {}, {200, 100});
    QTest::mouseMove(inner, {300, 200});
    QTest::mouseRelease(inner, Qt::LeftButton, {}, {300, 200});
    QCOMPARE(clicks.size(), std::size_t{2});
    QVERIFY(plot.isZoomed());
  }

  void reducedDrawingIsSaid() {
    const Theme theme(Theme::Kind::light);
    Plot plot(theme);
    plot.resize(600, 400);
    Figure figure;
    Curve curve;
    for (int i = 0; i < 100000; ++i) {
      curve.x.push_back(i);
      curve.y.push_back(i % 7);
    }
    figure.curves = {curve};
    plot.show(figure);
    plot.picture();
    QVERIFY(plot.isReduced());
    plot.showX(std::pair(10.0, 60.0));
    plot.picture();
    QVERIFY(!plot.isReduced());
  }

  /// One value of a thousand does not squeeze the others.
  void outliersAreClippedIfWanted() {
    const Theme theme(Theme::Kind::light);
    Plot plot(theme);
    plot.resize(600, 400);
    static_cast<QWidget&>(plot).show();
    QVERIFY(QTest::qWaitForWindowExposed(&plot));
    auto* inner = plot.findChild<QWidget*>("plot_canvas");
    double top = 0;
    connect(&plot, &Plot::hovered, this, [&](double, double y) { top = y; });
    for (const bool clips : {false, true}) {
      Figure figure;
      figure.left.clip = clips;
      Curve curve;
      for (int i = 0; i < 1000; ++i) {
        curve.x.push_back(i);
        curve.y.push_back(i == 500 ? 100 : i % 2);
      }
      figure.curves = {curve};
      plot.show(figure);
      plot.xLabels();  // draws
      QTest::mouseMove(inner, {300, clips ? 81 : 80});
      QVERIFY2(clips ? top < 2 : top > 50, qPrintable(QString::number(top)));
    }
  }

  void envelopeKeepsEveryExtreme() {
    std::vector<double> x, y, ex, ey;
    Random random(7, 0, 0, Purpose::test);
    for (int i = 0; i < 100000; ++i) {
      x.push_back(i);
      y.push_back(random.uniform());
    }
    y[12345] = 9;
    y[54321] = -9;
    envelope(x, y, 0, 99999, 500, ex, ey);
    QVERIFY(ex.size() <= 1004);
    QVERIFY(std::is_sorted(ex.begin(), ex.end()));
    QCOMPARE(*std::max_element(ey.begin(), ey.end()), 9.0);
    QCOMPARE(*std::min_element(ey.begin(), ey.end()), -9.0);
    std::set<std::pair<double, double>> all;
    for (std::size_t i = 0; i < x.size(); ++i) all.insert({x[i], y[i]});
    for (std::size_t i = 0; i < ex.size(); ++i) QVERIFY(all.contains({ex[i], ey[i]}));  // none invented
    envelope(x, y, 10, 20, 500, ex, ey);  // few: all of them and a neighbour each side
    QCOMPARE(ex.size(), std::size_t{13});
    QCOMPARE(ex.front(), 9.0);
  }

  void readOutAndExportGiveExactNumbers() {
    const Theme theme(Theme::Kind::light);
    Plot plot(theme);
    plot.resize(600, 400);
    Curve loss{.name = "a, b", .colour = Qt::red, .x = {1, 2, 3}, .y = {0.123456, 0.5, 0.25}};
    loss.smoothing = 0.9;
    Figure figure;
    figure.x.title = "Step";
    figure.left.title = "Loss";
    figure.curves = {loss};
    plot.show(figure);
    QVERIFY(plot.readOut(1.2, 0).contains("0.1235"));
    QVERIFY(plot.readOut(2.4, 0).contains("0.5000"));
    const QImage without = plot.picture().toImage();
    plot.setCursor(2);
    QCOMPARE(plot.picture().toImage(), without);  // the step cursor is of use on the screen alone
    QTemporaryDir folder;
    for (const QString kind : {"csv", "png", "svg", "pdf"}) plot.exportTo(folder.filePath("p." + kind));
    QCOMPARE(QString::fromStdString(readTextFile(folder.filePath("p.csv").toStdString(), 1000)),
             QString("curve,Step,Loss\n\"a, b\",1,0.123456\n\"a, b\",2,0.5\n\"a, b\",3,0.25\n"));
    QCOMPARE(QImage(folder.filePath("p.png")).size(), QSize(1280, 800));  // at twice the pixels of 640x400
    QVERIFY(readTextFile(folder.filePath("p.pdf").toStdString(), 1 << 22).starts_with("%PDF"));
    const std::string svg = readTextFile(folder.filePath("p.svg").toStdString(), 1 << 22);
    for (const char* text : {"<svg", "Step", "Loss", "a, b"})
      QVERIFY2(svg.find(text) != std::string::npos, text);
    const auto refused = [&](const QString& file, QSize size) {
      try {
        plot.exportTo(folder.filePath(file), size);
      } catch (const UsageError& error) {
        return QString(error.what());
      }
      return QString();
    };
    QVERIFY(refused("q.gif", {}).endsWith("a plot ends in .png, .svg, .pdf or .csv, and this one in .gif"));
    QCOMPARE(refused("q.png", {6000, 6000}),
             "the plot would be a picture of 12000 x 12000 pixels (144 million), at most 100 million are "
             "drawn; make it smaller");
    QVERIFY(!QFile::exists(folder.filePath("q.png")));
  }

  /// What is no number, and a name that a spreadsheet would take for a formula.
  void numbersSurviveAndNamesAreNoFormulas() {
    const double nan = std::nan(""), infinite = std::numeric_limits<double>::infinity();
    Figure figure;
    figure.x.title = "Step";
    figure.left.title = "Loss";
    figure.curves = {
        {.name = "=HYPERLINK(\"x\")", .colour = Qt::red, .x = {1, 2, 3}, .y = {1, nan, -infinite}}};
    figure.bands = {{.name = "a", .colour = Qt::red, .x = {2}, .low = {0.5}, .high = {infinite}}};
    const QByteArray csv = csvOf(figure);
    QCOMPARE(csv, QByteArray("curve,Step,Loss\n\"'=HYPERLINK(\"\"x\"\")\",1,1\n"
                             "\"'=HYPERLINK(\"\"x\"\")\",2,nan\n\"'=HYPERLINK(\"\"x\"\")\",3,-inf\n"
                             "a low,2,0.5\na high,2,inf\n"));
  }

  /// Of six groups at 8.5 cm the plot keeps most of the height, and no name is cut off at the edge.
  void theLegendFitsTheExport() {
    const Theme theme(Theme::Kind::light);
    Plot plot(theme);
    plot.resize(1200, 700);
    Figure figure;
    figure.x.title = "Step";
    figure.left.title = "Loss";
    for (int i = 0; i < 6; ++i)
      figure.curves.push_back({.name = QString("Group %1 with a rather long name of its own").arg(i),
                               .colour = i == 0 ? QColor(Qt::red) : QColor(Qt::blue),
                               .x = {0, 1},
                               .y = {i == 0 ? 0.0 : 0.5, i == 0 ? 1.0 : 0.5}});
    plot.show(figure);
    const QImage image = plot.picture({321, 214}).toImage();
    int top = image.height(), bottom = 0;
    for (int y = 0; y < image.height(); ++y)
      for (int x = image.width() / 4; x < image.width(); ++x)
        if (const QColor c = image.pixelColor(x, y); c.red() > 200 && c.blue() < 100 && c.green() < 100) {
          top = std::min(top, y);
          bottom = std::max(bottom, y);
        }
    QVERIFY2(bottom - top > 0.3 * image.height(), qPrintable(QString("%1 to %2").arg(top).arg(bottom)));
    for (int y = 0; y < image.height(); ++y)
      QCOMPARE(image.pixelColor(image.width() - 3, y), theme.colour("base"));
    QTemporaryDir folder;
    plot.exportTo(folder.filePath("p.svg"), {321, 214});
    const std::string svg = readTextFile(folder.filePath("p.svg").toStdString(), 1 << 22);
    static const QRegularExpression kName("x=\"([0-9.]+)\"[^>]*>\\s*(Group [^<]*)<");
    int names = 0;
    for (auto found = kName.globalMatch(QString::fromStdString(svg)); found.hasNext(); ++names) {
      const QRegularExpressionMatch name = found.next();
      const int width = plot.fontMetrics().horizontalAdvance(name.captured(2));
      QVERIFY2(width < 321 / 2 && name.captured(1).toDouble() + 0.8 * width < 321,
               qPrintable(name.captured(2)));
    }
    QCOMPARE(names, 6);
  }

  /// The ring around the highest value is as whole as that around one in the middle.
  void ringsAreNotCutOff() {
    const Theme theme(Theme::Kind::light);
    Plot plot(theme);
    plot.resize(400, 180);
    const auto ringOf = [&](std::size_t marked) {
      Figure figure;
      figure.x.title = "Step";
      figure.left.title = "Top-1";
      figure.legend = false;
      figure.curves = {{.name = "a", .colour = Qt::red, .x = {1, 2, 3, 4}, .y = {0, 1, 0.5, 0}}};
      figure.curves.front().marked = marked;
      plot.show(figure);
      const QImage image = plot.picture({400, 180}).toImage();
      int red = 0;
      for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
          red += image.pixelColor(x, y).green() < 128 && image.pixelColor(x, y).red() > 200 ? 1 : 0;
      return red;
    };
    QVERIFY2(std::abs(ringOf(1) - ringOf(2)) < 30,
             qPrintable(QString("%1 and %2").arg(ringOf(1)).arg(ringOf(2))));
  }

  // ---- over seeds

  void theBandIsTheSampleDeviation() {
    const SeedCurve curve = overSeeds({{{1, 2}, {1, 10}}, {{1, 2}, {3, 10}}});
    QCOMPARE(curve.x, (std::vector<double>{1, 2}));
    QCOMPARE(curve.mean, (std::vector<double>{2, 10}));
    QCOMPARE(curve.bandLow, (std::vector<double>{2 - std::sqrt(2.0), 10}));
    QCOMPARE(curve.bandHigh, (std::vector<double>{2 + std::sqrt(2.0), 10}));
  }

  /// Seeds need not have values at the same places: time is never the same.
  void betweenItsValuesASeedLiesOnTheLine() {
    const SeedCurve curve = overSeeds({{{0, 4}, {0, 8}}, {{0, 1, 4}, {0, 6, 8}}});
    QCOMPARE(curve.x, (std::vector<double>{0, 1, 4}));
    QCOMPARE(curve.mean, (std::vector<double>{0, 4, 8}));
  }

  void aSeedThatEndsEarlierNoLongerCounts() {
    const SeedCurve curve = overSeeds({{{1, 2, 3}, {1, 1, 1}}, {{1, 2}, {3, 3}}});
    QCOMPARE(curve.count, (std::vector<int>{2, 2, 1}));
    QCOMPARE(curve.mean, (std::vector<double>{2, 2, 1}));
    QCOMPARE(curve.bandX, (std::vector<double>{1, 2}));
  }

  void whatIsNoNumberDoesNotCount() {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const SeedCurve curve = overSeeds({{{1, 2, 3}, {nan, nan, 4}}, {{1, 2, 3}, {2, nan, 6}}});
    QCOMPARE(curve.x, (std::vector<double>{1, 2, 3}));
    QCOMPARE(curve.count, (std::vector<int>{1, 0, 2}));
    QVERIFY(curve.mean[0] == 2 && std::isnan(curve.mean[1]) && curve.mean[2] == 5);
    // No band over a place where one seed alone has a value.
    const SeedCurve gap = overSeeds({{{1, 2, 3, 4}, {1, nan, 1, 1}}, {{1, 2, 3}, {3, 3, 3}}});
    QCOMPARE(gap.bandX, (std::vector<double>{1, 2, 3}));
    QVERIFY(std::isnan(gap.bandHigh[1]) && gap.bandHigh[2] == 2 + std::sqrt(2.0));
    const SeedValues difference = differenceOf({{1, 2, 3}, {5, nan, 7}}, {{1, 3}, {1, 1}});
    QCOMPARE(difference.x, (std::vector<double>{1, 2, 3}));
    QVERIFY(difference.y[0] == 4 && std::isnan(difference.y[1]) && difference.y[2] == 6);
    QVERIFY(overSeeds({}).x.empty());
    QVERIFY(overSeeds({{}}).x.empty());
  }

  void manyPlacesBecomeEvenOnes() {
    SeedValues one, two;
    for (int i = 0; i < 10000; ++i) {
      one.x.push_back(i);
      one.y.push_back(2.0 * i);
      two.x.push_back(i + 0.5);
      two.y.push_back(2.0 * i + 1);
    }
    const SeedCurve curve = overSeeds({one, two});
    QCOMPARE(curve.x.size(), kMostPlaces);
    QCOMPARE(curve.x.front(), 0.0);
    QCOMPARE(curve.x.back(), 9999.5);
    for (std::size_t i = 0; i < curve.x.size(); ++i) QVERIFY(std::abs(curve.mean[i] - 2 * curve.x[i]) < 1e-6);
  }

  void oneSeedHasNoDeviation() {
    QVERIFY(std::isnan(momentOf({5}).deviation));
    QCOMPARE(momentOf({5}).mean, 5.0);
    QCOMPARE(momentOf({}).count, 0);
    QCOMPARE(momentOf({2, 4, 9}).deviation, std::sqrt(13.0));
  }

  /// Two pairs with the differences 1 and 3 everywhere: mean 2, deviation sqrt 2, and half of the 95 %
  /// interval t(0.975; 1) sqrt 2 / sqrt 2 = 12.7062. The second seed ends earlier: from there on a pair alone
  /// has none.
  void pairsHaveADifferenceWithItsInterval() {
    const SeedCurve curve =
        overPairs({{{{1, 2, 3}, {5, 6, 7}}, {{1, 3}, {4, 6}}}, {{{1, 2}, {9, 9}}, {{0, 1, 2}, {0, 6, 6}}}});
    QVERIFY(curve.x == (std::vector<double>{1, 2, 3}));
    QVERIFY(curve.mean == (std::vector<double>{2, 2, 1}));
    QVERIFY(curve.count == (std::vector<int>{2, 2, 1}));
    QVERIFY(curve.bandX == (std::vector<double>{1, 2}));
    QVERIFY(std::abs(curve.bandHigh[0] - 2 - 12.7062) < 1e-4);
    QVERIFY(std::abs(curve.bandLow[1] - 2 + 12.7062) < 1e-4);
    // Where the other one has no value there is no difference.
    QVERIFY(overPairs({{{{1, 2}, {5, 6}}, {{2, 3}, {1, 1}}}}).x == (std::vector<double>{2}));
    QVERIFY(overPairs({}).x.empty());
  }
};

QTEST_MAIN(TestCurves)
#include "tst_curves.moc"
