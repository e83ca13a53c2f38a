#include "app/cli/Parse.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <functional>
#include <limits>
#include <sstream>

#include "app/cli/Values.h"
#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"

namespace uada::cli {
namespace {

/// Builds the verbs into one CLI::App; `chosen` is set by the verb that was given.
class Parser {
 public:
  Parser();
  std::optional<Request> parse(int argc, char** argv);

 private:
  template <class Options>
  CLI::App* verb(CLI::App& parent, const char* name, const char* about, const char* footer, Options& options);
  void addInspecting();
  void addSampling();
  void addRunning();
  void addResults();
  void addQueue();
  void addReplay();
  void addEvaluation();
  void addCare();
  std::vector<std::string> verbNames() const;

  CLI::App app_;
  std::optional<Request> chosen_;
  ListOptions list_;
  ApplyOptions apply_;
  SampleOptions sample_;
  RunOptions run_;
  ResumeOptions resume_;
  StopOptions stop_;
  RunsOptions runs_;
  ShowOptions show_;
  TableOptions table_;
  ExportOptions export_;
  ReplayOptions replay_;
  DataCheckOptions check_;
  EvalSegOptions segmentation_;
  PolicyImportOptions import_;
  PolicyListOptions policies_;
  PolicyRemoveOptions remove_;
  BenchOptions bench_;
  DoctorOptions doctor_;
  QueueAddOptions queueAdd_;
  QueueListOptions queueList_;
  QueueRemoveOptions queueRemove_;
  QueueRunOptions queueRun_;
  std::string value_, fill_ = "0,0,0", cover_, at_;
};

constexpr const char* kAbout =
    "UADA Workbench on the command line: trains image networks with adaptive data augmentation and compares "
    "it\n"
    "with what it is measured against.";
constexpr const char* kFooter =
    "Start with 'uada run demo', or 'uada VERB --help' for a verb's options and an example.\n"
    "Exit codes: 0 done, 1 failed, 2 wrong use, 129, 130 or 143 stopped by a signal after a checkpoint.";

/// One word a column, as in the usage line: no types, no "REQUIRED".
class PlainFormatter : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_type_size() == 0) return "";
    std::string text =
        option->get_type_name().empty() || option->get_positional() ? "" : " " + option->get_type_name();
    if (!option->get_default_str().empty()) text += " (" + option->get_default_str() + ")";
    return text;
  }
};

Parser::Parser() : app_(kAbout, "uada") {
  const auto formatter = std::make_shared<PlainFormatter>();
  formatter->column_width(32);
  formatter->label("Positionals", "Arguments");
  formatter->label("SUBCOMMAND", "VERB");
  app_.formatter(formatter);
  app_.footer(kFooter);
  app_.require_subcommand(0, 1);
  app_.set_help_flag("-h,--help", "Print this and exit");
  app_.set_version_flag("--version", "uada " UADA_VERSION, "Print the version and exit");
  app_.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  addInspecting();
  addSampling();
  addRunning();
  addResults();
  addQueue();
  addReplay();
  addEvaluation();
  addCare();
}

template <class Options>
CLI::App* Parser::verb(CLI::App& parent, const char* name, const char* about, const char* footer,
                       Options& options) {
  CLI::App* verb = parent.add_subcommand(name, about);
  verb->group("Verbs");
  verb->footer(footer);
  verb->add_flag("--json", options.json, "One JSON object a line on standard output, text on standard error");
  verb->final_callback([this, &options] { chosen_ = options; });
  return verb;
}

template <class Options>
void addProject(CLI::App* verb, Options& options) {
  verb->add_option("--project", options.project, "Project file")
      ->type_name("FILE")
      ->default_str(options.project);
}

/// What is put before negative numbers, lest they be taken for options.
void dropShield(std::string& text) { text.erase(0, text.find_first_not_of(' ')); }

/// Refuses all but a whole number in the range, also what 64 bits cannot hold: CLI11 would take the greatest
/// number that they can.
CLI::Validator wholeNumber(std::int64_t least, std::int64_t most) {
  const auto check = [least, most](std::string& text) -> std::string {
    dropShield(text);
    std::int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem == std::errc() && end == text.data() + text.size() && number >= least && number <= most)
      return {};
    return fmt::format("a whole number from {} to {} is wanted, '{}' found", least, most, quotable(text));
  };
  return CLI::Validator(check, "");
}

