#include <fmt/core.h>

#include <utility>

#include "core/augment/found/FoundSpace.h"
#include "core/augment/found/Library.h"
#include "core/base/Error.h"
#include "core/base/Files.h"

namespace uada {
namespace {

struct FoundSettings {
  std::string file = "example-subpolicies";
  std::string sha256;
  bool asPublished = false;
  FrameSettings frame;

  void visit(SettingsVisitor& v) {
    v.field({.name = "file",
             .title = "Policy",
             .help = "Name from 'uada policies list', or a policy file",
             .role = Field::Role::title,
             .suggestions = policyNames},
            file);
    v.field({.name = "sha256",
             .title = "Hash",
             .help = "SHA-256 of the policy's file: another is refused; empty: that of the file is recorded",
             .advanced = true,
             .role = Field::Role::proof},
            sha256);
    v.field({.name = "as_published",
             .title = "Published errors",
             .help = "With the errors of the published code: AutoAugment's posterize, the one level of DDAS, "
                     "Faster AutoAugment's flip upside down and magnitudes beyond their range",
             .advanced = true},
            asPublished);
    frame.visit(v);
  }
};

FoundPolicy written(const FoundSettings& settings, const PolicyFile* given) {
  const PolicyFile file = given ? *given : choosePolicyFile(settings.file, settings.sha256, {});
  if (!settings.sha256.empty() && sha256(file.text) != settings.sha256)
    throw Error(fmt::format("the copy of the policy '{}' is damaged: SHA-256 {} stated, {} found",
                            settings.file, settings.sha256, sha256(file.text)));
  return policyIn(file);
}

}  // namespace

/// Fast AutoAugment, DADA, Faster AutoAugment, Population Based Augmentation, DDAS and policies that anyone
/// writes (docs/formats.md, "Policy file").
Policy found() {
  Policy entry = policyEntry<FoundSettings>(
      "found", "Found or written policy",
      "a policy file; those of Fast AA, Faster AA, DADA and PBA as their authors published them");
  entry.make = [](const Choice& policy, const PolicyContext& context) -> std::unique_ptr<Space> {
    const auto& settings = policy.as<FoundSettings>();
    FoundPolicy given = written(settings, context.file);
    return std::make_unique<FoundSpace>(
        settings.asPublished ? asPublished(std::move(given)) : std::move(given), settings.frame, context);
  };
  entry.written = [](const Choice& policy) { return written(policy.as<FoundSettings>(), nullptr); };
  entry.isFile = true;
  entry.resolve = sayUsualOrder;
  return entry;
}

}  // namespace uada
