#include <fmt/core.h>

#include <cmath>
#include <tuple>

#include "app/cli/Console.h"
#include "app/cli/Files.h"
#include "app/cli/Framings.h"
#include "app/cli/Verbs.h"
#include "core/augment/Stages.h"
#include "core/base/Endings.h"
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

/// Says and prints what was made.
void report(const ApplyOptions& options, ImageView out, const std::string& what) {
  const Console console(options.json);
  const std::string hash = pixelHash(out);
  console.say(fmt::format("{}: {}, {} x {} pixels, SHA-256 of the pixels {}", options.out, what, out.width,
                          out.height, hash));
  console.object("image", Json::Object{{"file", options.out},
                                       {"op", options.op},
                                       {"value", options.value},
                                       {"width", out.width},
                                       {"height", out.height},
                                       {"pixel_hash", hash}});
}

void applyFraming(const Framing& framing, const ApplyOptions& options) {
  const std::string_view takes = framing.takes;
  const auto refuse = [&](bool given, const char* option) {
    if (given) throw UsageError(fmt::format("{}: {} does not take it", option, framing.name));
  };
  refuse(options.fill != ApplyOptions{}.fill, "--fill");
  refuse(!options.filter.empty() && takes != "filter", "--filter");
  refuse(options.at.has_value() && takes != "place", "--at");
  refuse(options.cover.has_value(), "--cover");
  refuse(!options.partner.empty(), "--partner");
  if (options.value != std::trunc(options.value) || options.value < framing.min ||
      options.value > framing.max)
    throw UsageError(fmt::format("VALUE {:g}: {} takes whole pixels from {:g} to {:g}", options.value,
                                 framing.name, framing.min, framing.max));
  const Filter filter = options.filter.empty() ? Filter::bilinear : filterFromName(options.filter);
  const auto [x, y] = options.at.value_or(std::pair{0.5, 0.5});
  const Image in = readImage(options.in);
  const auto value = static_cast<int>(options.value);
  const Image out = framing.apply(in.view(), value, filter, x, y);
  writePng(options.out, out.view());
  report(options, out.view(), fmt::format("{}, {} pixels", framing.title, value));
}

}  // namespace

int perform(const ApplyOptions& options) {
  if (!std::isfinite(options.value))
    throw UsageError(fmt::format("VALUE {} is not a finite number", options.value));
  if (const Framing* framing = findFraming(options.op)) {
    formOf(options.out, "a picture", {"png"});
    applyFraming(*framing, options);
    return 0;
  }
  const Op& op = findOp(options.op);
  refuseIdle(op, options);
  Sampling sampling;
  sampling.fill = bytesOf(options.fill);
  if (!options.filter.empty()) sampling.filter = filterFromName(options.filter);
  if (options.at) std::tie(sampling.x, sampling.y) = *options.at;
  if (options.cover) sampling.cover = bytesOf(*options.cover);
  formOf(options.out, "a picture", {"png"});

  const Image in = readImage(options.in);
  Image out(in.width, in.height);
  Image partner;
  if (op.hasPartner) {
    partner = readPartner(options.partner, in);
    sampling.other = partner.view();
  }
  op.apply(in.view(), out.span(), options.value, sampling);
  writePng(options.out, out.view());

  report(options, out.view(), op.title + (op.hasValue ? ", " + rawValueText(op, options.value) : ""));
  if (op.hasValue && (options.value < op.min || options.value > op.max))
    Console(options.json)
        .note(fmt::format("{} lies outside of {:g} to {:g}, where {} is meant to be used", options.value,
                          op.min, op.max, op.name));
  return 0;
}

}  // namespace uada::cli
