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

// center is a datacenter with what its VMs are put into.
type center struct {
	name string
	// Its place in the inventory, below the root.
	path    string
	object  *object.Datacenter
	folders *object.DatacenterFolders
	hosts   map[string]*place
	// Folders of the datastores on this machine, by name.
	stores map[string]string
	// Names of the hosts that mount each.
	mounts   map[string]map[string]bool
	networks map[string]types.BaseVirtualDeviceBackingInfo
	// By the path below the datacenter's VM folder.
	vmFolders map[string]*object.Folder
}

// place is where a VM runs.
type place struct {
	host *object.HostSystem
	pool *object.ResourcePool
	// nil for a host without a cluster.
	cluster *object.ClusterComputeResource
}

// populate makes everything: rules last, since they name VMs.
func (v *vcenter) populate(population Population) error {
	ctx := context.Background()
	root := object.NewRootFolder(v.client.Client)
	for index, wanted := range population.Datacenters {
		folder := root
		for _, name := range strings.FieldsFunc(wanted.Folder, func(r rune) bool { return r == '/' }) {
			made, err := folder.CreateFolder(ctx, name)
			if err != nil {
				return fmt.Errorf("folder %s: %w", wanted.Folder, err)
			}
			folder = made
		}
		dc, err := folder.CreateDatacenter(ctx, wanted.Name)
		if err != nil {
			return fmt.Errorf("datacenter %s: %w", wanted.Name, err)
		}
		folders, err := dc.Folders(ctx)
		if err != nil {
			return err
		}
		c := &center{
			name: wanted.Name, path: path.Join(wanted.Folder, wanted.Name), object: dc, folders: folders,
			hosts: map[string]*place{}, stores: map[string]string{}, mounts: map[string]map[string]bool{},
			networks:  map[string]types.BaseVirtualDeviceBackingInfo{},
			vmFolders: map[string]*object.Folder{"": folders.VmFolder},
		}
		v.centers[wanted.Name] = c
		if err := v.addHosts(ctx, c, wanted); err != nil {
			return fmt.Errorf("hosts of %s: %w", wanted.Name, err)
		}
		if err := v.addNetworks(ctx, c, wanted.Networks); err != nil {
			return fmt.Errorf("networks of %s: %w", wanted.Name, err)
		}
		if err := v.addDatastores(ctx, c, index, wanted.Datastores); err != nil {
			return fmt.Errorf("datastores of %s: %w", wanted.Name, err)
		}
		for _, vm := range wanted.VMs {
			if err := v.putVM(wanted.Name, vm); err != nil {
				return fmt.Errorf("VM %q: %w", vm.Name, err)
			}
		}
		for _, cluster := range wanted.Clusters {
			if err := v.addRules(ctx, c, cluster); err != nil {
				return fmt.Errorf("rules of %s: %w", cluster.Name, err)
			}
		}
	}
	v.describeHosts(population)
	return nil
}

func (v *vcenter) addHosts(ctx context.Context, c *center, wanted Datacenter) error {
	for _, host := range wanted.Hosts {
		task, err := c.folders.HostFolder.AddStandaloneHost(ctx, types.HostConnectSpec{HostName: host.Name}, true, nil, nil)
		if err := v.addHost(ctx, c, host.Name, nil, task, err); err != nil {
			return err
		}
	}
	for _, wanted := range wanted.Clusters {
		cluster, err := c.folders.HostFolder.CreateCluster(ctx, wanted.Name, types.ClusterConfigSpecEx{})
		if err != nil {
			return err
		}
		for _, host := range wanted.Hosts {
			task, err := cluster.AddHost(ctx, types.HostConnectSpec{HostName: host.Name}, true, nil, nil)
			if err := v.addHost(ctx, c, host.Name, cluster, task, err); err != nil {
				return err
			}
		}
		// What the API's own way does not take in the simulator is written down.
		config := v.model.Map().Get(cluster.Reference()).(*simulator.ClusterComputeResource).ConfigurationEx.(*types.ClusterConfigInfoEx)
		config.DrsConfig.Enabled = &wanted.DRS
		config.DasConfig.Enabled = &wanted.HighAvailability
		config.DpmConfigInfo = &types.ClusterDpmConfigInfo{Enabled: &wanted.DPM}
	}
	return nil
}

