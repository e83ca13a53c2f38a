#pragma once

// What the engine takes of LibTorch: tensors, gradients, modules, threads and devices. torch/torch.h would bring its
// layers, optimisers and data sets too, whose templates every source would instantiate again, which is most of the
// time that compiling a source takes.
#include <torch/autograd.h>
#include <torch/cuda.h>
#include <torch/nn/module.h>
#include <torch/types.h>
#include <torch/utils.h>
