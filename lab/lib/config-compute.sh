# shellcheck shell=bash
# Configuration of Nova, Cinder and libvirt. Needs env.sh and config-common.sh.
config_cinder() {
  mkdir -p /etc/cinder
  cat > /etc/cinder/cinder.conf << C
[DEFAULT]
$(defaults_of cinder)
host = lab
my_ip = 127.0.0.1
auth_strategy = keystone
api_paste_config = /etc/cinder/api-paste.ini
osapi_volume_listen = $API
osapi_volume_workers = 1
glance_api_servers = http://$API:9292
enabled_backends = ceph
default_volume_type = ceph
allowed_direct_url_schemes = rbd
quota_volumes = -1
quota_snapshots = -1
quota_gigabytes = -1
report_interval = 5
service_down_time = 120
[ceph]
volume_driver = cinder.volume.drivers.rbd.RBDDriver
volume_backend_name = ceph
rbd_pool = volumes
rbd_user = cinder
rbd_ceph_conf = /etc/ceph/ceph.conf
rbd_secret_uuid = $SECRET_UUID
rbd_flatten_volume_from_snapshot = false
rbd_max_clone_depth = 5
rbd_store_chunk_size = 4
rados_connect_timeout = 15
rbd_exclusive_cinder_pool = true
report_discard_supported = true
[nova]
$SERVICE_LOGIN
interface = internal
[coordination]
backend_url = file://$STATE/cinder
$(sections_of cinder)
C
}

config_nova() {
  mkdir -p /etc/nova
  cat > /etc/nova/nova.conf << C
[DEFAULT]
$(defaults_of nova)
host = lab
my_ip = 127.0.0.1
enabled_apis = osapi_compute
osapi_compute_listen = $API
osapi_compute_workers = 1
compute_driver = libvirt.LibvirtDriver
instances_path = $STATE/nova/instances
reserved_host_memory_mb = 512
# a guest under emulation is idle most of the time; a wave of small servers has to fit on two cores
cpu_allocation_ratio = 16.0
allow_resize_to_same_host = true
report_interval = 5
service_down_time = 120
vif_plugging_timeout = 300
vif_plugging_is_fatal = true
block_device_allocate_retries = 120
force_config_drive = false
# servers that ran before "down" run again after "up"
resume_guests_state_on_host_boot = true
[quota]
instances = -1
cores = -1
ram = -1
[api_database]
connection = $DB_URL/nova_api
max_pool_size = 5
[conductor]
workers = 1
[scheduler]
workers = 1
discover_hosts_in_cells_interval = -1
[glance]
endpoint_override = http://$API:9292
[cinder]
$SERVICE_LOGIN
os_region_name = RegionOne
catalog_info = volumev3::internalURL
[neutron]
$SERVICE_LOGIN
service_metadata_proxy = false
[placement]
$SERVICE_LOGIN
[vnc]
enabled = false
[spice]
enabled = false
[serial_console]
enabled = false
[libvirt]
# where the lab was made /dev/kvm opens but guests hang in it: emulation works everywhere
virt_type = qemu
cpu_mode = none
# QEMU's translation cache is 1 GiB for each guest unless told otherwise
tb_cache_size = 256
rbd_user = cinder
rbd_secret_uuid = $SECRET_UUID
images_type = rbd
images_rbd_pool = vms
images_rbd_ceph_conf = /etc/ceph/ceph.conf
disk_cachemodes = "network=writeback"
hw_disk_discard = unmap
inject_partition = -2
[os_vif_linux_bridge]
use_ipv6 = false
[compute]
resource_provider_association_refresh = 0
[key_manager]
backend = nova.keymgr.conf_key_mgr.ConfKeyManager
$(sections_of nova)
C
  # oslo.config reads this file AFTER nova.conf, because of the program's name, and Debian's says virt_type=kvm
  [ ! -e /etc/nova/nova-compute.conf ] || sed -i 's/^virt_type=.*/virt_type=qemu/' /etc/nova/nova-compute.conf
}

config_libvirt() {
  mkdir -p /etc/libvirt
  cat > "$STATE/libvirtd.conf" << C
auth_unix_ro = "none"
auth_unix_rw = "none"
log_outputs = "3:stderr"
C
  cat > /etc/libvirt/qemu.conf << C
# lab: QEMU as root, without the help of systemd, AppArmor, cgroups or virtlogd
user = "root"
group = "root"
dynamic_ownership = 0
security_driver = "none"
cgroup_controllers = []
namespaces = []
stdio_handler = "file"
C
}
