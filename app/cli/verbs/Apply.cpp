#include <fmt/core.h>

#include <array>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>

#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "app/cli/Files.h"
#include "app/cli/Framings.h"
#include "app/cli/Values.h"
#include "core/augment/Stages.h"
#include "core/base/Catalog.h"
#include "core/base/Endings.h"
#include "core/base/Error.h"
#include "core/images/ImageIo.h"
#include "core/ops/Op.h"

namespace uada::cli {
namespace {

/// Numbers as they were given: what is wrong with one is said once the command line is read.
struct Options {
  std::string op, value, in, out;
  std::string fill = "0,0,0";
  std::string filter;   ///< empty: the op's own default
  std::string at;       ///< of ops with a place; empty: the middle
  std::string cover;    ///< colour of an erased box; empty: the op's own
  std::string partner;  ///< file of the second picture, of ops that mix one in
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  verb.argument("OP", options.op, "Name of the operation").required();
  verb.argument("VALUE", options.value, "Raw value; 0 for an operation that takes none").required();
  verb.argument("IN", options.in, "Image to read").required();
  verb.argument("OUT", options.out, "PNG file to write").required();
  verb.text("--fill", "R,G,B", options.fill, "Colour outside the source, 0..255 each").usual(options.fill);
  verb.text("--filter", "NAME", options.filter, "nearest, bilinear or bicubic; default: the operation's own");
  verb.text("--at", "X,Y", options.at,
            "Centre of the box, shares of width and height from 0 to below 1, or place of the window; "
            "default: the middle");
  verb.text("--cover", "R,G,B", options.cover, "Colour of the box; default: the operation's own");
  verb.text("--partner", "FILE", options.partner, "Second picture, of the same size");
}

using Colour = std::array<int, 3>;

/// The numbers that the options stand for.
struct Numbers {
  double value;  ///< raw: degrees, pixels, factor, bits, threshold
  Colour fill;
  std::optional<Colour> cover;
  std::optional<std::pair<double, double>> at;  ///< shares of width and height, in [0, 1)
};

Numbers numbersOf(const Options& options) {
  Numbers numbers{rawValue(options.value), colour("--fill", options.fill), {}, {}};
  if (!options.cover.empty()) numbers.cover = colour("--cover", options.cover);
  if (!options.at.empty()) numbers.at = shares(options.at);
  if (!std::isfinite(numbers.value))
    throw UsageError(fmt::format("VALUE {} is not a finite number", numbers.value));
  return numbers;
}

/// Options that the op would pass over are refused: a person who gives one expects it to count.
void refuseIdle(const Op& op, const Options& options) {
  const auto refuse = [&](bool given, bool taken, const char* option, const char* what) {
    if (given && !taken)
      throw UsageError(fmt::format("{}: the operation {} takes no {}", option, op.name, what));
  };
  refuse(!options.filter.empty(), op.geometric && op.hasValue, "--filter", "filter");
  refuse(!options.at.empty(), op.hasPlace, "--at", "place");
  refuse(!options.cover.empty(), op.hasPlace, "--cover", "colour of a box");
  refuse(!options.partner.empty(), op.hasPartner, "--partner", "second picture");
  if (op.hasPartner && options.partner.empty())
    throw UsageError(
        fmt::format("the operation {} mixes in a second picture: name it with --partner FILE", op.name));
}

std::array<std::uint8_t, 3> bytesOf(const Colour& colour) {
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
void report(const Options& options, double value, ImageView out, const std::string& what) {
  const Console console(options.json);
  const std::string hash = pixelHash(out);
  console.say(fmt::format("{}: {}, {} x {} pixels, SHA-256 of the pixels {}", options.out, what, out.width,
                          out.height, hash));
  console.object("image", Json::Object{{"file", options.out},
                                       {"op", options.op},
                                       {"value", value},
                                       {"width", out.width},
                                       {"height", out.height},
                                       {"pixel_hash", hash}});
}

void applyFraming(const Framing& framing, const Options& options, const Numbers& numbers) {
  const std::string_view takes = framing.takes;
  const auto refuse = [&](bool given, const char* option) {
    if (given) throw UsageError(fmt::format("{}: {} does not take it", option, framing.name));
  };
  refuse(numbers.fill != Colour{}, "--fill");
  refuse(!options.filter.empty() && takes != "filter", "--filter");
  refuse(!options.at.empty() && takes != "place", "--at");
  refuse(!options.cover.empty(), "--cover");
  refuse(!options.partner.empty(), "--partner");
  if (numbers.value != std::trunc(numbers.value) || numbers.value < framing.min ||
      numbers.value > framing.max)
    throw UsageError(fmt::format("VALUE {:g}: {} takes whole pixels from {:g} to {:g}", numbers.value,
                                 framing.name, framing.min, framing.max));
  const Filter filter = options.filter.empty() ? Filter::bilinear : filterFromName(options.filter);
  const auto [x, y] = numbers.at.value_or(std::pair{0.5, 0.5});
  const Image in = readImage(options.in);
  const auto value = static_cast<int>(numbers.value);
  const Image out = framing.apply(in.view(), value, filter, x, y);
  writePng(options.out, out.view());
  report(options, numbers.value, out.view(), fmt::format("{}, {} pixels", framing.title, value));
}

/// Throws UsageError that also knows what is no op.
const Op& opNamed(const std::string& name) {
  struct Known {
    std::string name;
  };
  std::vector<Known> known;
  for (const Op& op : ops()) known.push_back({op.name});
  for (const Framing& framing : framings()) known.push_back({framing.name});
  return findOp(findEntry(known, name, "op").name);
}

int perform(const Options& options) {
  const Numbers numbers = numbersOf(options);
  if (const Framing* framing = findFraming(options.op)) {
    formOf(options.out, "a picture", {"png"});
    applyFraming(*framing, options, numbers);
    return 0;
  }
  const Op& op = opNamed(options.op);
  refuseIdle(op, options);
  Sampling sampling;
  sampling.fill = bytesOf(numbers.fill);
  if (!options.filter.empty()) sampling.filter = filterFromName(options.filter);
  if (numbers.at) std::tie(sampling.x, sampling.y) = *numbers.at;
  if (numbers.cover) sampling.cover = bytesOf(*numbers.cover);
  formOf(options.out, "a picture", {"png"});

  const Image in = readImage(options.in);
  Image out(in.width, in.height);
  Image partner;
  if (op.hasPartner) {
    partner = readPartner(options.partner, in);
    sampling.other = partner.view();
  }
  op.apply(in.view(), out.span(), numbers.value, sampling);
  writePng(options.out, out.view());

  report(options, numbers.value, out.view(),
         op.title + (op.hasValue ? ", " + rawValueText(op, numbers.value) : ""));
  if (op.hasValue && (numbers.value < op.min || numbers.value > op.max))
    Console(options.json)
        .note(fmt::format("{} lies outside of {:g} to {:g}, where {} is meant to be used", numbers.value,
                          op.min, op.max, op.name));
  return 0;
}

}  // namespace

void addApply(Verbs& verbs) {
  verbs.add(
      {"apply", "Apply one operation to a PNG or JPEG file",
       "VALUE is raw and may be negative: degrees, pixels, factor, bits or threshold ('uada list ops').\n"
       "Operations with a place ('cutout') take --at and --cover, 'sample_pairing' takes --partner.\n"
       "'resize' takes the shorter side, 'centre_crop' the side, 'pad_crop' and 'pad_crop_reflected' the\n"
       "padding, and --at where in the room that it leaves the window lies.\n"
       "Example: uada apply rotate -30 cat.png turned.png --fill 128,128,128 --filter bilinear"},
      describe, perform);
}

}  // namespace uada::cli
