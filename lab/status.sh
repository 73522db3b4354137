#!/bin/bash
# status.sh: one line a service: NAME, up or down, pid, memory in MiB (PSS of its whole session), separated by tabs;
# then one line "guest PID" for each running guest.
set -euo pipefail
here=$(dirname "$0")
# shellcheck source=lab/lib/env.sh
source "$here/lib/env.sh"
# shellcheck source=lab/lib/supervise.sh
source "$here/lib/supervise.sh"
[ -d "$STATE/run" ] || exit 0

# Resident memory with shared pages divided among their users, summed over the given pids.
memory_mib() {
  local pid
  for pid in "$@"; do cat "/proc/$pid/smaps_rollup" 2> /dev/null || true; done | awk '/^Pss:/ { kib += $2 } END { print int(kib / 1024) }'
}
for name in $(service_names); do
  if service_alive "$name"; then
    pid=$(service_pid "$name")
    # shellcheck disable=SC2046  # one argument a pid
    printf '%s\tup\t%s\t%s\n' "$name" "$pid" "$(memory_mib $(ps -o pid= --sid "$pid"))"
  else
    printf '%s\tdown\t0\t0\n' "$name"
  fi
done
for file in /run/libvirt/qemu/instance-*.pid; do
  [ -f "$file" ] || continue
  pid=$(cat "$file")
  ! grep -qs qemu-system "/proc/$pid/cmdline" || printf '%s\tguest\t%s\t%s\n' "$(basename "$file" .pid)" "$pid" "$(memory_mib "$pid")"
done
