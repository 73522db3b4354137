#!/bin/bash
# up.sh            from a bare machine, or any half-way state, to a working cloud; starts what is missing, keeps what runs
# up.sh packages   only the Debian packages
# up.sh restart NAME...   restarts services
set -euo pipefail
shopt -s inherit_errexit
here=$(dirname "$0")
for part in env stage supervise packages config-ceph config-common config-identity config-compute config-network config-infra \
  network database ceph openstack; do
  # shellcheck source=/dev/null
  source "$here/lib/$part.sh"
done
[ "$(id -u)" = 0 ] || die "must be root"
mkdir -p "$LOGS" "$STATE"/{run,done,lock,ceph,nova/instances,neutron,cinder,glance,keystone}
chmod 755 "$LAB_HOME" "$STATE"
ulimit -n 65536 2> /dev/null || ulimit -n "$(ulimit -Hn)"

# One run at a time; daemons must not inherit the lock.
exec 9> "$LAB_HOME/lock"
flock -n 9 || {
  echo "lab: waiting for another run that works on $LAB_HOME" >&2
  flock -w 900 9 || die "the other run did not end within 15 minutes"
}

configuration() {
  install_helpers
  config_ceph
  config_identity
  config_cinder
  config_nova
  config_libvirt
  config_neutron
  config_rabbit
  config_clouds
}
storage() { ceph_up; hypervisor; }

everything() {
  stage packages packages
  stage configuration configuration
  stage network network
  # what depends on nothing, and the schemas in two chains for two cores
  together rabbit storage identity other_schemas
  [ -e "$STATE/done/discover-hosts" ] || stage "schema cache" schema_save
  stage services services
  stage resources resources
}

case ${1:-} in
  '')
    echo "--- $(date -Is)" >> "$LOGS/times.log"
    stage total everything 9>&-
    ;;
  packages) stage packages packages 9>&- ;;
  restart)
    shift
    for name in "$@"; do service_restart "$name" 9>&-; done
    ;;
  *) die "unknown command $1" ;;
esac
