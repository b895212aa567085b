// Command registry serves the image layout in its first argument on the address
// in its second, until it is told to stop. With -private it also is a private
// registry over that directory, for whom the file of -credentials lets in.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"assay.dev/assay/hermetic/registry"
)

func main() {
	private := flag.String("private", "", "`directory` of what is pushed")
	credentials := flag.String("credentials", "", "`file` with USER:PASSWORD for the private registry")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: registry [-private DIRECTORY -credentials FILE] LAYOUT ADDRESS")
	}
	flag.Parse()
	if flag.NArg() != 2 || (*private == "") != (*credentials == "") {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Arg(0), flag.Arg(1), *private, *credentials); err != nil {
		fmt.Fprintln(os.Stderr, "registry:", err)
		os.Exit(1)
	}
}

func run(layout, address, private, credentials string) error {
	handler, err := handlerOf(layout, private, credentials)
	if err != nil {
		return err
	}
	server := &http.Server{Addr: address, Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	ended := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer ended()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func handlerOf(layout, private, credentials string) (http.Handler, error) {
	mirror, err := registry.New(layout)
	if err != nil || private == "" {
		return mirror, err
	}
	known, err := registry.ReadCredentials(credentials)
	if err != nil {
		return nil, err
	}
	own, err := registry.NewPrivate(private, known)
	if err != nil {
		return nil, err
	}
	return registry.Registries{Mirror: mirror, Private: own}, nil
}
