# shellcheck shell=bash
# Configuration of RabbitMQ, and clouds.yaml. Needs env.sh.
config_rabbit() {
  mkdir -p "$STATE/rabbit"
  echo '[].' > "$STATE/rabbit/plugins"
  cat > "$STATE/rabbit/rabbitmq.conf" << C
listeners.tcp.1 = 127.0.0.1:5672
log.console = true
log.file = false
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 50MB
C
}

# cloud_entry NAME USER PROJECT
cloud_entry() {
  cat << C
  $1:
    auth:
      auth_url: "http://$API:5000/v3"
      username: "$2"
      password: "$LAB_PASSWORD"
      project_name: "$3"
      user_domain_name: Default
      project_domain_name: Default
    region_name: RegionOne
    interface: public
    identity_api_version: 3
    volume_api_version: 3
C
}
config_clouds() {
  {
    echo "# lab: administrator; lab-tenant: an ordinary member of the project \"tenant\", which owns the network lab-tenant"
    echo "clouds:"
    cloud_entry lab admin admin
    cloud_entry lab-tenant tenant tenant
  } > "$CLOUDS_YAML"
}
