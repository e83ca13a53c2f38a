#include <fmt/core.h>

#include <cmath>
#include <tuple>

#include "app/cli/Console.h"
#include "app/cli/Files.h"
#include "app/cli/Verbs.h"
#include "core/augment/Stages.h"
#include "core/base/Error.h"
#include "core/images/ImageIo.h"
#include "core/ops/Op.h"

namespace uada::cli {
namespace {

/// Options that the op would pass over are refused: a person who gives one expects it to count.
void refuseIdle(const Op& op, const ApplyOptions& options) {
  const auto refuse = [&](bool given, bool taken, const char* option, const char* what) {
    if (given && !taken)
      throw UsageError(fmt::format("{}: the operation {} takes no {}", option, op.name, what));
  };
  refuse(!options.filter.empty(), op.geometric && op.hasValue, "--filter", "filter");
  refuse(options.at.has_value(), op.hasPlace, "--at", "place");
  refuse(options.cover.has_value(), op.hasPlace, "--cover", "colour of a box");
  refuse(!options.partner.empty(), op.hasPartner, "--partner", "second picture");
  if (op.hasPartner && options.partner.empty())
    throw UsageError(
        fmt::format("the operation {} mixes in a second picture: name it with --partner FILE", op.name));
}

std::array<std::uint8_t, 3> bytesOf(const std::array<int, 3>& colour) {
  return {static_cast<std::uint8_t>(colour[0]), static_cast<std::uint8_t>(colour[1]),
          static_cast<std::uint8_t>(colour[2])};
}

Image readPartner(const std::string& file, const Image& in) {
  Image partner = readImage(file);
  if (partner.width != in.width || partner.height != in.height)
    throw UsageError(
        fmt::format("--partner {}: {} x {} pixels found, {} x {} expected, the size of the first picture",
                    file, partner.width, partner.height, in.width, in.height));
  return partner;
}

}  // namespace

int perform(const ApplyOptions& options) {
  const Op& op = findOp(options.op);
  if (!std::isfinite(options.value))
    throw UsageError(fmt::format("VALUE {} is not a finite number", options.value));
  refuseIdle(op, options);
  Sampling sampling;
  sampling.fill = bytesOf(options.fill);
  if (!options.filter.empty()) sampling.filter = filterFromName(options.filter);
  if (options.at) std::tie(sampling.x, sampling.y) = *options.at;
  if (options.cover) sampling.cover = bytesOf(*options.cover);
  requirePngName(options.out);

  const Image in = readImage(options.in);
  Image out(in.width, in.height);
  Image partner;
  if (op.hasPartner) {
    partner = readPartner(options.partner, in);
    sampling.other = partner.view();
  }
  op.apply(in.view(), out.span(), options.value, sampling);
  writePng(options.out, out.view());

  const Console console(options.json);
  const std::string hash = pixelHash(out.view());
  const std::string value = op.hasValue ? ", " + rawValueText(op, options.value) : "";
  console.say(fmt::format("{}: {}{}, {} x {} pixels, SHA-256 of the pixels {}", options.out, op.title, value,
                          out.width, out.height, hash));
  if (op.hasValue && (options.value < op.min || options.value > op.max))
    console.note(fmt::format("{} lies outside of {:g} to {:g}, where {} is meant to be used", options.value,
                             op.min, op.max, op.name));
  console.object("image", Json::Object{{"file", options.out},
                                       {"op", op.name},
                                       {"value", options.value},
                                       {"width", out.width},
                                       {"height", out.height},
                                       {"pixel_hash", hash}});
  return 0;
}

}  // namespace uada::cli
