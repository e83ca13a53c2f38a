#include <QFontMetrics>
#include <QGuiApplication>
#include <QTest>

#include "widgets/panels/runs/RunNames.h"

using namespace uada;

/// What is left of a run's name in a narrow list: that in which it differs from others.
class TestRunNames : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void methodAndSeedStay() {
    const QFontMetrics metrics{QGuiApplication::font()};
    const QString plain = "r10w4-c10-plain-trivialaugment-s2", uada = "r10w4-c10-uada-trivialaugment-s2";
    QCOMPARE(fittedName(plain, 10, metrics, metrics.horizontalAdvance(plain)), plain);
    const int rest = metrics.horizontalAdvance("plain-trivialaugment-s2");
    const QString shorter = fittedName(plain, 10, metrics, rest + metrics.horizontalAdvance("…-c10-"));
    QVERIFY2(shorter.startsWith("…") && shorter.endsWith("-plain-trivialaugment-s2"), qPrintable(shorter));
    QCOMPARE(fittedName(plain, 10, metrics, rest), QString("plain-trivialaugment-s2"));
    const QString least = fittedName(plain, 10, metrics, 2 * rest / 3);
    QVERIFY2(least.startsWith("plain") && least.contains("…") && least.endsWith("-s2"), qPrintable(least));
    QVERIFY(least != fittedName(uada, 10, metrics, 2 * rest / 3));
  }

  /// Of a name by what differs: first the recipe goes, then the end of the method's settings.
  void theSeedStays() {
    const QFontMetrics metrics{QGuiApplication::font()};
    const QString name = "r10w16: UADA (policy autoaugment) · s2";
    const int width = metrics.horizontalAdvance("UADA (policy aut… · s2");
    const QString fitted = fittedName(name, 8, metrics, width);
    QVERIFY2(fitted.startsWith("UADA (policy") && fitted.endsWith("… · s2"), qPrintable(fitted));
    QVERIFY(metrics.horizontalAdvance(fitted) <= width);
    QVERIFY(fittedName(name, 8, metrics, metrics.horizontalAdvance("UADA (…")).startsWith("UADA"));
  }
};

QTEST_MAIN(TestRunNames)
#include "tst_run_names.moc"
