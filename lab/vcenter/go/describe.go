package main

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// describe writes the VM's facts where vSphere has them. Values are written, not asked for by Reconfigure: the
// simulator's own way refuses or forgets much of it (change tracking, TPM, addresses, sharing).
func (v *vcenter) describe(to *simulator.VirtualMachine, vm VM, devices []types.BaseVirtualDevice, host *place) error {
	yes, no := true, false
	to.Name, to.Config.Name, to.Summary.Config.Name = vm.Name, vm.Name, vm.Name
	config := to.Config
	config.InstanceUuid, to.Summary.Config.InstanceUuid = vm.InstanceUUID, vm.InstanceUUID
	config.Template, to.Summary.Config.Template = vm.Template, vm.Template
	config.GuestId, to.Summary.Config.GuestId = vm.GuestID, vm.GuestID
	config.GuestFullName, to.Summary.Config.GuestFullName = vm.GuestName, vm.GuestName
	config.Annotation = ""
	if vm.Annotation != nil {
		config.Annotation = *vm.Annotation
	}
	to.Summary.Config.Annotation = config.Annotation
	config.Firmware = vm.Firmware
	config.Version = fmt.Sprintf("vmx-%02d", vm.HardwareVersion)
	config.Hardware = types.VirtualHardware{
		NumCPU: vm.CPUs, NumCoresPerSocket: vm.CoresPerSocket, MemoryMB: vm.MemoryMiB, Device: devices,
	}
	to.Summary.Config.NumCpu, to.Summary.Config.MemorySizeMB = vm.CPUs, vm.MemoryMiB
	to.Summary.Config.NumVirtualDisks, to.Summary.Config.NumEthernetCards = int32(len(vm.Disks)), int32(len(vm.NICs))
	to.Summary.Config.TpmPresent = &vm.TPM
	config.BootOptions = &types.VirtualMachineBootOptions{EfiSecureBootEnabled: &vm.SecureBoot, BootOrder: bootOrder(vm.Disks)}
	config.ChangeTrackingEnabled = &vm.ChangeTracking
	config.CpuHotAddEnabled, config.MemoryHotAddEnabled = &vm.CPUHotAdd, &vm.MemoryHotAdd
	config.CpuAffinity = nil
	if vm.CPUAffinity {
		config.CpuAffinity = &types.VirtualMachineAffinityInfo{AffinitySet: []int32{0, 1}}
	}
	config.ExtraConfig = extraConfigOf(vm)
	config.KeyId = nil
	for _, disk := range vm.Disks {
		if disk.Encrypted {
			config.KeyId = &types.CryptoKeyId{KeyId: "lab-key", ProviderId: &types.KeyProviderId{Id: "lab-kms"}}
		}
	}
	to.Runtime.PowerState = types.VirtualMachinePowerState(vm.PowerState)
	to.Runtime.ConnectionState = types.VirtualMachineConnectionState(vm.ConnectionState)
	to.Runtime.ConsolidationNeeded = &no
	if vm.Consolidation {
		to.Runtime.ConsolidationNeeded = &yes
	}
	to.Runtime.FaultToleranceState = types.VirtualMachineFaultToleranceStateNotConfigured
	if vm.FaultTolerance {
		to.Runtime.FaultToleranceState = types.VirtualMachineFaultToleranceStateRunning
	}
	at := host.host.Reference()
	to.Runtime.Host = &at
	to.Summary.Runtime = to.Runtime
	to.Guest = guestOf(vm)
	to.Summary.Guest = &types.VirtualMachineGuestSummary{
		GuestId: vm.GuestID, GuestFullName: to.Guest.GuestFullName, ToolsStatus: to.Guest.ToolsStatus,
		ToolsRunningStatus: to.Guest.ToolsRunningStatus, ToolsVersionStatus2: to.Guest.ToolsVersionStatus2,
		HostName: to.Guest.HostName, IpAddress: to.Guest.IpAddress,
	}
	to.LayoutEx = layoutOf(vm.Disks)
	to.LayoutEx.Timestamp = time.Now()
	var err error
	to.Snapshot, err = v.snapshotsOf(to.Self, vm.Snapshots, *config)
	to.RootSnapshot = nil
	if to.Snapshot != nil {
		for _, root := range to.Snapshot.RootSnapshotList {
			to.RootSnapshot = append(to.RootSnapshot, root.Snapshot)
		}
	}
	return err
}

// bootOrder lists the disks that the population numbers, by their number.
func bootOrder(disks []Disk) []types.BaseVirtualMachineBootOptionsBootableDevice {
	var ordered []Disk
	for _, disk := range disks {
		if disk.BootOrder != nil {
			ordered = append(ordered, disk)
		}
	}
	sort.Slice(ordered, func(a, b int) bool { return *ordered[a].BootOrder < *ordered[b].BootOrder })
	var order []types.BaseVirtualMachineBootOptionsBootableDevice
	for _, disk := range ordered {
		order = append(order, &types.VirtualMachineBootOptionsBootableDiskDevice{DeviceKey: disk.DeviceKey})
	}
	return order
}

// fieldsOf gives the values of custom attributes, whose definitions are made as they come up.
func (v *vcenter) fieldsOf(ctx context.Context, attributes map[string]string) ([]types.BaseCustomFieldValue, error) {
	if len(attributes) == 0 {
		return nil, nil
	}
	manager, err := object.GetCustomFieldsManager(v.client.Client)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(attributes))
	for name := range attributes {
		names = append(names, name)
	}
	sort.Strings(names)
	var values []types.BaseCustomFieldValue
	for _, name := range names {
		key, ok := v.fieldKeys[name]
		if !ok {
			made, err := manager.Add(ctx, name, "VirtualMachine", nil, nil)
			if err != nil {
				return nil, fmt.Errorf("attribute %q: %w", strings.ToValidUTF8(name, "?"), err)
			}
			key = made.Key
			v.fieldKeys[name] = key
		}
		values = append(values, &types.CustomFieldStringValue{CustomFieldValue: types.CustomFieldValue{Key: key}, Value: attributes[name]})
	}
	return values, nil
}
