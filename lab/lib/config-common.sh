# shellcheck shell=bash disable=SC2034  # the sections that every OpenStack service's file holds, used by config-*.sh
# Sections shared by the configuration files of the OpenStack services. Needs env.sh.

DB_URL="mysql+pymysql://lab:$LAB_PASSWORD@127.0.0.1"

# How a service logs in to Keystone.
SERVICE_LOGIN="auth_url = http://$API:5000/v3
www_authenticate_uri = http://$API:5000/v3
auth_type = password
username = service
password = $LAB_PASSWORD
project_name = service
user_domain_name = Default
project_domain_name = Default
region_name = RegionOne"

# Since the fix of CVE-2023-2088 Cinder detaches an attached volume only for callers with a service token.
TOKENS="[keystone_authtoken]
$SERVICE_LOGIN
memcached_servers = 127.0.0.1:11211
service_token_roles = service
service_token_roles_required = true
[service_user]
send_service_user_token = true
$SERVICE_LOGIN"

# defaults_of STATE-SUBDIRECTORY: lines for [DEFAULT]
defaults_of() {
  cat << C
transport_url = rabbit://guest:guest@127.0.0.1:5672/
state_path = $STATE/$1
debug = ${WAVELIFT_LAB_DEBUG:-false}
rpc_response_timeout = 180
C
}

# sections_of DATABASE: the last sections of a service's file
sections_of() {
  cat << C
$TOKENS
[database]
connection = $DB_URL/$1
max_pool_size = 5
max_overflow = 20
[oslo_concurrency]
lock_path = $STATE/lock
[oslo_messaging_rabbit]
heartbeat_timeout_threshold = 0
[oslo_messaging_notifications]
driver = noop
[oslo_policy]
enforce_scope = false
enforce_new_defaults = false
C
}
