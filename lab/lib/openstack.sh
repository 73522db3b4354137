# shellcheck shell=bash
# The OpenStack services. Needs env.sh, stage.sh, supervise.sh and database.sh.
ML2=(--config-file /etc/neutron/neutron.conf --config-file /etc/neutron/plugins/ml2/ml2_conf.ini)

# Programs that services keep running lie in the lab's home: the clone that started them may be moved or deleted.
install_helpers() {
  install -D -m 755 -t "$LAB_HOME/bin" "$LAB_SRC/wsgi.py" "$LAB_SRC/bootstrap.py"
  install -D -m 755 "$LAB_SRC/ebtables.sh" "$LAB_HOME/bin/neutron/ebtables"
}
bootstrap() { "${CLEAN[@]}" /usr/bin/python3 "$LAB_HOME/bin/bootstrap.py" "$@"; }

# schema DATABASES STEP COMMAND...: a step that makes tables. One that was begun and did not end starts with empty databases:
# MariaDB does not roll tables back, and a sync stumbles over those that are there.
schema() {
  local databases=$1 step=$2 name
  shift 2
  [ ! -e "$STATE/done/$step" ] || return 0
  if [ -e "$STATE/done/$step.begun" ]; then
    for name in $databases; do sql -e "DROP DATABASE IF EXISTS $name; CREATE DATABASE $name"; done
  fi
  touch "$STATE/done/$step.begun"
  once "$step" "$@"
}

keystone_schema() {
  # `keystone-manage fernet_setup` takes 10 s to write these 44 bytes
  local kind i
  for kind in fernet-keys credential-keys; do
    mkdir -p "$STATE/keystone/$kind"
    chmod 700 "$STATE/keystone" "$STATE/keystone/$kind"
    for i in 0 1; do
      [ -s "$STATE/keystone/$kind/$i" ] \
        || (umask 077; head -c 32 /dev/urandom | base64 -w0 | tr '+/' '-_' > "$STATE/keystone/$kind/$i")
    done
  done
  schema keystone keystone-db keystone-manage db_sync
  local url=http://$API:5000/v3
  once keystone-bootstrap keystone-manage bootstrap --bootstrap-password "$LAB_PASSWORD" --bootstrap-region-id RegionOne \
    --bootstrap-admin-url "$url" --bootstrap-internal-url "$url" --bootstrap-public-url "$url"
}

keystone_up() {
  service keystone /usr/bin/python3 "$LAB_HOME/bin/wsgi.py" 5000 /usr/bin/keystone-wsgi-public
  waitfor 90 keystone curl -sf -o /dev/null "http://$API:5000/v3"
}

nova_schema() {
  local cell0="mysql+pymysql://lab:$LAB_PASSWORD@127.0.0.1/nova_cell0"
  schema nova_api nova-api-db nova-manage api_db sync
  # `simple_cell_setup` does more than is needed
  once nova-cell0 nova-manage cell_v2 map_cell0 --database_connection "$cell0"
  schema "nova nova_cell0" nova-db nova-manage db sync
  # it refuses to make a cell twice, as a run that was killed may ask for
  once nova-cell1 sh -c 'nova-manage cell_v2 create_cell --name cell1 || nova-manage cell_v2 list_cells | grep " cell1 "'
}

other_schemas() {
  waitfor 180 databases test -e "$STATE/done/databases"
  waitfor 90 mysql port_open 3306
  schema neutron neutron-db neutron-db-manage "${ML2[@]}" upgrade heads
  schema cinder cinder-db cinder-manage db sync
  schema glance glance-db glance-manage db_sync
  schema placement placement-db placement-manage db sync
}

identity() {
  database
  keystone_schema
  keystone_up
  once catalog /usr/bin/python3 "$LAB_HOME/bin/bootstrap.py" catalog &
  local catalog=$!
  nova_schema
  wait $catalog
}

apis_up() {
  service memcached memcached -u root -l 127.0.0.1 -p 11211 -m 32
  service placement /usr/bin/python3 "$LAB_HOME/bin/wsgi.py" 8778 /usr/bin/placement-api
  service glance-api glance-api --config-file /etc/glance/glance-api.conf
  service neutron-server neutron-server "${ML2[@]}"
  service cinder-api cinder-api
  service nova-api nova-api
  service nova-conductor nova-conductor
  service nova-scheduler nova-scheduler
  service cinder-scheduler cinder-scheduler
}

agents_up() {
  # an agent's first message is lost when no server listens, and costs it 60 s
  waitfor 180 neutron-server port_open 9696
  service cinder-volume cinder-volume
  service neutron-linuxbridge env PATH="$LAB_HOME/bin/neutron:$PATH" \
    neutron-linuxbridge-agent "${ML2[@]}" --config-file /etc/neutron/plugins/ml2/linuxbridge_agent.ini
  service neutron-dhcp neutron-dhcp-agent --config-file /etc/neutron/neutron.conf --config-file /etc/neutron/dhcp_agent.ini
  service nova-compute nova-compute
}

services() {
  apis_up
  agents_up
  local port
  for port in 8778 9292 9696 8776 8774; do waitfor 180 "port $port" port_open $port; done
  bootstrap wait
  once discover-hosts nova-manage cell_v2 discover_hosts
}

resources() {
  [ ! -e "$STATE/done/resources" ] || return 0
  logged "$LOGS/resources.log" bootstrap resources
  # Nova's API shows whether a flavor is disabled but cannot disable one
  sql -e "UPDATE nova_api.flavors SET disabled = 1 WHERE name = 'lab.retired'"
  touch "$STATE/done/resources"
}
