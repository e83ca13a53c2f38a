#include "core/augment/found/FoundSpace.h"
#include "core/augment/found/Library.h"
#include <fmt/core.h>

#include "core/base/Error.h"

namespace uada {
namespace {

struct FoundSettings {
  std::string file = "example-subpolicies";
  std::string sha256;
  bool asPublished = false;
  FrameSettings frame;

  void visit(SettingsVisitor& v) {
    v.field({.name = "file", .title = "Policy", .help = "Name from 'uada policies list', or a policy file"}, file);
    v.field({.name = "sha256",
             .title = "Hash",
             .help = "SHA-256 of the policy's file: another is refused; empty: any",
             .advanced = true},
            sha256);
    v.field({.name = "as_published",
             .title = "Published errors",
             .help = "With the errors of the published code: AutoAugment's posterize, the one level of DDAS",
             .advanced = true},
            asPublished);
    frame.visit(v);
  }
};

FoundPolicy written(const FoundSettings& settings) {
  LoadedPolicy loaded = loadPolicy(settings.file);
  if (!settings.sha256.empty() && settings.sha256 != loaded.sha256)
    throw Error(fmt::format("the policy '{}' has changed: SHA-256 {} stated, {} found; give the old file, or "
                            "leave the hash out", settings.file, settings.sha256, loaded.sha256));
  return std::move(loaded.policy);
}

constexpr const char* kPlace = "policy found";

}  // namespace

/// Fast AutoAugment, DADA, Population Based Augmentation, DDAS and policies that anyone writes (methods.md 3.5).
Policy found() {
  return {"found", "Found or written policy", "a policy file; Fast AutoAugment, DADA, PBA, DDAS import as such",
          [] { return fieldsOf<FoundSettings>(); },
          [](const Json& json, const PolicyContext& context) -> std::unique_ptr<Space> {
            const auto settings = settingsFromJson<FoundSettings>(json, kPlace);
            return std::make_unique<FoundSpace>(written(settings), settings.frame, context, settings.asPublished);
          },
          [](const Json& json) { return written(settingsFromJson<FoundSettings>(json, kPlace)); }};
}

}  // namespace uada
