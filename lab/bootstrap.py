#!/usr/bin/python3
"""What the openstack CLI would do in forty calls of two seconds each, in one process.

    bootstrap.py catalog      services, endpoints, roles, projects and users (needs Keystone only)
    bootstrap.py wait         until every API answers and every agent reports itself alive
    bootstrap.py resources    networks, flavors and volume types of the lab

Every step looks first and creates only what is missing. Reads clouds.yaml through OS_CLIENT_CONFIG_FILE.
"""
import os
import sys
import time

import openstack

PASSWORD = os.environ.get("WAVELIFT_LAB_PASSWORD", "lab")
TENANT = "tenant"

SERVICES = {
    "placement": ("placement", "http://127.0.0.1:8778"),
    "glance": ("image", "http://127.0.0.1:9292"),
    "nova": ("compute", "http://127.0.0.1:8774/v2.1"),
    "neutron": ("network", "http://127.0.0.1:9696"),
    "cinderv3": ("volumev3", "http://127.0.0.1:8776/v3/%(project_id)s"),
    "cinder": ("block-storage", "http://127.0.0.1:8776/v3/%(project_id)s"),
}
# name: arguments of the network, arguments of its subnet. The pools leave room for the addresses of migrated servers:
# the DHCP agent takes an address of the pool for itself. `lab-tenant` belongs to the project `tenant`, because a plain
# member may choose fixed addresses and MACs only on a network that its own project owns.
NETWORKS = {
    "lab-flat": (
        dict(provider_network_type="flat", provider_physical_network="physlab", is_shared=True),
        dict(cidr="10.20.0.0/24", gateway_ip="10.20.0.1",
             allocation_pools=[dict(start="10.20.0.100", end="10.20.0.200")]),
    ),
    "lab-tenant": (
        dict(provider_network_type="flat", provider_physical_network="phystenant", project=TENANT),
        dict(cidr="10.21.0.0/24", gateway_ip="10.21.0.1",
             allocation_pools=[dict(start="10.21.0.100", end="10.21.0.200")]),
    ),
    "lab-vxlan": (
        dict(provider_network_type="vxlan", is_shared=True),
        dict(cidr="10.30.0.0/24", gateway_ip=None,
             allocation_pools=[dict(start="10.30.0.100", end="10.30.0.200")]),
    ),
}
# Three honest flavors and four that a planner must not choose for a small VM: too big, private, disabled (see
# lib/openstack.sh: the API cannot disable one), and one whose extra spec asks for hardware that is not there.
FLAVORS = {
    "lab.small": dict(vcpus=1, ram=512, disk=0),
    "lab.medium": dict(vcpus=1, ram=1024, disk=1),
    "lab.large": dict(vcpus=2, ram=1024, disk=0),
    "lab.xlarge": dict(vcpus=4, ram=4096, disk=1),
    "lab.private": dict(vcpus=1, ram=512, disk=0, is_public=False),
    "lab.retired": dict(vcpus=1, ram=512, disk=0),
    "lab.gpu": dict(vcpus=1, ram=512, disk=0, extra_specs={"pci_passthrough:alias": "gpu:1"}),
}
VOLUME_TYPES = ("ceph", "ceph-fast")


def catalog(cloud):
    identity = cloud.identity
    have = {service.name: service for service in identity.services()}
    for name, (kind, url) in SERVICES.items():
        service = have.get(name) or identity.create_service(name=name, type=kind)
        known = {endpoint.interface for endpoint in identity.endpoints(service_id=service.id)}
        for interface in {"public", "internal"} - known:
            identity.create_endpoint(service_id=service.id, interface=interface, url=url, region_id="RegionOne")
    roles = {role.name: role for role in identity.roles()}
    for name in {"service", "member"} - roles.keys():
        roles[name] = identity.create_role(name=name)
    for name, granted in (("service", ("admin", "service")), (TENANT, ("member",))):
        project = identity.find_project(name) or identity.create_project(name=name, domain_id="default")
        user = identity.find_user(name) or identity.create_user(
            name=name, password=PASSWORD, domain_id="default", default_project_id=project.id)
        for role in granted:
            identity.assign_project_role_to_user(project, user, roles[role])


def wait(cloud, limit=120):
    """Polls each service until it is whole; ends the program with the last answer when `limit` seconds are over."""

    def compute():
        up = {service.binary for service in cloud.compute.services() if service.state == "up"}
        return {"nova-conductor", "nova-scheduler", "nova-compute"} <= up or up

    def volume():
        services = cloud.block_storage.get("/os-services").json()["services"]
        up = {service["binary"] for service in services if service["state"] == "up"}
        return {"cinder-scheduler", "cinder-volume"} <= up or up

    def network():
        up = {agent.binary for agent in cloud.network.agents() if agent.is_alive}
        return {"neutron-linuxbridge-agent", "neutron-dhcp-agent"} <= up or up

    def image():
        return list(cloud.image.images()) is not None

    for name, check in (("image", image), ("network", network), ("volume", volume), ("compute", compute)):
        end, last = time.time() + limit, None
        while last is not True:
            try:
                last = check()
            except Exception as error:  # a service that is still starting answers with anything
                last = error
            if last is not True:
                if time.time() > end:
                    sys.exit(f"timed out waiting for the {name} service: {last}")
                time.sleep(0.5)


def resources(cloud):
    for name, (arguments, subnet) in NETWORKS.items():
        arguments = dict(arguments)
        project = arguments.pop("project", None)
        if project:
            arguments["project_id"] = subnet["project_id"] = cloud.identity.find_project(project).id
        network = cloud.network.find_network(name) or cloud.network.create_network(name=name, **arguments)
        if not list(cloud.network.subnets(name=name)):
            cloud.network.create_subnet(name=name, network_id=network.id, ip_version=4, enable_dhcp=True, **subnet)
    have = {flavor.name for flavor in cloud.compute.flavors(is_public=None)}
    for name, arguments in FLAVORS.items():
        if name in have:
            continue
        arguments = dict(arguments)
        specs = arguments.pop("extra_specs", None)
        flavor = cloud.compute.create_flavor(name=name, **arguments)
        if specs:
            cloud.compute.create_flavor_extra_specs(flavor, specs)
    have = {kind.name for kind in cloud.block_storage.types()}
    for name in VOLUME_TYPES:
        if name not in have:
            cloud.block_storage.create_type(name=name, extra_specs={"volume_backend_name": "ceph"})


if __name__ == "__main__":
    {"catalog": catalog, "wait": wait, "resources": resources}[sys.argv[1]](openstack.connect(cloud="lab"))
