#!/bin/sh
# Writes requirements.txt (to run) and requirements-dev.txt (to test) from setup.cfg: versions and hashes, no
# addresses. The same files serve CPython 3.11 to 3.13. Run it with `make lock`, after a change of setup.cfg.
set -eu
cd "$(dirname "$0")/.."
export CUSTOM_COMPILE_COMMAND="make lock"
compile() {
    .venv/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
        --no-emit-trusted-host --no-emit-find-links --no-emit-options "$@" setup.cfg tools/lock.in
}
compile --output-file=requirements.txt
compile --output-file=requirements-dev.txt --extra=dev --extra=speech --constraint=requirements.txt
