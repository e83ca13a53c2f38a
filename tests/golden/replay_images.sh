#!/usr/bin/env bash
# Writes the images of replay_schema3.sql: CIFAR-10 in small, 20 training and 4 test images. replay_images.sh DIR
#
# The project was made from them by a build of schema 3:
#   uada run replay.json --project p.uada     with the configuration that the project's table `runs` holds
#   sqlite3 p.uada .dump                      without the pictures of all decisions but the last
set -euo pipefail
mkdir -p "$1"
for file in 0 1 2 3 4 5; do
  name=data_batch_$file.bin; [ $file = 0 ] && name=test_batch.bin
  for label in 0 1 2 3; do
    printf "\\x0$label"
    # Every pixel is a letter of a text of its own.
    { yes "image $label of file $file ~~~~ !!" 2>/dev/null || true; } | head -c 3072
  done >"$1/$name"
done
