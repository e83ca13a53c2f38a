#include "app/gui/SingleInstance.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <QLocalServer>
#include <QLocalSocket>
#include <QStandardPaths>
#include <QTimer>

namespace uada {

static constexpr int kPatience = 2000;         // ms
static constexpr qint64 kMostBytes = 1 << 20;  // of a message
static const QByteArray kAnswer = "open\n";

QString SingleInstance::nameFor(const QString& settings) {
  const QByteArray hash =
      QCryptographicHash::hash(QFileInfo(settings).absoluteFilePath().toUtf8(), QCryptographicHash::Sha256);
  const QString folder = QStandardPaths::writableLocation(QStandardPaths::RuntimeLocation);
  return (folder.isEmpty() ? QDir::tempPath() : folder) + "/uada-workbench-" +
         QString::fromLatin1(hash.toHex().left(16));
}

// A line for each file, percent-encoded, and an empty one at the end.
bool SingleInstance::handOver(const QString& name, const QStringList& files) {
  QLocalSocket socket;
  socket.connectToServer(name);
  if (!socket.waitForConnected(kPatience)) return false;
  QByteArray message;
  for (const QString& file : files)
    message += QFileInfo(file).absoluteFilePath().toUtf8().toPercentEncoding("/") + '\n';
  socket.write(message + '\n');
  if (!socket.waitForBytesWritten(kPatience) || !socket.waitForReadyRead(kPatience)) return false;
  return socket.readAll() == kAnswer;
}

SingleInstance::SingleInstance(const QString& name, QObject* parent)
    : QObject(parent), server_(new QLocalServer(this)) {
  server_->setSocketOptions(QLocalServer::UserAccessOption);
  connect(server_, &QLocalServer::newConnection, this, &SingleInstance::take);
  // Listening would take the name away from a window that is there.
  QLocalSocket other;
  other.connectToServer(name);
  if (other.waitForConnected(kPatience)) return;
  QLocalServer::removeServer(name);  // left behind by one that was killed
  server_->listen(name);
}

bool SingleInstance::isListening() const { return server_->isListening(); }

void SingleInstance::take() {
  QLocalSocket* socket = server_->nextPendingConnection();
  if (!socket) return;
  QTimer::singleShot(kPatience, socket, [socket] { socket->abort(); });
  connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
  const auto read = [this, socket] {
    const QByteArray message = socket->peek(kMostBytes);
    if (message.size() >= kMostBytes) return socket->abort();
    if (message != "\n" && !message.endsWith("\n\n")) return;
    socket->readAll();
    socket->write(kAnswer);
    socket->disconnectFromServer();
    QStringList files;
    for (const QByteArray& line : message.trimmed().split('\n'))
      if (!line.isEmpty()) files << QString::fromUtf8(QByteArray::fromPercentEncoding(line));
    Q_EMIT asked(files);
  };
  connect(socket, &QLocalSocket::readyRead, this, read);
  if (socket->bytesAvailable() > 0) read();
}

}  // namespace uada
