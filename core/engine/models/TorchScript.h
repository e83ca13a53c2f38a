#pragma once

#include <filesystem>

#include "core/engine/models/Model.h"
#include "core/weights/WeightsFile.h"

namespace uada {

/// A network from elsewhere: any module that torch.jit.save() wrote, with the weights that it was saved with.
struct TorchScript {
  static constexpr const char* kName = "torchscript";
  static constexpr const char* kTitle = "Own network (TorchScript)";
  static constexpr const char* kSource =
      "a file of torch.jit.save(); docs/examples/export_torchscript.py writes one";
  static constexpr const char* kTask = "classification";
  static constexpr FileSetting kFile{"file", "sha256", true};

  std::string file, sha256;

  void visit(SettingsVisitor& v) {
    v.field({.name = kFile.file,
             .title = "Network",
             .help = "File of torch.jit.save(): a module that makes [B, classes] of [B, 3, H, W]",
             .role = Field::Role::title},
            file);
    v.field({.name = kFile.hash,
             .title = "Hash",
             .help = "SHA-256 of that file: another is refused; empty: that of the file is recorded",
             .advanced = true,
             .role = Field::Role::proof},
            sha256);
  }
  /// As the file has them; 0 where there is none.
  static std::int64_t parameters(const TorchScript& settings, const ModelContext&) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(settings.file, ignored)) return 0;
    return trainedNumbers(readWeights(settings.file));
  }
  static std::string shortName(const TorchScript& settings) {
    return settings.file.empty() ? kName : std::filesystem::path(settings.file).stem().string();
  }
};

}  // namespace uada
