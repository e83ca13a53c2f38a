#include "tests/cli/Program.h"

using namespace uada::test;

/// What is said of the devices that a run can use.
class TestCliDevices : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void doctorTellsUsableDevices();
  void measuresStepsOnADevice();

 private:
  Program program_;
};

/// "none" where a device cannot be used, never "ok" beside a reason why not.
void TestCliDevices::doctorTellsUsableDevices() {
  const Result result = program_.run({"doctor", "--json"});
  COMPARE_CODE(result, 0);
  int devices = 0;
  for (const QJsonObject& check : ofKind(objects(result.out), "check")) {
    const QString name = check["name"].toString();
    if (!name.startsWith("device ")) continue;
    ++devices;
    const bool usable = name == "device cpu" || name.startsWith("device cuda:");
    QCOMPARE(check["finding"].toString(), QString(usable ? "ok" : "none"));
    QCOMPARE(check["ok"].toBool(), usable);
  }
  QVERIFY(devices >= 2 || QFile::exists("/dev/nvidiactl"));
}

void TestCliDevices::measuresStepsOnADevice() {
  const QStringList step{"bench",     "step",    "--json",
                         "--threads", "1",       "--method",
                         "uada",      "--model", R"({"name":"resnet","depth":10,"width":4})",
                         "--device"};
  const Result cpu = program_.run(step + QStringList{"cpu"});
  COMPARE_CODE(cpu, 0);
  const auto lines = ofKind(objects(cpu.out), "bench");
  QCOMPARE(lines.size(), 4);
  QCOMPARE(lines[0]["name"].toString(), QString("step.uada_parity"));
  QCOMPARE(lines[0]["reference"].toString(), QString("step.ra_uc"));
  QVERIFY(lines[0]["value"].toDouble() > 0 && lines[0]["reference_value"].toDouble() > 0);
  QCOMPARE(lines[0]["device"].toString(), QString("cpu"));
  QCOMPARE(lines[0]["threads"].toInt(), 1);
  // 1 unperturbed forward, 4 probes, 4 candidates, then forward and backward of what is trained on.
  QCOMPARE(lines[1]["name"].toString(), QString("step.uada_parity.forward_equivalents"));
  QCOMPARE(lines[1]["value"].toDouble(), 12.0);
  QCOMPARE(lines[1]["ratio"].toDouble(), 4.0);
  QCOMPARE(lines[2]["value"].toDouble(), 9.0);     // probe_forwards
  QCOMPARE(lines[3]["value"].toDouble(), 1152.0);  // chains: 9 of 128
  const Result absent = program_.run(step + QStringList{"cuda:99"});
  COMPARE_CODE(absent, 1);
  QVERIFY2(absent.err.contains("device 'cuda:99'"), qPrintable(absent.err));
  const Result cuda = program_.run(step + QStringList{"cuda"});
  if (cuda.code == 0) {
    QCOMPARE(ofKind(objects(cuda.out), "bench")[0]["device"].toString(), QString("cuda:0"));
    return;
  }
  COMPARE_CODE(cuda, 1);
  QVERIFY2(cuda.err.contains("device 'cuda' cannot be used") && cuda.err.contains("--device auto or cpu"),
           qPrintable(cuda.err));
}

QTEST_GUILESS_MAIN(TestCliDevices)
#include "tst_cli_devices.moc"
