#include "app/cli/verbs/Eval.h"

namespace uada::cli {

void addEval(Verbs& verbs) {
  Verbs eval = verbs.group({"eval", "Evaluate predictions that any program wrote: eval seg, eval voc",
                            "Example: uada eval seg predicted true --classes 19\n"
                            "         uada eval voc results VOCdevkit/VOC2007"});
  addEvalSeg(eval);
  addEvalVoc(eval);
}

}  // namespace uada::cli
