package main

import (
	"fmt"

	"github.com/vmware/govmomi/vim25/types"
)

// nicsOf makes the network cards.
func (c *center) nicsOf(nics []NIC) ([]types.BaseVirtualDevice, error) {
	var made []types.BaseVirtualDevice
	for index, nic := range nics {
		backing, ok := c.networks[nic.Network]
		if !ok {
			return nil, fmt.Errorf("%s: no network %q", nic.Label, nic.Network)
		}
		unit := int32(7 + index)
		card := types.VirtualEthernetCard{
			VirtualDevice: types.VirtualDevice{
				Key: nic.DeviceKey, ControllerKey: 100, UnitNumber: &unit, Backing: backing, DeviceInfo: described(nic.Label),
				Connectable: connectable(nic.Connected, nic.StartConnected),
			},
			AddressType: "assigned", MacAddress: nic.MACAddress,
		}
		vmxnet := types.VirtualVmxnet{VirtualEthernetCard: card}
		switch nic.Adapter {
		case "vmxnet3":
			made = append(made, &types.VirtualVmxnet3{VirtualVmxnet: vmxnet})
		case "vmxnet2":
			made = append(made, &types.VirtualVmxnet2{VirtualVmxnet: vmxnet})
		case "e1000":
			made = append(made, &types.VirtualE1000{VirtualEthernetCard: card})
		case "e1000e":
			made = append(made, &types.VirtualE1000e{VirtualEthernetCard: card})
		case "pcnet32":
			made = append(made, &types.VirtualPCNet32{VirtualEthernetCard: card})
		case "sriov":
			made = append(made, &types.VirtualSriovEthernetCard{VirtualEthernetCard: card})
		default:
			return nil, fmt.Errorf("%s: no adapter %q", nic.Label, nic.Adapter)
		}
	}
	return made, nil
}

func connectable(connected, start bool) *types.VirtualDeviceConnectInfo {
	return &types.VirtualDeviceConnectInfo{Connected: connected, StartConnected: start, AllowGuestControl: true}
}

// othersOf makes the devices that are neither disk nor network card. An SR-IOV card is a network card: nicsOf makes it.
func othersOf(devices []Device, tpm bool) ([]types.BaseVirtualDevice, error) {
	var made []types.BaseVirtualDevice
	if tpm {
		made = append(made, &types.VirtualTPM{VirtualDevice: types.VirtualDevice{Key: 11000, DeviceInfo: described("Virtual TPM")}})
	}
	for index, device := range devices {
		unit := int32(index)
		general := types.VirtualDevice{DeviceInfo: described(device.Label), UnitNumber: &unit}
		if device.Connected != nil {
			general.Connectable = connectable(*device.Connected, *device.Connected)
		}
		at := func(key, controller int32) types.VirtualDevice {
			general.Key, general.ControllerKey = key+int32(index), controller
			return general
		}
		switch device.Kind {
		case "passthrough":
			one := at(13000, 100)
			one.Backing = &types.VirtualPCIPassthroughDeviceBackingInfo{
				VirtualDeviceDeviceBackingInfo: types.VirtualDeviceDeviceBackingInfo{DeviceName: device.Label},
				Id:                             "00000:059:00.0", DeviceId: "1eb8", VendorId: 0x10de, SystemId: "lab",
			}
			made = append(made, &types.VirtualPCIPassthrough{VirtualDevice: one})
		case "usb":
			made = append(made, &types.VirtualUSB{VirtualDevice: at(15000, 7000), Connected: device.Connected != nil && *device.Connected})
		case "usbController":
			made = append(made, &types.VirtualUSBController{VirtualController: types.VirtualController{VirtualDevice: at(7000, 100)}})
		case "serial":
			made = append(made, &types.VirtualSerialPort{VirtualDevice: at(9000, 400)})
		case "parallel":
			made = append(made, &types.VirtualParallelPort{VirtualDevice: at(10000, 400)})
		case "cdrom":
			one := at(3000, ideKey+1)
			one.Backing = &types.VirtualCdromRemotePassthroughBackingInfo{}
			made = append(made, &types.VirtualCdrom{VirtualDevice: one})
		case "floppy":
			made = append(made, &types.VirtualFloppy{VirtualDevice: at(8000, 400)})
		case "sound":
			made = append(made, &types.VirtualHdAudioCard{VirtualSoundCard: types.VirtualSoundCard{VirtualDevice: at(5000, 100)}})
		case "sriov":
		default:
			return nil, fmt.Errorf("%s: no kind %q", device.Label, device.Kind)
		}
	}
	return made, nil
}
