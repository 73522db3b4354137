# shellcheck shell=bash
# Configuration of Keystone, Glance and Placement. Needs env.sh and config-common.sh.
config_identity() {
  mkdir -p /etc/keystone /etc/glance /etc/placement
  cat > /etc/keystone/keystone.conf << C
[DEFAULT]
use_stderr = true
[database]
connection = $DB_URL/keystone
[token]
provider = fernet
expiration = 86400
[fernet_tokens]
key_repository = $STATE/keystone/fernet-keys
max_active_keys = 3
[fernet_receipts]
key_repository = $STATE/keystone/fernet-keys
[credential]
key_repository = $STATE/keystone/credential-keys
[identity]
# bcrypt's default of 12 rounds costs 0.4 s of CPU for every login, that is for every openstack command
password_hash_rounds = 4
[cache]
enabled = true
backend = oslo_cache.dict
[oslo_policy]
enforce_scope = false
enforce_new_defaults = false
C
  cat > /etc/glance/glance-api.conf << C
[DEFAULT]
bind_host = $API
bind_port = 9292
workers = 1
enabled_backends = rbd:rbd
# a client may register an image that already lies in RBD: POST /v2/images, PATCH add /locations/-
show_multiple_locations = true
show_image_direct_url = true
$(defaults_of glance)
[glance_store]
default_backend = rbd
[rbd]
rbd_store_pool = images
rbd_store_user = glance
rbd_store_ceph_conf = /etc/ceph/ceph.conf
rbd_store_chunk_size = 8
[os_glance_staging_store]
filesystem_store_datadir = $STATE/glance/staging
[os_glance_tasks_store]
filesystem_store_datadir = $STATE/glance/tasks
[paste_deploy]
flavor = keystone
$(sections_of glance)
C
  cat > /etc/placement/placement.conf << C
[DEFAULT]
use_stderr = true
[api]
auth_strategy = keystone
[placement_database]
connection = $DB_URL/placement
[keystone_authtoken]
$SERVICE_LOGIN
memcached_servers = 127.0.0.1:11211
C
}
