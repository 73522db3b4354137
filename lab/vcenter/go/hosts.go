package main

import (
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// ticketLife is how long a ticket is good; ESXi's last for minutes.
const ticketLife = 2 * time.Minute

// hosts are the ESXi hosts that answer themselves: each has an address, a certificate and /folder with its datastores.
// They know nobody; a request needs a ticket from the vCenter.
type hosts struct {
	vcenter *vcenter
	lock    sync.Mutex
	byName  map[string]*esxiHost
	tickets map[string]ticket
}

type esxiHost struct {
	address     string
	certificate tls.Certificate
	pem         string
	// Folders of its datastores, by name.
	stores map[string]string
	server *http.Server
}

// ticket is good for one request: that of this method for this path and query at this host.
type ticket struct {
	host    string
	method  string
	request string
	ends    time.Time
}

// open lets the hosts of these names answer.
func (h *hosts) open(names []string) error {
	for _, name := range names {
		certificate, pem, err := newCertificate([]string{name})
		if err != nil {
			return err
		}
		stores, system := h.vcenter.storesOf(name)
		if system == nil {
			return fmt.Errorf("no host %q", name)
		}
		system.Config.Certificate = []byte(pem)
		system.Summary.Config.SslThumbprint = sha1Of(certificate)
		listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
		if err != nil {
			return err
		}
		host := &esxiHost{address: listener.Addr().(*net.TCPAddr).String(), certificate: certificate, pem: pem, stores: stores}
		host.server = &http.Server{Handler: h.serve(name, host)}
		h.byName[name] = host
		go func() { _ = host.server.Serve(listener) }()
	}
	return nil
}

func (h *hosts) close() {
	for _, host := range h.byName {
		_ = host.server.Close()
	}
}

// addresses gives where each host answers.
func (h *hosts) addresses() map[string]string {
	found := map[string]string{}
	for name, host := range h.byName {
		found[name] = host.address
	}
	return found
}

func (h *hosts) serve(name string, host *esxiHost) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/nfc/") {
			h.vcenter.leases.serve(w, r)
			return
		}
		if r.URL.Path != "/folder" && !strings.HasPrefix(r.URL.Path, "/folder/") {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		t := &h.vcenter.troubles
		w, r, ok := t.meet(h.vcenter, w, r)
		if !ok {
			return
		}
		cookie, err := r.Cookie("vmware_cgi_ticket")
		if err != nil || !h.redeem(cookie.Value, name, r) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		t.lock.Lock()
		t.served.Tickets++
		t.lock.Unlock()
		stores := host.stores
		if dc := r.URL.Query().Get("dcPath"); dc != "" && dc != "ha-datacenter" {
			stores = nil
		}
		h.vcenter.giveFile(w, r, stores)
	})
}

// ticketFor finds the host by the URL's: by its name in the inventory.
func (h *hosts) ticketFor(method, text string) (*types.SessionManagerGenericServiceTicket, error) {
	at, err := url.Parse(text)
	if err != nil {
		return nil, err
	}
	h.lock.Lock()
	defer h.lock.Unlock()
	host := h.byName[at.Hostname()]
	if host == nil {
		return nil, fmt.Errorf("no host %q that gives tickets", at.Hostname())
	}
	secret := make([]byte, 16)
	_, _ = rand.Read(secret)
	id := hex.EncodeToString(secret)
	h.tickets[id] = ticket{host: at.Hostname(), method: method, request: at.RequestURI(), ends: time.Now().Add(ticketLife)}
	return &types.SessionManagerGenericServiceTicket{
		Id: id, HostName: at.Hostname(), SslThumbprint: sha1Of(host.certificate), TicketType: "HostServiceTicket",
		CertThumbprintList: []types.VirtualMachineCertThumbprint{{Thumbprint: sha256Of(host.certificate), HashAlgorithm: "sha256"}},
	}, nil
}

// redeem takes a ticket back, whether it fits or not.
func (h *hosts) redeem(id, host string, r *http.Request) bool {
	h.lock.Lock()
	defer h.lock.Unlock()
	known, ok := h.tickets[id]
	delete(h.tickets, id)
	return ok && known.host == host && known.request == r.URL.RequestURI() && time.Now().Before(known.ends) &&
		(known.method == "" || strings.EqualFold(known.method, "http"+r.Method))
}

// storesOf gives folders of the datastores that a host mounts, and the host.
func (v *vcenter) storesOf(host string) (map[string]string, *simulator.HostSystem) {
	for _, c := range v.centers {
		at := c.hosts[host]
		if at == nil {
			continue
		}
		stores := map[string]string{}
		for name, mounting := range c.mounts {
			if mounting[host] {
				stores[name] = c.stores[name]
			}
		}
		return stores, v.model.Map().Get(at.host.Reference()).(*simulator.HostSystem)
	}
	return nil, nil
}

func sha1Of(certificate tls.Certificate) string {
	digest := sha1.Sum(certificate.Certificate[0])
	return pairs(digest[:])
}

func sha256Of(certificate tls.Certificate) string {
	digest := sha256.Sum256(certificate.Certificate[0])
	return pairs(digest[:])
}

func pairs(digest []byte) string {
	found := make([]string, len(digest))
	for index, value := range digest {
		found[index] = fmt.Sprintf("%02X", value)
	}
	return strings.Join(found, ":")
}
