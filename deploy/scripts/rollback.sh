#!/bin/bash
# Put the release before in use again, also where the one in use does not even start:
# rollback.sh [--root DIR] [VERSION] [--restore [--yes]]
#
# What follows --root goes to `calypso release rollback`, of the release in use or else of the one
# before it.
set -euo pipefail

root=
if [ "${1:-}" = --root ]; then
    root=${2%/}
    shift 2
fi
home=$root/opt/adastra/calypso
export CALYPSO_CONFIG_DIR=$root/etc/calypso CALYPSO_ROOT=${root:-/}

for release in "$home/current" "$home/previous"; do
    if "$release/bin/calypso" --version >/dev/null 2>&1; then
        exec "$release/bin/calypso" release rollback "$@"
    fi
    echo "rollback.sh: the program of $release does not start." >&2
done
exit 1
