# shellcheck shell=bash
# MariaDB, the services' schemas, and RabbitMQ. Needs env.sh, stage.sh and supervise.sh.
DATABASES=(keystone glance placement nova_api nova nova_cell0 neutron cinder)
SYNC_STEPS=(keystone-db keystone-bootstrap catalog nova-api-db nova-cell0 nova-db nova-cell1 neutron-db cinder-db glance-db placement-db)

sql() { mysql -uroot -S "$STATE/run/mysql.sock" "$@"; }

database() {
  # the mark comes last: a half-made data directory is made again
  if [ ! -e "$STATE/done/mysql" ]; then
    service_stop mysql
    rm -rf "$STATE/mysql"
    mkdir -p "$STATE/mysql"
    stage "  mysql-install" logged "$LOGS/mysql-install.log" mysql_install_db --no-defaults --user=root --datadir="$STATE/mysql" \
      --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve
    touch "$STATE/done/mysql"
  fi
  service mysql mariadbd --no-defaults --user=root --datadir="$STATE/mysql" --socket="$STATE/run/mysql.sock" \
    --pid-file="$STATE/run/mariadbd.pid" --bind-address=127.0.0.1 --port=3306 --skip-name-resolve --max-connections=400 \
    --performance-schema=OFF --innodb-buffer-pool-size=96M --innodb-log-file-size=48M --innodb-flush-log-at-trx-commit=2 \
    --innodb-doublewrite=0 --sync-binlog=0 --skip-log-bin --key-buffer-size=1M --table-open-cache=800 \
    --character-set-server=utf8mb3 --collation-server=utf8mb3_general_ci
  waitfor 90 mysql sql -e 'select 1'
  [ ! -e "$STATE/done/databases" ] || return 0
  local name
  for name in "${DATABASES[@]}"; do echo "CREATE DATABASE IF NOT EXISTS $name;"; done | sql
  sql -e "CREATE USER IF NOT EXISTS 'lab'@'127.0.0.1' IDENTIFIED BY '$LAB_PASSWORD'; GRANT ALL ON *.* TO 'lab'@'127.0.0.1'; FLUSH PRIVILEGES"
  local dump
  dump=$(schema_file)
  [ ! -s "$dump" ] || stage "  schema cache" schema_load "$dump"
  touch "$STATE/done/databases"
}

# The result of all schema syncs, Keystone's bootstrap and the catalog, taken when they have just been made (no agent, host
# or network is in it). Named after what it depends on. It replaces a minute of CPU by five seconds after `down --purge`.
schema_file() {
  {
    dpkg-query -W -f '${Package}=${Version}\n' python3-{keystone,glance,placement,nova,neutron,cinder} || true
    echo "$LAB_PASSWORD"
    cat "$LAB_SRC/bootstrap.py"
  } 2> /dev/null | sha256sum | sed "s#^\(.\{12\}\).*#$LAB_HOME/cache/schema-\1.sql.gz#"
}
schema_load() {
  zcat "$1" | sql
  local step
  for step in "${SYNC_STEPS[@]}"; do touch "$STATE/done/$step"; done
}
schema_save() {
  local dump
  dump=$(schema_file)
  [ ! -s "$dump" ] || return 0
  mkdir -p "$LAB_HOME/cache"
  mysqldump -uroot -S "$STATE/run/mysql.sock" --databases "${DATABASES[@]}" | gzip -9 > "$dump.tmp"
  mv "$dump.tmp" "$dump"
}

rabbit() {
  # not Debian's /usr/sbin wrapper (it insists on the rabbitmq user); epmd and the distribution port stay on 127.0.0.1
  service rabbit env HOME="$STATE/rabbit" RABBITMQ_BASE="$STATE/rabbit" RABBITMQ_MNESIA_BASE="$STATE/rabbit/db" \
    RABBITMQ_LOG_BASE="$LOGS" RABBITMQ_NODENAME=rabbit@localhost RABBITMQ_CONFIG_FILE="$STATE/rabbit/rabbitmq.conf" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$STATE/rabbit/plugins" RABBITMQ_PID_FILE="$STATE/rabbit/pid" \
    ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_DIST_PORT=25672 \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}" \
    /usr/lib/rabbitmq/bin/rabbitmq-server
  waitfor 90 rabbitmq port_open 5672
}
