# shellcheck shell=bash
# The host's end of the lab's networks. Needs env.sh.
network() {
  local host cloud address pair
  for pair in "${FLAT_PAIRS[@]}"; do
    read -r host cloud _ address <<< "$pair"
    ip link show "$host" > /dev/null 2>&1 || ip link add "$host" type veth peer name "$cloud"
    ip addr replace "$address" dev "$host"
    ip link set "$cloud" up
    ip link set "$host" up
  done
  # the local end of the VXLAN tunnels sits on an empty bridge (not every kernel has the dummy driver)
  ip link show "$VTEP_DEV" > /dev/null 2>&1 || ip link add "$VTEP_DEV" type bridge
  ip addr replace "$VTEP_IP/32" dev "$VTEP_DEV"
  ip link set "$VTEP_DEV" up
  sysctl -qw net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1 || true
}

# Takes away what the lab, its agents and its guests left in the kernel.
network_down() {
  local name file table command pair host
  for file in "$STATE"/neutron/dhcp/*/pid "$STATE"/neutron/external/pids/*; do
    # dnsmasq left its parent; its pid file is in the lab's state, and its command line names that state
    [ -f "$file" ] && grep -qs "$STATE" "/proc/$(cat "$file")/cmdline" && kill "$(cat "$file")" 2> /dev/null
  done
  for name in $(ip netns list 2> /dev/null | awk '/^qdhcp-/ { print $1 }'); do ip netns del "$name"; done
  for pair in "${FLAT_PAIRS[@]}"; do
    read -r host _ <<< "$pair"
    ip link del "$host" 2> /dev/null
  done
  ip link del "$VTEP_DEV" 2> /dev/null
  for name in $(ip -o link | awk -F'[ :@]+' '{ print $2 }' | grep -E '^(brq[0-9a-f]{8}-|vxlan-[0-9]+$|tap[0-9a-f]{8}-)'); do
    ip link del "$name" 2> /dev/null
  done
  for command in iptables ip6tables; do
    for table in filter raw nat mangle; do
      $command-save -t $table 2> /dev/null | grep -qi neutron || continue
      $command-save -t $table | grep -vi neutron | $command-restore -T $table
    done
  done
  for name in $(ipset list -n 2> /dev/null | grep -E '^N?IPv[46]'); do ipset destroy "$name" 2> /dev/null; done
  for table in nat filter; do
    ebtables -t $table -L 2> /dev/null | grep -q neutron || continue
    ebtables -t $table -F
    ebtables -t $table -X
  done
  return 0
}
