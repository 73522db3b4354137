// pulumi-language-nodejs is the Node.js language host of a closed network: the
// part of Pulumi's own that `pulumi` needs to run TypeScript programs, policy
// packs and dynamic providers, and to generate local SDKs.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// Version is the CLI's.
const Version = "3.250.0"

func main() {
	flag.String("tracing", "", "not used")
	flag.String("runtime", "nodejs", "not used")
	flag.Parse()
	stop, _ := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	h := &host{stop: stop, engine: flag.Arg(0)}
	done := make(chan bool)
	go func() {
		<-stop.Done()
		close(done)
	}()
	if h.engine != "" {
		// Without this a killed engine would leave us behind.
		if err := rpcutil.Healthcheck(stop, h.engine, 5*time.Minute, func() { os.Exit(1) }); err != nil {
			fail(err)
		}
	}
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: done,
		Init: func(s *grpc.Server) error {
			rpc.RegisterLanguageRuntimeServer(s, h)
			return nil
		},
	})
	if err != nil {
		fail(err)
	}
	fmt.Println(server.Port)
	if err := <-server.Done; err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "pulumi-language-nodejs:", err)
	os.Exit(1)
}
