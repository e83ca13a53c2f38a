def a():
    return [
        [('Invert', 0.1, 7), ('Posterize', 0.2, 6)],
    ]
