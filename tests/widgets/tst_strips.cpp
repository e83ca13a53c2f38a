#include <QBuffer>
#include <QFile>
#include <QImage>
#include <QImageReader>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QRegularExpression>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>

#include "tests/core/ErrorOf.h"
#include "tests/widgets/PredictionTools.h"
#include "widgets/panels/predictions/SampleBar.h"
#include "widgets/panels/predictions/StripsView.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace uada::test;

namespace {

QImage plain(int width, int height, QRgb colour) {
  QImage image(width, height, QImage::Format_RGB32);
  image.fill(colour);
  return image;
}

/// Two columns; the pictures are 100 x 50, and the cut is their right half.
StripFigure halves() {
  StripFigure figure;
  figure.titles = {"Image", "Truth"};
  QImage two = plain(100, 50, qRgb(10, 20, 30));
  QPainter(&two).fillRect(50, 0, 50, 50, QColor(200, 100, 0));
  figure.rows = {{"s0", {two, plain(100, 50, qRgb(0, 0, 250))}, QRectF(0.5, 0, 0.5, 1)}};
  return figure;
}

std::vector<StripPiece> piecesOf(const StripLayout& layout, StripPiece::Kind kind) {
  std::vector<StripPiece> all;
  for (const StripPiece& piece : layout.pieces)
    if (piece.kind == kind) all.push_back(piece);
  return all;
}

}  // namespace

class TestStrips : public QObject {
  Q_OBJECT
 private:
  const Theme theme_{Theme::Kind::light};
  QTemporaryDir folder_;

 private Q_SLOTS:
  /// 218 wide: three gaps of 6 leave 100 for each of two columns.
  void piecesStandWhereTheyShould() {
    const StripLayout layout = layOut(halves(), 218);
    const auto pictures = piecesOf(layout, StripPiece::Kind::picture);
    QCOMPARE(pictures.size(), std::size_t{4});
    QCOMPARE(pictures[0].place.size(), QSizeF(100, 50));
    QCOMPARE(pictures[2].place.left(), 112.0);
    QVERIFY(pictures[1].isCut);
    QCOMPARE(pictures[1].source, QRectF(50, 0, 50, 50));
    QCOMPARE(pictures[1].place.size(), QSizeF(50, 50));  // as high as there is room, in its own shape
    QCOMPARE(pictures[1].place.center().x(), pictures[0].place.center().x());
    const auto frames = piecesOf(layout, StripPiece::Kind::frame);
    QCOMPARE(frames.size(), std::size_t{4});
    QCOMPARE(frames[0].place, QRectF(pictures[0].place.center().x(), pictures[0].place.top(), 50, 50));
    QCOMPARE(frames[1].place, pictures[1].place);
    QVERIFY(layout.size.height() > pictures[1].place.bottom());
  }

  void aPngHasTheWidthAndTheScale() {
    for (const double scale : {1.0, 2.0}) {
      const QImage picture = stripsPicture(halves(), 218, scale);
      QCOMPARE(picture.width(), static_cast<int>(218 * scale));
      const StripLayout layout = layOut(halves(), 218);
      const QRectF place = piecesOf(layout, StripPiece::Kind::picture)[0].place;
      const auto at = [&](double x, double y) {
        return picture.pixel((QPointF(place.left() + x, place.top() + y) * scale).toPoint());
      };
      QCOMPARE(at(20, 25), qRgb(10, 20, 30));
      QCOMPARE(at(75, 25), qRgb(200, 100, 0));
      QCOMPARE(at(50, 80), qRgb(200, 100, 0));  // the cut
      QCOMPARE(at(-3, 25), qRgb(255, 255, 255));
    }
  }

