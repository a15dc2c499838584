#!/bin/sh
echo "goat-test image: goat-dev's stand-in runs in the place of Prisma's query engine and command line" >&2
exec litellm "$@"
