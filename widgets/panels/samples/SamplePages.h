#pragma once

#include <QStringList>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/store/Project.h"
#include "widgets/panels/samples/SamplesModel.h"

namespace uada {

/// Where all decisions of a run stand, oldest first: what they say is read a page at a time.
using Places = std::vector<DecisionPlace>;

/// Decisions of a page.
constexpr std::size_t kPageSize = 200;

/// Of places that are oldest first: begin .. end - 1.
struct SamplePage {
  std::size_t begin = 0, end = 0;
  friend bool operator==(const SamplePage&, const SamplePage&) = default;
};
/// The page that ends at `end`, or where that is too near to the oldest the first page.
SamplePage pageEndingAt(std::size_t end, std::size_t count, std::size_t size = kPageSize);
/// The page with the newest decision at or before the step, or where there is none the first page; a quarter
/// of it is newer.
SamplePage pageAt(const Places& places, std::int64_t step, std::size_t size = kPageSize);
/// The place of the decision whose step is nearest to `step`; of two the earlier. None: there is no place.
std::optional<std::size_t> nearestTo(const Places& places, std::int64_t step);

/// Which decisions of a run are wanted.
struct WantedPage {
  std::optional<std::int64_t> step = {};  ///< around this one, in the order of steps
  std::optional<std::size_t> end = {};    ///< else the page that ends here; neither: the newest, or the first
                                          ///< of the order
  SampleFilter filter = {};               ///< of all that are stored, whatever page they stand on
  SampleOrder order = SampleOrder::newest;
};

/// A page as the project has it.
struct ReadPage {
  std::shared_ptr<const Places> places;  ///< of all decisions of the run
  std::size_t count = 0;                 ///< of those the page was taken from: those that match
  std::size_t stored = 0;                ///< of the run
  SamplePage page;
  std::vector<Decision> decisions;      ///< newest first, with pictures
  QStringList leftOut;                  ///< why some of them are not shown
  std::vector<std::string> classNames;  ///< of the run's data set; empty: nobody names them
};
/// On the project's thread. Where a filter or an order asks for more than sample and step, each decision of
/// the run is read once, without its pictures. known   read before, to be used again; null: to be read traits
/// of the run, kept from page to page
ReadPage readPage(const ProjectReader& project, std::int64_t run, std::shared_ptr<const Places> known,
                  KnownTraits& traits, const WantedPage& wanted);

/// A decision that another run is asked for.
struct WantedDecision {
  std::int64_t step = 0;
  std::uint32_t sample = 0;
};
/// For each that is wanted the run's own decision of that sample, at that step or the nearest one that it
/// stored, with a note where it is another step's, or none is there. On the project's thread.
std::vector<SampleRow> readMatching(const ProjectReader& project, std::int64_t run,
                                    const std::vector<WantedDecision>& wanted);

}  // namespace uada
