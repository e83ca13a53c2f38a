A = ({'x': [True, False, None], "y": 'it\'s'}, -1, +2.5e-3, \
 1)
B = [[['Color', 1, 9**9]]]
