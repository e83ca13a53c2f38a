#include <arpa/inet.h>
#include <sys/socket.h>

#include <QtTest>
#include <functional>
#include <thread>

#include "core/engine/train/Device.h"
#include "core/engine/train/RankSums.h"
#include "core/engine/train/World.h"

using namespace uada;

namespace {

/// Of a socket that listens on this machine.
int listenerAt(int& port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(fd, any, size) != 0 || ::listen(fd, 8) != 0 || ::getsockname(fd, any, &size) != 0) return -1;
  port = ntohs(address.sin_port);
  return fd;
}

/// What threads do as ranks of one world; what one throws is told in the order of ranks.
QStringList asRanks(int size, const std::function<void(World&)>& what) {
  Ranks ranks;
  ranks.size = size;
  ranks.timeout = 20;
  ranks.listener = listenerAt(ranks.port);
  std::vector<QString> problems(static_cast<std::size_t>(size));
  std::vector<std::thread> threads;
  for (int rank = 0; rank < size; ++rank)
    threads.emplace_back([&, own = ranks, rank]() mutable {
      own.rank = rank;
      if (rank > 0) own.listener = -1;
      auto& peers = *new Peers(own);  // lives as long as the process
      peers.next("work");
      try {
        World world(peers);
        try {
          what(world);
          world.said("");
        } catch (const PeerLost&) {
          world.quit("");
          throw;
        } catch (const std::exception& problem) {
          world.quit(problem.what());
          throw;
        }
      } catch (const std::exception& problem) {
        problems[static_cast<std::size_t>(rank)] = problem.what();
      }
    });
  for (std::thread& thread : threads) thread.join();
  return {problems.begin(), problems.end()};
}

const QStringList kNone{"", "", ""};

}  // namespace

/// Ranks that meet, add up, agree, and miss one another; here as threads, as processes in tst_cli_ranks.
class TestWorld : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { settleThread(1); }

  void aloneNothingIsDone() {
    World world;
    const at::Tensor values = at::ones({3});
    world.sum(values);
    QCOMPARE(values.sum().item<float>(), 3.0F);
    QVERIFY(world.any(true) && !world.any(false));
    QCOMPARE(world.told("text"), std::string("text"));
    QCOMPARE(world.shareOf(7).end, std::size_t{7});
  }

  /// 14 things among 3: 4, 5 and 5.
  void sharesFollowEachOther() {
    QCOMPARE(asRanks(3,
                     [](World& world) {
                       const std::size_t begins[] = {0, 4, 9, 14};
                       const auto [begin, end] = world.shareOf(14);
                       const auto rank = static_cast<std::size_t>(world.rank());
                       if (begin != begins[rank] || end != begins[rank + 1]) throw Error("another share");
                     }),
             kNone);
  }

  void addsUpAndAgrees() {
    QCOMPARE(
        asRanks(3,
                [](World& world) {
                  const double rank = world.rank();
                  const at::Tensor values = at::full({5}, rank + 1, at::kDouble);
                  world.sum(values);
                  if (!values.eq(6).all().item<bool>()) throw Error("another sum");
                  const bool mine[] = {world.rank() == 2, false};
                  if (world.any(std::span(mine)) != std::vector<bool>{true, false}) throw Error("not agreed");
                  const std::vector<double> own(static_cast<std::size_t>(world.rank()), rank);
                  if (world.gathered(own) != std::vector<std::vector<double>>{{}, {1}, {2, 2}})
                    throw Error("other numbers");
                  if (world.said(std::to_string(world.rank())) != std::vector<std::string>{"0", "1", "2"})
                    throw Error("other texts");
                  if (world.told("of " + std::to_string(world.rank())) != "of 0") throw Error("not told");
                }),
        kNone);
  }

  /// A rank that cannot take a step takes part in what the others wait for.
  void faultOfOneIsKnownToAll() {
    for (const bool hasWeight : {false, true})
      QCOMPARE(asRanks(3,
                       [hasWeight](World& world) {
                         RankSums sums;
                         sums.begin(hasWeight);
                         if (world.rank() == 1) return sums.addFault(world, 4, /*isMemory=*/true);
                         if (hasWeight) {
                           const double share = sums.shareOfWeight(world, at::full({}, 2.0, at::kDouble));
                           if (share != 0.5) throw Error("another share");
                         }
                         at::Tensor numbers = at::ones({4}, at::kDouble);
                         const RankSums::Faults faults = sums.addNumbers(world, numbers);
                         if (faults.count != 1 || faults.rank != 1 || !faults.isMemory)
                           throw Error("no fault");
                         if (sums.isAwaited()) throw Error("awaited");
                       }),
               kNone);
  }

  /// Gradients are summed; running statistics move by each rank's share of what it added to them.
  void gradientsAndStatisticsAddUp() {
    QCOMPARE(asRanks(3,
                     [](World& world) {
                       const double rank = world.rank();
                       at::Tensor weight = at::zeros({2, 3}).requires_grad_(true);
                       weight.mutable_grad() = at::full({2, 3}, rank + 1);
                       const at::Tensor before = at::full({4}, 0.1F);
                       at::Tensor constant = at::full({1}, 0.3F), moved = before + rank;
                       RankSums sums;
                       sums.addGradients(world, {weight}, {moved, constant}, {before, constant.clone()},
                                         world.rank() == 2 ? 0.5 : 0.25);
                       if (!weight.grad().eq(6).all().item<bool>()) throw Error("other gradients");
                       if ((moved - before - 1.25).abs().max().item<float>() > 1e-6F)
                         throw Error("other statistics");
                       if (constant.item<float>() != 0.3F) throw Error("a constant has changed");
                     }),
             kNone);
  }

  /// The others are told which rank gave up, and why.
  void whoGivesUpIsNamed() {
    const QStringList problems = asRanks(3, [](World& world) {
      if (world.rank() == 1) throw Error("the disk is on fire");
      world.sum(at::ones({1}));
    });
    QCOMPARE(problems[1], QString("the disk is on fire"));
    for (const int other : {0, 2})
      QVERIFY2(problems[other].startsWith("rank 1 of 3 failed: the disk is on fire"),
               qPrintable(problems[other]));
  }

  /// Where all wait for what a rank says, too.
  void whoSaysNothingIsNamed() {
    const QStringList problems = asRanks(2, [](World& world) {
      if (world.rank() == 1) throw Error("no words");
      world.said("mine");
    });
    QVERIFY2(problems[0].startsWith("rank 1 of 2 failed: no words"), qPrintable(problems[0]));
  }
};

QTEST_GUILESS_MAIN(TestWorld)
#include "tst_world.moc"
