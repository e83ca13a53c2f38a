#pragma once

#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <memory>

#include "core/base/Files.h"
#include "core/predictions/PredictionReader.h"
#include "core/predictions/PredictionWriter.h"
#include "tests/core/FolderTools.h"
#include "tests/core/LabelTools.h"

/// Small predictions of each kind, and a folder of them that can be written and damaged.
namespace uada::test {

inline PredictionHeader headerOf(TargetKind kind, int samples) {
  PredictionHeader header{
      .task = "some", .kind = kind, .run = "3fa2c1d0", .configHash = "c", .dataHash = "d"};
  header.step = 4680;
  header.epoch = 12;
  header.classCount = 3;
  header.classes = {"cell, red", "white/cell", "..\"x"};
  for (int i = 0; i < samples; ++i) {
    header.samples.push_back("image " + std::to_string(i) + ",\"q\"");
    if (kind == TargetKind::boxes) header.samples.back() = "image" + std::to_string(i);
    header.sizes.push_back({4 + i, 3});
  }
  return header;
}

inline std::vector<Prediction> predictionsOf(TargetKind kind) {
  switch (kind) {
    case TargetKind::label:
      return {ClassChances{{{2, 0.1 + 0.2}, {0, 1e-300}, {1, 0}}, 2, 0.35},
              ClassChances{{}, 1, std::nan("")}};
    case TargetKind::labelMap: return {mapOf(4, 3, {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2}), LabelMap(5, 3, 2)};
    case TargetKind::boxes:
      return {FoundBoxes{{{0.1F, -3.25F, 1234.567F, 1.0F / 3, 0}, 0.7F},
                         {{5, 6, 7, 8, 2}, 0.7F},
                         {{5, 6, 7, 8.5F, 2}, 0.2}},
              FoundBoxes{}};
    case TargetKind::picture: break;
  }
  return {Restored{numbered(1, 4, 3), numbered(2, 4, 3)}, Restored{numbered(3, 5, 3), numbered(4, 5, 3)}};
}

constexpr TargetKind kKinds[] = {TargetKind::label, TargetKind::labelMap, TargetKind::boxes,
                                 TargetKind::picture};

class PredictionFolder {
 public:
  std::filesystem::path path() const { return dir_.path().toStdString() + "/out"; }
  void write(TargetKind kind) const {
    PredictionWriter writer(path(), headerOf(kind, 2));
    const auto predictions = predictionsOf(kind);
    for (std::uint32_t i = 0; i < 2; ++i) writer.add(i, predictions[i]);
    writer.finish({{"top1", 0.1 + 0.2}, {"loss", std::nan("")}});
  }
  void change(const std::string& file, const std::string& from, const std::string& to) const {
    std::string text = readTextFile(path() / file, 1 << 20);
    const auto at = text.find(from);
    QVERIFY2(at != text.npos, text.c_str());
    writeFileAtomically(path() / file, text.replace(at, from.size(), to));
  }

 private:
  QTemporaryDir dir_;
};

}  // namespace uada::test
