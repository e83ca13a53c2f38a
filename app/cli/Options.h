#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace uada::cli {

/// Where runs are kept unless --project says otherwise: in the current folder.
constexpr const char* kDefaultProject = "uada.uada";

struct ListOptions {
  std::string what;  ///< ops, grids, models, datasets, methods, policies, settings, tables, experiments
  std::string of;    ///< settings: of this method, policy, model, dataset, training, runtime; empty: of all
  int classes = 10;  ///< models: parameters are counted for these
  bool json = false;
};

struct ApplyOptions {
  std::string op, in, out;
  double value = 0;  ///< raw: degrees, pixels, factor, bits, threshold
  std::array<int, 3> fill{0, 0, 0};
  std::string filter;  ///< empty: the op's own default
  std::optional<std::pair<double, double>>
      at;                                   ///< of ops with a place: shares of width and height, in [0, 1)
  std::optional<std::array<int, 3>> cover;  ///< colour of an erased box
  std::string partner;                      ///< file of the second picture, of ops that mix one in
  bool json = false;
};

struct SampleOptions {
  static constexpr int kUsualCount = 8, kUsualEpochs = 200;
  std::string dataset, out;       ///< data set, or an image file
  std::string policy, method;     ///< at most one; neither: method ra-uc
  std::vector<std::string> sets;  ///< of the policy's settings
  std::string plan;               ///< Json or a file of it, in place of a policy
  std::string project;            ///< whose policies are known, too; empty: none
  std::string folder;
  int count = 0;       ///< rows; 0: not stated, then kUsualCount
  int index = -1;      ///< this training image alone; -1: the first of each class
  int subpolicy = -1;  ///< this one alone; -1: drawn
  std::int64_t seed = 1;
  int epoch = 1;   ///< of the plans, from 1
  int epochs = 0;  ///< that a schedule is stretched to; 0: not stated, then kUsualEpochs
  int input = 0;   ///< side of the network's input; 0: the images' own
  int side = 128;  ///< of a picture, pixels
  bool json = false;
};

struct RunOptions {
  std::string experiment;
  std::vector<std::string> sets;
  std::string project = kDefaultProject;
  std::string device;  ///< empty: as the experiment says
  bool again = false;  ///< train anew what is already finished
  bool json = false, quiet = false;
};

struct ResumeOptions {
  std::string run;
  std::string project = kDefaultProject;
  std::string device;  ///< empty: as the run's configuration says
  bool json = false, quiet = false;
};

/// queue add, list, remove and run.
struct QueueAddOptions {
  std::string experiment;
  std::vector<std::string> sets;
  std::string project = kDefaultProject;
  std::string device;  ///< empty: as the experiment says
  bool json = false;
};

struct QueueListOptions {
  std::string project = kDefaultProject;
  bool json = false;
};

struct QueueRemoveOptions {
  std::int64_t number = 0;
  std::string project = kDefaultProject;
  bool json = false;
};

struct QueueRunOptions {
  std::string project = kDefaultProject;
  std::string device;  ///< empty: as each run's configuration says
  bool json = false, quiet = false;
};

struct StopOptions {
  std::string run;
  std::string project = kDefaultProject;
  bool json = false;
};

struct RunsOptions {
  std::string project = kDefaultProject;
  bool json = false;
};

struct ShowOptions {
  std::string run;
  std::string project = kDefaultProject;
  bool json = false;
};

struct TableOptions {
  int number = 0;
  std::string format, out;  ///< format: text, csv, md or tex; empty: by the ending of out, else text
  bool paper = false, measured = false;  ///< neither: both
  std::string project = kDefaultProject;
  bool json = false;
};

struct ExportOptions {
  std::string run, what = "curves", out;
  std::string format;  ///< csv or jsonl; empty: by the ending of out
  int count = -1;      ///< samples: the newest so many; 0: all; -1: by the kind of export
  std::string project = kDefaultProject;
  bool json = false;
};

struct ReplayOptions {
  std::string run, out;
  std::string project = kDefaultProject;
  std::string folder;        ///< where the data set lies now; empty: as the run's configuration says
  std::int64_t step = -1;    ///< decisions of this step alone; -1: of all
  std::int64_t sample = -1;  ///< of this training image alone; -1: of all
  bool json = false;
};

struct DataCheckOptions {
  std::string dataset, folder;
  bool json = false;
};

struct EvalSegOptions {
  std::string predicted, truth;  ///< folders of label maps, or one of each
  int classes = 0;
  int ignore = 255;  ///< label of the truth whose pixels are left out
  bool json = false;
};

struct PolicyImportOptions {
  std::string file;
  std::string name;    ///< empty: the file's own
  int epochs = 200;    ///< that the lines of a schedule were made for
  std::string levels;  ///< "shares", "grid"; empty: as the file shows
  bool json = false;
};

struct PolicyListOptions {
  std::string project;  ///< whose copies are listed; empty: the program's and the imported ones
  bool json = false;
};

struct PolicyRemoveOptions {
  std::string name;
  bool json = false;
};

struct BenchOptions {
  std::string what;                  ///< render, load, seg, step, store, start, window
  std::vector<std::string> methods;  ///< step: empty: all
  int threads = 0;                   ///< step: 0: all cores
  std::string device = "cpu";        ///< step
  std::string folder;                ///< load: of JPEG files; empty: made-up ones
  std::string only;                  ///< render, load: lines whose name fits; with * and ?; empty: all
  double seconds = 2;                ///< render, load, seg: of each line, about
  bool json = false;
};

struct DoctorOptions {
  std::string project = kDefaultProject;
  bool json = false;
};

using Request =
    std::variant<ListOptions, ApplyOptions, SampleOptions, RunOptions, ResumeOptions, StopOptions,
                 RunsOptions, ShowOptions, TableOptions, ExportOptions, DataCheckOptions, BenchOptions,
                 DoctorOptions, PolicyImportOptions, PolicyListOptions, PolicyRemoveOptions, ReplayOptions,
                 EvalSegOptions, QueueAddOptions, QueueListOptions, QueueRemoveOptions, QueueRunOptions>;

}  // namespace uada::cli
