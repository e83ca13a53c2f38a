#include "widgets/frame/Layouts.h"

#include <QApplication>
#include <QDataStream>
#include <QDockWidget>
#include <QEvent>
#include <QIODevice>
#include <QScreen>
#include <QSettings>
#include <algorithm>

#include "widgets/frame/Views.h"
#include "widgets/session/Theme.h"

namespace uada {

namespace {

constexpr char kMagic[] = "UADA layout 1\n";
constexpr QSize kFirstSize{1440, 900};
constexpr int kTitleBar = 40;  // pixels that a window manager may need above and below
constexpr int kDockWidth = 320;

}  // namespace

QRect fitted(QRect wanted, const QRect& room) {
  wanted.setSize(wanted.size().boundedTo(room.size()));
  wanted.moveLeft(std::clamp(wanted.left(), room.left(), room.left() + room.width() - wanted.width()));
  wanted.moveTop(std::clamp(wanted.top(), room.top(), room.top() + room.height() - wanted.height()));
  return wanted;
}

QByteArray packed(const QVariantMap& map) {
  QByteArray content;
  QDataStream stream(&content, QIODevice::WriteOnly);
  stream.setVersion(QDataStream::Qt_6_4);
  stream << map;
  return kMagic + QByteArray::number(qChecksum(content)) + '\n' + content;
}

QVariantMap unpacked(const QByteArray& bytes) {
  if (!bytes.startsWith(kMagic)) return {};
  const qsizetype begin = sizeof(kMagic) - 1, line = bytes.indexOf('\n', begin);
  if (line < 0) return {};
  const QByteArray content = bytes.mid(line + 1);
  if (bytes.mid(begin, line - begin) != QByteArray::number(qChecksum(content))) return {};
  QVariantMap map;
  QDataStream stream(content);
  stream.setVersion(QDataStream::Qt_6_4);
  stream >> map;
  return stream.status() == QDataStream::Ok ? map : QVariantMap();
}

Layouts::Layouts(QMainWindow& window, Views& views, QSettings& settings)
    : QObject(&window), window_(window), views_(views), settings_(settings), first_(current()) {
  for (QDockWidget* dock : window_.findChildren<QDockWidget*>()) {
    wanted_[dock] = kDockWidth;
    dock->installEventFilter(this);
  }
  window_.installEventFilter(this);
}

QByteArray Layouts::current() const {
  QVariantMap widths;
  for (auto [dock, width] : wanted_.asKeyValueRange()) widths[dock->objectName()] = width;
  return packed({{"docks", window_.saveState()}, {"torn", views_.torn()}, {"widths", widths}});
}

bool Layouts::restore(const QByteArray& bytes) {
  const QVariantMap map = unpacked(bytes);
  if (map.isEmpty() || !window_.restoreState(map["docks"].toByteArray())) return false;
  tornLast_ = map["torn"].toMap();
  const QVariantMap widths = map["widths"].toMap();
  for (auto [dock, width] : wanted_.asKeyValueRange())
    if (const int kept = widths[dock->objectName()].toInt(); kept > 0) width = std::min(kept, 4 * kDockWidth);
  return true;
}

// Leaves room for the title bar.
void Layouts::placeFirst() {
  const QRect room = QGuiApplication::primaryScreen()->availableGeometry().adjusted(0, kTitleBar, 0, 0);
  window_.setGeometry(fitted(QRect(room.topLeft() + QPoint(kTitleBar, 0), kFirstSize), room));
}

void Layouts::restoreLast() {
  const QRect last = settings_.value("window/place").toRect();
  QScreen* screen = QGuiApplication::screenAt(last.center());
  if (last.isValid())
    window_.setGeometry(
        fitted(last, (screen ? screen : QGuiApplication::primaryScreen())->availableGeometry()));
  else
    placeFirst();
  if (settings_.value("window/isMaximized").toBool())
    window_.setWindowState(window_.windowState() | Qt::WindowMaximized);
  restore(settings_.value("window/layout").toByteArray());
}

void Layouts::restoreFloating() {
  // A dock that was shown before its window lies behind it: it is shown again.
  for (QDockWidget* dock : window_.findChildren<QDockWidget*>()) {
    if (!dock->isFloating() || dock->isHidden()) continue;
    QScreen* screen = QGuiApplication::screenAt(dock->geometry().center());
    const QRect place = fitted(dock->geometry(), (screen ? screen : window_.screen())->availableGeometry());
    dock->hide();
    dock->setGeometry(place);
    dock->show();
    dock->raise();
  }
  if (!tornLast_.isEmpty()) views_.restoreTorn(tornLast_);
  tornLast_.clear();
}

void Layouts::saveLast() {
  settings_.setValue("window/place", window_.isMaximized() ? window_.normalGeometry() : window_.geometry());
  settings_.setValue("window/isMaximized", window_.isMaximized());
  settings_.setValue("window/layout", current());
}

QStringList Layouts::names() const {
  QStringList names = settings_.value("layouts/names").toStringList();
  names.sort(Qt::CaseInsensitive);
  return names;
}

// A name may have any letters, which a key of the settings may not.
static QString keyOf(const QString& name) { return "layouts/" + QString::fromLatin1(name.toUtf8().toHex()); }

void Layouts::saveAs(const QString& name) {
  QStringList names = this->names();
  if (!names.contains(name)) names << name;
  settings_.setValue("layouts/names", names);
  settings_.setValue(keyOf(name), current());
  Q_EMIT namesChanged();
}

bool Layouts::apply(const QString& name) {
  if (!restore(settings_.value(keyOf(name)).toByteArray())) return false;
  views_.restoreTorn(tornLast_);
  tornLast_.clear();
  return true;
}

void Layouts::remove(const QString& name) {
  QStringList names = this->names();
  names.removeAll(name);
  settings_.setValue("layouts/names", names);
  settings_.remove(keyOf(name));
  Q_EMIT namesChanged();
}

void Layouts::reset() {
  views_.putAllBack();
  restore(first_);
  for (int& width : wanted_) width = kDockWidth;
  keepDocksWide();
}

/// A window that was narrow has squeezed the docks; when there is room again they get it back.
void Layouts::keepDocksWide() {
  QList<QDockWidget*> docks;
  QList<int> widths;
  for (auto [dock, width] : wanted_.asKeyValueRange()) {
    const Qt::DockWidgetArea area = window_.dockWidgetArea(dock);
    const bool isAtSide = area == Qt::LeftDockWidgetArea || area == Qt::RightDockWidgetArea;
    if (dock->isFloating() || dock->isHidden() || !isAtSide || dock->width() >= width) continue;
    docks << dock;
    widths << width;
  }
  if (!docks.isEmpty()) window_.resizeDocks(docks, widths, Qt::Horizontal);
}

bool Layouts::eventFilter(QObject* watched, QEvent* event) {
  if (event->type() != QEvent::Resize) return false;
  auto* dock = qobject_cast<QDockWidget*>(watched);
  if (dock && QApplication::mouseButtons() & Qt::LeftButton && !dock->isFloating())
    wanted_[dock] = dock->width();
  // Docks take a third of the window at most, so that a narrow one keeps its views.
  if (watched == &window_ && window_.width() >= 3 * kDockWidth + kDockWidth / 2)
    QMetaObject::invokeMethod(this, &Layouts::keepDocksWide, Qt::QueuedConnection);
  return false;
}

}  // namespace uada
