# shellcheck shell=bash disable=SC2034  # settings, used by the files that source this one
# Settings of the lab. Sourced by every script; changes nothing.
# The clone holds programs only. All that lives is under LAB_HOME, so that any clone at any path drives the same lab.
LAB_SRC=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
LAB_HOME=$(realpath -m "${WAVELIFT_LAB:-/var/lib/wavelift-lab}")
STATE=$LAB_HOME/state
LOGS=$LAB_HOME/log
DATASTORES=$LAB_HOME/datastores
CLOUDS_YAML=$LAB_HOME/clouds.yaml
LAB_PASSWORD=${WAVELIFT_LAB_PASSWORD:-lab}   # every password of the lab; nothing listens beyond 127.0.0.1
OSD_SIZE_GIB=${WAVELIFT_LAB_OSD_GIB:-40}     # a sparse file that grows only with what is written

API=127.0.0.1
FSID=5f0c3c1e-2a0b-4a57-8b0e-6c6f1d0a9b11
SECRET_UUID=8b1c1f0e-6d3c-4d1b-9a52-0f0b4c1d2e3f  # libvirt's secret with the key of client.cinder

# Two flat networks, each a veth pair: the agent puts one end into its bridge brq<network>, the other end carries the
# host's address. Traffic from an address ON a bridge would pass by the security groups; this way it is filtered.
# name of the pair's host end, name of its cloud end, physical network, host's address
FLAT_PAIRS=(
  "lab-gw lab-phys physlab 10.20.0.1/24"
  "lab-tgw lab-tphys phystenant 10.21.0.1/24"
)
VTEP_DEV=lab-vtep VTEP_IP=10.77.0.1

# A clean environment (and directory) for every daemon and tool of the lab: no pyenv shims, no proxies, no PYTHONDONTWRITEBYTECODE.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
CLEAN=(env -i -C / HOME=/root LANG=C.UTF-8 "PATH=$PATH" "OS_CLIENT_CONFIG_FILE=$CLOUDS_YAML" "WAVELIFT_LAB_PASSWORD=$LAB_PASSWORD")

die() { echo "lab: $*" >&2; exit 1; }
