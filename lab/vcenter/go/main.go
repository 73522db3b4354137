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
}

// Order is every further line: one of the two.
type Order struct {
	// A VM as it is from now on, by its name.
	Put *VM `json:"put"`
	// Name of a VM to take away.
	Remove *string `json:"remove"`
	// For a VM that is new.
	Datacenter string `json:"datacenter"`
}

func main() {
	if err := serve(); err != nil {
		answer(map[string]any{"error": err.Error()})
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
	answer(map[string]any{"url": vcenter.url, "certificate": vcenter.certificate, "ids": vcenter.ids()})
	for lines.Scan() {
		if id, err := vcenter.obey(lines.Bytes()); err != nil {
			answer(map[string]any{"error": err.Error()})
		} else {
			answer(map[string]any{"id": id})
		}
	}
	return lines.Err()
}

func answer(what map[string]any) {
	text, err := json.Marshal(what)
	if err != nil {
		text = []byte(`{"error":"an answer that is no JSON"}`)
	}
	fmt.Printf("%s\n", text)
}
