# shellcheck shell=bash
# Ceph's configuration: one monitor, one manager, one OSD on a sparse file, on 127.0.0.1. Needs env.sh.
config_ceph() {
  mkdir -p /etc/ceph
  # Whole or not at all: what runs meanwhile reads it.
  cat > /etc/ceph/ceph.conf.new << C
[global]
fsid = $FSID
mon host = [v2:127.0.0.1:3300,v1:127.0.0.1:6789]
mon initial members = lab
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 16
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
run dir = $STATE/run
[mon]
public addr = 127.0.0.1
mon data = $STATE/ceph/mon
mon cluster log file = $LOGS/ceph-cluster.log
log file = $LOGS/ceph-mon.log
admin socket = $STATE/run/ceph-mon.asok
mon allow pool size one = true
mon allow pool delete = true
mon warn on pool no redundancy = false
auth allow insecure global id reclaim = false
mon osd down out interval = 86400
mon data avail warn = 5
mon memory target = 134217728
mon osd cache size = 50
rocksdb cache size = 16777216
[mgr]
public addr = 127.0.0.1
mgr data = $STATE/ceph/mgr
log file = $LOGS/ceph-mgr.log
admin socket = $STATE/run/ceph-mgr.asok
mgr initial modules = iostat
[osd]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
osd data = $STATE/ceph/osd
osd journal =
log file = $LOGS/ceph-osd.log
admin socket = $STATE/run/ceph-osd.asok
osd objectstore = bluestore
bluestore block size = $((OSD_SIZE_GIB * 1024 * 1024 * 1024))
bluestore cache autotune = false
bluestore cache size = 134217728
osd memory target = 939524096
osd op num shards = 2
osd op num threads per shard = 1
osd pg log max = 200
osd min pg log entries = 100
osd max pg log entries = 200
osd client message size cap = 67108864
osd class update on start = false
osd crush update on start = true
C
  mv -f /etc/ceph/ceph.conf.new /etc/ceph/ceph.conf
}