/// The same for any number: none of them is NaN or infinite.
CLI::Validator number(double least, double most) {
  const auto check = [least, most](std::string& text) -> std::string {
    dropShield(text);
    const auto value = numberIn(text);
    if (value && *value >= least && *value <= most) return {};
    return fmt::format("a number from {:g} to {:g} is wanted, '{}' found", least, most, quotable(text));
  };
  return CLI::Validator(check, "");
}

/// An option with a whole number from `least` to `most`. usual: what holds without it, as shown; empty:
/// nothing
template <class Target>
CLI::Option* addNumber(CLI::App* verb, const char* name, Target& value, const char* about, const char* usual,
                       std::int64_t least, std::int64_t most) {
  CLI::Option* option = verb->add_option(name, value, about);
  return option->type_name("N")->default_str(usual)->check(wholeNumber(least, most));
}

CLI::Option* positional(CLI::App* verb, const char* name, std::string& value, const char* about) {
  return verb->add_option(name, value, about)->required();
}

/// What changes an experiment.
void addSets(CLI::App* verb, std::vector<std::string>& sets, std::string& device) {
  verb->add_option("--set", sets, "Change a setting of the experiment; may be repeated")
      ->type_name("KEY=VALUE")
      ->take_all()
      ->allow_extra_args(false);
  verb->add_option("--device", device, "auto, cpu, cuda or cuda:N; default: as the experiment says")
      ->type_name("NAME");
}

void Parser::addInspecting() {
  CLI::App* list = verb(app_, "list", "List what the programs know by name",
                        "Example: uada list ops\n         uada list settings uada\n         uada list models "
                        "--classes 100 --json",
                        list_);
  positional(
      list, "KIND", list_.what,
      "ops, grids, models, tasks, datasets, optimisers, schedules, methods, policies, settings, tables or "
      "experiments");
  list->add_option(
      "NAME", list_.of,
      "settings: of this method, policy, model, optimiser or schedule, or of dataset, input, training or "
      "runtime; default: all");
  addNumber(list, "--classes", list_.classes, "Count the models' parameters for so many classes", "10", 1,
            1000000);

  CLI::App* apply = verb(
      app_, "apply", "Apply one operation to a PNG or JPEG file",
      "VALUE is raw and may be negative: degrees, pixels, factor, bits or threshold ('uada list ops').\n"
      "Operations with a place ('cutout') take --at and --cover, 'sample_pairing' takes --partner.\n"
      "'resize' takes the shorter side, 'centre_crop' the side, 'pad_crop' and 'pad_crop_reflected' the\n"
      "padding, and --at where in the room that it leaves the window lies.\n"
      "Example: uada apply rotate -30 cat.png turned.png --fill 128,128,128 --filter bilinear",
      apply_);
  positional(apply, "OP", apply_.op, "Name of the operation");
  apply->add_option("VALUE", value_, "Raw value; 0 for an operation that takes none")->required();
  positional(apply, "IN", apply_.in, "Image to read");
  positional(apply, "OUT", apply_.out, "PNG file to write");
  apply->add_option("--fill", fill_, "Colour outside the source, 0..255 each")
      ->type_name("R,G,B")
      ->default_str(fill_);
  apply->add_option("--filter", apply_.filter, "nearest, bilinear or bicubic; default: the operation's own")
      ->type_name("NAME");

  apply
      ->add_option("--at", at_,
                   "Centre of the box, shares of width and height from 0 to below 1, or place of the window; "
                   "default: the middle")
      ->type_name("X,Y");
  apply->add_option("--cover", cover_, "Colour of the box; default: the operation's own")->type_name("R,G,B");
  apply->add_option("--partner", apply_.partner, "Second picture, of the same size")->type_name("FILE");
}

