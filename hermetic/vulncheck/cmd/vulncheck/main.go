// Command vulncheck looks for known vulnerabilities in every module of which programs
// are built.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"assay.dev/assay/harness/text/visible"
	"assay.dev/assay/hermetic/vulncheck"
)

func main() {
	check := vulncheck.Check{Out: os.Stdout}
	flag.StringVar(&check.Root, "root", ".", "the repository")
	flag.StringVar(&check.Tool, "govulncheck", "", "path of govulncheck")
	flag.StringVar(&check.Database, "db", "", "URL of the database, such as file:///srv/vulndb (default: govulncheck's own)")
	timeout := flag.Duration("timeout", time.Hour, "give up after this time")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	ctx, cancel := context.WithTimeout(ctx, *timeout)
	err := check.Run(ctx)
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "vulncheck:", visible.Text(err.Error()))
		os.Exit(1)
	}
}
