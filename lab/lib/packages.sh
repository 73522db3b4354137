# shellcheck shell=bash disable=SC2317  # functions that `stage`, `logged` and a trap call
# Debian packages of the lab, the tests and the demo. Needs env.sh and stage.sh.

package_names() { sed 's/#.*//' "$LAB_SRC/packages.txt" | xargs -n1; }

missing_packages() {
  # dpkg-query fails when it knows one of the names not at all
  comm -13 <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2> /dev/null | sed -n 's/^installed //p' | sort -u) <(package_names | sort -u)
}

# No service may start by itself: maintainer scripts ask policy-rc.d. A file that is already there is put back at the end,
# unless it is our own, left by a run that was killed. Runs in a subshell, so that the trap fires on failure and signals too.
with_policy_guard() (
  local file=/usr/sbin/policy-rc.d saved
  saved=$(mktemp -d)
  [ ! -e "$file" ] || grep -q wavelift "$file" || cp -a "$file" "$saved/kept"
  restore() {
    if [ -e "$saved/kept" ]; then cp -a "$saved/kept" "$file"; else rm -f "$file"; fi
    rm -rf "$saved"
  }
  trap restore EXIT
  trap 'exit 130' INT TERM
  printf '#!/bin/sh\n# wavelift lab\nexit 101\n' > "$file"
  chmod 755 "$file"
  "$@"
)

packages() {
  local missing log=$LOGS/apt.log
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  export DEBIAN_FRONTEND=noninteractive
  local apt=(apt-get -qq -y --no-install-recommends -o DPkg::Lock::Timeout=600
    -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Options::=--force-confold)
  echo "$(date -Is) ${missing[*]}" >> "$log"
  stage "  apt update" logged "$log" apt-get -qq update
  stage "  apt download" logged "$log" "${apt[@]}" install --download-only "${missing[@]}"
  # a run that was killed leaves packages half configured, and apt refuses to go on
  logged "$log" with_policy_guard dpkg --configure -a
  # the answers of preseed.txt keep maintainer scripts from setting up databases and catalogs
  logged "$log" "${apt[@]}" install debconf
  debconf-set-selections "$LAB_SRC/preseed.txt"
  stage "  apt install" logged "$log" with_policy_guard "${apt[@]}" install "${missing[@]}"
}