void Parser::addSampling() {
  CLI::App* sample = verb(
      app_, "sample", "Draw a contact sheet: images after each step of a plan, with captions",
      "A row an image: as it is, after each step with level and raw value, and what the network sees, with\n"
      "the SHA-256 of its pixels. The plans of a data set are those that training with the seed draws.\n"
      "Places are the plan's own: crop (row, column) in the padded image, resized crop (row, column, "
      "height,\n"
      "width) in the source, cutout (first row, first column, row and column behind the last).\n"
      "Example: uada sample fashion_mnist sheet.png --method uada --count 12 --seed 3\n"
      "         uada sample cat.jpg sheet.png --policy autoaugment --set table=imagenet --subpolicy 4\n"
      "         uada sample cifar10 sheet.png --index 7 --plan '{\"flip\":true}'",
      sample_);
  positional(sample, "DATASET", sample_.dataset, "Name of the data set, or a PNG or JPEG file");
  positional(sample, "OUT", sample_.out, "PNG file to write");
  CLI::Option* policy =
      sample->add_option("--policy", sample_.policy,
                         "Policy to draw plans from: of 'uada list policies' or 'uada policies list'");
  policy->type_name("NAME");
  CLI::Option* method = sample->add_option("--method", sample_.method, "Method whose policy is used (ra-uc)");
  method->type_name("NAME")->excludes(policy);
  CLI::Option* set =
      sample->add_option("--set", sample_.sets, "Change a setting of the policy; may be repeated");
  set->type_name("KEY=VALUE");
  CLI::Option* subpolicy = addNumber(sample, "--subpolicy", sample_.subpolicy,
                                     "Only this sub-policy of the policy, from 0", "", 0, 100000);
  CLI::Option* project =
      sample->add_option("--project", sample_.project, "Project whose policy files are known, too");
  project->type_name("FILE");
  CLI::Option* count = addNumber(sample, "--count", sample_.count, "Rows", "8", 1, 1000);
  addNumber(sample, "--index", sample_.index, "Only this training image, from 0", "", 0, 100000000)
      ->excludes(count);
  CLI::Option* seed = addNumber(sample, "--seed", sample_.seed, "Seed of the plans", "1", 0,
                                std::numeric_limits<std::int64_t>::max());
  CLI::Option* epoch = addNumber(sample, "--epoch", sample_.epoch, "Epoch of the plans", "1", 1, 100000);
  CLI::Option* epochs =
      addNumber(sample, "--epochs", sample_.epochs,
                "Epochs of the training that a schedule is stretched to; default: 200, or --epoch if more",
                "", 1, 100000);
  CLI::Option* plan = sample->add_option(
      "--plan", sample_.plan,
      "Plan to replay, JSON or a file of it; or a line of --json or of exported decisions: the plan that was "
      "trained on, on the line's own image");
  plan->type_name("PLAN");
  for (CLI::Option* drawing : {policy, method, set, subpolicy, project, seed, epoch, epochs})
    plan->excludes(drawing);
  addNumber(
      sample, "--input", sample_.input,
      "Side of the network's input, pixels; default: the images' own, of a picture that is not square 224",
      "", 1, 2048);
  sample->add_option("--folder", sample_.folder, "Where the data set lies; default: searched for")
      ->type_name("DIR");
  addNumber(sample, "--side", sample_.side, "Enlarge each picture to about so many pixels", "128", 8, 2048);
}

