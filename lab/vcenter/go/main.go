// The lab's vCenter: govmomi's simulator, populated from a file. It is told what to do in lines of JSON on standard
// input and answers in lines of JSON on standard output; when its input ends, it ends. So it never outlives who started
// it, and its password stands in no argument and no file.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// Start is the first line.
type Start struct {
	// File with the population, as JSON.
	Population string `json:"population"`
	// Folder for the datastores; a datastore is the folder of its name's number in it.
	Folder string `json:"folder"`
	// Address and port, for example 127.0.0.1:0.
	Listen   string `json:"listen"`
	User     string `json:"user"`
	Password string `json:"password"`
	// Names and addresses that the certificate is for.
	Names []string `json:"names"`
	// Whether each disk gets a file of its size (sparse).
	Files bool `json:"files"`
	// Names of ESXi hosts that answer at /folder themselves, each at an address of its own.
	HostServers []string `json:"hostServers"`
}

// Order is every further line: one of these.
type Order struct {
	// A VM as it is from now on, by its name.
	Put *VM `json:"put"`
	// Name of a VM to take away.
	Remove *string `json:"remove"`
	// What goes wrong from now on.
	Trouble *Trouble `json:"trouble"`
	// How exports go from now on.
	Lease *LeaseTrouble `json:"lease"`
	// For a VM that is new.
	Datacenter string `json:"datacenter"`
}

func main() {
	if err := serve(); err != nil {
		say(map[string]any{"error": err.Error()})
		os.Exit(1)
	}
}

func serve() error {
	// The end comes with the end of the input; Ctrl-C in a terminal reaches the starter, too.
	signal.Ignore(syscall.SIGINT, syscall.SIGHUP)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	if !lines.Scan() {
		return fmt.Errorf("no start line: %w", lines.Err())
	}
	var start Start
	if err := strict(lines.Bytes(), &start); err != nil {
		return err
	}
	vcenter, err := startVcenter(start)
	if err != nil {
		return err
	}
	defer vcenter.close()
	say(map[string]any{
		"url": vcenter.url, "certificate": vcenter.certificate, "ids": vcenter.ids(), "hosts": vcenter.hosts.addresses(),
	})
	for lines.Scan() {
		if done, err := vcenter.obey(lines.Bytes()); err != nil {
			say(map[string]any{"error": err.Error()})
		} else {
			say(done)
		}
	}
	return lines.Err()
}

func say(what map[string]any) {
	text, err := json.Marshal(what)
	if err != nil {
		text = []byte(`{"error":"an answer that is no JSON"}`)
	}
	fmt.Printf("%s\n", text)
}
