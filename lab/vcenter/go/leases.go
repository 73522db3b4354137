package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// LeaseTrouble is how exports go from now on.
type LeaseTrouble struct {
	// Seconds without HttpNfcLeaseProgress after which a lease ends; 0: 300, as vCenter has it.
	TimeoutSeconds int32 `json:"timeoutSeconds"`
	// How long a lease stays in the state initializing.
	InitializingMs int `json:"initializingMs"`
	// Exports that are refused because the VM has another task.
	Busy int `json:"busy"`
	// Streams that break, and after how many bytes.
	Cuts     int   `json:"cuts"`
	CutAfter int64 `json:"cutAfter"`
	// Streams that end in order after CutAfter bytes, as if that were all.
	Shorts int `json:"shorts"`
	// Leases that end in the state error instead of ready.
	Fails int `json:"fails"`
	// Streams that send nothing more after CutAfter bytes, until their lease ends.
	Stalls int `json:"stalls"`
	// The URL has another thumbprint than the host shows.
	WrongThumbprint bool `json:"wrongThumbprint"`
}

// LeaseCounts is what became of the exports since the start.
type LeaseCounts struct {
	Opened    int `json:"opened"`
	Progress  int `json:"progress"`
	Completed int `json:"completed"`
	Aborted   int `json:"aborted"`
	Expired   int `json:"expired"`
	Streams   int `json:"streams"`
}

// leases are the exports: their objects live in the session that asked for them, their URLs carry a ticket.
type leases struct {
	vcenter *vcenter
	lock    sync.Mutex
	now     LeaseTrouble
	counts  LeaseCounts
	open    map[string]*lease
}

type lease struct {
	mo.HttpNfcLease
	leases *leases
	ticket string
	// Files of the disks by the last part of their URL.
	files map[string]string
	sizes map[string]int64
	ended chan struct{}
	timer *time.Timer
}

func (l *leases) set(trouble LeaseTrouble) LeaseCounts {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.now = trouble
	return l.counts
}

// export opens a lease on a VM's disks, or on what a snapshot has frozen of them.
func (l *leases) export(ctx *simulator.Context, vm types.ManagedObjectReference, frozen bool) (*types.ManagedObjectReference, types.BaseMethodFault) {
	l.lock.Lock()
	defer l.lock.Unlock()
	if take(&l.now.Busy) {
		return nil, &types.TaskInProgress{Task: types.ManagedObjectReference{Type: "Task", Value: "task-1"}}
	}
	timeout := l.now.TimeoutSeconds
	if timeout == 0 {
		timeout = 300
	}
	secret := make([]byte, 16)
	_, _ = rand.Read(secret)
	made := &lease{leases: l, ticket: hex.EncodeToString(secret), files: map[string]string{}, sizes: map[string]int64{}, ended: make(chan struct{})}
	made.Self = types.ManagedObjectReference{Type: "HttpNfcLease", Value: fmt.Sprintf("session[%s]%s", ctx.Session.Key, made.ticket)}
	made.State = types.HttpNfcLeaseStateInitializing
	made.Mode = string(types.HttpNfcLeaseModePushOrGet)
	info := &types.HttpNfcLeaseInfo{Lease: made.Self, Entity: vm, LeaseTimeout: timeout}
	l.vcenter.lock.Lock()
	for _, placed := range l.vcenter.vms {
		if placed.self == vm {
			made.list(info, placed, frozen, l.now.WrongThumbprint)
		}
	}
	l.vcenter.lock.Unlock()
	fails := take(&l.now.Fails)
	time.AfterFunc(time.Duration(l.now.InitializingMs)*time.Millisecond, func() {
		l.lock.Lock()
		defer l.lock.Unlock()
		if fails {
			made.fail(&types.FileFault{File: "[ds1] gone.vmdk"}, "Unable to access a file [ds1] gone.vmdk")
			return
		}
		made.Info, made.State = info, types.HttpNfcLeaseStateReady
	})
	made.timer = time.AfterFunc(time.Duration(timeout)*time.Second, func() {
		l.lock.Lock()
		defer l.lock.Unlock()
		if l.open[made.ticket] != nil {
			l.counts.Expired++
			made.fail(&types.Timedout{}, "The operation timed out")
		}
	})
	l.open[made.ticket] = made
	l.counts.Opened++
	ctx.Session.Registry.Put(made)
	return &made.Self, nil
}