void Parser::addRunning() {
  CLI::App* run =
      verb(app_, "run", "Train every run of an experiment and print the comparison",
           "Finished runs of the project are kept, stopped and interrupted ones resumed, so that the same\n"
           "command continues where it ended. Ctrl-C, SIGTERM or SIGHUP writes a checkpoint first; a\n"
           "second one ends at once.\n"
           "Example: uada run demo --set recipe.training.epochs=2 --set seeds=[1,2,3]",
           run_);
  positional(run, "EXPERIMENT", run_.experiment,
             "JSON file, or the name of one from 'uada list experiments'");
  addProject(run, run_);
  addSets(run, run_.sets, run_.device);
  run->add_flag("--again", run_.again, "Train anew, also what is finished or could be resumed");
  run->add_flag("--quiet", run_.quiet, "No progress, only results and errors");

  CLI::App* resume = verb(app_, "resume", "Continue a stopped or interrupted run from its newest checkpoint",
                          "RUN is a key (or its first four digits), a number or a title from 'uada runs'.\n"
                          "Example: uada resume 3fa2",
                          resume_);
  positional(resume, "RUN", resume_.run, "Run to continue");
  addProject(resume, resume_);
  resume->add_option("--device", resume_.device, "auto, cpu, cuda or cuda:N; default: as it was asked for")
      ->type_name("NAME");
  resume->add_flag("--quiet", resume_.quiet, "No progress, only results and errors");

  CLI::App* stop =
      verb(app_, "stop", "Ask a run to write a checkpoint and stop", "Example: uada stop 3fa2", stop_);
  positional(stop, "RUN", stop_.run, "Run to stop");
  addProject(stop, stop_);
}

void Parser::addResults() {
  CLI::App* runs = verb(app_, "runs", "List the runs of a project, newest first",
                        "Example: uada runs --project thesis.uada", runs_);
  addProject(runs, runs_);

  CLI::App* show =
      verb(app_, "show", "Show all that was recorded about a run", "Example: uada show 3fa2", show_);
  positional(show, "RUN", show_.run, "Run to show");
  addProject(show, show_);

  CLI::App* table = verb(app_, "table", "Fill in a table of the paper from the project's finished runs",
                         "The ending of FILE is its form: .txt, .csv, .md or .tex.\n"
                         "Example: uada table 2 --out table2.tex",
                         table_);
  table->add_option("NUMBER", table_.number, "Table of the paper ('uada list tables')")->required();
  table
      ->add_option("--format", table_.format,
                   "text, csv, md or tex; default: by the ending of FILE, else text")
      ->type_name("NAME");
  table->add_option("--out", table_.out, "File to write; default: standard output")->type_name("FILE");
  table->add_flag("--paper", table_.paper, "Only the published numbers");
  table->add_flag("--measured", table_.measured, "Only the measured numbers");
  addProject(table, table_);

  CLI::App* exported =
      verb(app_, "export", "Write what a run recorded to a file",
           "The ending of FILE is its form.\n"
           "curves, epochs     .csv or .jsonl (JSON lines), a row a step or epoch\n"
           "policy             .csv or .jsonl, a row an op and step\n"
           "decisions          .jsonl: every plan, loss and choice of the pictured samples; probe_loss "
           "and dl\n"
           "                   are lists where each coordinate is probed, null where the move was random;\n"
           "                   'uada sample DATASET OUT.png --plan LINE' draws what was trained on\n"
           "samples            .png: a contact sheet; without an ending: a folder of PNG files\n"
           "weights            .safetensors\n"
           "Example: uada export 3fa2 --what policy --out policy.csv",
           export_);
  positional(exported, "RUN", export_.run, "Run to export from");
  exported->add_option("--what", export_.what, "curves, epochs, policy, decisions, samples or weights")
      ->type_name("KIND")
      ->default_str("curves");
  exported->add_option("--out", export_.out, "File or folder to write")->type_name("FILE")->required();
  addNumber(exported, "--count", export_.count,
            "samples: the newest so many (64, on a contact sheet 8); 0: all", "", 0, 1000000);
  exported->add_option("--format", export_.format, "For a FILE without ending: csv or jsonl")
      ->type_name("NAME");
  addProject(exported, export_);
}

