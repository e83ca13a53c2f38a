#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "tests/core/DamageTools.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/runs/RunsModel.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace uada::test;

/// The window over projects whose rows are damaged: every panel shows what is sound, and what is not is told.
class TestDamagedProject : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  std::filesystem::path sound_;
  const Theme theme_{Theme::Kind::light};
  QSettings settings_{folder_.filePath("settings.ini"), QSettings::IniFormat};
  FakeEngine engine_;

 private Q_SLOTS:
  void initTestCase() {
    sound_ = folder_.filePath("sound.uada").toStdString();
    writeDamageable(sound_);
  }

  void everyPanelIsShown_data() {
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QString>("told");
    const auto row = [](const char* name, const char* sql, const char* told) {
      QTest::newRow(name) << sql << told;
    };
    row("winner beyond the groups", "UPDATE decisions SET winner = 99 WHERE run = 1 AND sample = 0",
        "winner");
    row("no groups", "UPDATE decisions SET groups = '[]', winner = 0 WHERE run = 1", "winner");
    row("groups of no form", "UPDATE decisions SET groups = '[{}]' WHERE run = 1 AND step = 5", "groups[0]");
    row("no coordinates",
        "UPDATE decisions SET groups = json_set(groups, '$[0].after', json('[]')) WHERE run = 1",
        "of one length");
    row("plan", "UPDATE decisions SET plan = '{\"chain\": [1]}' WHERE run = 1 AND sample = 1", "decisions");
    row("pictures", "UPDATE pictures SET png = x'89504e47' WHERE run = 1 AND candidate > -2", "pictures");
    row("steps", "UPDATE steps SET loss = 'x', count = -1 WHERE run = 1 AND step > 3", "steps");
    row("epochs", "UPDATE epochs SET epoch = 0 WHERE run = 1 AND epoch = 1", "epoch: 1 to");
    row("policy", "UPDATE policy SET count = x'00' WHERE run = 1 AND step < 9", "policy");
    row("ops", "UPDATE policy_ops SET wins = 9e300 WHERE run = 1 AND step < 9", "wins");
    row("configuration", "UPDATE runs SET config = '{' WHERE id = 1", "config");
    row("epochs of the run", "UPDATE runs SET epochs = -1 WHERE id = 1", "");
    row("key", "UPDATE runs SET key = '/', title = NULL WHERE id = 1", "key: 8 hexadecimal digits");
    row("result", "UPDATE results SET best = 12, seconds = 'x' WHERE run = 1", "");
    row("attempt", "UPDATE attempts SET state = 'odd', threads = 'x', seen = NULL WHERE run = 1", "");
  }
  void everyPanelIsShown() {
    QFETCH(QString, sql);
    QFETCH(QString, told);
    const auto file = folder_.filePath(QString(QTest::currentDataTag()) + ".uada").toStdString();
    QVERIFY(damage(sound_, file, sql.toStdString()));
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    QSignalSpy problems(&session, &Session::problem);
    session.openProject(QString::fromStdString(file));
    QCOMPARE(session.runs().size(), std::size_t{2});
    const RunsModel list(session, theme_, nullptr);
    QCOMPARE(list.shownRuns().size(), std::size_t{2});
    const Workbench workbench{session, settings_, theme_};
    for (const qint64 run : {2, 1}) {
      session.selection().select(run);
      for (const Panel& entry : panels()) {
        const std::unique_ptr<PanelWidget> panel(entry.make(workbench));
        panel->resize(900, 600);
        panel->show();
        QVERIFY2(!panel->grab().isNull(), entry.name);
      }
    }
    if (told.isEmpty()) {  // of the run itself: marked where it is listed
      const QModelIndex state = list.indexOf(1, list.section("state"));
      QCOMPARE(list.data(state, Qt::AccessibleTextRole).toString().section(", ", 1),
               QString("damaged"));
      return;
    }
    const auto texts = [&] {
      QStringList list;
      for (const auto& one : problems) list << one[0].toString();
      return list.join('\n');
    };
    QTRY_VERIFY2(texts().contains(told), qPrintable(texts()));
  }

  void whatIsLeftOutIsToldOnce() {
    const auto file = folder_.filePath("once.uada").toStdString();
    QVERIFY(
        damage(sound_, file, "UPDATE decisions SET winner = 99 WHERE run = 1 AND sample = 0 AND step = 5"));
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    QSignalSpy problems(&session, &Session::problem);
    session.openProject(QString::fromStdString(file));
    for (int i = 0; i < 3; ++i) {
      std::size_t sound = 0;
      session.ask(
          &session, [](const OpenProject& project) { return project.reader.decisions(1, 0, false).size(); },
          [&](std::optional<std::size_t> count) { sound = count.value_or(0); });
      QCOMPARE(sound, std::size_t{3});
    }
    session.refresh();  // behind what was told of those
    QCoreApplication::processEvents();
    QCOMPARE(problems.size(), 1);
  }
};

QTEST_MAIN(TestDamagedProject)
#include "tst_damaged_project.moc"
