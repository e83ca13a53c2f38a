#include <fmt/core.h>

#include <cmath>

#include "app/cli/Console.h"
#include "app/cli/Files.h"
#include "app/cli/Verbs.h"
#include "core/base/Error.h"
#include "core/images/ImageIo.h"
#include "core/ops/Op.h"

namespace uada::cli {

int perform(const ApplyOptions& options) {
  const Op& op = findOp(options.op);
  if (!std::isfinite(options.value))
    throw UsageError(fmt::format("VALUE {} is not a finite number", options.value));
  Sampling sampling;
  for (int i = 0; i < 3; ++i) sampling.fill[i] = static_cast<std::uint8_t>(options.fill[i]);
  if (!options.filter.empty()) sampling.filter = filterFromName(options.filter);
  requirePngName(options.out);

  const Image in = readImage(options.in);
  Image out(in.width, in.height);
  op.apply(in.view(), out.span(), options.value, sampling);
  writePng(options.out, out.view());

  const Console console(options.json);
  const std::string value = op.hasValue ? fmt::format(" {:g} {}", options.value, op.unit) : "";
  console.say(fmt::format("{}: {}{}, {} x {} pixels", options.out, op.name, value, out.width, out.height));
  console.object("image", Json::Object{{"file", options.out},
                                       {"op", op.name},
                                       {"value", options.value},
                                       {"width", out.width},
                                       {"height", out.height}});
  return 0;
}

}  // namespace uada::cli
