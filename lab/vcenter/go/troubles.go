package main

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Trouble is what goes wrong with requests of /folder from now on. A number says how many requests it meets.
type Trouble struct {
	// Requests that are let through before anything else here begins.
	Skip int `json:"skip"`
	// All sessions of the API end, once.
	EndSessions bool `json:"endSessions"`
	// Requests that are answered with Status.
	Answers int `json:"answers"`
	Status  int `json:"status"`
	// For a Status that leads elsewhere.
	Location string `json:"location"`
	// Logins are refused, whatever the password.
	NoLogins bool `json:"noLogins"`
	// Connections that break without an answer.
	Drops int `json:"drops"`
	// Bodies that break in the middle.
	Cuts int `json:"cuts"`
	// Bodies of half the length that the range says, which end as if they were whole.
	Shorts int `json:"shorts"`
	// Answers with half the range that was asked for, and honest about it.
	Halves int `json:"halves"`
	// Answers with the range 512 bytes further on, and honest about it.
	Shifts int `json:"shifts"`
	// Answers with the whole file: the server does not know ranges.
	Wholes int `json:"wholes"`
	// Every answer waits so long, and comes at this rate (all of them together; 0: as fast as it goes).
	DelayMs        int   `json:"delayMs"`
	BytesPerSecond int64 `json:"bytesPerSecond"`
	// The server is away for so long, then it has forgotten all sessions: nobody gets an answer.
	OutMs int `json:"outMs"`
}

// Served is what was asked for at /folder since the start.
type Served struct {
	Requests int   `json:"requests"`
	Bytes    int64 `json:"bytes"`
	// Of them, those that came to an ESXi host, with a ticket.
	Tickets int `json:"tickets"`
	Logins  int `json:"logins"`
}

type troubles struct {
	lock     sync.Mutex
	now      Trouble
	outUntil time.Time
	served   Served
	// When the next byte may go.
	free time.Time
}

// set gives what was served so far.
func (t *troubles) set(v *vcenter, trouble Trouble) Served {
	t.lock.Lock()
	t.now = trouble
	out := time.Duration(trouble.OutMs) * time.Millisecond
	if out > 0 {
		t.outUntil = time.Now().Add(out)
	}
	served := t.served
	t.lock.Unlock()
	if out > 0 {
		v.endSessions()
	}
	return served
}

func (t *troubles) refusesLogins() bool {
	t.lock.Lock()
	defer t.lock.Unlock()
	return t.now.NoLogins
}

// isOut breaks the connection where the server is away.
func (t *troubles) isOut(w http.ResponseWriter) bool {
	t.lock.Lock()
	out := time.Now().Before(t.outUntil)
	t.lock.Unlock()
	if out {
		hangUp(w)
	}
	return out
}

// meet gives what goes on with the request; false where it has been answered.
func (t *troubles) meet(v *vcenter, w http.ResponseWriter, r *http.Request) (http.ResponseWriter, *http.Request, bool) {
	t.lock.Lock()
	t.served.Requests++
	now := &t.now
	delay := time.Duration(now.DelayMs) * time.Millisecond
	counted := &answer{ResponseWriter: w, troubles: t, rate: now.BytesPerSecond, end: -1}
	if now.Skip > 0 {
		now.Skip--
		t.lock.Unlock()
		time.Sleep(delay)
		return counted, r, true
	}
	end := now.EndSessions
	now.EndSessions = false
	status, location := now.Status, now.Location
	var answered, dropped bool
	switch {
	case take(&now.Answers):
		answered = true
	case take(&now.Drops):
		dropped = true
	case take(&now.Cuts):
		counted.end, counted.breaks = half(r), true
	case take(&now.Shorts):
		counted.end = half(r)
	case take(&now.Halves):
		r = moved(r, 0, -half(r))
	case take(&now.Shifts):
		r = moved(r, 512, 512)
	case take(&now.Wholes):
		r = r.Clone(r.Context())
		r.Header.Del("Range")
	}
	t.lock.Unlock()
	time.Sleep(delay)
	if end {
		v.endSessions()
	}
	if dropped {
		hangUp(w)
		return w, r, false
	}
	if answered {
		if location != "" {
			w.Header().Set("Location", location)
		}
		http.Error(w, "ordered by the test", status)
		return w, r, false
	}
	return counted, r, true
}

func take(count *int) bool {
	if *count <= 0 {
		return false
	}
	*count--
	return true
}

// rangeOf gives first and last byte of a request for one range.
func rangeOf(r *http.Request) (int64, int64, bool) {
	first, last, ok := strings.Cut(strings.TrimPrefix(r.Header.Get("Range"), "bytes="), "-")
	from, err := strconv.ParseInt(first, 10, 64)
	to, other := strconv.ParseInt(last, 10, 64)
	return from, to, ok && err == nil && other == nil
}

func half(r *http.Request) int64 {
	from, to, ok := rangeOf(r)
	if !ok {
		return 0
	}
	return (to - from + 1) / 2
}

func moved(r *http.Request, first, last int64) *http.Request {
	from, to, ok := rangeOf(r)
	if !ok {
		return r
	}
	r = r.Clone(r.Context())
	r.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", from+first, to+last))
	return r
}

// hangUp breaks the connection without an answer.
func hangUp(w http.ResponseWriter) {
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		panic(http.ErrAbortHandler)
	}
	connection, _, err := hijacker.Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	connection.Close()
}

// answer counts what goes out, at a rate, and ends early where that was ordered.
type answer struct {
	http.ResponseWriter
	troubles *troubles
	rate     int64
	// Bytes after which it ends; -1: never.
	end    int64
	breaks bool
	sent   int64
}

func (a *answer) WriteHeader(status int) {
	if a.end >= 0 && !a.breaks && status == http.StatusPartialContent {
		a.Header().Set("Content-Length", strconv.FormatInt(a.end, 10))
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(data []byte) (int, error) {
	if a.end >= 0 && a.sent+int64(len(data)) > a.end {
		_, _ = a.ResponseWriter.Write(data[:max(0, a.end-a.sent)])
		a.sent = a.end
		if a.breaks {
			panic(http.ErrAbortHandler)
		}
		return len(data), nil
	}
	a.troubles.pay(int64(len(data)), a.rate)
	n, err := a.ResponseWriter.Write(data)
	a.sent += int64(n)
	return n, err
}

// pay waits until so many bytes may go.
func (t *troubles) pay(bytes, rate int64) {
	t.lock.Lock()
	t.served.Bytes += bytes
	if rate <= 0 {
		t.lock.Unlock()
		return
	}
	if now := time.Now(); t.free.Before(now) {
		t.free = now
	}
	t.free = t.free.Add(time.Duration(float64(bytes) / float64(rate) * float64(time.Second)))
	wait := time.Until(t.free)
	t.lock.Unlock()
	time.Sleep(wait)
}