void Parser::addQueue() {
  CLI::App* queue =
      app_.add_subcommand("queue", "Add, list, remove and train the runs that wait in a project");
  queue->group("Verbs");
  queue->footer("Example: uada queue add demo\n         uada queue run");
  queue->require_subcommand(1);
  CLI::App* add = verb(*queue, "add", "Add every run of an experiment to the end of the queue",
                       "The window shows and trains the same queue. Policy files are kept in the project.\n"
                       "Example: uada queue add demo --set seeds=[1,2,3]",
                       queueAdd_);
  positional(add, "EXPERIMENT", queueAdd_.experiment,
             "JSON file, or the name of one from 'uada list experiments'");
  addProject(add, queueAdd_);
  addSets(add, queueAdd_.sets, queueAdd_.device);

  CLI::App* list = verb(*queue, "list", "List the runs that wait, the next one first",
                        "Example: uada queue list --project thesis.uada", queueList_);
  addProject(list, queueList_);

  CLI::App* remove =
      verb(*queue, "remove", "Take a run out of the queue", "Example: uada queue remove 3", queueRemove_);
  addNumber(remove, "NUMBER", queueRemove_.number, "Its number in 'uada queue list'", "", 1,
            std::numeric_limits<std::int64_t>::max())
      ->required();
  addProject(remove, queueRemove_);

  CLI::App* run =
      verb(*queue, "run", "Train the runs that wait, one after the other, until none is left",
           "A run that fails does not keep the next ones back; the exit code is then 1. One that\n"
           "cannot be started stays in the queue. Ctrl-C, SIGTERM or SIGHUP writes a checkpoint\n"
           "first; a second one ends at once.\n"
           "Example: uada queue run --device cuda",
           queueRun_);
  addProject(run, queueRun_);
  run->add_option("--device", queueRun_.device, "auto, cpu, cuda or cuda:N; default: as each run says")
      ->type_name("NAME");
  run->add_flag("--quiet", queueRun_.quiet, "No progress, only results and errors");
}

void Parser::addReplay() {
  CLI::App* replay =
      verb(app_, "replay", "Render a run's stored decisions again and compare the pixels",
           "From the stored plans and the run's own data (its files, limits and mean) the original, the\n"
           "unperturbed plan and every candidate are drawn anew; of the one that was trained on, named\n"
           "'-trained', the SHA-256 of the pixels is compared with the stored one. The pictures that the\n"
           "project keeps are compared, too. Needs no LibTorch. Ends with 1 if anything differs.\n"
           "Example: uada replay 3fa2 --step 26 --out replayed",
           replay_);
  positional(replay, "RUN", replay_.run, "Run whose decisions are replayed");
  addNumber(replay, "--step", replay_.step, "Only the decisions of this step", "", 1,
            std::numeric_limits<std::int64_t>::max());
  addNumber(replay, "--sample", replay_.sample,
            "Only those of this training image, counted as the run counts, from 0", "", 0,
            std::numeric_limits<std::int32_t>::max());
  replay->add_option("--out", replay_.out, "Folder to write the pictures to; made if it is not there")
      ->type_name("DIR")
      ->required();
  replay
      ->add_option("--data", replay_.folder,
                   "Where the data set lies now; default: where the run had it, else searched for")
      ->type_name("DIR");
  addProject(replay, replay_);
}

void Parser::addEvaluation() {
  CLI::App* eval = app_.add_subcommand("eval", "Evaluate predictions that any program wrote: eval seg");
  eval->group("Verbs");
  eval->footer("Example: uada eval seg predicted gtFine/val --classes 19");
  eval->require_subcommand(1);
  CLI::App* seg = verb(
      *eval, "seg", "Compare predicted label maps with true ones: IoU and accuracy of each class, and means",
      "A label map is a PNG of 8-bit grey, or with a palette, whose numbers are the classes. Every PNG in "
      "TRUTH,\n"
      "in sub-folders too, needs one of the same name and size in PREDICTED; or give two files. Pixels "
      "whose\n"
      "true label is ignored are left out; labels that are no class count for none. mIoU and mAcc are given\n"
      "over all classes, where an absent one counts as 0, and over those that the truth has. With --json\n"
      "all values are shares, 0 to 1.\n"
      "Example: uada eval seg predicted truth --classes 19",
      segmentation_);
  positional(seg, "PREDICTED", segmentation_.predicted, "Folder of predicted label maps, or one of them");
  positional(seg, "TRUTH", segmentation_.truth, "Folder of true label maps, or one of them");
  addNumber(seg, "--classes", segmentation_.classes, "How many classes there are: labels 0 to N - 1", "", 1,
            255)
      ->required();
  addNumber(seg, "--ignore", segmentation_.ignore, "Label of the truth that is left out", "255", 0, 255);
}

