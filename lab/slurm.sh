#!/bin/bash
# slurm.sh up|down|status: a pool of conversion hosts behind Slurm, played by namespaces of this machine (lab/slurm). One
# process of the lab keeps it; it is stopped with the lab. NODE (environment): the node that runs lab/slurm/keep.ts.
set -euo pipefail
here=$(dirname "$0")
for part in env stage supervise packages; do
  # shellcheck source=/dev/null
  source "$here/lib/$part.sh"
done
[ "$(id -u)" = 0 ] || die "must be root"
POOL=$STATE/slurm
mkdir -p "$LOGS" "$STATE/run" "$POOL"

up() {
  packages
  service slurm "$NODE" "$LAB_SRC/../bin/setup.mjs" lab/slurm/keep.ts "$POOL"
  local i
  for ((i = 0; i < 900; i++)); do
    [ ! -e "$POOL/ready" ] || return 0
    service_alive slurm || break
    sleep 0.1
  done
  tail -n 5 "$LOGS/slurm.log" >&2
  die "the Slurm pool did not come up (log: $LOGS/slurm.log)"
}
down() {
  service_stop slurm 100
  # not a service of the lab any more that should run
  rm -f "$STATE/run/slurm.cmd" "$POOL/ready"
}

case ${1:-} in
  up)
    # one run at a time; what is started must not inherit the lock
    exec 9> "$LAB_HOME/slurm.lock"
    flock 9
    up 9>&-
    SLURM_CONF=$POOL/slurm.conf sinfo --Node --long
    echo "runner: $(cat "$POOL/ready")"
    ;;
  down) down ;;
  status)
    service_alive slurm || { echo "the Slurm pool is down"; exit 3; }
    export SLURM_CONF=$POOL/slurm.conf
    echo "SLURM_CONF=$SLURM_CONF"
    sinfo --Node --long
    scontrol show licenses --oneliner
    squeue
    ;;
  *) die "usage: slurm.sh up|down|status" ;;
esac
