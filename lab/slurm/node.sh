#!/bin/bash
# node.sh NAME ADDRESS CONTROLLER FOLDER: first process of a conversion host that is played by namespaces (network, host name,
# mounts, processes). It ends with everything that it started. Its only way out is the cable eth0, which the cluster lays.
set -euo pipefail
name=$1 address=$2 controller=$3 folder=$4
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
echo "$name" > /proc/sys/kernel/hostname
for ((i = 0; i < 200; i++)); do
  ! ip link show eth0 > /dev/null 2>&1 || break
  sleep 0.05
done
ip link set lo up
ip link set eth0 up
ip addr add "$address/24" dev eth0
# What the machine serves on 127.0.0.1 (Ceph, OpenStack) is what this host reaches at 127.0.0.1, through the cable: so it has no
# loopback of that address, and Ceph sees this host's own address as the client's.
ip addr del 127.0.0.1/8 dev lo
sysctl -qw net.ipv4.conf.eth0.route_localnet=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0
ip route add 127.0.0.1/32 via "$controller" dev eth0 src "$address"
# slurmd wants a cgroup hierarchy even where it limits nothing: one of its own
mount -t tmpfs cgroup /sys/fs/cgroup
mkdir /sys/fs/cgroup/freezer
mount -t cgroup -o freezer cgroup /sys/fs/cgroup/freezer
# folders that no other host sees: the conversion program, sockets and locks
mkdir -p /run/wavelift "$folder/own"
mount -t tmpfs -o mode=700 own /run/wavelift
mount -t tmpfs -o mode=700 own "$folder/own"
mkdir -p "$folder/spool/$name"
# in the background: the first process has to reap what others leave
slurmd -D -f "$folder/slurm.conf" &
trap 'kill -KILL -1' TERM
wait $! || status=$?
exit "${status:-0}"
