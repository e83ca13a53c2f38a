from collections import defaultdict
def fa_small():
    # level as a share
    p = [[["Contrast", 0.83, 0.4988], ["TranslateX", .5, 1e-1]],
         [('CutoutAbs', 1, 0.25), ("AutoContrast", 0.0, 1.0,),],  # commas
        ]
    return p
def joined():
    exp0 = [[('Rotate', 0.5, 0.5)]]
    return exp0 + exp0
CIFAR = [[('TranslateX', 0.51, 0.57), ('Rotate', 0.5693, 0.5274)]]
