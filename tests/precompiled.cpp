// Only what is precompiled for the tests; a library needs a source.
