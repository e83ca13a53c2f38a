#include <QFontMetrics>
#include <QGuiApplication>
#include <QTest>
#include <algorithm>

#include "tests/core/TableTools.h"
#include "widgets/models/Words.h"
#include "widgets/panels/runs/RunNames.h"
#include "widgets/session/ColourDistance.h"
#include "widgets/session/GroupColours.h"
#include "widgets/session/RunList.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace uada::test;

namespace {

struct Project {
  std::vector<RunSummary> runs;  ///< newest first
  ConfigsByHash configs;

  /// Newer than those that are there.
  void add(const FinishedRun& run) {
    runs.insert(runs.begin(), run.summary);
    configs[run.summary.configHash] = run.config;
  }
  std::shared_ptr<RunList> list(const RunList* before = nullptr) const {
    return RunList::of(runs, configs, before);
  }
};

Json epsilon(int value) { return Json(Json::Object{{"epsilon", value}}); }

/// Two seeds of each of two methods.
Project demo() {
  Project project;
  for (const FinishedRun& run : demoRuns()) project.add(run);
  return project;
}

Recipe wider() {
  Recipe recipe = demoRecipe();
  recipe.model.set("width", 16);
  return recipe;
}

/// The least distance between two of the colours, and to the background.
double leastDistance(const QVector<QColor>& colours, const QColor& background) {
  double least = 1e9;
  for (int i = 0; i < colours.size(); ++i) {
    least = std::min(least, colourDistance(labOf(colours[i]), labOf(background)));
    for (int k = 0; k < i; ++k) least = std::min(least, colourDistance(labOf(colours[i]), labOf(colours[k])));
  }
  return least;
}

}  // namespace

