package main

import (
	"encoding/json"
	"sort"
	"strconv"

	"github.com/vmware/govmomi/vim25/types"
)

// guestOf is what VMware Tools tell.
func guestOf(vm VM) *types.GuestInfo {
	guest := &types.GuestInfo{ToolsVersion: "12352", GuestState: "notRunning"}
	switch vm.ToolsState {
	case "running":
		guest.ToolsRunningStatus, guest.ToolsStatus = "guestToolsRunning", "toolsOk"
		guest.ToolsVersionStatus2, guest.GuestState = "guestToolsCurrent", "running"
	case "notRunning":
		guest.ToolsRunningStatus, guest.ToolsStatus = "guestToolsNotRunning", "toolsNotRunning"
		guest.ToolsVersionStatus2 = "guestToolsCurrent"
	case "notInstalled":
		guest.ToolsRunningStatus, guest.ToolsStatus = "guestToolsNotRunning", "toolsNotInstalled"
		guest.ToolsVersionStatus2, guest.ToolsVersion = "guestToolsNotInstalled", "0"
	}
	if vm.HostName != nil {
		guest.HostName = *vm.HostName
	}
	if vm.GuestReportedName != nil {
		guest.GuestFullName = *vm.GuestReportedName
	}
	for _, disk := range vm.GuestDisks {
		one := types.GuestDiskInfo{DiskPath: disk.Path, Capacity: disk.CapacityBytes, FreeSpace: disk.FreeBytes}
		if disk.FileSystem != nil {
			one.FilesystemType = *disk.FileSystem
		}
		guest.Disk = append(guest.Disk, one)
	}
	var routes []types.NetIpRouteConfigInfoIpRoute
	for index, nic := range vm.NICs {
		if len(nic.Addresses) == 0 {
			continue
		}
		one := types.GuestNicInfo{
			Network: nic.Network, MacAddress: nic.MACAddress, Connected: nic.Connected, DeviceConfigId: nic.DeviceKey,
			IpConfig: &types.NetIpConfigInfo{},
		}
		for _, address := range nic.Addresses {
			one.IpAddress = append(one.IpAddress, address.Address)
			one.IpConfig.IpAddress = append(one.IpConfig.IpAddress, types.NetIpConfigInfoIpAddress{
				IpAddress: address.Address, PrefixLength: address.PrefixLength, State: "preferred",
			})
		}
		guest.Net = append(guest.Net, one)
		if guest.IpAddress == "" {
			guest.IpAddress = nic.Addresses[0].Address
		}
		if nic.Gateway != nil {
			routes = append(routes, types.NetIpRouteConfigInfoIpRoute{
				Network: "0.0.0.0", PrefixLength: 0,
				Gateway: types.NetIpRouteConfigInfoGateway{IpAddress: *nic.Gateway, Device: strconv.Itoa(index)},
			})
		}
	}
	if len(routes) > 0 {
		guest.IpStack = []types.GuestStackInfo{{IpRouteConfig: &types.NetIpRouteConfigInfo{IpRoute: routes}}}
	}
	return guest
}

// extraConfigOf holds what vSphere has no field for: change tracking of a disk, NUMA affinity, programs in the guest.
func extraConfigOf(vm VM) []types.BaseOptionValue {
	values := map[string]string{}
	for _, disk := range vm.Disks {
		place := disk.Controller.Bus + strconv.Itoa(int(disk.Controller.BusNumber)) + ":" + strconv.Itoa(int(disk.Unit))
		if disk.ChangeTracking {
			values[place+".ctkEnabled"] = "TRUE"
		}
	}
	if vm.ChangeTracking {
		values["ctkEnabled"] = "TRUE"
	}
	if vm.NUMAAffinity {
		values["numa.nodeAffinity"] = "0"
	}
	if vm.Software != nil {
		type application struct {
			Name    string `json:"a"`
			Version string `json:"v"`
		}
		running := []application{}
		for _, name := range vm.Software {
			running = append(running, application{name, "1.0"})
		}
		text, _ := json.Marshal(map[string]any{
			"version": "1", "updateCounter": "1", "publishTime": "2026-01-01T00:00:00.000Z", "applications": running,
		})
		values["guestinfo.appInfo"] = string(text)
	}
	for key, value := range vm.ExtraConfig {
		values[key] = value
	}
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	made := []types.BaseOptionValue{}
	for _, key := range keys {
		made = append(made, &types.OptionValue{Key: key, Value: values[key]})
	}
	return made
}
