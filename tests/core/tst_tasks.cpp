#include <QTest>
#include <limits>
#include <set>

#include "core/engine/tasks/Task.h"
#include "tests/core/ErrorOf.h"

using namespace uada;

class TestTasks : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// What holds for every task: reports, files and views rely on it.
  void contract_data() {
    QTest::addColumn<QString>("name");
    for (const Task& task : tasks()) QTest::newRow(task.name.c_str()) << QString::fromStdString(task.name);
  }
  void contract() {
    QFETCH(QString, name);
    const Task& task = findTask(name.toStdString());
    QVERIFY(!task.title.empty());
    for (const auto* metrics : {&task.trainMetrics, &task.testMetrics}) {
      QVERIFY(!metrics->empty());
      std::set<std::string> names;
      for (const Metric& metric : *metrics) {
        QVERIFY(names.insert(metric.name).second);
        QVERIFY(metric.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos);
        QVERIFY(!metric.title.empty() && metric.scale > 0 && metric.digits >= 0);
        QVERIFY(metric.isBetter(1, 0) == metric.higherIsBetter);
      }
    }
  }

  void classification() {
    const Task& task = findTask("classification");
    QCOMPARE(task.testMetrics.front().name, std::string("top1"));  // the main one
    QCOMPARE(task.testMetric("top1").text(0.93254), std::string("93.25 %"));
    QCOMPARE(task.trainMetric("loss").text(2.302585), std::string("2.3026"));
    QVERIFY(task.target == TargetKind::label);
    QCOMPARE(test::errorOf([&] { task.testMetric("mIoU"); }),
             QString("task classification: unknown test metric 'mIoU'; known: top1 top5 loss"));
    QVERIFY(test::errorOf([] { findTask("classify"); }).startsWith("unknown task 'classify'; known: "));
  }

  void notANumberIsNeverBetter() {
    const double none = std::numeric_limits<double>::quiet_NaN();
    for (const bool higher : {true, false}) {
      const Metric metric{"m", "m", "", 1, 2, higher};
      QVERIFY(metric.isBetter(0, none) && !metric.isBetter(none, 0) && !metric.isBetter(none, none));
      QVERIFY(!metric.isBetter(1, 1));
      QCOMPARE(metric.text(none), std::string("-"));
    }
  }
};

QTEST_GUILESS_MAIN(TestTasks)
#include "tst_tasks.moc"