// list names the disks as vCenter does: by the VM, the controller's class and bus, and the unit.
func (made *lease) list(info *types.HttpNfcLeaseInfo, placed *placedVM, frozen bool, wrong bool) {
	v := made.leases.vcenter
	address, thumbprint := "*:"+v.server.URL.Port(), ""
	if host := v.hosts.byName[placed.now.ESXiHost]; host != nil {
		address, thumbprint = placed.now.ESXiHost, sha1Of(host.certificate)
	}
	if wrong {
		thumbprint = strings.Repeat("AA:", 19) + "AA"
	}
	classes := map[string]string{
		"pvscsi": "ParaVirtualSCSIController", "lsilogic": "VirtualLsiLogicController", "lsilogicsas": "VirtualLsiLogicSASController",
		"buslogic": "VirtualBusLogicController", "ahci": "VirtualAHCIController", "nvme": "VirtualNVMEController", "ide": "VirtualIDEController",
	}
	yes := true
	for index, disk := range placed.now.Disks {
		file := disk.File
		if frozen && disk.ParentFile != nil {
			file = *disk.ParentFile
		}
		name := fmt.Sprintf("disk-%d.vmdk", index)
		made.files[name] = filepath.Join(placed.center.stores[disk.Datastore], filepath.FromSlash(flatName(file)))
		made.sizes[name] = disk.CapacityBytes
		info.TotalDiskCapacityInKB += disk.CapacityBytes / 1024
		info.DeviceUrl = append(info.DeviceUrl, types.HttpNfcLeaseDeviceUrl{
			Key:           fmt.Sprintf("/%s/%s%d:%d", placed.self.Value, classes[disk.Controller.Model], disk.Controller.BusNumber, disk.Unit),
			Url:           fmt.Sprintf("https://%s/nfc/%s/%s", address, made.ticket, name),
			SslThumbprint: thumbprint, Disk: &yes, TargetId: name,
		})
	}
	no := false
	info.DeviceUrl = append(info.DeviceUrl, types.HttpNfcLeaseDeviceUrl{
		Key: fmt.Sprintf("/%s/nvram", placed.self.Value), Url: fmt.Sprintf("https://%s/nfc/%s/file.nvram", address, made.ticket),
		SslThumbprint: thumbprint, Disk: &no, TargetId: "file.nvram", FileSize: 8684,
	})
}

// fail ends it; whoever holds it has the lock.
func (made *lease) fail(fault types.BaseMethodFault, text string) {
	made.State = types.HttpNfcLeaseStateError
	made.Error = &types.LocalizedMethodFault{Fault: fault, LocalizedMessage: text}
	made.end()
}

func (made *lease) end() {
	if made.leases.open[made.ticket] == nil {
		return
	}
	delete(made.leases.open, made.ticket)
	made.timer.Stop()
	close(made.ended)
}

func (made *lease) HttpNfcLeaseProgress(ctx *simulator.Context, req *types.HttpNfcLeaseProgress) soap.HasFault {
	made.leases.lock.Lock()
	defer made.leases.lock.Unlock()
	made.leases.counts.Progress++
	body := &methods.HttpNfcLeaseProgressBody{}
	if made.State != types.HttpNfcLeaseStateReady {
		body.Fault_ = simulator.Fault("the lease is not ready", &types.InvalidState{})
		return body
	}
	made.TransferProgress = req.Percent
	made.timer.Reset(time.Duration(made.Info.LeaseTimeout) * time.Second)
	body.Res = &types.HttpNfcLeaseProgressResponse{}
	return body
}

func (made *lease) HttpNfcLeaseComplete(ctx *simulator.Context, req *types.HttpNfcLeaseComplete) soap.HasFault {
	made.leases.lock.Lock()
	defer made.leases.lock.Unlock()
	body := &methods.HttpNfcLeaseCompleteBody{}
	if made.State != types.HttpNfcLeaseStateReady {
		body.Fault_ = simulator.Fault("the lease is not ready", &types.InvalidState{})
		return body
	}
	made.leases.counts.Completed++
	made.State = types.HttpNfcLeaseStateDone
	made.end()
	body.Res = &types.HttpNfcLeaseCompleteResponse{}
	return body
}

func (made *lease) HttpNfcLeaseAbort(ctx *simulator.Context, req *types.HttpNfcLeaseAbort) soap.HasFault {
	made.leases.lock.Lock()
	defer made.leases.lock.Unlock()
	made.leases.counts.Aborted++
	made.fail(&types.RequestCanceled{}, "The task was canceled by a user")
	return &methods.HttpNfcLeaseAbortBody{Res: &types.HttpNfcLeaseAbortResponse{}}
}

