package main

import (
	"context"
	"crypto/subtle"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

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
	made int
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
	if err := v.listen(population.Product); err != nil {
		return nil, err
	}
	if err := v.populate(population); err != nil {
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
	v.model.Map().Handler = needSession
	v.server = service.NewServer()
	v.server.Config.Handler = v.guardFolder(v.server.Config.Handler)
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

// needSession refuses what the simulator would show to anybody.
func needSession(ctx *simulator.Context, method *simulator.Method) (mo.Reference, types.BaseMethodFault) {
	if ctx.Session != nil || method.This.Type == "ServiceInstance" {
		return nil, nil
	}
	switch method.Name {
	case "Fetch", "RetrieveProperties", "RetrievePropertiesEx":
		return nil, &types.NotAuthenticated{NoPermission: types.NoPermission{Object: &method.This, PrivilegeId: "System.View"}}
	}
	return nil, nil
}

// guardFolder asks for the password on /folder, as ESXi and vCenter do, and lets nobody write there.
func (v *vcenter) guardFolder(next http.Handler) http.Handler {
	same := func(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/folder") {
			next.ServeHTTP(w, r)
			return
		}
		user, password, ok := r.BasicAuth()
		switch {
		case !ok || !same(user, v.start.User) || !same(password, v.start.Password):
			w.Header().Set("WWW-Authenticate", `Basic realm="VMware HTTP server"`)
			w.WriteHeader(http.StatusUnauthorized)
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.WriteHeader(http.StatusMethodNotAllowed)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// obey does one order. It gives the id of the VM that is there now, "" where it was taken away.
func (v *vcenter) obey(line []byte) (string, error) {
	var order Order
	if err := strict(line, &order); err != nil {
		return "", err
	}
	if order.Remove != nil {
		return "", v.removeVM(*order.Remove)
	}
	if order.Put == nil {
		return "", fmt.Errorf("neither put nor remove in %s", shorten(line))
	}
	if err := v.putVM(order.Datacenter, *order.Put); err != nil {
		return "", err
	}
	return v.vms[order.Put.Name].self.Value, nil
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
	v.server.Close()
	v.model.Remove()
}

func shorten(line []byte) string {
	text, _ := json.Marshal(string(line[:min(len(line), 80)]))
	return string(text)
}
