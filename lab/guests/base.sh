#!/bin/bash
# base.sh DIRECTORY: builds the Debian system that all guests share, once, as a tree: DIRECTORY/root, with its kernel,
# initrd and both GRUB images inside. No loop device, no mount of an image: works in any container that is root.
# The tree is named after what it is made from; an older one is replaced.
set -euo pipefail
shopt -s inherit_errexit
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lab/lib/env.sh
source "$here/../lib/env.sh"
# shellcheck source=lab/lib/stage.sh
source "$here/../lib/stage.sh"
base=$1
root=$base/root
log=$LOGS/guest-base.log
mkdir -p "$base" "$LOGS"
[ -e "$base/id_lab" ] || ssh-keygen -q -t ed25519 -N '' -C lab -f "$base/id_lab"

# The cloud kernel has virtio, vmxnet3 and pvscsi, but no AHCI and no e1000.
PACKAGES=linux-image-cloud-amd64,systemd-sysv,udev,dbus,openssh-server,iproute2,iputils-ping,grub-pc-bin,grub-efi-amd64-bin
PACKAGES+=,grub2-common,e2fsprogs,initramfs-tools,kmod,lz4
# Slow under emulation and of no use in a guest of the lab. Not logind: it hears the power button, without which a guest
# never shuts down in order and each stop of a server takes Nova's full 60 s.
MASKED="systemd-networkd-wait-online.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer
  e2scrub_reap.service fstrim.timer getty@tty1.service systemd-timesyncd.service systemd-pstore.service
  systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-random-seed.service systemd-machine-id-commit.service
  modprobe@configfs.service modprobe@dm_mod.service modprobe@drm.service modprobe@efi_pstore.service modprobe@fuse.service
  modprobe@loop.service dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount
  sys-kernel-config.mount sys-fs-fuse-connections.mount systemd-journal-flush.service systemd-sysusers.service
  systemd-network-generator.service systemd-modules-load.service systemd-fsckd.socket
  systemd-tmpfiles-clean.timer kmod-static-nodes.service proc-sys-fs-binfmt_misc.automount systemd-binfmt.service
  systemd-ask-password-console.path systemd-ask-password-wall.path"
GRUB_MODULES="part_msdos part_gpt fat ext2 normal linux configfile serial terminal test echo search search_fs_uuid gzio"

stamp=$({ cat "$0" "$here/initrd.sh"; dpkg-query -W mmdebstrap; } | sha256sum | cut -c1-16)
[ "$(cat "$base/stamp" 2> /dev/null)" != "$stamp" ] || exit 0

debian() {
  rm -rf "$base/stamp" "$root"
  # --variant=custom plus our own list would be smaller still, but minbase is what people know
  logged "$log" "${CLEAN[@]}" DEBIAN_FRONTEND=noninteractive mmdebstrap --mode=root --variant=minbase --include="$PACKAGES" \
    --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --aptopt='Apt::Install-Recommends "false"' \
    --essential-hook="$here/initrd.sh" \
    bookworm "$root" "deb http://deb.debian.org/debian bookworm main"
}

customise() {
  logged "$log" chroot "$root" "${CLEAN[@]}" chpasswd <<< root:lab
  logged "$log" chroot "$root" "${CLEAN[@]}" systemctl -q enable systemd-networkd serial-getty@ttyS0 ssh
  # shellcheck disable=SC2086  # a list of units
  logged "$log" chroot "$root" "${CLEAN[@]}" systemctl -q mask $MASKED
  logged "$log" chroot "$root" "${CLEAN[@]}" systemctl -q set-default multi-user
  printf 'PermitRootLogin yes\nUseDNS no\nUsePAM no\n' > "$root/etc/ssh/sshd_config.d/lab.conf"
  mkdir -p "$root/root/.ssh"
  chmod 700 "$root/root/.ssh"
  cp "$base/id_lab.pub" "$root/root/.ssh/authorized_keys"
  rm -f "$root"/etc/ssh/ssh_host_*
  ln -sf /dev/null "$root/etc/systemd/network/99-default.link"  # eth0, eth1: names that do not follow the bus
  mkdir -p "$root/etc/systemd/journald.conf.d"
  printf '[Journal]\nStorage=volatile\n' > "$root/etc/systemd/journald.conf.d/lab.conf"
  rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/usr/share/{doc,man,locale,info}/*
}

bootloaders() {
  local grub=$root/boot/grub
  mkdir -p "$grub/i386-pc"
  cp "$root"/usr/lib/grub/i386-pc/{*.mod,*.lst} "$grub/i386-pc/"
  # shellcheck disable=SC2086  # a list of modules
  logged "$log" chroot "$root" "${CLEAN[@]}" grub-mkimage -O i386-pc -o /boot/grub/core.img -p '(hd0,msdos1)/boot/grub' biosdisk $GRUB_MODULES
  # a UEFI image finds its partition by the label: the partition's number is not known here
  # shellcheck disable=SC2016  # GRUB's variables
  printf 'search --no-floppy --label --set=root root\nset prefix=($root)/boot/grub\nconfigfile $prefix/grub.cfg\n' > "$grub/early.cfg"
  # shellcheck disable=SC2086
  logged "$log" chroot "$root" "${CLEAN[@]}" grub-mkimage -O x86_64-efi -o /boot/grub/BOOTX64.EFI -c /boot/grub/early.cfg \
    -p /boot/grub $GRUB_MODULES search_label
  cp "$root/usr/lib/grub/i386-pc/boot.img" "$grub/boot.img"
}

stage "  debian" debian
stage "  customise" customise
stage "  boot loaders" bootloaders
echo "$stamp" > "$base/stamp"
