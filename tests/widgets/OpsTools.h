#pragma once

#include <QComboBox>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include "core/images/ImageIo.h"
#include "tests/core/AugmentTools.h"
#include "tests/core/FakeEngine.h"
#include "widgets/panels/ops/OpsModel.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"
#include "widgets/session/Workbench.h"

/// What the tests of the view Ops share.
namespace uada::test {

/// A picture of any size, with every byte different from its neighbours.
inline Image pattern(int width, int height) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.rgb.size(); ++i)
    image.rgb[i] = static_cast<std::uint8_t>(i * 37 + i / 91);
  return image;
}

inline OpsPicture pictureOf(const Image& image) {
  OpsPicture picture;
  picture.image = image;
  picture.title = "pattern";
  return picture;
}

inline OpsPicture sampleOf(int side, std::uint32_t index) {
  OpsPicture picture;
  picture.data = std::make_shared<const ResidentDataset>(makeData(side, 16));
  picture.statistics = channelStatistics(*picture.data);
  picture.index = index;
  picture.image = Image(*picture.data->image(index));
  return picture;
}

/// The panel over a session without project.
struct OpsBench {
  QTemporaryDir folder;
  Theme theme{Theme::Kind::light};
  QSettings settings{folder.filePath("settings.ini"), QSettings::IniFormat};
  FakeEngine engine;
  Session session{theme, [this]() -> Engine& { return engine; }, Answers::atOnce};
  Workbench workbench{session, settings, theme};

  QString file(const char* name, const Image& image) const {
    const QString path = folder.filePath(name);
    writePng(path.toStdString(), image.view());
    return path;
  }
};

template <class Editor>
Editor* at(const QWidget& view, const char* name) {
  auto* editor = view.findChild<Editor*>(name);
  if (!editor) qFatal("no %s", name);
  return editor;
}

inline void chooseData(QComboBox* combo, int data) { combo->setCurrentIndex(combo->findData(data)); }

}  // namespace uada::test
