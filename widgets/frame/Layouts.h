#pragma once

#include <QByteArray>
#include <QMainWindow>
#include <QMap>
#include <QRect>
#include <QStringList>

class QDockWidget;
class QSettings;

namespace uada {

class Views;

/// The nearest rectangle to `wanted` that lies in `room`, and is no larger.
QRect fitted(QRect wanted, const QRect& room);

/// A map as bytes with a checksum, and back; empty for bytes that were not written so, whatever they are.
QByteArray packed(const QVariantMap& map);
QVariantMap unpacked(const QByteArray& bytes);

/// Where docks and torn-off views are: kept from start to start, and by names that a person gives. A damaged
/// layout counts as none. GUI thread.
class Layouts : public QObject {
  Q_OBJECT
 public:
  /// Once the window has all its docks, as they are at first.
  Layouts(QMainWindow& window, Views& views, QSettings& settings);

  /// Before the window is shown: its place, within the screen, and its docks.
  void restoreLast();
  void placeFirst();  ///< or as where nothing is kept
  /// When it has been shown: windows that must lie above it.
  void restoreFloating();
  void saveLast();

  QStringList names() const;
  void saveAs(const QString& name);
  bool apply(const QString& name);  ///< false: there is no such layout, or it is damaged
  void remove(const QString& name);
  void reset();

 Q_SIGNALS:
  void namesChanged();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  QByteArray current() const;
  bool restore(const QByteArray& bytes);
  void keepDocksWide();

  QMainWindow& window_;
  Views& views_;
  QSettings& settings_;
  QMap<QDockWidget*, int> wanted_;  ///< widths that a person gave docks at the sides
  const QByteArray first_;
  QVariantMap tornLast_;
};

}  // namespace uada
