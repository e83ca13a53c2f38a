#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/augment/ChangeList.h"
#include "core/augment/Input.h"
#include "core/augment/Moves.h"
#include "core/augment/Plan.h"
#include "core/ops/Map.h"

namespace uada {

class Renderer;
struct Stage;

/// What a part's ranges and effects depend on beside itself.
struct Frame {
  Input input;
  Style style;     ///< of its plan
  ImageSize size;  ///< of the picture that reaches the part
};

/// The values that a coordinate may have when it is used.
struct Range {
  int low = 0, high = 0;
  /// What a level of ten is: a tenth of it, at least 1.
  int tenth() const { return std::max(1, (high - low + 5) / 10); }
};

/// When a part is rendered; within one phase parts stand in the order of `parts.def`.
enum class RenderPhase : std::uint8_t {
  source,  ///< makes the first picture of the sample, which may have any size
  frame,   ///< before the chain, or in plans of RenderOrder::chainFirst behind it
  chain,
  cover,  ///< last
};

/// Of a coordinate that is stored: small enough that no arithmetic on coordinates overflows.
constexpr int kFarthest = 1'000'000;

/// Boxes of the pictures before and behind a change, and the pixels in them.
struct Excerpt {
  ImageView in;
  PixelBox inBox;
  ImageSpan out;
  PixelBox outBox;
};

/// A catalogue entry of `parts.def`: what a kind of part means. Probe, update, clamping, rendering, JSON and
/// captions go through it. Where a function takes `clamped`, its coordinates are in their ranges.
struct PartKind {
  std::string name;   ///< "crop"
  std::string title;  ///< as people read it: "Resized crop"; its group has that of the first kind in it
  std::string group;  ///< of the coordinates that UADA moves together, as stored: "crop", "chain"
  RenderPhase phase = RenderPhase::frame;
  int coordinates = 0;              ///< how many of Part::at it has
  bool isOp = false;                ///< an op of the chain: one of several, of which one is probed
  bool toggles = false;             ///< its one coordinate is 0 or 1, and a probe changes it into the other
  std::vector<std::string> keys{};  ///< of a plan's JSON

  /// Of coordinate k.
  Range (*range)(const Part& part, const Frame& frame, int k) = nullptr;
  /// What delta = 1 means for coordinate k, in its own unit. Null: 1.
  int (*unit)(const Part& part, const Input& input, int k) = nullptr;
  /// What coordinates can be stored as.
  Range stored{-kFarthest, kFarthest};
  /// Of kinds of RenderPhase::source: the size of the images that the part was drawn for.
  ImageSize (*source)(const Part& part) = nullptr;
  /// The size of the picture that the part makes of one of frame.size. Null: the same.
  ImageSize (*made)(const Part& clamped, const Frame& frame) = nullptr;

  /// Adds what the part changes, if anything, to what is drawn.
  void (*append)(const Part& clamped, const Frame& frame, ChangeList& list) = nullptr;
  /// Draws one of those changes; in and out have its sizes. Null: it only covers.
  void (*draw)(const Change& change, const Renderer& renderer, ImageView in, ImageSpan out) = nullptr;
  /// Of kinds that can be drawn in part: what of the picture before the change is read for a box of the one
  /// behind it. Null: all of it is, and all is drawn.
  PixelBox (*needs)(const Change& change, const PixelBox& out) = nullptr;
  /// Draws outBox; inBox holds what needs() says, or more. Null where needs() is; where it is not, draw() is
  /// the same of the whole picture (drawsInBoxes).
  void (*drawBox)(const Change& change, const Renderer& renderer, const Excerpt& excerpt) = nullptr;
  /// How the change moves pixels, and targets with them; none: it moves none. Null: none ever does.
  std::optional<Map> (*map)(const Change& change, const Input& input) = nullptr;

  /// How people read each coordinate; none: the numbers say enough.
  std::vector<Coordinate> words{};
  /// Whether coordinate k does anything; what does not is never said to have moved. Null: all of them do.
  bool (*counts)(const Part& part, int k) = nullptr;
  /// "crop (4, 7)", with raw coordinates; empty: nothing is done.
  std::string (*text)(const Part& part, const Style& style) = nullptr;
  /// Detail, and whether something is done; of an op its title, too.
  void (*describe)(const Part& clamped, const Frame& frame, Stage& stage) = nullptr;

  /// Writes the part's keys into the JSON of a plan; of ops one element more of its array.
  void (*write)(const Part& part, Json& plan) = nullptr;
  /// Adds the parts that the JSON of a plan has; style and order of `plan` are read before.
  /// throws  Error
  void (*read)(const Json& json, Plan& plan) = nullptr;

  int unitOf(const Part& part, const Input& input, int k) const { return unit ? unit(part, input, k) : 1; }
};

/// Makes it a kind that can be drawn in part.
template <auto needs, auto drawBox>
void drawsInBoxes(PartKind& kind) {
  kind.needs = needs;
  kind.drawBox = drawBox;
  kind.draw = [](const Change& change, const Renderer& renderer, ImageView in, ImageSpan out) {
    drawBox(change, renderer, Excerpt{in, {0, 0, in.width, in.height}, out, {0, 0, out.width, out.height}});
  };
}

/// Of parts whose one coordinate has a range that was drawn with them: it is their size[0] to size[1], and
/// delta a tenth of it.
inline Range ownRange(const Part& part) { return {part.size[0], part.size[1]}; }
inline void movesInOwnRange(PartKind& kind) {
  kind.range = [](const Part& part, const Frame&, int) { return ownRange(part); };
  kind.unit = [](const Part& part, const Input&, int) { return ownRange(part).tenth(); };
}

/// In the order in which they are written down; at most 256.
const std::vector<PartKind>& partKinds();
inline const PartKind& kindOf(const Part& part) {
  static const PartKind* const first = partKinds().data();  // asked for every part of every plan
  return first[part.kind];
}
/// Its place in partKinds().
/// throws  UsageError listing the known names
std::uint8_t partIndex(std::string_view name);

}  // namespace uada