// exportableVM is the simulator's VM, with what it lacks.
type exportableVM struct {
	*simulator.VirtualMachine
	leases *leases
}

// Get is what properties are read from.
func (vm *exportableVM) Get() mo.Reference { return vm.VirtualMachine }

func (vm *exportableVM) ExportVm(ctx *simulator.Context, req *types.ExportVm) soap.HasFault {
	body := &methods.ExportVmBody{}
	if state := vm.Runtime.PowerState; state != types.VirtualMachinePowerStatePoweredOff {
		body.Fault_ = simulator.Fault("The attempted operation cannot be performed in the current state (Powered on).",
			&types.InvalidPowerState{RequestedState: types.VirtualMachinePowerStatePoweredOff, ExistingState: state})
		return body
	}
	made, fault := vm.leases.export(ctx, vm.Self, false)
	if fault != nil {
		body.Fault_ = simulator.Fault("Another task is already in progress.", fault)
		return body
	}
	body.Res = &types.ExportVmResponse{Returnval: *made}
	return body
}

// exportableSnapshot is the simulator's snapshot, whose export it serves as a stream.
type exportableSnapshot struct {
	*simulator.VirtualMachineSnapshot
	leases *leases
}

// Get is what properties are read from.
func (s *exportableSnapshot) Get() mo.Reference { return s.VirtualMachineSnapshot }

func (s *exportableSnapshot) ExportSnapshot(ctx *simulator.Context, req *types.ExportSnapshot) soap.HasFault {
	body := &methods.ExportSnapshotBody{}
	made, fault := s.leases.export(ctx, s.Vm, true)
	if fault != nil {
		body.Fault_ = simulator.Fault("Another task is already in progress.", fault)
		return body
	}
	body.Res = &types.ExportSnapshotResponse{Returnval: *made}
	return body
}

// stand puts the object that can be exported into the place of the simulator's, for the session.
func (l *leases) stand(ctx *simulator.Context, method *simulator.Method) {
	switch object := ctx.Map.Get(method.This).(type) {
	case *simulator.VirtualMachine:
		if method.Name == "ExportVm" {
			ctx.Session.Registry.Put(&exportableVM{VirtualMachine: object, leases: l})
		}
	case *simulator.VirtualMachineSnapshot:
		if method.Name == "ExportSnapshot" {
			ctx.Session.Registry.Put(&exportableSnapshot{VirtualMachineSnapshot: object, leases: l})
		}
	}
}

// serve gives a disk to whoever has its URL, until the lease ends.
func (l *leases) serve(w http.ResponseWriter, r *http.Request) {
	ticket, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/nfc/"), "/")
	l.lock.Lock()
	made := l.open[ticket]
	l.counts.Streams++
	cut, breaks, stalls := int64(-1), false, false
	switch {
	case take(&l.now.Cuts):
		cut, breaks = l.now.CutAfter, true
	case take(&l.now.Shorts):
		cut = l.now.CutAfter
	case take(&l.now.Stalls):
		cut, stalls = l.now.CutAfter, true
	}
	l.lock.Unlock()
	if made == nil || made.files[name] == "" || r.Method != http.MethodGet {
		http.Error(w, "", http.StatusNotFound)
		return
	}
	file, err := os.Open(made.files[name])
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	defer file.Close()
	w.Header().Set("Content-Type", "application/x-vnd.vmware-streamVmdk")
	out := &leaseStream{to: w, ended: made.ended, left: cut, breaks: breaks, stalls: stalls}
	if err := writeStreamOptimized(out, file, made.sizes[name]); err != nil && !out.over {
		panic(http.ErrAbortHandler)
	}
}

// leaseStream ends with its lease, and before where that was ordered.
type leaseStream struct {
	to    http.ResponseWriter
	ended chan struct{}
	// Bytes until it is cut; -1: never.
	left   int64
	breaks bool
	stalls bool
	// It has ended in order.
	over bool
}

func (s *leaseStream) Write(data []byte) (int, error) {
	select {
	case <-s.ended:
		return 0, fmt.Errorf("the lease has ended")
	default:
	}
	if s.left < 0 {
		return s.to.Write(data)
	}
	if int64(len(data)) <= s.left {
		s.left -= int64(len(data))
		return s.to.Write(data)
	}
	n, _ := s.to.Write(data[:s.left])
	s.left = 0
	if flusher, ok := s.to.(http.Flusher); ok {
		flusher.Flush()
	}
	if s.stalls {
		<-s.ended
	}
	s.over = !s.breaks && !s.stalls
	return n, fmt.Errorf("ordered by the test")
}
