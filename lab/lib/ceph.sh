# shellcheck shell=bash
# Ceph and libvirt. Needs env.sh, stage.sh and supervise.sh. Keyrings live in the lab's state and are copied to /etc/ceph,
# so that a machine whose /etc is new finds the old cluster.
OSD_UUID=0f0f0f0f-0000-4000-8000-000000000000
KEYRINGS=$STATE/ceph/keyrings

ceph_make_monitor() {
  rm -rf "$STATE"/ceph/{mon,mgr,osd,keyrings}
  mkdir -p "$STATE"/ceph/{mon,mgr,osd,keyrings}
  local ring=$STATE/ceph/mon.keyring new=(ceph-authtool --create-keyring)
  "${new[@]}" "$ring" --gen-key -n mon. --cap mon 'allow *'
  "${new[@]}" "$KEYRINGS/ceph.client.admin.keyring" --gen-key -n client.admin \
    --cap mon 'allow *' --cap osd 'allow *' --cap mds 'allow *' --cap mgr 'allow *'
  "${new[@]}" "$STATE/ceph/mgr/keyring" --gen-key -n mgr.lab --cap mon 'allow profile mgr' --cap osd 'allow *' --cap mds 'allow *'
  "${new[@]}" "$STATE/ceph/osd/keyring" --gen-key -n osd.0 \
    --cap mon 'allow profile osd' --cap mgr 'allow profile osd' --cap osd 'allow *'
  # the usual capabilities of Ceph's OpenStack guide: what works with these works in the field
  "${new[@]}" "$KEYRINGS/ceph.client.cinder.keyring" --gen-key -n client.cinder --cap mon 'profile rbd' --cap mgr 'profile rbd' \
    --cap osd 'profile rbd pool=volumes, profile rbd pool=vms, profile rbd-read-only pool=images'
  "${new[@]}" "$KEYRINGS/ceph.client.glance.keyring" --gen-key -n client.glance --cap mon 'profile rbd' --cap mgr 'profile rbd' \
    --cap osd 'profile rbd pool=images'
  local file
  for file in "$KEYRINGS"/*.keyring "$STATE"/ceph/{mgr,osd}/keyring; do ceph-authtool "$ring" --import-keyring "$file"; done
  monmaptool --create --clobber --fsid "$FSID" --addv lab '[v2:127.0.0.1:3300,v1:127.0.0.1:6789]' "$STATE/ceph/monmap"
  ceph-mon --mkfs -i lab --monmap "$STATE/ceph/monmap" --keyring "$ring"
  rm -f "$STATE"/done/ceph-{osd,pools}
  touch "$STATE/done/ceph-mon"
}

ceph_make_osd() {
  # the monitor must know an OSD's uuid before mkfs; on an empty cluster `ceph osd new` gives it the id 0
  waitfor 60 ceph-mon ceph --connect-timeout 3 osd new $OSD_UUID 0
  find "$STATE/ceph/osd" -mindepth 1 ! -name keyring -delete
  ceph-osd -i 0 --mkfs --osd-uuid $OSD_UUID
  touch "$STATE/done/ceph-osd"
}

ceph_make_pools() {
  local pool
  for pool in volumes images vms; do
    ceph osd pool create "$pool" 16 16
    ceph osd pool application enable "$pool" rbd
  done
  ceph osd set noscrub
  ceph osd set nodeep-scrub
  touch "$STATE/done/ceph-pools"
}

ceph_up() {
  [ -e "$STATE/done/ceph-mon" ] || logged "$LOGS/ceph-make.log" ceph_make_monitor
  mkdir -p /etc/ceph
  cp "$KEYRINGS"/*.keyring /etc/ceph/
  service ceph-mon ceph-mon -f -i lab
  [ -e "$STATE/done/ceph-osd" ] || logged "$LOGS/ceph-make.log" ceph_make_osd
  service ceph-osd ceph-osd -f -i 0
  service ceph-mgr ceph-mgr -f -i lab
  [ -e "$STATE/done/ceph-pools" ] || logged "$LOGS/ceph-make.log" ceph_make_pools
  waitfor 90 "pools that answer" timeout 10 rbd -p volumes ls
}

hypervisor() {
  # Nova knows the hypervisor by libvirt's host name: a name of its own keeps the lab's servers when the machine's changes
  service libvirtd unshare --uts sh -c "echo lab > /proc/sys/kernel/hostname; exec libvirtd -f '$STATE/libvirtd.conf'"
  waitfor 60 libvirtd virsh -c qemu:///system version
  local key
  key=$(ceph-authtool -p -n client.cinder "$KEYRINGS/ceph.client.cinder.keyring")
  [ "$(virsh -q secret-get-value "$SECRET_UUID" 2> /dev/null)" != "$key" ] || return 0
  printf '<secret ephemeral="no" private="no"><uuid>%s</uuid><usage type="ceph"><name>client.cinder secret</name></usage></secret>' \
    "$SECRET_UUID" > "$STATE/secret.xml"
  virsh -q secret-define "$STATE/secret.xml" > /dev/null
  virsh -q secret-set-value "$SECRET_UUID" "$key" > /dev/null 2>&1  # it warns of a value on the command line
}