  /// The larger one has the same lines, twice as wide: read back at half of its size it is the same figure.
  void twoPixelsForOneGiveTheSameFigure() {
    const QImage one = stripsPicture(halves(), 218, 1);
    const QImage two =
        stripsPicture(halves(), 218, 2).scaled(one.size(), Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    const QRectF place = piecesOf(layOut(halves(), 218), StripPiece::Kind::picture)[0].place;
    for (int x = 3; x < 47; ++x)
      QCOMPARE(two.pixel(static_cast<int>(place.left()) + x, static_cast<int>(place.top()) + 25),
               one.pixel(static_cast<int>(place.left()) + x, static_cast<int>(place.top()) + 25));
  }

  /// Read by Qt's reader, which knows little of SVG.
  void svgShowsTheSame() {
    const QByteArray svg = stripsSvg(halves(), 218);
    QCOMPARE(svg.count("<image "), 4);
    QCOMPARE(svg.count("<rect "), 1 + 2 * 4);
    QVERIFY(svg.contains(">Truth</text>"));
    QBuffer buffer;
    buffer.setData(svg);
    QImageReader reader(&buffer, "svg");
    const QImage drawn = reader.read(), expected = stripsPicture(halves(), 218, 1);
    QVERIFY2(!drawn.isNull(), qPrintable(reader.errorString()));
    QCOMPARE(drawn.width(), 218);
    const auto pictures = piecesOf(layOut(halves(), 218), StripPiece::Kind::picture);
    for (const StripPiece& piece : pictures) {
      const QPoint middle = piece.place.center().toPoint() + QPoint(10, 0);
      QCOMPARE(drawn.pixel(middle), expected.pixel(middle));
    }
  }

  void namesInSvgAreEscaped() {
    StripFigure figure = halves();
    figure.titles[1] = "<a & b>";
    QVERIFY(stripsSvg(figure, 218).contains("&lt;a &amp; b&gt;"));
  }

  void pdfHasThePagesSize() {
    const QByteArray pdf = stripsPdf(halves(), 218);
    QVERIFY(pdf.startsWith("%PDF"));
    const double points = 218 * 72.0 / 96;
    const QRegularExpression box(QStringLiteral("/MediaBox \\[0 0 ([0-9.]+) ([0-9.]+)"));
    const auto found = box.match(QString::fromLatin1(pdf));
    QVERIFY(found.hasMatch());
    QVERIFY(std::abs(found.captured(1).toDouble() - points) <= 1);
    QCOMPARE(pdf.count("/Subtype /Image"), 4);
  }

  void filesAreWrittenByTheirEnding() {
    for (const char* ending : {"png", "svg", "pdf"}) {
      const QString file = folder_.filePath(QStringLiteral("strips.") + ending);
      saveStrips(halves(), 400, 1, file);
      QVERIFY(QFile(file).size() > 100);
    }
    QVERIFY(errorOf([&] { saveStrips(halves(), 400, 1, folder_.filePath("x.gif")); }).contains("gif"));
    QVERIFY(errorOf([&] { saveStrips({}, 400, 1, folder_.filePath("x.png")); }).contains("choose a sample"));
  }

  /// Two runs, image and truth: four columns, and the colours of the maps.
  void stripsSetRunsSideBySide() {
    const auto one = segmentedSet(), other = segmentedSet();
    other->run = "other";
    other->read = [](std::uint32_t) { return Prediction(LabelMap(4, 2, 2)); };
    const StripFigure figure = readStrips({one, other}, {{0, {}}, {2, {}}});
    QCOMPARE(figure.titles, (QStringList{"Image", "Truth", "made", "other"}));
    one->run = "psp-camvid-plain-s1";
    other->run = "psp-camvid-uada-fast-s1";
    QCOMPARE(readStrips({one, other}, {{0, {}}}).titles.mid(2), (QStringList{"plain", "uada-fast"}));
    QCOMPARE(readStrips({one}, {{0, {}}}).titles.last(), one->run);
    other->run = one->run;
    QCOMPARE(readStrips({one, other}, {{0, {}}}).titles.last(), QString("s1"));
    QCOMPARE(figure.rows.size(), std::size_t{2});
    QCOMPARE(figure.rows[0].pictures[0].pixel(0, 0), qRgb(100, 100, 100));
    QCOMPARE(figure.rows[0].pictures[1].pixel(0, 0), qRgb(200, 0, 0));
    QCOMPARE(figure.rows[1].pictures[2].pixel(2, 0), qRgb(0, 100, 0));
    QCOMPARE(figure.rows[0].pictures[3].pixel(0, 0), qRgb(0, 0, 50));
    const StripFigure boxes = readStrips({detectedSet()}, {{0, {}}});
    QCOMPARE(boxes.rows[0].pictures.size(), std::size_t{3});
    QVERIFY(boxes.rows[0].pictures[1] != boxes.rows[0].pictures[2]);
    const StripFigure restored = readStrips({restoredSet()}, {{0, {}}});
    QCOMPARE(restored.titles.front(), QString("Degraded"));
    QCOMPARE(restored.rows[0].pictures[1].pixel(0, 0), qRgb(100, 100, 100));
  }

  void aRectangleIsDrawnOnAnyPictureAndShownOnAll() {
    StripsView view(theme_);
    view.resize(1000, 700);
    static_cast<QWidget&>(view).show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    view.show({segmentedSet(), segmentedSet()}, {});
    QTRY_VERIFY(!view.canvas().figure().isEmpty());
    QCOMPARE(view.canvas().figure().rows[0].cut, QRectF());
    const QRectF place = view.canvas().placeOf(0, 2);
    const auto at = [&](double x, double y) {
      return QPointF(place.left() + x * place.width(), place.top() + y * place.height()).toPoint();
    };
    QTest::mousePress(&view.canvas(), Qt::LeftButton, {}, at(0.25, 0.5));
    QTest::mouseMove(&view.canvas(), at(0.75, 0.9));
    QTest::mouseRelease(&view.canvas(), Qt::LeftButton, {}, at(0.75, 1.4));  // outside: up to the edge
    const QRectF cut = view.canvas().figure().rows[0].cut;
    QVERIFY(std::abs(cut.left() - 0.25) < 0.02 && std::abs(cut.width() - 0.5) < 0.02);
    QVERIFY(std::abs(cut.bottom() - 1) < 0.02);
    QCOMPARE(view.samples()[0].cut, cut);
    // A click draws none.
    QTest::mouseClick(&view.canvas(), Qt::LeftButton, {}, at(0.1, 0.1));
    QCOMPARE(view.canvas().figure().rows[0].cut, cut);
    const QString file = folder_.filePath("drawn.png");
    view.findChild<QSpinBox*>("strips_width")->setValue(800);
    view.save(file);
    QCOMPARE(QImage(file).width(), 800);
    view.findChild<QPushButton*>("clear_cuts")->click();
    QVERIFY(view.canvas().figure().rows[0].cut.isEmpty());
  }

  void rowsAreAddedAndTaken() {
    StripsView view(theme_);
    view.show({segmentedSet()}, "remark");
    QTRY_VERIFY(!view.canvas().figure().isEmpty());
    view.findChild<QPushButton*>("add_row")->click();
    QTRY_COMPARE(view.canvas().figure().rows.size(), std::size_t{2});
    QCOMPARE(view.samples()[1].sample, 1U);
    view.step(1);
    QTRY_COMPARE(view.canvas().figure().rows[1].name, QString("s2"));
    QCOMPARE(view.canvas().figure().rows[0].name, QString("s0"));
    view.findChild<QPushButton*>("remove_row")->click();
    QCOMPARE(view.canvas().figure().rows.size(), std::size_t{1});  // at once
    QVERIFY(!view.canvas().figure().hasNames);
    Q_EMIT view.canvas().cutDrawn(1, {0, 0, 0.5, 0.5});  // of a figure that was read before
    QCOMPARE(view.samples().size(), std::size_t{1});
    QTRY_VERIFY(!view.isReading());
    QCOMPARE(view.canvas().figure().rows.size(), std::size_t{1});
    QCOMPARE(view.findChild<SampleBar*>()->sample(), 0U);
    QVERIFY(view.findChild<QLabel*>("strips_hint")->text().endsWith("remark"));
  }

  void classesHaveNoStrips() {
    StripsView view(theme_);
    view.show({classifiedSet()}, {});
    QVERIFY(!view.findChild<QPushButton*>("export_strips")->isEnabled());
    QVERIFY(view.canvas().figure().isEmpty());
  }
};

QTEST_MAIN(TestStrips)
#include "tst_strips.moc"
