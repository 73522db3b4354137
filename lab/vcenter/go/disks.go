package main

import (
	"fmt"

	"github.com/vmware/govmomi/vim25/types"
)

// ideKey is the device key of the first IDE controller, which every VM has with its second (201).
const ideKey = 200

// disksOf makes the disks with the controllers that they hang on, each once.
func disksOf(disks []Disk) ([]types.BaseVirtualDevice, error) {
	var made []types.BaseVirtualDevice
	controllers := map[int32]types.BaseVirtualController{}
	for _, disk := range disks {
		at := disk.Controller
		controller := controllers[at.Key]
		if controller == nil {
			var err error
			if controller, err = controllerOf(at); err != nil {
				return nil, fmt.Errorf("%s: %w", disk.Label, err)
			}
			controllers[at.Key] = controller
			if at.Bus != "ide" {
				made = append(made, controller.(types.BaseVirtualDevice))
			}
		}
		general := controller.GetVirtualController()
		general.Device = append(general.Device, disk.DeviceKey)
		backing, err := backingOf(disk)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", disk.Label, err)
		}
		unit := disk.Unit
		made = append(made, &types.VirtualDisk{
			VirtualDevice: types.VirtualDevice{
				Key: disk.DeviceKey, ControllerKey: at.Key, UnitNumber: &unit, Backing: backing, DeviceInfo: described(disk.Label),
			},
			CapacityInKB: disk.CapacityBytes / 1024, CapacityInBytes: disk.CapacityBytes,
			StorageIOAllocation: &types.StorageIOAllocationInfo{},
		})
	}
	return made, nil
}

func described(label string) types.BaseDescription {
	return &types.Description{Label: label, Summary: label}
}

func controllerOf(at Controller) (types.BaseVirtualController, error) {
	names := map[string]string{"scsi": "SCSI controller", "sata": "SATA controller", "nvme": "NVME controller", "ide": "IDE"}
	general := types.VirtualController{
		VirtualDevice: types.VirtualDevice{Key: at.Key, DeviceInfo: described(fmt.Sprintf("%s %d", names[at.Bus], at.BusNumber))},
		BusNumber:     at.BusNumber,
	}
	sharing, ok := map[string]types.VirtualSCSISharing{
		"none": "noSharing", "virtual": "virtualSharing", "physical": "physicalSharing",
	}[at.SharedBus]
	if !ok {
		return nil, fmt.Errorf("sharedBus %q", at.SharedBus)
	}
	scsi := types.VirtualSCSIController{VirtualController: general, SharedBus: sharing, ScsiCtlrUnitNumber: 7}
	switch at.Bus + " " + at.Model {
	case "scsi pvscsi":
		return &types.ParaVirtualSCSIController{VirtualSCSIController: scsi}, nil
	case "scsi lsilogic":
		return &types.VirtualLsiLogicController{VirtualSCSIController: scsi}, nil
	case "scsi lsilogicsas":
		return &types.VirtualLsiLogicSASController{VirtualSCSIController: scsi}, nil
	case "scsi buslogic":
		return &types.VirtualBusLogicController{VirtualSCSIController: scsi}, nil
	case "sata ahci":
		return &types.VirtualAHCIController{VirtualSATAController: types.VirtualSATAController{VirtualController: general}}, nil
	case "nvme nvme":
		return &types.VirtualNVMEController{VirtualController: general}, nil
	case "ide ide":
		if at.Key != ideKey+at.BusNumber {
			return nil, fmt.Errorf("IDE controller %d has the key %d", at.BusNumber, ideKey+at.BusNumber)
		}
		return &types.VirtualIDEController{VirtualController: general}, nil
	}
	return nil, fmt.Errorf("no controller %s %s", at.Bus, at.Model)
}

func backingOf(disk Disk) (types.BaseVirtualDeviceBackingInfo, error) {
	file := func(name string) types.VirtualDeviceFileBackingInfo {
		return types.VirtualDeviceFileBackingInfo{FileName: fmt.Sprintf("[%s] %s", disk.Datastore, name)}
	}
	sharing := map[string]string{"none": "sharingNone", "multiWriter": "sharingMultiWriter"}[disk.Sharing]
	if sharing == "" {
		return nil, fmt.Errorf("sharing %q", disk.Sharing)
	}
	uuid := ""
	if disk.UUID != nil {
		uuid = *disk.UUID
	}
	changeID := ""
	if disk.ChangeTracking {
		changeID = "52 de 04 4a 6b 5a 10 2c-31 44 0d 6f 95 6a 5c 4a/1"
	}
	if disk.RDM != "none" {
		mode := map[string]string{"virtual": "virtualMode", "physical": "physicalMode"}[disk.RDM]
		if mode == "" {
			return nil, fmt.Errorf("rdm %q", disk.RDM)
		}
		return &types.VirtualDiskRawDiskMappingVer1BackingInfo{
			VirtualDeviceFileBackingInfo: file(disk.File), DiskMode: disk.Mode, CompatibilityMode: mode,
			LunUuid: "0200000000" + uuid, DeviceName: "vml.0200000000", Uuid: uuid, Sharing: sharing, ChangeId: changeID,
		}, nil
	}
	backing := &types.VirtualDiskFlatVer2BackingInfo{
		VirtualDeviceFileBackingInfo: file(disk.File), DiskMode: disk.Mode, ThinProvisioned: &disk.Thin,
		Uuid: uuid, Sharing: sharing, ChangeId: changeID, ContentId: disk.ContentID,
	}
	if disk.Encrypted {
		backing.KeyId = &types.CryptoKeyId{KeyId: "lab-key", ProviderId: &types.KeyProviderId{Id: "lab-kms"}}
	}
	if disk.ParentFile != nil {
		backing.DeltaDiskFormat = "redoLogFormat"
		backing.Parent = &types.VirtualDiskFlatVer2BackingInfo{
			VirtualDeviceFileBackingInfo: file(*disk.ParentFile), DiskMode: disk.Mode, ThinProvisioned: &disk.Thin, Uuid: uuid,
		}
	}
	return backing, nil
}

// layoutOf says which files the disks have and what they take at the source: a descriptor, and its extent.
func layoutOf(disks []Disk) *types.VirtualMachineFileLayoutEx {
	layout := &types.VirtualMachineFileLayoutEx{}
	for _, disk := range disks {
		descriptor, extent := int32(len(layout.File)), int32(len(layout.File)+1)
		used := disk.CapacityBytes
		if disk.UsedBytes != nil {
			used = *disk.UsedBytes
		}
		yes := true
		layout.File = append(layout.File,
			types.VirtualMachineFileLayoutExFileInfo{Key: descriptor, Type: "diskDescriptor", Accessible: &yes, Name: fmt.Sprintf("[%s] %s", disk.Datastore, disk.File)},
			types.VirtualMachineFileLayoutExFileInfo{Key: extent, Type: "diskExtent", Size: used, UniqueSize: used, Accessible: &yes, Name: fmt.Sprintf("[%s] %s", disk.Datastore, flatName(disk.File))})
		layout.Disk = append(layout.Disk, types.VirtualMachineFileLayoutExDiskLayout{
			Key: disk.DeviceKey, Chain: []types.VirtualMachineFileLayoutExDiskUnit{{FileKey: []int32{descriptor, extent}}},
		})
	}
	return layout
}
