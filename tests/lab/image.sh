#!/bin/bash
# The guest's disk, from Debian packages alone: `image.sh SUITE FOLDER` leaves root.img, vmlinuz and
# initrd in FOLDER, which must be empty. As root; takes 5 minutes on two idle cores.
#
# The guest is that suite of Debian with OpenZFS' kernel module. All packages come from the one
# suite, so that the kernel and its headers are of the same version. The mirror is the one of this
# machine.
set -euo pipefail

# What is mounted on the way is gone when this script is, however it ends.
[ "${IN_OWN_MOUNTS:-}" ] || IN_OWN_MOUNTS=1 exec unshare --mount --propagation private "$0" "$@"

suite=$1
folder=$(realpath "$2")
here=$(realpath "$(dirname "$0")")
size=2G # of a sparse file
root=$folder/root over=$folder/over

# The system itself, then what the tests drive, then what they look with.
packages=linux-image-amd64,busybox-static,kmod,udev,procps,iproute2,python3,psmisc,sudo
packages+=,zfsutils-linux,smartmontools,mbuffer,openssh-server,acl,attr
packages+=,tgt,open-iscsi,targetcli-fb,python3-rtslib-fb,mtx,mt-st,lsscsi,sg3-utils
packages+=,e2fsprogs,xfsprogs,parted,gdisk,dosfstools,pv,less

exec 3>&1 >"$folder/log" 2>&1 # what the packages say; shown when something fails
trap '[ $? = 0 ] || { tail -n 40 "$folder/log"; say "failed; all of it is in $folder/log"; } >&3' EXIT

say() { printf '%s lab: %s\n' "$(date +%T)" "$*" >&3; }

find_mirror() {
    apt-get indextargets --format '$(REPO_URI)' "Created-By: Packages" "Label: Debian" | sort -u
}

make_root() {
    # No initrd of Debian's (ours is smaller), no manuals, no modules for hardware no guest has.
    INITRD=No mmdebstrap --quiet --mode=root --variant=minbase --components=main,contrib \
        --aptopt='Acquire::Languages "none"' --dpkgopt=force-unsafe-io \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --dpkgopt='path-exclude=*/lib/modules/*/kernel/sound/*' \
        --dpkgopt='path-exclude=*/lib/modules/*/kernel/drivers/gpu/*' \
        --dpkgopt='path-exclude=*/lib/modules/*/kernel/drivers/media/*' \
        --dpkgopt='path-exclude=*/lib/modules/*/kernel/drivers/net/wireless/*' \
        --include="$packages" "$suite" "$root" "$1"
}

inside() { # run a program in the overlay
    chroot "$over" env DEBIAN_FRONTEND=noninteractive INITRD=No "$@" </dev/null
}

build_modules() { # in an overlay, so that compiler and headers never reach the image
    mkdir -p "$folder/upper" "$folder/work" "$over"
    mount -t overlay overlay -o "lowerdir=$root,upperdir=$folder/upper,workdir=$folder/work" "$over"
    for name in proc sys dev; do mount --bind "/$name" "$over/$name"; done
    cp /etc/resolv.conf "$over/etc/resolv.conf"
    printf '#!/bin/sh\nexit 101\n' >"$over/usr/sbin/policy-rc.d" # start no service
    chmod +x "$over/usr/sbin/policy-rc.d"
    inside apt-get -qq update
    # The headers first: zfs-dkms builds for the kernels whose headers it finds.
    inside apt-get -qq install --no-install-recommends "linux-headers-$kernel" build-essential
    inside apt-get -qq install --no-install-recommends zfs-dkms
    local built=lib/modules/$kernel/updates/dkms
    # The package succeeds even when it has built nothing.
    compgen -G "$over/$built/zfs.ko*" || { say "zfs-dkms has built no zfs.ko"; exit 1; }
    mkdir -p "$root/$built"
    cp "$over/$built"/*.ko* "$root/$built" # compressed, where the kernel's own are
    umount --recursive "$over"
    chroot "$root" depmod "$kernel"
}

make_initrd() { # a shell, and the modules it takes to reach the disk
    local tree=$folder/initrd.tree module path name
    mkdir -p "$tree"/{bin,dev,proc,sys,modules,root}
    cp "$root/bin/busybox" "$tree/bin"
    for module in virtio_pci virtio_blk ext4 virtio_net; do
        for path in $(chroot "$root" modprobe -S "$kernel" --show-depends "$module" |
            awk '$1 == "insmod" {print $2}'); do
            name=$(basename "$path" .xz)
            [ -e "$tree/modules/$name" ] && continue
            xzcat --force "$root$path" >"$tree/modules/$name" # as it is, where it is not compressed
            echo "$name" >>"$tree/modules/order"
        done
    done
    install -m 755 "$here/guest/first" "$tree/init"
    (cd "$tree" && find . | cpio --quiet -o -H newc | gzip -1) >"$folder/initrd"
}

main() { # read whole before any of it runs, so that the file may change meanwhile
    mirror=$(find_mirror | head -n 1) || true
    [ "$mirror" ] || { say "apt has no Debian mirror here, from which to make the guest"; exit 1; }
    say "installing Debian $suite"
    make_root "$mirror"
    kernel=$(basename "$root"/lib/modules/*)
    say "building OpenZFS' modules for Linux $kernel"
    build_modules
    say "writing the disk"
    cp "$root/boot/vmlinuz-$kernel" "$folder/vmlinuz"
    make_initrd
    chroot "$root" dpkg-query -W -f '${Package} ${Version}\n' >"$folder/packages.txt"
    rm -rf "$root"/boot/* "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
    truncate -s "$size" "$folder/root.img"
    mke2fs -q -t ext4 -O '^has_journal,^metadata_csum' -E lazy_itable_init=1,nodiscard -m 0 \
        -d "$root" "$folder/root.img"
    rm -rf "$root" "$over" "$folder"/{upper,work,initrd.tree}
    say "done"
}

main
exit 0
