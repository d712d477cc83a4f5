#!/bin/bash
# Whether a bundle is what somebody we trust signed: checked with openssl, before any of it runs.
# shellcheck disable=SC2154 # names of common.sh and install.sh

ED25519_PREFIX=302a300506032b6570032100 # SubjectPublicKeyInfo of a raw key; RFC 8410, section 4

check_signature() {
    local key keys=() work
    [ -z "$key_file" ] || keys=("$key_file")
    for key in "$etc"/release-keys/*.pub; do [ ! -f "$key" ] || keys+=("$key"); done
    [ ${#keys[@]} -gt 0 ] || refuse "no key is known to check the bundle with. Name the public" \
        "key of whoever makes your releases, from another source than the bundle: --key FILE."
    has openssl || refuse "openssl is missing, and the bundle's signature is checked with it." \
        "apt-get install openssl"
    work=$(mktemp -d)
    for key in "${keys[@]}"; do
        if signed_with "$key" "$work"; then
            rm -rf "$work"
            check_sums
            note "signed with $key"
            return
        fi
    done
    rm -rf "$work"
    refuse "the bundle's signature fits none of: ${keys[*]}. It is not what was released, or of" \
        "somebody else. Fetch it again, or name the right key: --key FILE."
}

signed_with() { # signed_with KEY_FILE WORK_FOLDER
    local key signature
    key=$(tail -n 1 "$1" | base64 -d 2>/dev/null | od -An -vtx1 | tr -d ' \n') || return 1
    signature=$(sed -n 2p "$bundle/SHA256SUMS.minisig" 2>/dev/null | base64 -d 2>/dev/null |
        od -An -vtx1 | tr -d ' \n') || return 1
    # Both are: "Ed", 8 bytes that name the key, then the key or the signature; minisign(1).
    [ ${#key} = 84 ] && [ ${#signature} = 148 ] && [ "${key:0:4}" = 4564 ] || return 1
    [ "${signature:0:20}" = "${key:0:20}" ] || return 1
    unhex "$ED25519_PREFIX${key:20}" >"$2/key.der"
    unhex "${signature:20}" >"$2/signature"
    openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$2/key.der" \
        -sigfile "$2/signature" -in "$bundle/SHA256SUMS" >/dev/null 2>&1
}

unhex() { # hexadecimal digits to bytes
    local escaped
    # shellcheck disable=SC2001 # every two digits
    escaped=$(sed 's/../\\x&/g' <<<"$1")
    printf '%b' "$escaped"
}

check_sums() {
    local listed there
    (cd "$bundle" && sha256sum --check --strict --quiet SHA256SUMS) ||
        refuse "files of the bundle are not what was signed; they are named above. Unpack it again."
    listed=$(sed 's/^[0-9a-f]* [ *]//' "$bundle/SHA256SUMS" | sort)
    there=$(cd "$bundle" && find . -type f -printf '%P\n' | grep -v '^SHA256SUMS' | sort)
    [ "$listed" = "$there" ] ||
        refuse "the bundle has files that nobody signed. Unpack it again, into an empty folder."
}

trust_key() {
    [ "$key_file" ] || return 0
    act install -D -m 644 "$key_file" "$etc/release-keys/$(basename "${key_file%.pub}").pub"
}