/// Groups of runs that differ in nothing but the seed: what they are called, and their colours.
class TestGroups : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void runsThatDifferInTheSeedAreOneGroup() {
    const auto list = demo().list();
    QCOMPARE(list->groups().size(), std::size_t{2});
    QCOMPARE(list->groups()[0].runs, (std::vector<qint64>{3, 1}));
    QCOMPARE(list->groupOf(4), &list->groups()[1]);
    QCOMPARE(list->groupOf(99), nullptr);
    QCOMPARE(list->seedPlace(1), 0);
    QCOMPARE(list->seedPlace(3), 1);
  }

  void namesSayWhatDiffers() {
    Project project = demo();
    project.add(finishedRun(demoRecipe(), {5, "uada", 1, 0.8, 0.8, 100, epsilon(2)}));
    const auto list = project.list();
    QCOMPARE(list->nameOf(2), QString("UADA (ε=1) · s1"));
    QCOMPARE(list->nameOf(5), QString("UADA (ε=2) · s1"));
    QCOMPARE(list->nameOf(5, list->commonPart()), list->nameOf(5));
    QCOMPARE(list->commonPart().text, QString("r10w8 · Fashion-MNIST, 6,000 images"));
    QCOMPARE(list->nameOf(99), QString("99"));
  }

  /// When a group goes the others keep their colours; the next new one has another.
  void coloursStayWhenAGroupGoes() {
    Project project = demo();
    project.add(finishedRun(wider(), {5, "uada", 1, 0.8, 0.8}));
    const auto before = project.list();
    const int kept = before->groupOf(5)->colour;
    const QString gone = QString::fromStdString(before->find(1)->configHash);
    std::erase_if(project.runs, [&](const RunSummary& run) { return q(run.configHash) == gone; });
    const auto after = project.list(before.get());
    QVERIFY(after->groups().size() < before->groups().size());
    QCOMPARE(after->groupOf(5)->colour, kept);
    project.add(finishedRun(wider(), {9, "ra-uc", 1, 0.8, 0.8}));
    const auto more = project.list(after.get());
    QCOMPARE(more->groupOf(9)->colour, static_cast<int>(before->groups().size()));
  }

  void twoRunsOfOneSeedHaveTheirKeys() {
    Project project = demo();
    project.add(finishedRun(demoRecipe(), {5, "uada", 2, 0.8, 0.8}));
    project.runs[0].key = "0a0a0a0a";
    project.runs[1].key = "0b0b0b0b";
    const auto list = project.list();
    QCOMPARE(list->nameOf(5), QString("UADA · s2 (0a0a0a0a)"));
    QCOMPARE(list->nameOf(4), QString("UADA · s2 (0b0b0b0b)"));
    QCOMPARE(list->nameOf(2), QString("UADA · s1"));
  }

  void recipesStandBeforeTheNameWhereTheyDiffer() {
    Project project = demo();
    project.add(finishedRun(wider(), {5, "uada", 1, 0.8, 0.8}));
    const auto list = project.list();
    const CommonPart common = list->commonPart({2, 5});
    QCOMPARE(common.text, QString("Fashion-MNIST, 6,000 images"));
    QCOMPARE(list->nameOf(5, common), QString("r10w16: UADA · s1"));
    QCOMPARE(list->nameOf(2, common), QString("r10w8: UADA · s1"));
    // Among all runs what most of them have is not told.
    QCOMPARE(list->commonPart().text, QString("mostly r10w8 · Fashion-MNIST, 6,000 images"));
    QCOMPARE(list->nameOf(5, list->commonPart()), QString("r10w16: UADA · s1"));
    QCOMPARE(list->nameOf(2, list->commonPart()), QString("UADA · s1"));
    QCOMPARE(list->commonPart({1, 2, 3}).text, QString("r10w8 · Fashion-MNIST, 6,000 images"));
    QCOMPARE(list->nameOf(list->groups()[2], common), QString("r10w16: UADA"));
    QVERIFY(list->commonPart({}).text.isEmpty());
  }

  /// One run of another training does not lengthen the names of all others.
  void whatMostHaveIsNotTold() {
    Project project = demo();
    Recipe longer = demoRecipe();
    longer.training.epochs = 40;
    project.add(finishedRun(longer, {5, "uada", 1, 0.8, 0.8}));
    project.add(finishedRun(wider(), {6, "uada", 1, 0.8, 0.8}));
    const auto list = project.list();
    QCOMPARE(list->nameOf(2, list->commonPart()), QString("UADA · s1"));
    QVERIFY2(list->nameOf(5, list->commonPart()).startsWith("epochs 40: UADA"),
             qPrintable(list->nameOf(5, list->commonPart())));
    QCOMPARE(list->nameOf(6, list->commonPart()), QString("r10w16: UADA · s1"));
    // What a narrow list keeps of that.
    QCOMPARE(list->briefRecipe(2), QString());
    QCOMPARE(list->briefRecipe(5), QString("epochs 40"));
    QCOMPARE(list->briefRecipe(6), QString("r10w16"));
  }

  /// A run is named before it has read its images, and counts to the group from the start.
  void aRunThatReadsItsImagesIsInItsGroup() {
    Project project = demo();
    FinishedRun begun = finishedRun(demoRecipe(), {5, "uada", 3, 0, 0});
    begun.summary.dataHash = "";
    begun.summary.isDataPublished = std::nullopt;
    project.add(begun);
    const auto list = project.list();
    QCOMPARE(list->groups().size(), std::size_t{2});
    QCOMPARE(list->groupOf(5), list->groupOf(2));
    QCOMPARE(list->nameOf(5), QString("UADA · s3"));
    const auto with = RunList::with(*demo().list(), begun.summary);
    QCOMPARE(with->nameOf(5), QString("UADA · s3"));
  }

  void aNewGroupIsNamedBeforeItsConfigurationIsRead() {
    const auto before = demo().list();
    FinishedRun begun = finishedRun(wider(), {5, "baseline", 1, 0, 0});
    const auto with = RunList::with(*before, begun.summary);
    QCOMPARE(with->nameOf(5), QString("baseline · s1"));
    QCOMPARE(with->nameOf(2), before->nameOf(2));
    Project project = demo();
    project.add(begun);
    const auto list = project.list(with.get());
    QCOMPARE(list->nameOf(5, list->commonPart()), QString("r10w16: Baseline · s1"));
  }

  void aNewRunChangesNoColour() {
    Project project = demo();
    std::vector<int> before, after;
    for (const SeedGroup& group : project.list()->groups()) before.push_back(group.colour);
    QCOMPARE(before, (std::vector<int>{0, 1}));
    project.add(finishedRun(demoRecipe(), {5, "baseline", 1, 0.8, 0.8}));
    project.add(finishedRun(demoRecipe(), {6, "ra-uc", 3, 0.8, 0.8}));
    const auto list = project.list();
    for (const qint64 run : {1, 2, 5}) after.push_back(list->groupOf(run)->colour);
    QCOMPARE(after, (std::vector<int>{0, 1, 2}));
    QCOMPARE(list->seedPlace(1), 0);
    QCOMPARE(list->seedPlace(3), 1);
    QCOMPARE(list->seedPlace(6), 2);
  }

  /// All pairs of table 1 of Sharma, Wu and Dalal 2005.
  void distancesAreThoseOfThePaper() {
    struct Pair {
      Lab one, two;
      double distance;
    };
    const std::vector<Pair> pairs{{{50, 2.6772, -79.7751}, {50, 0, -82.7485}, 2.0425},
                                  {{50, 3.1571, -77.2803}, {50, 0, -82.7485}, 2.8615},
                                  {{50, 2.8361, -74.0200}, {50, 0, -82.7485}, 3.4412},
                                  {{50, -1.3802, -84.2814}, {50, 0, -82.7485}, 1.0000},
                                  {{50, -1.1848, -84.8006}, {50, 0, -82.7485}, 1.0000},
                                  {{50, -0.9009, -85.5211}, {50, 0, -82.7485}, 1.0000},
                                  {{50, 0, 0}, {50, -1, 2}, 2.3669},
                                  {{50, -1, 2}, {50, 0, 0}, 2.3669},
                                  {{50, 2.4900, -0.0010}, {50, -2.4900, 0.0009}, 7.1792},
                                  {{50, 2.4900, -0.0010}, {50, -2.4900, 0.0010}, 7.1792},
                                  {{50, 2.4900, -0.0010}, {50, -2.4900, 0.0011}, 7.2195},
                                  {{50, 2.4900, -0.0010}, {50, -2.4900, 0.0012}, 7.2195},
                                  {{50, -0.0010, 2.4900}, {50, 0.0009, -2.4900}, 4.8045},
                                  {{50, -0.0010, 2.4900}, {50, 0.0010, -2.4900}, 4.8045},
                                  {{50, -0.0010, 2.4900}, {50, 0.0011, -2.4900}, 4.7461},
                                  {{50, 2.5, 0}, {50, 0, -2.5}, 4.3065},
                                  {{50, 2.5, 0}, {73, 25, -18}, 27.1492},
                                  {{50, 2.5, 0}, {61, -5, 29}, 22.8977},
                                  {{50, 2.5, 0}, {56, -27, -3}, 31.9030},
                                  {{50, 2.5, 0}, {58, 24, 15}, 19.4535},
                                  {{50, 2.5, 0}, {50, 3.1736, 0.5854}, 1.0000},
                                  {{50, 2.5, 0}, {50, 3.2972, 0}, 1.0000},
                                  {{50, 2.5, 0}, {50, 1.8634, 0.5757}, 1.0000},
                                  {{50, 2.5, 0}, {50, 3.2592, 0.3350}, 1.0000},
                                  {{60.2574, -34.0099, 36.2677}, {60.4626, -34.1751, 39.4387}, 1.2644},
                                  {{63.0109, -31.0961, -5.8663}, {62.8187, -29.7946, -4.0864}, 1.2630},
                                  {{61.2901, 3.7196, -5.3901}, {61.4292, 2.2480, -4.9620}, 1.8731},
                                  {{35.0831, -44.1164, 3.7933}, {35.0232, -40.0716, 1.5901}, 1.8645},
                                  {{22.7233, 20.0904, -46.6940}, {23.0331, 14.9730, -42.5619}, 2.0373},
                                  {{36.4612, 47.8580, 18.3852}, {36.2715, 50.5065, 21.2231}, 1.4146},
                                  {{90.8027, -2.0831, 1.4410}, {91.1528, -1.6435, 0.0447}, 1.4441},
                                  {{90.9257, -0.5406, -0.9208}, {88.6381, -0.8985, -0.7239}, 1.5381},
                                  {{6.7747, -0.2908, -2.4247}, {5.8714, -0.0985, -2.2286}, 0.6377},
                                  {{2.0776, 0.0795, -1.1350}, {0.9033, -0.0636, -0.5514}, 0.9082}};
    for (const Pair& pair : pairs) {
      const double distance = colourDistance(pair.one, pair.two);
      QVERIFY2(std::abs(distance - pair.distance) < 1e-4,
               qPrintable(QString("%1, not %2").arg(distance).arg(pair.distance)));
      QVERIFY(std::abs(distance - colourDistance(pair.two, pair.one)) < 1e-9);
    }
  }

  void coloursOfTheScreenHaveTheirPlace() {
    const Lab red = labOf(Qt::red);  // of sRGB's own definition
    QVERIFY(std::abs(red.l - 53.24) < 0.01 && std::abs(red.a - 80.09) < 0.01 &&
            std::abs(red.b - 67.20) < 0.01);
    QCOMPARE(colourOf(red).rgb(), QColor(Qt::red).rgb());
    QVERIFY(!colourOf({50, 120, 0}).isValid());
    QVERIFY(std::abs(contrast(Qt::black, Qt::white) - 21) < 1e-9);
  }

  void groupsAreHeldApart() {
    for (const auto kind : {Theme::Kind::light, Theme::Kind::dark}) {
      const Theme theme(kind);
      const QColor background = theme.colour("base");
      QVector<QColor> colours;
      for (int i = 0; i < Theme::kMostColours; ++i) colours << theme.groupColour(i);
      QCOMPARE(colours[0], QColor("#0072b2"));  // Okabe and Ito's
      for (const QColor& colour : colours)
        QVERIFY2(contrast(colour, background) >= 3, qPrintable(colour.name()));
      const auto least = [&](int count) { return leastDistance(colours.mid(0, count), background); };
      const QString seen = QString("%1 %2").arg(least(24)).arg(least(64));
      QVERIFY2(least(24) >= 14 && least(64) >= 8.9, qPrintable(seen));
      QCOMPARE(theme.groupColour(Theme::kMostColours), colours[0]);
      constexpr int kChosen = 7;  // Okabe and Ito's; the palette keeps what follows from them
      const auto made = apartFrom(colours.mid(0, kChosen), background, Theme::kMostColours);
      for (int i = 0; i < Theme::kMostColours; ++i) QCOMPARE(colours[i].name(), made[i].name());
    }
  }

  void seedsAreShadesOfTheirGroup() {
    for (const auto kind : {Theme::Kind::light, Theme::Kind::dark}) {
      const Theme theme(kind);
      const QColor background = theme.colour("base");
      for (int group = 0; group < 24; ++group) {
        QVector<QColor> shades;
        for (int seed = 0; seed < Theme::kMostShades; ++seed) shades << theme.seedColour(group, seed);
        QCOMPARE(shades[0], theme.groupColour(group));
        for (const QColor& shade : shades) QVERIFY(contrast(shade, background) >= 2.4);
        const double least = leastDistance(shades, background);
        QVERIFY2(least >= 3,
                 qPrintable(QString("%1 of group %2, %3").arg(least).arg(group).arg(shades[0].name())));
      }
    }
  }

  /// A chosen colour stays; those of other groups stay, too, unless they are too near to it, and then they
  /// keep away from all.
  void groupColoursKeepAwayFromChosenOnes() {
    for (const auto kind : {Theme::Kind::light, Theme::Kind::dark}) {
      const Theme theme(kind);
      std::vector<SeedGroup> groups(24);
      for (int i = 0; i < 24; ++i) {
        groups[i].configHash = std::to_string(i);
        groups[i].colour = i;
      }
      GroupColours colours(theme);
      colours.update(groups, Json());
      for (const SeedGroup& group : groups) QCOMPARE(colours.of(group), theme.groupColour(group.colour));
      // Nearly those of others.
      Json chosen = GroupColours::with(Json(), groups[3], theme.groupColour(0).darker(108));
      chosen = GroupColours::with(chosen, groups[7], theme.groupColour(12).darker(108));
      colours.update(groups, chosen);
      QCOMPARE(colours.of(groups[3]).name(), theme.groupColour(0).darker(108).name());
      QVERIFY(colours.isChosen(groups[3]) && !colours.isChosen(groups[0]));
      QVERIFY(colours.of(groups[0]) != theme.groupColour(0) &&
              colours.of(groups[12]) != theme.groupColour(12));
      QCOMPARE(colours.of(groups[1]), theme.groupColour(1));
      QVector<QColor> all;
      for (const SeedGroup& group : groups) all << colours.of(group);
      const double least = leastDistance(all, theme.colour("base"));
      QVERIFY2(least >= 12, qPrintable(QString::number(least)));
      QCOMPARE(colours.ofSeed(groups[3], 0), colours.of(groups[3]));
      QVERIFY(colours.ofSeed(groups[3], 1) != colours.of(groups[3]));
      colours.update(groups, GroupColours::with(GroupColours::with(chosen, groups[3], {}), groups[7], {}));
      for (const SeedGroup& group : groups) QCOMPARE(colours.of(group), theme.groupColour(group.colour));
      colours.update(groups, Json(Json::Object{{GroupColours::keyOf(groups[1]), "no colour"}}));
      QCOMPARE(colours.of(groups[1]), theme.groupColour(1));  // damaged
    }
  }

  // ---- names in a narrow list

  void methodAndSeedStay() {
    const QFontMetrics metrics{QGuiApplication::font()};
    const QString plain = "r10w4-c10-plain-trivialaugment-s2", uada = "r10w4-c10-uada-trivialaugment-s2";
    QCOMPARE(fittedName(plain, 10, metrics, metrics.horizontalAdvance(plain)), plain);
    const int rest = metrics.horizontalAdvance("plain-trivialaugment-s2");
    const QString shorter = fittedName(plain, 10, metrics, rest + metrics.horizontalAdvance("…-c10-"));
    QVERIFY2(shorter.startsWith("…") && shorter.endsWith("-plain-trivialaugment-s2"), qPrintable(shorter));
    QCOMPARE(fittedName(plain, 10, metrics, rest), QString("plain-trivialaugment-s2"));
    const QString least = fittedName(plain, 10, metrics, 2 * rest / 3);
    QVERIFY2(least.startsWith("plain") && least.contains("…") && least.endsWith("-s2"), qPrintable(least));
    QVERIFY(least != fittedName(uada, 10, metrics, 2 * rest / 3));
  }

  /// Of a name by what differs: the end of the method's settings goes, then the recipe.
  void theSeedStays() {
    const QFontMetrics metrics{QGuiApplication::font()};
    const QString name = "r10w16: UADA (policy autoaugment) · s2";
    const int width = metrics.horizontalAdvance("r10w16: UADA (po… · s2");
    const QString fitted = fittedName(name, 8, metrics, width);
    QVERIFY2(fitted.startsWith("r10w16: UADA (p") && fitted.endsWith("… · s2"), qPrintable(fitted));
    const QString narrow = fittedName(name, 8, metrics, metrics.horizontalAdvance("UADA (po… · s2"));
    QVERIFY2(narrow.startsWith("r10w16: UA") && narrow.endsWith("…"), qPrintable(narrow));
    QVERIFY(metrics.horizontalAdvance(fitted) <= width);
    QVERIFY(fittedName(name, 8, metrics, metrics.horizontalAdvance("UADA (…")).startsWith("UADA"));
  }

  /// A recipe that has no room gives way to its data set, which tells runs of other tasks apart.
  void theDatasetStays() {
    const QFontMetrics metrics{QGuiApplication::font()};
    const QString recipe = "psp14w4 · CamVid, 24 images, 6 test images: ", method = "UADA (ε=1) · s1";
    const QString both = "CamVid: " + method;
    const int width = metrics.horizontalAdvance(both);
    QCOMPARE(fittedName(recipe + method, recipe.size(), metrics, width, "CamVid"), both);
    const QString narrow = fittedName(recipe + method, recipe.size(), metrics, 3 * width / 4, "CamVid");
    QVERIFY2(narrow.startsWith("Cam") && narrow.contains(": U") && narrow.contains("…"), qPrintable(narrow));
    QVERIFY(metrics.horizontalAdvance(narrow) <= 3 * width / 4);
  }
};

QTEST_MAIN(TestGroups)
#include "tst_groups.moc"
