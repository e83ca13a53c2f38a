#include <QCheckBox>

#include "tests/widgets/OpsTools.h"
#include "widgets/panels/ops/ChainStrip.h"
#include "widgets/panels/ops/OpExplorer.h"

using namespace uada;
using namespace uada::test;

/// An op at the levels of its range, side by side.
class TestOpsSheet : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  /// 16 raw values from end to end; of ten levels each once, with both signs where the op has one.
  void aSheetCoversTheRange() {
    OpSetting setting;
    setting.op = opIndex("rotate");
    const std::vector<OpSetting> raw = sheetOf(setting, true, 16);
    QCOMPARE(raw.size(), std::size_t{16});
    QCOMPARE(*raw.front().typed, setting.entry().min);
    QCOMPARE(*raw.back().typed, setting.entry().max);
    const std::vector<OpSetting> levels = sheetOf(setting, false, 16);
    const double top = topLevel(setting.grid);
    QCOMPARE(levels.back().level, top);
    QCOMPARE(levels.back().sign, 1);
    QCOMPARE(levels.size(), static_cast<std::size_t>(top) + 1);
    QCOMPARE(levels.front().level, 0.0);
    setting.grid = Grid::aa10;
    const std::vector<OpSetting> both = sheetOf(setting, false, 16);
    if (signCounts(setting.entry(), setting.grid)) {
      QCOMPARE(both.front().level, topLevel(setting.grid));
      QCOMPARE(both.front().sign, -1);
    }
    setting.op = opIndex("invert");
    QCOMPARE(sheetOf(setting, false, 16).size(), std::size_t{1});  // takes no magnitude
  }

  void aSheetIsShownAndChosenFrom() {
    OpsBench bench;
    OpExplorer view(bench.workbench);
    view.resize(1000, 700);
    view.show();
    view.setPicture(pictureOf(pattern(32, 32)), "x");
    at<QCheckBox>(view, "op_sheet")->setChecked(true);
    view.result();
    auto* sheet = view.findChild<ChainStrip*>("op_sheet_pictures");
    QVERIFY(sheet->isVisible());
    const std::size_t count = sheetOf(view.setting(), false, 16).size();
    QCOMPARE(sheet->stages().size(), count);
    QCOMPARE(sheet->stages().back().image.rgb,
             applied(sheetOf(view.setting(), false, 16).back(), pattern(32, 32)).rgb);
    Q_EMIT sheet->chosen(0);
    QVERIFY(!at<QCheckBox>(view, "op_sheet")->isChecked() && !sheet->isVisible());
    QCOMPARE(view.setting().level, 0.0);
  }
};

QTEST_MAIN(TestOpsSheet)
#include "tst_ops_sheet.moc"
