#!/bin/sh
# initrd.sh ROOT: settings of initramfs-tools, written by mmdebstrap before the kernel is installed, so that its initrd
# is made once. Few modules and a cheap compression, because guests boot under emulation; every bus that a server of the
# lab can get, because the machine that boots is not the one that was installed.
set -eu
mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/usr/share/initramfs-tools/modules.d"
printf 'MODULES=list\nCOMPRESS=lz4\n' > "$1/etc/initramfs-tools/conf.d/lab"
printf '%s\n' virtio_pci virtio_scsi virtio_blk vmw_pvscsi ata_piix sd_mod ext4 crc32c_generic crc32c_intel \
  > "$1/usr/share/initramfs-tools/modules.d/lab"
