package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"sync"

	"github.com/vmware/govmomi"
	_ "github.com/vmware/govmomi/pbm/simulator"
	"github.com/vmware/govmomi/simulator"
	_ "github.com/vmware/govmomi/vapi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// vcenter is the running simulator with what is needed to change its VMs.
type vcenter struct {
	url         string
	certificate string
	start       Start
	model       *simulator.Model
	server      *simulator.Server
	client      *govmomi.Client
	tags        *tagger
	// By name of the datacenter.
	centers map[string]*center
	// By name. A name is the VM's for good.
	vms map[string]*placedVM
	// Keys of the custom attributes by name.
	fieldKeys map[string]int32
	// VMs made so far, for the names of their files.
	made     int
	hosts    *hosts
	troubles troubles
	leases   *leases
	// For centers, vms and sessions: requests are served while orders are obeyed.
	lock sync.Mutex
	// Keys of sessions that clients have begun.
	sessions []string
}

func startVcenter(start Start) (*vcenter, error) {
	text, err := os.ReadFile(start.Population)
	if err != nil {
		return nil, err
	}
	var population Population
	if err := strict(text, &population); err != nil {
		return nil, err
	}
	if start.User == "" || start.Password == "" {
		return nil, fmt.Errorf("a user and a password are needed")
	}
	v := &vcenter{start: start, centers: map[string]*center{}, vms: map[string]*placedVM{}, fieldKeys: map[string]int32{}}
	v.hosts = &hosts{vcenter: v, byName: map[string]*esxiHost{}, tickets: map[string]ticket{}}
	v.leases = &leases{vcenter: v, open: map[string]*lease{}}
	if err := v.listen(population.Product); err != nil {
		return nil, err
	}
	if err := v.populate(population); err != nil {
		v.close()
		return nil, err
	}
	if err := v.hosts.open(start.HostServers); err != nil {
		v.close()
		return nil, err
	}
	return v, nil
}

// listen starts an empty vCenter.
func (v *vcenter) listen(product string) error {
	certificate, text, err := newCertificate(v.start.Names)
	if err != nil {
		return err
	}
	v.certificate = text
	v.model = simulator.VPX()
	v.model.Datacenter, v.model.Portgroup, v.model.Host, v.model.Cluster = 0, 0, 0, 0
	v.model.ClusterHost, v.model.Datastore, v.model.Machine = 0, 0, 0
	if err := v.model.Create(); err != nil {
		return err
	}
	if product != "" {
		v.model.Map().Get(types.ManagedObjectReference{Type: "ServiceInstance", Value: "ServiceInstance"}).(*simulator.ServiceInstance).Content.About.FullName = product
	}
	service := v.model.Service
	service.RegisterEndpoints = true
	service.Listen = &url.URL{Host: v.start.Listen, User: url.UserPassword(v.start.User, v.start.Password)}
	service.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	v.model.Map().Handler = v.handle
	v.server = service.NewServer()
	v.server.Config.Handler = v.serveFolder(v.noteLogins(v.server.Config.Handler))
	public := *v.server.URL
	public.User = nil
	v.url = public.String()
	// Our own way in, for what only the API does (tags). It trusts what it has just made.
	v.client, err = govmomi.NewClient(context.Background(), v.server.URL, true)
	if err != nil {
		return err
	}
	v.tags, err = newTagger(context.Background(), v.client.Client, v.server.URL.User)
	return err
}

// handle looks at every call. It refuses what the simulator would show to anybody, and puts our own objects in the place of
// the simulator's: into the session's registry, which goes before whatever a handler gives back.
func (v *vcenter) handle(ctx *simulator.Context, method *simulator.Method) (mo.Reference, types.BaseMethodFault) {
	if method.Name == "Login" && v.troubles.refusesLogins() {
		return nil, &types.InvalidLogin{}
	}
	if ctx.Session == nil {
		return nil, needSession(method)
	}
	if method.Name == "AcquireGenericServiceTicket" && ctx.Session.Registry.Get(method.This) == nil {
		ctx.Session.Registry.Put(&sessionManager{SessionManager: ctx.Map.SessionManager(), vcenter: v})
	}
	v.leases.stand(ctx, method)
	return nil, nil
}

func needSession(method *simulator.Method) types.BaseMethodFault {
	if method.This.Type == "ServiceInstance" {
		return nil
	}
	switch method.Name {
	case "Fetch", "RetrieveProperties", "RetrievePropertiesEx":
		return &types.NotAuthenticated{NoPermission: types.NoPermission{Object: &method.This, PrivilegeId: "System.View"}}
	}
	return nil
}

// obey does one order and gives the answer: the id of the VM that is there now, or what was served so far.
func (v *vcenter) obey(line []byte) (map[string]any, error) {
	var order Order
	if err := strict(line, &order); err != nil {
		return nil, err
	}
	switch {
	case order.Trouble != nil:
		return map[string]any{"served": v.troubles.set(v, *order.Trouble)}, nil
	case order.Lease != nil:
		return map[string]any{"exports": v.leases.set(*order.Lease)}, nil
	case order.Remove != nil:
		return map[string]any{"id": ""}, v.removeVM(*order.Remove)
	case order.Put != nil:
		if err := v.putVM(order.Datacenter, *order.Put); err != nil {
			return nil, err
		}
		return map[string]any{"id": v.vms[order.Put.Name].self.Value}, nil
	}
	return nil, fmt.Errorf("no order in %s", shorten(line))
}

// ids gives the managed object id of each VM by its name.
func (v *vcenter) ids() map[string]string {
	found := map[string]string{}
	for name, vm := range v.vms {
		found[name] = vm.self.Value
	}
	return found
}

func (v *vcenter) close() {
	v.hosts.close()
	v.server.Close()
	v.model.Remove()
}

func shorten(line []byte) string {
	text, _ := json.Marshal(string(line[:min(len(line), 80)]))
	return string(text)
}
