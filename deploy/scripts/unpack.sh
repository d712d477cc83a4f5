#!/bin/bash
# Lay one release out: unpack.sh BUNDLE_FOLDER TARGET
#
# The folder is an unpacked bundle whose signature was checked before. TARGET becomes the release:
# made aside as TARGET.partial and renamed when it is whole, so that killed at any moment it leaves
# nothing else behind; the next run begins anew. A TARGET that is this release already is left as
# it is, unless its Python does not start any more: the system's went with an upgrade of that. Needs Python with its module venv, and neither pip nor a network.
# CALYPSO_PYTHON names the Python to use, else one of those the release serves is looked for.
set -euo pipefail

refuse() {
    echo "unpack.sh: $*" >&2
    exit 1
}

[ $# = 2 ] || {
    echo "usage: unpack.sh BUNDLE_FOLDER TARGET" >&2
    exit 2
}
[ -f "$1/manifest.json" ] || refuse "$1 is no unpacked bundle: it has no manifest.json."
bundle=$(cd "$1" && pwd -P)
mkdir -p "$(dirname "$2")"
parent=$(cd "$(dirname "$2")" && pwd -P)
target=$parent/$(basename "$2")
partial=$target.partial

serves() { # whether a Python can make an environment and the release has wheels for it
    local version
    version=$("$1" -I -c 'import sys, venv; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) &&
        [ -f "$bundle/wheels/requirements-$version.txt" ] && echo "$version"
}

served() { # the Pythons of the release, in words
    local words
    words=$(cd "$bundle/wheels" && ls requirements-*.txt)
    words=${words//requirements-/}
    echo "${words//.txt/}" | tr '\n' ' '
}

find_python() {
    local name
    for name in ${CALYPSO_PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if version=$(serves "$name"); then
            python=$name
            return
        fi
    done
    refuse "this release needs a Python of these, with its module venv: $(served)" \
        "- found: $(python3 -V 2>&1 || true). On Debian and Ubuntu: apt-get install python3-venv."
}

install_wheels() {
    local installer
    installer=$(echo "$bundle"/wheels/pip-*.whl)
    PIP_CONFIG_FILE=/dev/null "$partial/venv/bin/python" -I "$installer/pip" \
        --quiet --isolated --disable-pip-version-check --no-input --no-cache-dir \
        install --no-index --find-links "$bundle/wheels" --no-deps --require-hashes --no-compile \
        --no-warn-script-location --root-user-action ignore \
        --requirement "$bundle/wheels/requirements-$version.txt" ||
        refuse "the wheels do not fit $($python -V) on $(uname -sm); what pip said is above."
}

compile() { # Programs with few rights cannot write bytecode later; traces name the final place.
    "$partial/venv/bin/python" -I -m compileall -q -s "$partial" -p "$target" \
        "$partial/venv/lib" >/dev/null || refuse "bytecode could not be written: is the disk full?"
}

write_program() {
    mkdir "$partial/bin"
    cat >"$partial/bin/calypso" <<'END'
#!/bin/sh
# The program of this release, wherever a link to it stands. The working directory and the
# environment add no modules to it.
release=$(dirname "$(dirname "$(readlink -f "$0")")")
unset PYTHONPATH PYTHONHOME
export PYTHONSAFEPATH=1 PYTHONNOUSERSITE=1
exec "$release/venv/bin/python" -m calypso "$@"
END
    chmod 755 "$partial/bin/calypso"
}

exec 9<"$parent"
flock 9 # two at a time would be in each other's way
if [ -e "$target" ]; then
    cmp -s "$bundle/SHA256SUMS" "$target/SHA256SUMS" ||
        refuse "$target is there already and is another build. Remove it, or give yours a version."
    "$target/venv/bin/python" -c '' 2>/dev/null && exit 0
fi
[ "$(uname -s)_$(uname -m)" = Linux_x86_64 ] || refuse "this release is for Linux on x86_64 only."
find_python
umask 022
rm -rf "$partial"
trap 'rm -rf "$partial"' EXIT # a full disk has better use for the room
mkdir "$partial"
"$python" -I -m venv --copies --without-pip "$partial/venv" ||
    refuse "$python could not make an environment. On Debian and Ubuntu: apt-get install python3-venv."
install_wheels
compile
# Their first line names the place aside; what runs is bin/calypso.
find "$partial/venv/bin" -type f ! -name 'python*' -delete
packages=venv/lib/python$version/site-packages
ln -s "$packages/api/ui" "$partial/web"
ln -s "$packages/calypso/store/migrations" "$partial/migrations"
for name in scripts deploy sbom.cdx.json manifest.json SHA256SUMS SHA256SUMS.minisig; do
    [ ! -e "$bundle/$name" ] || cp -R "$bundle/$name" "$partial/$name"
done
write_program
"$partial/bin/calypso" --version >/dev/null || refuse "the release does not start on this machine."
sync -f "$partial" # a name must never stand for files that a power cut would empty
rm -rf "$target"   # one whose Python is gone
mv -T "$partial" "$target"