void Parser::addCare() {
  CLI::App* data = app_.add_subcommand("data", "Look after data sets: data check");
  data->group("Verbs");
  data->footer("Example: uada data check fashion_mnist");
  data->require_subcommand(1);
  CLI::App* check = verb(*data, "check", "Check a data set: counts, hashes, damaged files, label range",
                         "Example: uada data check cifar10 ~/data/cifar-10-batches-bin", check_);
  positional(check, "DATASET", check_.dataset, "Name of the data set");
  check->add_option("DIR", check_.folder, "Where it lies; default: searched for");

  CLI::App* policies = app_.add_subcommand("policies", "Import, list and remove found policies");
  policies->group("Verbs");
  policies->footer("Example: uada policies list");
  policies->require_subcommand(1);
  CLI::App* import =
      verb(*policies, "import", "Check a policy file and keep it under a name",
           "FILE is JSON as in experiments/policies, or as its author published it: Fast AutoAugment's\n"
           "archive.py or the list that its search prints, DADA's genotype.py, AutoAugment's policies.py, a\n"
           "schedule of Population Based Augmentation. Python is not run: only lists of literals are read.\n"
           "Levels above 1 are those of the grid 0 to 9; levels of which one is written with a point are\n"
           "shares of each op's range. Which was taken stands in the output. A list whose levels are all 0\n"
           "or 1 is imported only with --levels.\n"
           "Of several lists in FILE the sound ones are imported. Each that is not is named with the\n"
           "reason, and the exit code is 1.\n"
           "Example: uada policies import archive.py --name fa_reduced_cifar10",
           import_);
  positional(import, "FILE", import_.file, "Policy file");
  import
      ->add_option("--name", import_.name,
                   "Name to keep it under; of several, the one to import or the start of their names")
      ->type_name("NAME");
  import
      ->add_option("--levels", import_.levels,
                   "How levels are read: as shares, 0 to 1 of an op's range, or of the grid 0 to 9")
      ->type_name("shares|grid");
  addNumber(import, "--epochs", import_.epochs, "Epochs that the lines of a schedule were made for", "200", 1,
            100000);
  CLI::App* named =
      verb(*policies, "list", "List the policies that can be used by name",
           "Example: uada policies list\n         uada policies list --project thesis.uada", policies_);
  named->add_option("--project", policies_.project, "List the copies that this project keeps instead")
      ->type_name("FILE");
  CLI::App* removed = verb(*policies, "remove", "Remove an imported policy",
                           "Projects whose runs have used it keep their copy.\n"
                           "Example: uada policies remove fa_reduced_cifar10",
                           remove_);
  positional(removed, "NAME", remove_.name, "Name it is kept under");

  CLI::App* bench = verb(
      app_, "bench", "Measure speed on this machine",
      "render  operations and augmentation chains, one thread, beside Pillow and torchvision where\n"
      "        UADA_PYTHON, python3 or /usr/bin/python3 has them: both do the same work in turn,\n"
      "        pixels are compared, 'times longer' is the reference's time over ours\n"
      "load    JPEG files to the numbers of a batch, one thread, beside OpenCV and albumentations where a\n"
      "        Python has them\n"
      "seg     a predicted label map of 2,048 x 1,024 pixels and 19 classes compared with the true one\n"
      "step    a training step of each method, on the CPU unless --device says otherwise\n"
      "store   rows a second into a project file\n"
      "start   the window's first paint (needs uada-workbench beside this program)\n"
      "window  a change in the op explorer until it is painted (likewise)\n"
      "Example: uada bench render --only 'render.*.32'\n"
      "         uada bench step --method uada --method ra-uc --json",
      bench_);
  positional(bench, "WHAT", bench_.what, "render, load, seg, step, store, start or window");
  bench->add_option("--method", bench_.methods, "step: only this method; may be repeated")
      ->type_name("NAME")
      ->take_all()
      ->allow_extra_args(false);
  addNumber(bench, "--threads", bench_.threads,
            "step: CPU threads, at most the cores of this machine; default: all", "", 1, 1024);
  bench->add_option("--device", bench_.device, "step: auto, cpu, cuda or cuda:N; default: cpu")
      ->type_name("NAME");
  bench
      ->add_option("--folder", bench_.folder,
                   "load: of JPEG files; default: made-up ones of 500 x 375 pixels")
      ->type_name("DIR");
  bench->add_option("--only", bench_.only, "render, load: only lines with such a name, as 'op.*.32'")
      ->type_name("GLOB");
  bench->add_option("--seconds", bench_.seconds, "render, load, seg: time for each line, about")
      ->type_name("S")
      ->default_str("2")
      ->check(number(0, 3600));

  CLI::App* doctor =
      verb(app_, "doctor", "Say what is installed, what is missing and the command that fixes it",
           "Example: uada doctor", doctor_);
  addProject(doctor, doctor_);
}

