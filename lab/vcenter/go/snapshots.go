package main

import (
	"fmt"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// snapshotsOf makes the tree and the objects in it. A snapshot's id is its managed object id.
func (v *vcenter) snapshotsOf(vm types.ManagedObjectReference, snapshots []Snapshot, config types.VirtualMachineConfigInfo) (*types.VirtualMachineSnapshotInfo, error) {
	if len(snapshots) == 0 {
		return nil, nil
	}
	info := &types.VirtualMachineSnapshotInfo{}
	for _, one := range snapshots {
		self := types.ManagedObjectReference{Type: "VirtualMachineSnapshot", Value: one.ID}
		made := &simulator.VirtualMachineSnapshot{}
		made.Self, made.Vm, made.Config = self, vm, config
		v.model.Map().Put(made)
		info.CurrentSnapshot = &self
	}
	roots, err := branches(vm, snapshots, nil, 0)
	info.RootSnapshotList = roots
	return info, err
}

func branches(vm types.ManagedObjectReference, snapshots []Snapshot, parent *string, depth int) ([]types.VirtualMachineSnapshotTree, error) {
	if depth > 64 {
		return nil, fmt.Errorf("snapshots deeper than 64, or in a circle")
	}
	var found []types.VirtualMachineSnapshotTree
	for index, one := range snapshots {
		isChild := parent != nil && one.Parent != nil && *one.Parent == *parent
		if !isChild && (parent != nil || one.Parent != nil) {
			continue
		}
		at, err := time.Parse(time.RFC3339, one.CreatedAt)
		if err != nil {
			return nil, err
		}
		below, err := branches(vm, snapshots, &one.ID, depth+1)
		if err != nil {
			return nil, err
		}
		found = append(found, types.VirtualMachineSnapshotTree{
			Snapshot: types.ManagedObjectReference{Type: "VirtualMachineSnapshot", Value: one.ID},
			Vm:       vm, Name: one.Name, Id: int32(index + 1), CreateTime: at, State: "poweredOff", ChildSnapshotList: below,
		})
	}
	return found, nil
}
