package main

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Population is all that the simulated vCenter holds. lab/vcenter/population.ts has the same shape with what each field
// means; the names are those of the estate, so that what was put in can be compared with what is read.
type Population struct {
	Product     string       `json:"product"`
	Datacenters []Datacenter `json:"datacenters"`
}

type Datacenter struct {
	Name       string      `json:"name"`
	Folder     string      `json:"folder"`
	Clusters   []Cluster   `json:"clusters"`
	Hosts      []Host      `json:"hosts"`
	Datastores []Datastore `json:"datastores"`
	Networks   []Network   `json:"networks"`
	VMs        []VM        `json:"vms"`
}

type Cluster struct {
	Name             string `json:"name"`
	DRS              bool   `json:"drs"`
	DPM              bool   `json:"dpm"`
	HighAvailability bool   `json:"highAvailability"`
	Hosts            []Host `json:"hosts"`
	Rules            []Rule `json:"rules"`
}

type Host struct {
	Name            string `json:"name"`
	Product         string `json:"product"`
	CPUCores        int16  `json:"cpuCores"`
	MemoryMiB       int64  `json:"memoryMiB"`
	ConnectionState string `json:"connectionState"`
	Maintenance     bool   `json:"maintenance"`
}

type Rule struct {
	Name    string   `json:"name"`
	Kind    string   `json:"kind"`
	Enabled bool     `json:"enabled"`
	VMs     []string `json:"vms"`
	Hosts   []string `json:"hosts"`
}

type Datastore struct {
	Name          string   `json:"name"`
	Type          string   `json:"type"`
	CapacityBytes int64    `json:"capacityBytes"`
	FreeBytes     int64    `json:"freeBytes"`
	Accessible    bool     `json:"accessible"`
	Maintenance   bool     `json:"maintenance"`
	Hosts         []string `json:"hosts"`
}

type Network struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	VLAN   string `json:"vlan"`
	Switch string `json:"switch"`
}

// VM has the estate's words; what vSphere calls them stands in devices.go, guest.go and vm.go.
type VM struct {
	Name              string            `json:"name"`
	InstanceUUID      string            `json:"instanceUuid"`
	Datastore         string            `json:"datastore"`
	PowerState        string            `json:"powerState"`
	Template          bool              `json:"template"`
	CPUs              int32             `json:"cpus"`
	CoresPerSocket    int32             `json:"coresPerSocket"`
	MemoryMiB         int32             `json:"memoryMiB"`
	Firmware          string            `json:"firmware"`
	SecureBoot        bool              `json:"secureBoot"`
	TPM               bool              `json:"tpm"`
	GuestID           string            `json:"guestId"`
	HostName          *string           `json:"hostName"`
	ToolsState        string            `json:"toolsState"`
	Snapshots         []Snapshot        `json:"snapshots"`
	ChangeTracking    bool              `json:"changeTracking"`
	ESXiHost          string            `json:"esxiHost"`
	Folder            string            `json:"folder"`
	HardwareVersion   int               `json:"hardwareVersion"`
	GuestName         string            `json:"guestName"`
	GuestReportedName *string           `json:"guestReportedName"`
	CPUHotAdd         bool              `json:"cpuHotAdd"`
	MemoryHotAdd      bool              `json:"memoryHotAdd"`
	CPUAffinity       bool              `json:"cpuAffinity"`
	NUMAAffinity      bool              `json:"numaAffinity"`
	FaultTolerance    bool              `json:"faultTolerance"`
	Consolidation     bool              `json:"consolidationNeeded"`
	ConnectionState   string            `json:"connectionState"`
	Devices           []Device          `json:"devices"`
	GuestDisks        []GuestDisk       `json:"guestDisks"`
	Software          []string          `json:"software"`
	Annotation        *string           `json:"annotation"`
	Tags              []Tag             `json:"tags"`
	CustomAttributes  map[string]string `json:"customAttributes"`
	Disks             []Disk            `json:"disks"`
	NICs              []NIC             `json:"nics"`
	ExtraConfig       map[string]string `json:"extraConfig"`
}

type Snapshot struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	CreatedAt string  `json:"createdAt"`
	Parent    *string `json:"parent"`
}

type Device struct {
	Kind      string `json:"kind"`
	Label     string `json:"label"`
	Connected *bool  `json:"connected"`
}

type GuestDisk struct {
	Path          string  `json:"path"`
	CapacityBytes int64   `json:"capacityBytes"`
	FreeBytes     int64   `json:"freeBytes"`
	FileSystem    *string `json:"fileSystem"`
}

type Tag struct {
	Category string `json:"category"`
	Name     string `json:"name"`
}

type Disk struct {
	DeviceKey      int32      `json:"deviceKey"`
	Label          string     `json:"label"`
	CapacityBytes  int64      `json:"capacityBytes"`
	File           string     `json:"file"`
	Datastore      string     `json:"datastore"`
	Controller     Controller `json:"controller"`
	Unit           int32      `json:"unit"`
	Mode           string     `json:"mode"`
	Sharing        string     `json:"sharing"`
	RDM            string     `json:"rdm"`
	Encrypted      bool       `json:"encrypted"`
	Thin           bool       `json:"thin"`
	BootOrder      *int       `json:"bootOrder"`
	UUID           *string    `json:"uuid"`
	ChangeTracking bool       `json:"changeTracking"`
	UsedBytes      *int64     `json:"usedBytes"`
	ParentFile     *string    `json:"parentFile"`
	ContentID      string     `json:"contentId"`
}

type Controller struct {
	Key       int32  `json:"key"`
	Bus       string `json:"bus"`
	BusNumber int32  `json:"busNumber"`
	Model     string `json:"model"`
	SharedBus string `json:"sharedBus"`
}

type NIC struct {
	DeviceKey      int32     `json:"deviceKey"`
	Label          string    `json:"label"`
	MACAddress     string    `json:"macAddress"`
	Network        string    `json:"network"`
	Adapter        string    `json:"adapter"`
	Connected      bool      `json:"connected"`
	StartConnected bool      `json:"startConnected"`
	Addresses      []Address `json:"addresses"`
	Gateway        *string   `json:"gateway"`
}

type Address struct {
	Address      string `json:"address"`
	PrefixLength int32  `json:"prefixLength"`
}

// strict reads JSON and refuses a word that the simulator does not know: it would be missing without a sign.
func strict(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("population: %w", err)
	}
	return nil
}