std::vector<std::string> Parser::verbNames() const {
  std::vector<std::string> names;
  for (const CLI::App* verb : app_.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(verb->get_name());
  return names;
}

/// CLI11 takes "-30" for an option; with a space before it is a value, and reads the same as a number.
std::vector<std::string> shieldNumbers(int argc, char** argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {  // CLI11 wants them last first
    const std::string text = argv[i];
    const bool number = text.size() > 1 && text[0] == '-' && numberIn(text);
    arguments.push_back(number ? " " + text : text);
  }
  return arguments;
}

std::string withoutNewlines(std::string text) {
  for (char& c : text)
    if (c == '\n') c = ' ';
  while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.pop_back();
  return text;
}

/// The option of the verb that is nearest to one that it does not have.
std::string optionSuggestion(const CLI::App& verb, int argc, char** argv) {
  std::vector<std::string> known;
  for (const CLI::Option* option : verb.get_options())
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  for (int i = 1; i < argc; ++i) {
    const std::string_view given(argv[i]);
    const std::string name(given.substr(0, given.find('=')));
    if (!name.starts_with("--") || std::ranges::find(known, name) != known.end()) continue;
    return suggestion(name, known);
  }
  return "";
}

/// "NUMBER: 'two' cannot be read as one" of "Could not convert: NUMBER = two".
std::string conversionText(std::string_view what) {
  const auto name = what.find(": "), value = what.find(" = ");
  if (name == what.npos || value == what.npos || value < name) return withoutNewlines(std::string(what));
  return fmt::format("{}: '{}' found, a number expected", what.substr(name + 2, value - name - 2),
                     quotable(what.substr(value + 3)));
}

std::optional<Request> Parser::parse(int argc, char** argv) {
  if (argc < 2)
    throw UsageError("what is to be done? For example 'uada run demo'; 'uada --help' lists the verbs");
  try {
    app_.parse(shieldNumbers(argc, argv));
  } catch (const CLI::Success& success) {  // --help, --version
    std::ostringstream text;
    app_.exit(success, text, text);
    std::fputs(text.str().c_str(), stdout);
    return std::nullopt;
  } catch (const CLI::ConversionError& error) {
    throw UsageError(conversionText(error.what()));
  } catch (const CLI::ParseError& error) {
    const auto verbs = app_.get_subcommands();
    if (verbs.empty() && argv[1][0] != '-')
      throw UsageError(fmt::format("unknown verb '{}'; known: {}{}", quotable(argv[1]),
                                   joined(verbNames(), " "), suggestion(argv[1], verbNames())));
    const std::string verb = verbs.empty() ? "" : " " + verbs.front()->get_name();
    throw UsageError(fmt::format("{} (see 'uada{} --help'{})", withoutNewlines(error.what()), verb,
                                 verbs.empty() ? "" : optionSuggestion(*verbs.front(), argc, argv)));
  }
  if (chosen_) {
    if (auto* apply = std::get_if<ApplyOptions>(&*chosen_)) {
      apply->value = rawValue(value_);
      apply->fill = colour("--fill", fill_);
      if (!cover_.empty()) apply->cover = colour("--cover", cover_);
      if (!at_.empty()) apply->at = shares(at_);
    }
  }
  return chosen_;
}

}  // namespace

std::optional<Request> parse(int argc, char** argv) { return Parser().parse(argc, argv); }

}  // namespace uada::cli
