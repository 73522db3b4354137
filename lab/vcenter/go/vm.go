package main

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// placedVM is a VM that the simulator has.
type placedVM struct {
	self   types.ManagedObjectReference
	center *center
	// Devices that every VM has: IDE, PCI, keyboard, ...
	base []types.BaseVirtualDevice
	now  VM
	at   *place
}

// putVM makes the VM, or makes the one of this name what it says now.
func (v *vcenter) putVM(datacenter string, vm VM) error {
	placed := v.vms[vm.Name]
	if placed == nil {
		c := v.centers[datacenter]
		if c == nil {
			return fmt.Errorf("no datacenter %q", datacenter)
		}
		made, err := v.makeVM(context.Background(), c, vm)
		if err != nil {
			return err
		}
		v.lock.Lock()
		v.vms[vm.Name] = made
		v.lock.Unlock()
		placed = made
	}
	c := placed.center
	disks, err := disksOf(vm.Disks)
	if err != nil {
		return err
	}
	nics, err := c.nicsOf(vm.NICs)
	if err != nil {
		return err
	}
	others, err := othersOf(vm.Devices, vm.TPM)
	if err != nil {
		return err
	}
	devices := append(append(append(append([]types.BaseVirtualDevice{}, placed.base...), disks...), nics...), others...)
	host := c.hosts[vm.ESXiHost]
	if host == nil {
		return fmt.Errorf("no host %q", vm.ESXiHost)
	}
	if err := v.makeFiles(c, vm.Disks); err != nil {
		return err
	}
	if err := v.tags.set(context.Background(), placed.self, placed.now.Tags, vm.Tags); err != nil {
		return err
	}
	fields, err := v.fieldsOf(context.Background(), vm.CustomAttributes)
	if err != nil {
		return err
	}
	all := v.model.Map()
	object := all.Get(placed.self).(*simulator.VirtualMachine)
	all.WithLock(v.model.Service.Context, object, func() {
		err = v.describe(object, vm, devices, host)
		object.CustomValue, object.Value, object.Summary.CustomValue = fields, fields, fields
	})
	if err == nil {
		v.moveVM(placed, host)
		v.lock.Lock()
		placed.now = vm
		v.lock.Unlock()
	}
	return err
}

// makeVM lets the simulator register an empty one under a name that is safe as a file's; describe gives it its own.
func (v *vcenter) makeVM(ctx context.Context, c *center, vm VM) (*placedVM, error) {
	at := c.hosts[vm.ESXiHost]
	if at == nil {
		return nil, fmt.Errorf("no host %q", vm.ESXiHost)
	}
	folder, err := c.vmFolder(ctx, vm.Folder)
	if err != nil {
		return nil, err
	}
	store := v.datastore(c, vm.Datastore)
	if store == nil {
		return nil, fmt.Errorf("no datastore %q", vm.Datastore)
	}
	// On a vSAN the simulator would ask for its object store.
	kind := store.Summary.Type
	store.Summary.Type = "VMFS"
	defer func() { store.Summary.Type = kind }()
	v.made++
	file := fmt.Sprintf("vm-%d", v.made)
	spec := types.VirtualMachineConfigSpec{
		Name: file, GuestId: "otherGuest", Files: &types.VirtualMachineFileInfo{VmPathName: fmt.Sprintf("[%s] %s.d/%s.vmx", vm.Datastore, file, file)},
	}
	task, err := folder.CreateVM(ctx, spec, at.pool, at.host)
	if err != nil {
		return nil, err
	}
	info, err := task.WaitForResult(ctx, nil)
	if err != nil {
		return nil, err
	}
	self := info.Result.(types.ManagedObjectReference)
	made := v.model.Map().Get(self).(*simulator.VirtualMachine)
	return &placedVM{self: self, center: c, base: made.Config.Hardware.Device, at: at}, nil
}

func (c *center) vmFolder(ctx context.Context, name string) (*object.Folder, error) {
	if there := c.vmFolders[name]; there != nil {
		return there, nil
	}
	above, last := path.Split(name)
	parent, err := c.vmFolder(ctx, strings.TrimSuffix(above, "/"))
	if err != nil {
		return nil, err
	}
	made, err := parent.CreateFolder(ctx, last)
	if err != nil {
		return nil, fmt.Errorf("folder %q: %w", name, err)
	}
	c.vmFolders[name] = made
	return made, nil
}

// moveVM says at both hosts where the VM is.
func (v *vcenter) moveVM(placed *placedVM, to *place) {
	if placed.at == to {
		return
	}
	all, ctx := v.model.Map(), v.model.Service.Context
	from := all.Get(placed.at.host.Reference()).(*simulator.HostSystem)
	all.RemoveReference(ctx, from, &from.Vm, placed.self)
	host := all.Get(to.host.Reference()).(*simulator.HostSystem)
	all.AddReference(ctx, host, &host.Vm, placed.self)
	placed.at = to
}

func (v *vcenter) removeVM(name string) error {
	placed := v.vms[name]
	if placed == nil {
		return fmt.Errorf("no VM %q", name)
	}
	ctx := context.Background()
	vm := object.NewVirtualMachine(v.client.Client, placed.self)
	if state, err := vm.PowerState(ctx); err != nil {
		return err
	} else if state == types.VirtualMachinePowerStatePoweredOn {
		task, err := vm.PowerOff(ctx)
		if err != nil {
			return err
		}
		if err := task.Wait(ctx); err != nil {
			return err
		}
	}
	if err := vm.Unregister(ctx); err != nil {
		return err
	}
	v.lock.Lock()
	delete(v.vms, name)
	v.lock.Unlock()
	return nil
}

// descriptorText is a descriptor as ESXi writes it. Shorter ones are read wrongly by qemu-img: without the lines of the
// data base at its end, it takes the one extent for two.
const descriptorText = `# Disk DescriptorFile
version=1
encoding="UTF-8"
CID=fffffffe
parentCID=ffffffff
createType="vmfs"

# Extent description
RW %d VMFS "%s"

# The Disk Data Base
#DDB

ddb.adapterType = "lsilogic"
ddb.geometry.sectors = "63"
ddb.geometry.heads = "255"
ddb.virtualHWVersion = "19"
`

// makeFiles gives every disk a file of its size where there is none, with a descriptor: sparse, for later copies.
func (v *vcenter) makeFiles(c *center, disks []Disk) error {
	if !v.start.Files {
		return nil
	}
	for _, disk := range disks {
		folder, ok := c.stores[disk.Datastore]
		if !ok {
			return fmt.Errorf("%s: no datastore %q", disk.Label, disk.Datastore)
		}
		if !filepath.IsLocal(disk.File) {
			return fmt.Errorf("%s: %q leaves the datastore", disk.Label, disk.File)
		}
		descriptor := filepath.Join(folder, filepath.FromSlash(disk.File))
		if err := os.MkdirAll(filepath.Dir(descriptor), 0o700); err != nil {
			return err
		}
		extent := flatName(descriptor)
		if _, err := os.Stat(extent); err != nil {
			if err := os.WriteFile(extent, nil, 0o600); err != nil {
				return err
			}
		}
		if err := os.Truncate(extent, disk.CapacityBytes); err != nil {
			return err
		}
		text := fmt.Sprintf(descriptorText, disk.CapacityBytes/512, filepath.Base(extent))
		if err := os.WriteFile(descriptor, []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// flatName is the file with the data of the disk that a descriptor describes.
func flatName(descriptor string) string {
	return strings.TrimSuffix(descriptor, ".vmdk") + "-flat.vmdk"
}
