package main

import (
	"context"
	"net/http"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// noteLogin keeps the key of a session that begins, to end it when that is ordered. Our own begins before anybody listens.
func (v *vcenter) noteLogin(key string) {
	v.lock.Lock()
	v.sessions = append(v.sessions, key)
	v.lock.Unlock()
	v.troubles.lock.Lock()
	v.troubles.served.Logins++
	v.troubles.lock.Unlock()
}

// endSessions ends all but our own.
func (v *vcenter) endSessions() {
	v.lock.Lock()
	ended := v.sessions
	v.sessions = nil
	v.lock.Unlock()
	ctx := &simulator.Context{Context: context.Background(), Map: v.model.Map(), Session: &simulator.Session{}}
	for _, key := range ended {
		v.model.Map().SessionManager().TerminateSession(ctx, &types.TerminateSession{SessionId: []string{key}})
	}
}

// sessionManager is the simulator's, with what it lacks. A session has one of its own, for as long as it lasts.
type sessionManager struct {
	*simulator.SessionManager
	vcenter *vcenter
}

// AcquireGenericServiceTicket gives a ticket for one request at an ESXi host: good once, and for that request only.
func (m *sessionManager) AcquireGenericServiceTicket(req *types.AcquireGenericServiceTicket) soap.HasFault {
	body := &methods.AcquireGenericServiceTicketBody{}
	wanted, ok := req.Spec.(*types.SessionManagerHttpServiceRequestSpec)
	if !ok {
		body.Fault_ = simulator.Fault("", &types.InvalidArgument{InvalidProperty: "spec"})
		return body
	}
	ticket, err := m.vcenter.hosts.ticketFor(wanted.Method, wanted.Url)
	if err != nil {
		body.Fault_ = simulator.Fault(err.Error(), &types.InvalidArgument{InvalidProperty: "spec.url"})
		return body
	}
	body.Res = &types.AcquireGenericServiceTicketResponse{Returnval: *ticket}
	return body
}

// noteLogins sees which sessions begin, by the cookie that the answer sets.
func (v *vcenter) noteLogins(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		for _, text := range w.Header().Values("Set-Cookie") {
			if cookie, err := http.ParseSetCookie(text); err == nil && cookie.Name == soap.SessionCookieName && v.client != nil {
				v.noteLogin(cookie.Value)
			}
		}
	})
}
