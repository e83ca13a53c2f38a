#include <QSettings>
#include <QSlider>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>

#include "tests/core/FakeEngine.h"
#include "widgets/panels/CursorBar.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;

/// The bar of the step cursor, by mouse and by keys.
class TestCursorBar : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void stepsAreTypedAndClicked() {
    const QTemporaryDir folder;
    const Theme theme(Theme::Kind::light);
    QSettings settings(folder.filePath("settings.ini"), QSettings::IniFormat);
    FakeEngine engine;
    Session session(theme, [&]() -> Engine& { return engine; }, Answers::atOnce);
    session.openProject(folder.filePath("p.uada"));
    const Workbench workbench{session, settings, theme};
    CursorBar bar(workbench);
    bar.resize(900, 40);
    bar.show();
    QVERIFY(QTest::qWaitForWindowExposed(&bar));
    auto* step = bar.findChild<QSpinBox*>("cursor_step");
    auto* slider = bar.findChild<QSlider*>("cursor");
    QVERIFY(step->isHidden());                // no run yet
    session.start(fakeConfig("uada", 1, 5));  // 50 steps
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), SessionState::finished, 20000);
    QTRY_COMPARE_WITH_TIMEOUT(step->maximum(), 50, 5000);
    QCOMPARE(step->value(), 50);
    step->setFocus();
    step->selectAll();
    QTest::keyClicks(step, "17");
    QCOMPARE(session.selection().cursor(), qint64{50});  // not yet: 1 is no step that was wanted
    QTest::keyClick(step, Qt::Key_Return);
    QCOMPARE(session.selection().cursor(), qint64{17});
    QCOMPARE(slider->value(), 17);
    QVERIFY(!session.selection().followsLive());
    QTest::mouseClick(slider, Qt::LeftButton, {}, {slider->width() - 2, slider->height() / 2});
    QVERIFY2(session.selection().cursor() >= 49, qPrintable(QString::number(session.selection().cursor())));
    QTest::mouseClick(slider, Qt::LeftButton, {}, {slider->width() / 2, slider->height() / 2});
    const qint64 middle = session.selection().cursor();
    QVERIFY2(middle >= 24 && middle <= 27, qPrintable(QString::number(middle)));
    QCOMPARE(step->value(), static_cast<int>(middle));
  }
};

QTEST_MAIN(TestCursorBar)
#include "tst_cursor_bar.moc"
