#!/bin/bash
# down.sh            stops guests, services, namespaces, bridges and firewall chains of the lab; its data stays
# down.sh --purge    removes data too: databases, OSD, keys, the states of stacks that tell of them (not the packages,
#                    the guests and the schema cache)
set -uo pipefail
here=$(dirname "$0")
for part in env stage supervise network; do
  # shellcheck source=/dev/null
  source "$here/lib/$part.sh"
done
[ "$(id -u)" = 0 ] || die "must be root"
[ -d "$STATE/run" ] || { echo "lab: nothing to stop in $LAB_HOME" >&2; exit 0; }
mkdir -p "$LOGS"
exec 9> "$LAB_HOME/lock"
flock -n 9 || {
  echo "lab: waiting for another run that works on $LAB_HOME" >&2
  flock -w 900 9 || die "the other run did not end within 15 minutes"
}

# The pids of libvirt's guests, from its pid files; such a file may be older than this boot.
guest_pids() {
  local file pid
  for file in /run/libvirt/qemu/instance-*.pid; do
    [ -f "$file" ] || continue
    pid=$(cat "$file")
    ! grep -qs qemu-system "/proc/$pid/cmdline" || echo "$pid"
  done
}
stop_guests() {
  # Nova first, or it would record that somebody else shut the guests down
  service_stop nova-compute
  local pid i
  # TERM lets QEMU flush its cache to RBD
  for pid in $(guest_pids); do kill -TERM "$pid"; done
  for ((i = 0; i < 100; i++)); do
    [ -n "$(guest_pids)" ] || return 0
    sleep 0.1
  done
  for pid in $(guest_pids); do kill -KILL "$pid"; done
}
stop_services() {
  local name
  for name in cinder-volume neutron-dhcp neutron-linuxbridge nova-api nova-conductor nova-scheduler cinder-api cinder-scheduler \
    glance-api placement keystone neutron-server; do
    service_stop "$name" 30 &
  done
  wait
}
stop_foundations() {
  local name epmd
  for name in libvirtd memcached rabbit mysql; do service_stop "$name" 150 & done
  service_stop ceph-mgr 20
  service_stop ceph-osd 150
  service_stop ceph-mon 50
  wait
  # RabbitMQ's port mapper outlives it
  epmd=$(ss -ltnpH 'sport = :4369' 2> /dev/null | sed -n 's/.*"epmd",pid=\([0-9]*\).*/\1/p' | head -n 1)
  [ -z "$epmd" ] || ! grep -qs "$STATE/rabbit" "/proc/$epmd/environ" || kill "$epmd"
}
purge() {
  local file
  # libvirt keeps the guests of a cloud that is gone, and Nova counts their names from 1 again.
  for file in /etc/libvirt/qemu/instance-*.xml; do
    ! grep -qs "$SECRET_UUID" "$file" || rm -f "$file"
  done
  # A state that outlives its cloud names groups that are no more: the next lab's ports would ask for them.
  rm -rf "$LAB_HOME"/pulumi{,-test,-guards}
  rm -rf "$STATE" /etc/ceph/ceph.client.{admin,cinder,glance}.keyring "/etc/libvirt/secrets/$SECRET_UUID".*
}

# the pool of conversion hosts goes first: what runs there writes to Ceph
stage slurm "$here/slurm.sh" down
stage guests stop_guests
stage services stop_services
stage foundations stop_foundations
stage network network_down
[ "${1:-}" != --purge ] || stage purge purge
