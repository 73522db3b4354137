package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func (v *vcenter) addNetworks(ctx context.Context, c *center, wanted []Network) error {
	if err := v.removeDefaultNetwork(c); err != nil {
		return err
	}
	switches := map[string]*object.DistributedVirtualSwitch{}
	for _, network := range wanted {
		var err error
		switch network.Kind {
		case "standard":
			err = v.addStandard(c, network)
		case "distributed":
			if switches[network.Switch] == nil {
				switches[network.Switch], err = v.addSwitch(ctx, c, network.Switch)
			}
			if err == nil {
				err = v.addPortgroup(ctx, c, switches[network.Switch], network)
			}
		case "opaque":
			err = v.addOpaque(c, network)
		default:
			err = fmt.Errorf("kind %q", network.Kind)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", network.Name, err)
		}
	}
	return nil
}

func (v *vcenter) networkFolder(c *center) *simulator.Folder {
	return v.model.Map().Get(c.folders.NetworkFolder.Reference()).(*simulator.Folder)
}

// removeDefaultNetwork takes away the simulator's "VM Network": only what the population says is there.
func (v *vcenter) removeDefaultNetwork(c *center) error {
	all := v.model.Map()
	folder := v.networkFolder(c)
	found := all.FindByName("VM Network", folder.ChildEntity)
	if found == nil {
		return fmt.Errorf("the simulator has no VM Network any more")
	}
	ref := found.Reference()
	simulator.RemoveReference(&folder.ChildEntity, ref)
	simulator.RemoveReference(&all.Get(c.object.Reference()).(*simulator.Datacenter).Network, ref)
	for _, at := range c.hosts {
		host := all.Get(at.host.Reference()).(*simulator.HostSystem)
		host.Network = nil
		host.Config.Network.Portgroup = nil
		host.Config.Network.Vswitch = nil
		switch parent := all.Get(*host.Parent).(type) {
		case *simulator.ClusterComputeResource:
			parent.Network = nil
		case *mo.ComputeResource:
			parent.Network = nil
		}
		network := all.Get(*host.ConfigManager.NetworkSystem).(*simulator.HostNetworkSystem)
		network.NetworkInfo.Portgroup, network.NetworkInfo.Vswitch = nil, nil
	}
	all.Remove(v.model.Service.Context, ref)
	return nil
}

// addStandard makes the port group on every host: the simulator's AddPortGroup takes a name only once.
func (v *vcenter) addStandard(c *center, wanted Network) error {
	all := v.model.Map()
	vlan, err := strconv.Atoi(orZero(wanted.VLAN))
	if err != nil {
		return err
	}
	spec := types.HostPortGroupSpec{Name: wanted.Name, VlanId: int32(vlan), VswitchName: wanted.Switch}
	var made types.ManagedObjectReference
	for _, at := range c.hosts {
		host := all.Get(at.host.Reference()).(*simulator.HostSystem)
		network := all.Get(*host.ConfigManager.NetworkSystem).(*simulator.HostNetworkSystem)
		addVswitch(network.NetworkInfo, wanted.Switch)
		if made.Value == "" {
			body := network.AddPortGroup(v.model.Service.Context, &types.AddPortGroup{Portgrp: spec})
			if fault := body.Fault(); fault != nil {
				return fmt.Errorf("%s", fault.String)
			}
			made = all.FindByName(wanted.Name, v.networkFolder(c).ChildEntity).Reference()
		} else {
			key := "key-vim.host.PortGroup-" + wanted.Name
			network.NetworkInfo.Portgroup = append(network.NetworkInfo.Portgroup, types.HostPortGroup{Key: key, Spec: spec})
		}
		host.Config.Network.Portgroup = network.NetworkInfo.Portgroup
		host.Config.Network.Vswitch = network.NetworkInfo.Vswitch
		v.connect(host, made)
	}
	c.networks[wanted.Name] = &types.VirtualEthernetCardNetworkBackingInfo{
		VirtualDeviceDeviceBackingInfo: types.VirtualDeviceDeviceBackingInfo{DeviceName: wanted.Name},
		Network:                        &made,
	}
	return nil
}

func addVswitch(info *types.HostNetworkInfo, name string) {
	for _, there := range info.Vswitch {
		if there.Name == name {
			return
		}
	}
	info.Vswitch = append(info.Vswitch, types.HostVirtualSwitch{Name: name, Key: "key-vim.host.VirtualSwitch-" + name})
}

