#!/bin/bash
# `calypso` of a made-up release: answers as `answers/` says, notes each call, and stands still at
# the word that `block` names for as long as `blocked` is there. `migrate` really writes to the database, through the checkout.
release=$(dirname "$(dirname "$(readlink -f "$0")")")
systemd=${release%/root/*}/systemd
said=$*
name=${said// /-}
echo "$(basename "$release") $said" >>"$systemd/calls"
if [ "$(cat "$systemd/block" 2>/dev/null)" = "$name" ]; then
    touch "$systemd/blocked"
    while [ -e "$systemd/blocked" ]; do sleep 0.05; done
fi
if [ -e "$release/answers/$name" ]; then
    cat "$release/answers/$name" >&2
    exit 2
fi
case $said in
    --version) echo "calypso $(basename "$release")" ;;
    "migrate --check") cat "$release/schema" ;;
esac
