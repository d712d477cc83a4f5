#!/bin/bash
# `units.sh` of a made-up release: notes its call, and refuses where the release says so.
root=$2 release=$3
echo "units of $(basename "$release")" >>"$root/../systemd/calls"
[ ! -e "$release/answers/units" ] || {
    cat "$release/answers/units" >&2
    exit 1
}