// connect says at the host and what it belongs to that they reach the network.
func (v *vcenter) connect(host *simulator.HostSystem, network types.ManagedObjectReference) {
	all, ctx := v.model.Map(), v.model.Service.Context
	all.AddReference(ctx, host, &host.Network, network)
	switch parent := all.Get(*host.Parent).(type) {
	case *simulator.ClusterComputeResource:
		all.AddReference(ctx, parent, &parent.Network, network)
	case *mo.ComputeResource:
		all.AddReference(ctx, parent, &parent.Network, network)
	}
}

func (v *vcenter) addSwitch(ctx context.Context, c *center, name string) (*object.DistributedVirtualSwitch, error) {
	spec := types.DVSCreateSpec{ConfigSpec: &types.VMwareDVSConfigSpec{DVSConfigSpec: types.DVSConfigSpec{Name: name}}}
	task, err := c.folders.NetworkFolder.CreateDVS(ctx, spec)
	if err != nil {
		return nil, err
	}
	info, err := task.WaitForResult(ctx, nil)
	if err != nil {
		return nil, err
	}
	made := object.NewDistributedVirtualSwitch(v.client.Client, info.Result.(types.ManagedObjectReference))
	all := v.model.Map()
	for _, ref := range all.Get(made.Reference()).(*simulator.DistributedVirtualSwitch).Portgroup {
		// As vCenter marks the one that is for the hosts' own cables.
		uplink := all.Get(ref).(*simulator.DistributedVirtualPortgroup)
		yes := true
		uplink.Config.Uplink = &yes
		uplink.Tag = append(uplink.Tag, types.Tag{Key: "SYSTEM/DVS.UPLINKPG"})
	}
	var members []types.DistributedVirtualSwitchHostMemberConfigSpec
	for _, at := range c.hosts {
		members = append(members, types.DistributedVirtualSwitchHostMemberConfigSpec{
			Operation: string(types.ConfigSpecOperationAdd), Host: at.host.Reference(),
		})
	}
	task, err = made.Reconfigure(ctx, &types.DVSConfigSpec{Host: members})
	if err != nil {
		return nil, err
	}
	return made, task.Wait(ctx)
}

func (v *vcenter) addPortgroup(ctx context.Context, c *center, dvs *object.DistributedVirtualSwitch, wanted Network) error {
	vlan, err := vlanOf(wanted.VLAN)
	if err != nil {
		return err
	}
	task, err := dvs.AddPortgroup(ctx, []types.DVPortgroupConfigSpec{{
		Name: wanted.Name, Type: "earlyBinding", NumPorts: 128,
		DefaultPortConfig: &types.VMwareDVSPortSetting{Vlan: vlan},
	}})
	if err != nil {
		return err
	}
	if err := task.Wait(ctx); err != nil {
		return err
	}
	made := v.model.Map().FindByName(wanted.Name, v.networkFolder(c).ChildEntity)
	c.networks[wanted.Name], err = object.NewDistributedVirtualPortgroup(v.client.Client, made.Reference()).EthernetCardBackingInfo(ctx)
	return err
}

// vlanOf reads "100" as one VLAN, "100-200,300" as a trunk.
func vlanOf(text string) (types.BaseVmwareDistributedVirtualSwitchVlanSpec, error) {
	if !strings.ContainsAny(text, "-,") {
		id, err := strconv.Atoi(orZero(text))
		return &types.VmwareDistributedVirtualSwitchVlanIdSpec{VlanId: int32(id)}, err
	}
	var ranges []types.NumericRange
	for _, part := range strings.Split(text, ",") {
		from, to, found := strings.Cut(part, "-")
		if !found {
			to = from
		}
		start, err := strconv.Atoi(from)
		if err != nil {
			return nil, err
		}
		end, err := strconv.Atoi(to)
		if err != nil {
			return nil, err
		}
		ranges = append(ranges, types.NumericRange{Start: int32(start), End: int32(end)})
	}
	return &types.VmwareDistributedVirtualSwitchTrunkVlanSpec{VlanId: ranges}, nil
}

func (v *vcenter) addOpaque(c *center, wanted Network) error {
	summary := types.OpaqueNetworkSummary{
		NetworkSummary:  types.NetworkSummary{Name: wanted.Name},
		OpaqueNetworkId: wanted.Name, OpaqueNetworkType: "nsx.LogicalSwitch",
	}
	if err := v.networkFolder(c).AddOpaqueNetwork(v.model.Service.Context, summary); err != nil {
		return err
	}
	c.networks[wanted.Name] = &types.VirtualEthernetCardOpaqueNetworkBackingInfo{
		OpaqueNetworkId: wanted.Name, OpaqueNetworkType: "nsx.LogicalSwitch",
	}
	return nil
}

func orZero(text string) string {
	if text == "" {
		return "0"
	}
	return text
}