func (v *vcenter) addHost(ctx context.Context, c *center, name string, cluster *object.ClusterComputeResource, task *object.Task, err error) error {
	if err != nil {
		return err
	}
	info, err := task.WaitForResult(ctx, nil)
	if err != nil {
		return err
	}
	host := object.NewHostSystem(v.client.Client, info.Result.(types.ManagedObjectReference))
	pool, err := host.ResourcePool(ctx)
	if err != nil {
		return err
	}
	c.hosts[name] = &place{host: host, pool: pool, cluster: cluster}
	return nil
}

// addDatastores makes each a folder that is really there. Its name is a number: a source's name is never a path here.
func (v *vcenter) addDatastores(ctx context.Context, c *center, center int, wanted []Datastore) error {
	for index, store := range wanted {
		folder := filepath.Join(v.start.Folder, fmt.Sprintf("dc%d-ds%d", center, index))
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
		c.stores[store.Name] = folder
		c.mounts[store.Name] = map[string]bool{}
		hosts := store.Hosts
		if len(hosts) == 0 {
			for name := range c.hosts {
				hosts = append(hosts, name)
			}
		}
		for _, name := range hosts {
			at, ok := c.hosts[name]
			if !ok {
				return fmt.Errorf("datastore %s: no host %s", store.Name, name)
			}
			system, err := at.host.ConfigManager().DatastoreSystem(ctx)
			if err != nil {
				return err
			}
			if _, err := system.CreateLocalDatastore(ctx, store.Name, folder); err != nil {
				return err
			}
			c.mounts[store.Name][name] = true
		}
		v.describeDatastore(c, store)
	}
	return nil
}

func (v *vcenter) describeDatastore(c *center, store Datastore) {
	ds := v.datastore(c, store.Name)
	ds.Summary.Type = store.Type
	ds.Summary.Capacity = store.CapacityBytes
	ds.Summary.FreeSpace = store.FreeBytes
	ds.Summary.Accessible = store.Accessible
	ds.Summary.MaintenanceMode = "normal"
	if store.Maintenance {
		ds.Summary.MaintenanceMode = "inMaintenance"
	}
	ds.Info.GetDatastoreInfo().FreeSpace = store.FreeBytes
	for index := range ds.Host {
		ds.Host[index].MountInfo.Accessible = &store.Accessible
	}
}

// datastore gives nil where there is none of this name.
func (v *vcenter) datastore(c *center, name string) *simulator.Datastore {
	folder := v.model.Map().Get(c.folders.DatastoreFolder.Reference()).(*simulator.Folder)
	found, _ := v.model.Map().FindByName(name, folder.ChildEntity).(*simulator.Datastore)
	return found
}

// describeHosts comes after all VMs: the simulator makes a VM only on a host that is connected and at work.
func (v *vcenter) describeHosts(population Population) {
	for _, wanted := range population.Datacenters {
		hosts := wanted.Hosts
		for _, cluster := range wanted.Clusters {
			hosts = append(hosts, cluster.Hosts...)
		}
		for _, host := range hosts {
			h := v.model.Map().Get(v.centers[wanted.Name].hosts[host.Name].host.Reference()).(*simulator.HostSystem)
			product := types.AboutInfo{}
			if h.Summary.Config.Product != nil {
				product = *h.Summary.Config.Product
			}
			product.FullName = host.Product
			h.Summary.Config.Product = &product
			h.Config.Product = product
			h.Summary.Hardware.NumCpuCores = host.CPUCores
			h.Summary.Hardware.MemorySize = host.MemoryMiB << 20
			h.Hardware.CpuInfo.NumCpuCores = host.CPUCores
			h.Hardware.MemorySize = host.MemoryMiB << 20
			h.Runtime.ConnectionState = types.HostSystemConnectionState(host.ConnectionState)
			h.Runtime.InMaintenanceMode = host.Maintenance
		}
	}
}
