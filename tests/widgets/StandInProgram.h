#pragma once

#include <QFile>
#include <QString>
#include <QTest>

namespace uada {

/// Puts a shell script in the place of a program.
inline void writeProgram(const QString& file, const QByteArray& script) {
  QFile program(file);
  QVERIFY(program.open(QIODevice::WriteOnly));
  program.write("#!/bin/sh\n" + script);
  program.close();
  QVERIFY(program.setPermissions(QFile::ReadOwner | QFile::ExeOwner));
}

}  // namespace uada
