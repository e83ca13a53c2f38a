A = B = [[('Contrast', np.float64(0.83), np.float32(0.26)), (np.str_('Invert'), np.int64(1), 7.0)]]
C: list = [np.array([['Color', 0, 1]])]
def f() -> list:
  return [[('Color', .5)]]
