#pragma once

#include <QProcess>
#include <QString>
#include <QTest>

namespace uada {

/// The first Python that can run a program, and what that prints; empty when there is none. UADA_PYTHON names
/// one to try before those of the system.
inline QString pythonThatRuns(const char* program, QString& printed) {
  QStringList pythons{"/usr/bin/python3", "python3"};
  if (const QString named = qEnvironmentVariable("UADA_PYTHON"); !named.isEmpty()) pythons.prepend(named);
  for (const QString& python : pythons) {
    QProcess process;
    process.start(python, {"-c", program});
    if (process.waitForFinished(60'000) && process.exitStatus() == QProcess::NormalExit &&
        process.exitCode() == 0) {
      printed = QString::fromLatin1(process.readAllStandardOutput()).trimmed();
      return python;
    }
  }
  return {};
}

/// The rest of a test: a script of tests/golden computes stored numbers again with PyTorch, numpy and Pillow,
/// in the first Python that has them. The test fails if it finds others than those stored; where no Python
/// has them it says so, and is skipped. what     is computed, in words: "logits" numbers  the file with those
/// stored; empty: the script knows it
inline void checkGolden(const char* what, const char* script, const char* numbers = "") {
  QString versions;
  const QString python = pythonThatRuns(
      "import PIL, numpy, torch; print(torch.__version__, PIL.__version__, numpy.__version__)", versions);
  if (python.isEmpty())
    QSKIP(qPrintable(QString("not run: computing %1 again with PyTorch needs torch, numpy and Pillow for "
                             "Python; UADA_PYTHON names one that has them")
                         .arg(what)));
  QStringList arguments{script, "--check"};
  if (*numbers != '\0') arguments.append(numbers);
  QProcess process;
  process.setProcessChannelMode(QProcess::MergedChannels);
  process.start(python, arguments);
  QVERIFY2(process.waitForFinished(100'000), "the script did not end in 100 s");
  QVERIFY2(process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0,
           process.readAll().constData());
  qInfo("PyTorch, Pillow, numpy: %s", qPrintable(versions));
}

}  // namespace uada
