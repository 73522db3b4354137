# shellcheck shell=bash
# Configuration of Neutron: Linux bridge agent, two flat networks, VXLAN. Needs env.sh and config-common.sh.
config_neutron() {
  local device physical pair flat="" mappings=""
  for pair in "${FLAT_PAIRS[@]}"; do
    read -r _ device physical _ <<< "$pair"
    flat+=${flat:+,}$physical
    mappings+=${mappings:+,}$physical:$device
  done
  mkdir -p /etc/neutron/plugins/ml2
  cat > /etc/neutron/neutron.conf << C
[DEFAULT]
$(defaults_of neutron)
host = lab
bind_host = $API
bind_port = 9696
api_workers = 1
rpc_workers = 1
rpc_state_report_workers = 0
core_plugin = ml2
service_plugins =
auth_strategy = keystone
dhcp_agents_per_network = 1
notify_nova_on_port_status_changes = true
notify_nova_on_port_data_changes = true
send_events_interval = 1
dhcp_load_type = networks
agent_down_time = 30
api_paste_config = /etc/neutron/api-paste.ini
global_physnet_mtu = 1500
[quotas]
quota_network = -1
quota_subnet = -1
quota_port = -1
quota_security_group = -1
quota_security_group_rule = -1
[agent]
root_helper =
report_interval = 5
[nova]
$SERVICE_LOGIN
[placement]
$SERVICE_LOGIN
[experimental]
# Zed refuses to load the Linux bridge driver without this
linuxbridge = true
$(sections_of neutron)
C
  cat > /etc/neutron/plugins/ml2/ml2_conf.ini << C
[ml2]
type_drivers = flat,vxlan
tenant_network_types = vxlan
mechanism_drivers = linuxbridge
extension_drivers = port_security
[ml2_type_flat]
flat_networks = $flat
[ml2_type_vxlan]
vni_ranges = 100:199
[securitygroup]
enable_security_group = true
enable_ipset = true
C
  cat > /etc/neutron/plugins/ml2/linuxbridge_agent.ini << C
[linux_bridge]
# not bridge_mappings: Nova is not told that bridge's name and plugs the guest into an isolated brq<network>
physical_interface_mappings = $mappings
[vxlan]
enable_vxlan = true
local_ip = $VTEP_IP
l2_population = false
[agent]
polling_interval = 1
[securitygroup]
enable_security_group = true
enable_ipset = true
firewall_driver = iptables
C
  cat > /etc/neutron/dhcp_agent.ini << C
[DEFAULT]
interface_driver = linuxbridge
dhcp_driver = neutron.agent.linux.dhcp.Dnsmasq
enable_isolated_metadata = false
enable_metadata_network = false
resync_interval = 2
dnsmasq_local_resolv = false
[agent]
report_interval = 5
C
}
