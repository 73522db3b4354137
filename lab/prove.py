#!/usr/bin/python3
"""Proves the lab without the product: migrates one guest by hand, logs into it, takes it away again.

Reads an estate file on stdin: a BIOS guest whose first NIC belongs on the network lab-flat.
"""
import json
import os
import subprocess
import sys
import time

import openstack

LAB = os.environ["WAVELIFT_LAB"]
GIB = 1024 ** 3
BOOT_SECONDS = 240
start = time.time()


def say(text):
    print(f"{time.time() - start:6.1f} s  {text}", file=sys.stderr, flush=True)


def import_disk(cloud, vm, disk, made):
    """An empty volume, and the disk's data written into its RBD image."""
    size = -(-disk["capacityBytes"] // GIB)
    volume = cloud.block_storage.create_volume(name=f"prove-{vm['key']}-{disk['unit']}", size=size, volume_type="ceph")
    made.append(lambda: (cloud.block_storage.delete_volume(volume), cloud.block_storage.wait_for_delete(volume)))
    cloud.block_storage.wait_for_status(volume, "available", interval=0.5)
    driver = {"vhd": "vpc"}.get(disk["format"], disk["format"])
    source = os.path.join(LAB, "datastores", disk["datastore"], disk["file"])
    subprocess.run(["qemu-img", "convert", "-n", "--target-is-zero", "-W", "-m", "8", "-f", driver, "-O", "raw", source,
                    f"rbd:volumes/volume-{volume.id}:id=cinder"], check=True)
    return volume


def port_on(cloud, vm, made):
    nic = vm["nics"][0]
    group = cloud.network.create_security_group(name=f"prove-{vm['key']}")
    made.append(lambda: cloud.network.delete_security_group(group))
    cloud.network.create_security_group_rule(security_group_id=group.id, direction="ingress", protocol="tcp",
                                             port_range_min=22, port_range_max=22)
    port = cloud.network.create_port(
        name=f"prove-{vm['key']}", network_id=cloud.network.find_network("lab-flat").id, mac_address=nic["macAddress"],
        fixed_ips=[{"ip_address": nic["addresses"][0]["address"]}], security_group_ids=[group.id])
    made.append(lambda: cloud.network.delete_port(port))
    return port


def log_in(address):
    """Host name of the guest, when it answers with the host key that was put into it."""
    end = time.time() + BOOT_SECONDS
    while True:
        answer = subprocess.run(
            ["ssh", "-i", f"{LAB}/guests/id_lab", "-o", f"UserKnownHostsFile={LAB}/guests/known_hosts",
             "-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5",
             f"root@{address}", "hostname; cat /sys/class/net/eth0/address"], capture_output=True, text=True)
        if answer.returncode == 0:
            return answer.stdout.split()
        if time.time() > end:
            sys.exit(f"no login at {address} within {BOOT_SECONDS} s: {answer.stderr}")
        time.sleep(1)


def main():
    vm = json.load(sys.stdin)
    cloud = openstack.connect(cloud="lab")
    made = []
    try:
        volumes = [import_disk(cloud, vm, disk, made) for disk in vm["disks"]]
        say(f"{len(volumes)} volumes imported")
        cloud.block_storage.set_volume_bootable_status(volumes[0], True)
        cloud.block_storage.post(f"/volumes/{volumes[0].id}/action", json={"os-set_image_metadata": {
            "metadata": {"hw_disk_bus": "scsi", "hw_scsi_model": "virtio-scsi"}}}).raise_for_status()
        port = port_on(cloud, vm, made)
        server = cloud.compute.create_server(
            name=f"prove-{vm['key']}", flavor_id=cloud.compute.find_flavor("lab.small").id, networks=[{"port": port.id}],
            block_device_mapping=[dict(uuid=volume.id, source_type="volume", destination_type="volume",
                                       boot_index=0 if index == 0 else -1) for index, volume in enumerate(volumes)])
        made.append(lambda: (cloud.compute.delete_server(server), cloud.compute.wait_for_delete(server)))
        cloud.compute.wait_for_server(server, interval=1)
        say("server active")
        name, mac = log_in(vm["nics"][0]["addresses"][0]["address"])
        say(f"logged in: {name}, {mac}")
        if (name, mac) != (vm["hostName"], vm["nics"][0]["macAddress"]):
            sys.exit(f"expected {vm['hostName']}, {vm['nics'][0]['macAddress']}")
    finally:
        for undo in reversed(made):
            undo()
        say("removed")


if __name__ == "__main__":
    main()
