#include <QAbstractButton>
#include <QComboBox>
#include <QFontMetrics>
#include <QTabBar>
#include <QTabWidget>
#include <QTest>
#include <QToolButton>

#include "tests/widgets/WindowBench.h"
#include "widgets/panels/Panel.h"
#include "widgets/plot/CostBars.h"
#include "widgets/plot/Plot.h"

using namespace uada;

namespace {

constexpr QSize kSmall(1024, 700), kLarge(1440, 900);

/// Buttons and boxes of the view whose text has less room than it needs, or that stand on another one.
QStringList cutControls(const QWidget& view) {
  QStringList cut;
  std::vector<const QAbstractButton*> seen;
  for (const auto* button : view.findChildren<QAbstractButton*>())
    if (button->isVisible() && !button->text().isEmpty()) seen.push_back(button);
  const auto placeOf = [&](const QWidget* widget) {
    return QRect(widget->mapTo(&view, QPoint()), widget->size());
  };
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen[i]->width() < seen[i]->sizeHint().width() || !view.rect().contains(placeOf(seen[i])))
      cut << seen[i]->text();
    for (std::size_t k = 0; k < i; ++k)
      if (placeOf(seen[i]).intersects(placeOf(seen[k]))) cut << seen[i]->text() + " on " + seen[k]->text();
  }
  return cut;
}

}  // namespace

/// The window at 1024 x 700 with all docks open: nothing is cut, and nothing stands on something else.
class TestSmallWindow : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyViewFits() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 2), fakeConfig("uada", 2, 2), fakeConfig("ra-uc", 1, 2)});
    bench.window->resize(kSmall);
    auto* views = bench.find<QTabWidget>("views");
    for (int i = 0; i < views->count(); ++i) {
      views->setCurrentIndex(i);
      QTRY_VERIFY2(cutControls(*views->currentWidget()).isEmpty(),
                   qPrintable(views->tabText(i) + ": " + cutControls(*views->currentWidget()).join("; ")));
    }
    for (const auto* scroll : views->tabBar()->findChildren<QToolButton*>()) QVERIFY(!scroll->isVisible());
  }

  /// Back at the old size all docks have theirs again.
  void docksComeBack() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 2)});
    bench.window->resize(kLarge);
    const auto widths = [&] {
      QList<int> widths;
      for (const char* dock : {"runsDock", "inspectorDock"})
        if (const auto* found = bench.find<QWidget>(dock)) widths << found->width();
      return widths;
    };
    QTRY_VERIFY(widths().size() == 2 && widths().constFirst() > bench.find<QTabWidget>("views")->width() / 8);
    QTest::qWait(200);  // what follows a first resize has come
    const QList<int> before = widths();
    bench.window->resize(kSmall);
    QTRY_COMPARE(bench.window->width(), kSmall.width());
    bench.window->resize(kLarge);
    QTRY_COMPARE(bench.window->width(), kLarge.width());
    QTRY_COMPARE(widths(), before);
  }

  void aNarrowPlotHasFewerTicks() {
    const Theme theme(Theme::Kind::light);
    Plot plot(theme);
    Figure figure;
    figure.x = {.title = "Step", .isWhole = true};
    figure.left = {.title = "Share of samples", .unit = "%"};
    Curve curve;
    for (int step = 1; step <= 10000; step += 100) curve.x.push_back(step), curve.y.push_back(step % 7);
    figure.curves.push_back(curve);
    plot.show(std::move(figure));
    plot.show();
    const auto widthOfLabels = [&] {
      int width = 0;
      for (const QString& label : plot.xLabels()) width += plot.fontMetrics().horizontalAdvance(label);
      return width;
    };
    for (const int width : {1000, 400, 240, 150}) {
      plot.setMinimumSize(1, 1);
      plot.resize(width, 160);
      QTRY_VERIFY2(widthOfLabels() < width - 60, qPrintable(plot.xLabels().join(' ')));
      QVERIFY(plot.xLabels().size() >= 1);
    }
  }

  /// Every phase is named, and the bars keep a fifth of the width.
  void costsKeepTheirLegend() {
    const Theme theme(Theme::Kind::light);
    CostBars bars(theme);
    CostBars::Row row;
    row.name = "RandAugment (UADA's space), Fashion-MNIST";
    row.steps = 10;
    row.timings.train = 1;
    row.ratio = QStringLiteral("1.67 ± 1.18 × ra-uc");
    bars.show({row});
    bars.resize(1200, 100);
    const int one = bars.sizeHint().height();
    bars.resize(460, 100);
    QVERIFY(bars.sizeHint().height() > one);  // the legend has a line of its own
  }
};

QTEST_MAIN(TestSmallWindow)
#include "tst_small_window.moc"
