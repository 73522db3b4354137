package main

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// serveFolder is /folder of the vCenter, as VMware describes it ("Datastore Access (/folder)" in the Web Services SDK
// Programming Guide): who is asked for, which disk files are refused, and whatever trouble was ordered.
func (v *vcenter) serveFolder(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if v.troubles.isOut(w) {
			return
		}
		if strings.HasPrefix(r.URL.Path, "/nfc/") {
			v.leases.serve(w, r)
			return
		}
		if r.URL.Path != "/folder" && !strings.HasPrefix(r.URL.Path, "/folder/") {
			next.ServeHTTP(w, r)
			return
		}
		w, r, ok := v.troubles.meet(v, w, r)
		if !ok {
			return
		}
		if !v.isKnown(r) {
			w.Header().Set("WWW-Authenticate", `Basic realm="VMware HTTP server"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		stores := v.storesAt(r.URL.Query().Get("dcPath"))
		v.giveFile(w, r, stores)
	})
}

// isKnown: a session of the API, or user and password, which both servers take as well.
func (v *vcenter) isKnown(r *http.Request) bool {
	same := func(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
	if user, password, ok := r.BasicAuth(); ok {
		return same(user, v.start.User) && same(password, v.start.Password)
	}
	cookie, err := r.Cookie(soap.SessionCookieName)
	return err == nil && v.isSession(cookie.Value)
}

func (v *vcenter) isSession(key string) bool {
	ctx := &simulator.Context{Context: context.Background(), Map: v.model.Map()}
	asked := &types.SessionIsActive{SessionID: key, UserName: v.start.User}
	body, ok := v.model.Map().SessionManager().SessionIsActive(ctx, asked).(*methods.SessionIsActiveBody)
	return ok && body.Res != nil && body.Res.Returnval
}

// storesAt gives the datastores of a datacenter by its path in the inventory.
func (v *vcenter) storesAt(path string) map[string]string {
	v.lock.Lock()
	defer v.lock.Unlock()
	for _, c := range v.centers {
		if c.path == path {
			return c.stores
		}
	}
	return nil
}

// giveFile gives one file; directories are not listed.
func (v *vcenter) giveFile(w http.ResponseWriter, r *http.Request, stores map[string]string) {
	folder, ok := stores[r.URL.Query().Get("dsName")]
	name := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/folder"), "/")
	if !ok || name == "" {
		http.Error(w, "", http.StatusNotFound)
		return
	}
	if !filepath.IsLocal(name) {
		http.Error(w, "", http.StatusBadRequest)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	path := filepath.Join(folder, filepath.FromSlash(name))
	file, err := os.Open(path)
	if err != nil {
		http.Error(w, "", http.StatusNotFound)
		return
	}
	defer file.Close()
	found, err := file.Stat()
	if err != nil || !found.Mode().IsRegular() {
		http.Error(w, "", http.StatusNotFound)
		return
	}
	if v.isLocked(path) && r.Method == http.MethodGet {
		http.Error(w, fmt.Sprintf("Failed to lock the file [%s] %s", r.URL.Query().Get("dsName"), name), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, "", found.ModTime(), file)
}

// isLocked: ESXi keeps the extents of a running VM's disks to itself, those that a snapshot has frozen, too.
func (v *vcenter) isLocked(path string) bool {
	v.lock.Lock()
	defer v.lock.Unlock()
	for _, vm := range v.vms {
		object := v.model.Map().Get(vm.self).(*simulator.VirtualMachine)
		if object.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOff {
			continue
		}
		for _, disk := range vm.now.Disks {
			files := []string{disk.File}
			if disk.ParentFile != nil {
				files = append(files, *disk.ParentFile)
			}
			for _, file := range files {
				if filepath.Join(vm.center.stores[disk.Datastore], filepath.FromSlash(flatName(file))) == path {
					return true
				}
			}
		}
	}
	return false
}
