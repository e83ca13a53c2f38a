#pragma once

#include "core/data/Target.h"
#include "core/images/ImageIo.h"
#include "tests/cli/TinyTraining.h"
#include "tests/core/LabelTools.h"

/// Small sets with label maps and with boxes in a program's folder, and experiments that learn from them.
namespace uada::test {

/// A dark and a bright part, which are the two classes; where they meet depends on the number.
struct MadeScene {
  static constexpr int kWidth = 52, kHeight = 48;
  Image image{kWidth, kHeight};
  std::vector<std::uint8_t> labels;
  int edge;

  explicit MadeScene(int number) : edge(14 + 5 * number % 23) {
    for (int y = 0; y < kHeight; ++y)
      for (int x = 0; x < kWidth; ++x) {
        const bool isBright = x >= edge;
        labels.push_back(y == 0 ? kIgnoredLabel : isBright);
        for (int c = 0; c < 3; ++c)
          image.span().row(y)[3 * x + c] =
              static_cast<std::uint8_t>((isBright ? 190 : 40) + (7 * x + 5 * y + 11 * c + number) % 20);
      }
  }
  QByteArray labelFile() const {
    return QByteArray::fromStdString(textOf(labelPng(kWidth, kHeight, labels)));
  }
  QByteArray annotation(const QByteArray& xmin, bool isDifficult) const {
    return "<annotation><object><name>bright</name><difficult>" + QByteArray::number(isDifficult) +
           "</difficult><bndbox><xmin>" + xmin + "</xmin><ymin>1</ymin><xmax>" + QByteArray::number(kWidth) +
           "</xmax><ymax>" + QByteArray::number(kHeight) + "</ymax></bndbox></object></annotation>";
  }
};

/// Makes the folders that it lies in.
inline void writeBelow(const Program& program, const QString& name, const QByteArray& bytes) {
  QVERIFY(QDir().mkpath(QFileInfo(program.path(name)).path()));
  program.write(name, bytes);
}
inline void writePicture(const Program& program, const QString& name, const Image& image) {
  const std::vector<std::byte> bytes = encodePng(image.view());
  writeBelow(program, name, {reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes)});
}

/// maps: eight training and four test images, "scene 0" to "scene 11".
inline void writeScenes(const Program& program) {
  writeBelow(program, "maps/classes.txt", "dark\nbright\n");
  for (int i = 0; i < 12; ++i) {
    const MadeScene scene(i);
    const QString part = i < 8 ? "maps/train/" : "maps/test/", name = QString("scene %1.png").arg(i);
    writePicture(program, part + "images/" + name, scene.image);
    writeBelow(program, part + "labels/" + name, scene.labelFile());
  }
}

/// voc, in the layout of PASCAL VOC: sixteen training and eight test images, object0 to object23.
inline void writeObjects(const Program& program) {
  QByteArray lists[2];
  for (int i = 0; i < 24; ++i) {
    const MadeScene scene(i);
    const QByteArray name = "object" + QByteArray::number(i);
    writePicture(program, "voc/JPEGImages/" + name + ".jpg", scene.image);  // PNG: the bytes count
    writeBelow(program, "voc/Annotations/" + name + ".xml",
               scene.annotation(QByteArray::number(scene.edge + 1), i % 7 == 6));
    lists[i >= 16] += name + "\n";
  }
  writeBelow(program, "voc/ImageSets/Main/trainval.txt", lists[0]);
  writeBelow(program, "voc/ImageSets/Main/test.txt", lists[1]);
}

/// photos: eight training and four test images.
inline void writePhotos(const Program& program) {
  for (int i = 0; i < 12; ++i)
    writePicture(program, QString("photos/%1/any/photo%2.png").arg(i < 8 ? "train" : "test").arg(i),
                 MadeScene(i).image);
}

/// maps.json, boxes.json and photos.json.
inline void writeTaskExperiments(const Program& program) {
  const QByteArray rest = R"("seeds": [1], "runtime": {"threads": 1, "device": "cpu", "pictured": 0}})";
  program.write("maps.json", R"({"name": "maps", "recipe": {
    "dataset": {"name": "maps"}, "input": {"height": 33, "width": 33}, "model": {"name": "pspnet", "width": 4},
    "training": {"epochs": 2, "batch": 4}}, "methods": [{"name": "plain", "policy": "segmentation"}], )" +
                                 rest);
  program.write("boxes.json", R"({"name": "boxes", "recipe": {
    "dataset": {"name": "boxes"}, "input": {"height": 100, "width": 100}, "model": {"name": "ssd", "width": 8},
    "optimiser": {"name": "adam", "learning_rate": 0.003},
    "training": {"epochs": 6, "batch": 4}}, "methods": [{"name": "plain", "policy": "detection"}], )" +
                                  rest);
  program.write("photos.json", R"({"name": "photos", "recipe": {
    "dataset": {"name": "folder"}, "input": {"height": 24, "width": 24},
    "model": {"name": "dncnn", "depth": 4, "width": 4}, "optimiser": {"name": "adam", "learning_rate": 0.001},
    "training": {"epochs": 1, "batch": 4}}, "methods": [{"name": "plain", "policy": "denoising"}], )" +
                                   rest);
}

/// The arguments that train one of them.
inline QStringList taskExperiment(const Program& program, const QString& name) {
  return {"run", name + ".json", "--set",
          "recipe.dataset.folder=" + program.path(name == "boxes" ? "voc" : name)};
}

}  // namespace uada::test
